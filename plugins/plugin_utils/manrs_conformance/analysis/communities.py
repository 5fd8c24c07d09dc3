"""Communities as a set of literal atoms: which lists hold is a Boolean formula over the presence of the communities they name."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import permutations

from ..model.policy import CommunityEntry, CommunityKind, CommunityList
from .communityranges import inside
from .regex import UnsupportedPattern, parse

WELL_KNOWN = {
    "internet": "0:0",
    "graceful-shutdown": "65535:0",
    "accept-own": "65535:1",
    "blackhole": "65535:666",
    "no-export": "65535:65281",
    "no-advertise": "65535:65282",
    "local-as": "65535:65283",
    "local-AS": "65535:65283",
    "no-export-subconfed": "65535:65283",
    "no-peer": "65535:65284",
}
PRINTED = {
    "65535:0": "graceful-shutdown",
    "65535:1": "accept-own",
    "65535:2": "route-filter-translated-v4",
    "65535:3": "route-filter-v4",
    "65535:4": "route-filter-translated-v6",
    "65535:5": "route-filter-v6",
    "65535:6": "llgr-stale",
    "65535:7": "no-llgr",
    "65535:8": "accept-own-nexthop",
    "65535:666": "blackhole",
    "65535:65281": "no-export",
    "65535:65282": "no-advertise",
    "65535:65283": "local-AS",
    "65535:65284": "no-peer",
    "0:0": "internet",
}
"""Names that routers print instead of numbers; whether an expression reads name or number differs per platform and version."""
LONGEST = len("65535:65535")
DELIMITER = r"(?:^|[,{}() ]|\Z)"
ORDERED = 5
"""More communities than this are not tried in every order."""
PRESENCE = re.compile(r"_\(?([0-9]+(?::[0-9]+){1,2})\)?_")


@dataclass(frozen=True, slots=True)
class Present:
    """The community is on the route."""

    community: str


@dataclass(frozen=True, slots=True)
class Every:
    """All parts hold."""

    parts: tuple[Formula, ...]


@dataclass(frozen=True, slots=True)
class Some:
    """At least one part holds."""

    parts: tuple[Formula, ...]


@dataclass(frozen=True, slots=True)
class Negated:
    """The part does not hold."""

    part: Formula


@dataclass(frozen=True, slots=True)
class Fixed:
    """A constant; None when it cannot be told."""

    value: bool | None


Formula = Present | Every | Some | Negated | Fixed


def canonical(kind: CommunityKind, text: str) -> str:
    """A community in canonical text: well-known names as numbers, plain integers as two halves."""
    if kind == "standard":
        if text in WELL_KNOWN:
            return WELL_KNOWN[text]
        if text.isdigit():
            return f"{int(text) >> 16}:{int(text) & 0xFFFF}"
    return ":".join(str(int(one)) if one.isdigit() else one for one in text.split(":"))


def literals(lists: Iterable[CommunityList]) -> frozenset[str]:
    """Every single community that the lists name."""
    out: set[str] = set()
    for one in lists:
        for entry in one.entries:
            out.update(entry.literals)
            single = _presence(one, entry)
            if single:
                out.add(single)
    return frozenset(out)


def formula(one: CommunityList, mode: str, known: frozenset[str]) -> Formula:
    """When the list holds, over the presence of single communities; `Fixed(None)` where that cannot be told exactly.

    `known` are all communities of the kind that are told apart, with a representative of every class (see `communityranges`); for `exact`
    and `within` nothing else may be present, which only the known ones can say.
    """
    if mode == "list":
        return _ordered([(entry.permit, _entry(one, entry, known)) for entry in one.entries])
    if mode == "exact":
        return _ordered([(entry.permit, _exactly(entry, known)) for entry in one.entries])
    if mode == "any" and all((len(entry.literals) == 1 or entry.ranges) and entry.permit for entry in one.entries):
        return Some(tuple(_entry(one, entry, known) for entry in one.entries))
    if mode == "every" and all(entry.permit for entry in one.entries):
        return Every(tuple(_entry(one, entry, known) for entry in one.entries))
    if mode == "within" and all(entry.regex is None for entry in one.entries):
        return Every(tuple(Negated(Present(text)) for text in sorted(known) if not deleted(one, text)))
    return Fixed(None)


def _ordered(entries: Sequence[tuple[bool, Formula]]) -> Formula:
    out: Formula = Fixed(False)
    for permit, part in reversed(entries):
        out = Some((part, out)) if permit else Every((Negated(part), out))
    return out


def _entry(one: CommunityList, entry: CommunityEntry, known: frozenset[str]) -> Formula:
    if entry.ranges:
        return Some(tuple(Present(text) for text in sorted(known) if inside(entry, text)))
    if entry.regex is None:
        return Every(tuple(Present(text) for text in entry.literals)) if entry.literals else Fixed(True)
    single = _presence(one, entry)
    if single:
        return Present(single)
    return Fixed(True) if entry.regex == ".*" and entry.scope == "whole" else Fixed(None)


def _exactly(entry: CommunityEntry, known: frozenset[str]) -> Formula:
    if entry.regex is not None or entry.ranges:
        return Fixed(None)
    wanted = set(entry.literals)
    return Every(tuple(Present(one) if one in wanted else Negated(Present(one)) for one in sorted(known | wanted)))


def _presence(one: CommunityList, entry: CommunityEntry) -> str | None:
    """The one community whose presence a regular expression means, such as `_64500:1_`."""
    found = PRESENCE.fullmatch(entry.regex) if entry.regex and one.kind != "extended" else None
    return found.group(1) if found and found.group(1) not in PRINTED else None


def deleted(one: CommunityList, community: str) -> bool | None:
    """Whether `set comm-list NAME delete` removes a single community; None where it cannot be told.

    FRR (8.4: `community_str_get`) hands an expression a standard community without its eleventh character.
    """
    hit = matches(one, "list", frozenset({community}))
    if one.kind == "standard" and len(community) == LONGEST and any(entry.names for entry in one.entries):
        short = matches(one, "list", frozenset({community[:-1]}))
        return hit if short == hit else None
    return hit


def matches(one: CommunityList, mode: str, communities: frozenset[str]) -> bool | None:
    """Whether a list holds for a concrete set of communities of its kind; None when a pattern is not supported."""
    if mode in ("any", "within"):
        hits = [matches(one, "list", frozenset({community})) for community in sorted(communities)]
        if None in hits:
            return None
        return any(hits) if mode == "any" else all(hits)
    if mode == "every":
        found = [_holds(one, entry, communities, exact=False) for entry in one.entries if entry.permit]
        return None if None in found else all(found)
    open_: set[bool] = set()
    for entry in one.entries:
        hit = _holds(one, entry, communities, exact=mode == "exact")
        if hit:
            open_.add(entry.permit)
            break
        if hit is None:
            open_.add(entry.permit)
    else:
        open_.add(False)
    return open_.pop() if len(open_) == 1 else None


def _holds(one: CommunityList, entry: CommunityEntry, communities: frozenset[str], *, exact: bool) -> bool | None:
    if entry.ranges:
        return None if exact else any(inside(entry, text) for text in communities)
    if entry.regex is None:
        wanted = set(entry.literals)
        return communities == wanted if exact else wanted <= communities
    if exact or one.kind == "extended":
        return None
    single = _presence(one, entry)
    if single:
        return single in communities
    expression = _compiled(entry.regex)
    if expression is None:
        return None
    numbers = sorted(communities, key=_value)
    names = [PRINTED.get(text, text) for text in numbers] if one.kind == "standard" else numbers
    ways = {True: (names,), False: (numbers,), None: (numbers, names)}[entry.names]
    if entry.scope == "each":
        answers = {any(expression.search(text) for text in texts) for texts in ways}
    elif entry.scope == "unordered":
        return _in_any_order(expression, ways)
    else:
        answers = {bool(expression.search(" ".join(texts))) for texts in ways}
    return answers.pop() if len(answers) == 1 else None


def _in_any_order(expression: re.Pattern[str], ways: Sequence[Sequence[str]]) -> bool | None:
    """The answer for every order in which the communities may be printed; None where the order decides, or there are too many to try."""
    if not ways[0]:
        return None if expression.search("") else False
    if len(ways[0]) > ORDERED:
        return None
    answers = {bool(expression.search(" ".join(one))) for texts in {tuple(one) for one in ways} for one in permutations(texts)}
    return answers.pop() if len(answers) == 1 else None


@functools.lru_cache(maxsize=20_000)
def _compiled(pattern: str) -> re.Pattern[str] | None:
    try:
        parse(pattern)
        return re.compile(re.sub(r"\$", r"\\Z", pattern).replace("_", DELIMITER))
    except (UnsupportedPattern, re.error):
        return None


def _value(community: str) -> tuple[int, ...]:
    return tuple(int(part) if part.isdigit() else 0 for part in community.split(":"))
