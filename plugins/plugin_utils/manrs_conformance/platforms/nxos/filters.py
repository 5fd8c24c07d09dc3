"""Filters of an NX-OS session, with what is not confirmed about them."""

from __future__ import annotations

from dataclasses import replace

from ...model.policy import (
    ACCEPT,
    NEXT,
    REJECT,
    AllOf,
    AsPathMatch,
    Cond,
    Const,
    Filter,
    NumberMatch,
    Policy,
    PrefixMatch,
    Rpki,
    RpkiMatch,
    Term,
    Verdict,
)
from ...model.router import Undefined
from .bgp import Bgp
from .draft import Draft
from .inherit import Family

ORDER = ("prefix-list", "filter-list", "route-map")


def attached(
    draft: Draft, options: Family, word: str, name: str, policies: dict[str, Policy], missing: list[tuple[str, str, int]]
) -> list[Filter]:
    """The filters of one direction (`in` or `out`), in order of evaluation."""
    found = [(kind, option) for kind in ORDER for option in [options.get(f"{kind} {word}")] if option is not None and option[0]]
    out: list[Filter] = []
    for kind, (words, line) in found:
        one = _filter(draft, kind, (words or [""])[0], line, name, policies)
        if options.contested(f"{kind} {word}"):
            why = f"whether this {kind} or the one of the other template applies is not confirmed"
            out.append(replace(one, policy=_unknown(one, why)))
        elif len(found) > 1 and kind != "route-map":
            out.append(replace(one, policy=_beside(one)))
        else:
            out.append(one)
    for kind, template, line in missing:
        gone = Filter(f"template {kind}", template, Policy(template, "template", (), Verdict.REJECT), line, defined=False)
        out.append(replace(gone, policy=_unknown(gone, f"template {kind} {template} is not defined")))
    return out


def _filter(draft: Draft, kind: str, name: str, line: int, family_name: str, policies: dict[str, Policy]) -> Filter:
    """One filter of a session.

    An undefined prefix list or filter list is taken as no filter. An undefined route-map is reported to reject everything, which is
    not confirmed on a device: nothing may pass because of it.
    """
    lists = draft.lists
    cond: Cond | None = None
    empty: Filter | None = None
    if kind == "route-map":
        if name in policies:
            return Filter(kind, name, policies[name], line)
        draft.undefined.append(Undefined(kind, name, line, "unknown"))
        gone = Filter(kind, name, Policy(name, kind, (), Verdict.REJECT), line, defined=False)
        return replace(gone, policy=_unknown(gone, f"route-map {name} is not defined: that it rejects everything is not confirmed"))
    if name in lists.tainted:
        cond = Const(None, f"{kind} {name} was not read completely", line)
    elif kind == "filter-list":
        paths = lists.as_path_list(name)
        cond = None if paths is None else AsPathMatch((paths,), line)
    else:
        ranges = lists.prefix_list(6 if family_name.startswith("ipv6") else 4, name)
        cond = None if ranges is None else PrefixMatch((ranges,), line)
        if ranges is not None and not ranges.entries:
            empty = Filter(kind, name, Policy(name, kind, (), Verdict.ACCEPT, lines=ranges.lines), line)
    if empty is not None:
        return empty
    if cond is None:
        draft.undefined.append(Undefined(kind, name, line, "permit-all"))
        return Filter(kind, name, Policy(name, kind, (), Verdict.ACCEPT), line, defined=False)
    return Filter(kind, name, Policy(name, kind, (Term(name, cond, ACCEPT, lines=(line,)),), Verdict.REJECT), line)


def _unknown(one: Filter, why: str) -> Policy:
    """A filter that may accept or reject anything."""
    term = Term(one.name, Const(None, why, one.line), ACCEPT, lines=(one.line,))
    return Policy(one.name, one.kind, (term,), Verdict.REJECT, "original", (one.line,))


def _beside(one: Filter) -> Policy:
    """A list beside another filter: that both must accept is not confirmed, so what it refuses may still get in."""
    why = f"that {one.kind} {one.name} is applied beside another filter is not confirmed on NX-OS"
    last = Term("beside", Const(None, why, one.line), ACCEPT, lines=(one.line,))
    return replace(one.policy, terms=(*one.policy.terms, last))


def refusals(bgp: Bgp, filters: list[Filter]) -> list[Filter]:
    """What the platform may refuse before any filter: not confirmed, so such routes are neither surely in nor surely out."""
    terms: list[Term] = []
    if bgp.caches:
        line = bgp.caches[0].line
        why = "whether NX-OS by itself refuses invalid routes is not confirmed"
        terms.append(_refused("rpki", RpkiMatch(frozenset({Rpki.INVALID}), line), why, line))
    if bgp.longest_path is not None:
        limit, line = bgp.longest_path
        why = "what `maxas-limit` counts and refuses is not confirmed"
        terms.append(_refused("maxas-limit", NumberMatch("path_length", ((limit + 1, 4294967295),), line), why, line))
    if not filters or not terms:
        return filters
    first = filters[0]
    return [replace(first, policy=replace(first.policy, terms=(*terms, *first.policy.terms))), *filters[1:]]


def _refused(name: str, cond: Cond, why: str, line: int) -> Term:
    return Term(name, AllOf((cond, Const(None, why, line))), REJECT, NEXT, lines=(line,))
