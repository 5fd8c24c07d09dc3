"""FRR route-maps lowered to policies exactly as `lib/routemap.c` runs them (pending verdict, call, on-match)."""

from __future__ import annotations

from dataclasses import dataclass, field

from ...model.policy import (
    ACCEPT,
    ALWAYS,
    REJECT,
    Action,
    AllOf,
    Cond,
    Flow,
    Opaque,
    Policy,
    PrefixList,
    PrefixMatch,
    Term,
    Verdict,
)
from .._routemap import anything, unread_last

ATTRIBUTES = ("as_path", "standard", "extended", "large", "med", "local_pref", "tag", "weight", "origin", "next_hop")
CALL_LIMIT = 10
"""RMAP_RECURSION_LIMIT of lib/routemap.c."""
TABLE = 32
"""So many entries, each of which permits what one list permits and does nothing else, are read as one list."""


@dataclass(slots=True)
class Entry:
    """One `route-map NAME permit|deny SEQ` with what was read in it; a second match or set of a kind replaces the first."""

    permit: bool
    seq: int
    matches: dict[str, Cond] = field(default_factory=dict)
    actions: dict[str, tuple[Action, ...]] = field(default_factory=dict)
    call: tuple[str, int] | None = None
    follow: Flow | None = None
    goto: int | None = None
    unknown: int = 0
    """Line of a statement that could do anything, or 0."""
    lines: list[int] = field(default_factory=list)


@dataclass(slots=True)
class RouteMap:
    """A route-map as written."""

    name: str
    entries: dict[int, Entry] = field(default_factory=dict)
    lines: list[int] = field(default_factory=list)
    unknown: int = 0
    """Line of an unread statement that belongs to the map but to no entry, or 0."""


def opaque(line: int, why: str) -> tuple[Action, ...]:
    """Every attribute may have changed."""
    return tuple(Opaque(name, why, line) for name in ATTRIBUTES)


def lower(route_map: RouteMap, unsafe_calls: frozenset[str], defined: frozenset[str]) -> Policy:
    """The policy of a route-map.

    `unsafe_calls` are maps whose call recurses too deeply to be followed; a call to a map that is not `defined` is ignored by FRR.
    """
    entries = [route_map.entries[seq] for seq in sorted(route_map.entries)]
    lines = tuple(sorted({*route_map.lines, *(line for entry in entries for line in entry.lines)}))
    together = _table(route_map, entries)
    if together is not None:
        return Policy(route_map.name, "route-map", (together,), Verdict.REJECT, "modified", lines)
    terms: list[Term] = list(anything("0", route_map.unknown)) if route_map.unknown else []
    for position, entry in enumerate(entries):
        following = entries[position + 1 :]
        terms += _terms(entry, following, unsafe_calls, defined)
    return Policy(route_map.name, "route-map", tuple(terms), Verdict.REJECT, "modified", lines)


def _table(route_map: RouteMap, entries: list[Entry]) -> Term | None:
    """The only term of a map that does no more than permit what any of its lists permits; None for every other map."""
    if len(entries) < TABLE or route_map.unknown:
        return None
    lists: list[PrefixList] = []
    for one in entries:
        cond = next(iter(one.matches.values()), None)
        plain = one.permit and not (one.call or one.follow or one.goto or one.unknown or one.actions) and len(one.matches) == 1
        if not (plain and isinstance(cond, PrefixMatch)):
            return None
        lists += cond.lists
    if any(one.order != "first" or one.left_out or one.afi != lists[0].afi for one in lists):
        return None
    ranges = tuple(entry for one in lists for entry in one.entries)
    if not all(entry[4] for entry in ranges):
        return None
    lines = tuple(line for one in lists for line in one.lines)
    ends = (*entries[0].lines[:1], *entries[-1].lines[-1:])
    whole = PrefixList(route_map.name, lists[0].afi, ranges, lines)
    return Term(str(entries[0].seq), PrefixMatch((whole,), ends[0]), ACCEPT, Flow("next", pending=Verdict.REJECT), lines=ends)


def _terms(entry: Entry, following: list[Entry], unsafe_calls: frozenset[str], defined: frozenset[str]) -> list[Term]:
    name = str(entry.seq)
    lines = tuple(entry.lines)
    conds = tuple(entry.matches[kind] for kind in unread_last(entry.matches))
    cond: Cond = ALWAYS if not conds else conds[0] if len(conds) == 1 else AllOf(conds)
    nothing = f"{following[0].seq}" if following else "end"
    miss = Flow("goto", nothing, Verdict.REJECT) if entry.call or entry.unknown else Flow("next", pending=Verdict.REJECT)
    first: list[Term] = []
    if entry.unknown:
        first = [Term(name, ALWAYS, Flow("next"), lines=lines), *anything(name, entry.unknown)]
        name = f"{name}."
    if not entry.permit:
        return [*first, Term(name, cond, REJECT, Flow("next", pending=Verdict.REJECT), lines=lines)]
    actions = tuple(action for group in entry.actions.values() for action in group)
    after = _exit(entry, following)
    if entry.call is None or entry.call[0] not in defined:
        return [*first, Term(name, cond, after, miss, actions, lines=lines)]
    called, line = entry.call
    if called in unsafe_calls:
        return [*first, Term(name, cond, Flow("next"), miss, actions, lines=lines), *anything(f"{name}call", line)]
    # FRR runs the sets before the call; the model's call runs before the actions: hence two terms.
    return [
        *first,
        Term(name, cond, Flow("next"), miss, actions, lines=lines),
        Term(f"{name}+call", ALWAYS, after, call=called, lines=(line,)),
    ]


def _exit(entry: Entry, following: list[Entry]) -> Flow:
    if entry.follow is not None:
        return entry.follow
    if entry.goto is None:
        return ACCEPT
    target = next((one.seq for one in following if one.seq >= entry.goto), None)
    return Flow("goto", "end" if target is None else str(target), Verdict.ACCEPT)


def unsafe(maps: dict[str, RouteMap]) -> frozenset[str]:
    """Maps from which calls can go deeper than FRR follows (cycles included)."""
    calls = {name: {e.call[0] for e in one.entries.values() if e.call and e.call[0] in maps} for name, one in maps.items()}
    depth = dict.fromkeys(maps, 0)
    for _ in range(CALL_LIMIT + 1):
        depth = {name: 1 + max((depth[one] for one in targets), default=-1) for name, targets in calls.items()}
    return frozenset(name for name, levels in depth.items() if levels >= CALL_LIMIT)
