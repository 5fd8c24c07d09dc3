"""The list entries a route passes on its way: what an engineer looks at next when a term says `matches`."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import TypeVar

from ..model.policy import (
    AllOf,
    AnyOf,
    AsPathEntry,
    AsPathList,
    AsPathMatch,
    Attachment,
    CommunityEntry,
    CommunityList,
    CommunityMatch,
    Cond,
    Policy,
    PrefixList,
    PrefixMatch,
)
from ..model.ranges import Ranges
from ..model.route import Route, TraceStep
from . import aspath, communities, prefixes
from .concrete import FIELDS

E = TypeVar("E", AsPathEntry, CommunityEntry)


def detailed(trace: Sequence[TraceStep], attachments: Sequence[Attachment], route: Route) -> tuple[TraceStep, ...]:
    """The trace with, behind each term that matches, the permitting entry of each list that it refers to.

    Only entries with a line of their own are named. Attributes that earlier terms changed are not followed: an entry that the route
    as it came in does not meet is left out.
    """
    terms = {(policy.name, term.name): term for one in attachments for policy in _policies(one) for term in policy.terms}
    out: list[TraceStep] = []
    for step in trace:
        out.append(step)
        term = terms.get((step.policy, step.term))
        if term is None or not step.effect.startswith("matches"):
            continue
        known = {step.line}
        for line, name in _entries(term.cond, route):
            if line and line not in known:
                known.add(line)
                out.append(TraceStep(line, "", f"{name} permits it", step.policy, step.term))
    return tuple(out)


def _policies(attachment: Attachment) -> Iterator[Policy]:
    yield from (one.policy for one in attachment.filters)
    yield from attachment.called.values()


def _entries(cond: Cond, route: Route) -> Iterator[tuple[int, str]]:
    """Line of the deciding entry and what the list is, for each list in the condition that permits the route."""
    if isinstance(cond, AllOf | AnyOf):
        for one in cond.conds:
            yield from _entries(one, route)
    elif isinstance(cond, PrefixMatch):
        yield from ((_prefix_line(one, route), f"{one.kind} {one.name}") for one in cond.lists)
    elif isinstance(cond, AsPathMatch):
        yield from ((_first(one.entries, _path_test(one, route)), f"as-path list {one.name}") for one in cond.lists)
    elif isinstance(cond, CommunityMatch) and cond.mode == "list":
        yield from ((_first(one.entries, _community_test(one, route)), f"community list {one.name}") for one in cond.lists)


def _prefix_line(one: PrefixList, route: Route) -> int:
    afi, network, length = prefixes.parse(route.prefix)
    if afi != one.afi or not prefixes.permits(one, network, length):
        return 0
    ask = isinstance(one.entries, Ranges) and len(one.entries) > prefixes.LONG
    at = prefixes.remembered(_permitting, one, network, length) if ask else _permitting(one, network, length)
    return one.entries[at][5] if at >= 0 else 0


def _permitting(one: PrefixList, network: int, length: int) -> int:
    """Index of the entry that permits the prefix, -1 for none."""
    bits = prefixes.BITS[one.afi]
    sizes = [network >> (bits - size) << (bits - size) if size <= length else -1 for size in range(bits + 1)]
    holding = [(at, e) for at, e in enumerate(one.entries) if e[0] == sizes[e[1]] and e[2] <= length <= e[3]]
    if one.order == "longest":
        most = max((e[1] for _at, e in holding), default=0)
        holding = [(at, e) for at, e in holding if e[1] == most]
    return next((at for at, e in holding if e[4]), -1)


def _path_test(one: AsPathList, route: Route) -> Callable[[AsPathEntry], bool | None]:
    return lambda entry: aspath.matches(replace(one, entries=(replace(entry, permit=True),)), route.as_path)


def _community_test(one: CommunityList, route: Route) -> Callable[[CommunityEntry], bool | None]:
    held = getattr(route, FIELDS[one.kind])
    return lambda entry: communities.matches(replace(one, entries=(replace(entry, permit=True),)), "list", held)


def _first(entries: Sequence[E], test: Callable[[E], bool | None]) -> int:
    """Line of the first entry that decides, if it permits; 0 when none does or it cannot be told."""
    for entry in entries:
        hit = test(entry)
        if hit is None:
            return 0
        if hit:
            return entry.line if entry.permit else 0
    return 0
