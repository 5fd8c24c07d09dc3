"""What is not confirmed about NX-OS route-maps, put into their entries as doubt before they are lowered."""

from __future__ import annotations

from collections.abc import Iterator

from ...model.policy import (
    Action,
    AllOf,
    AnyOf,
    Cond,
    Const,
    Not,
    Opaque,
    Policy,
    Prepend,
    SetCommunity,
    SetNumber,
    SetText,
    TextMatch,
)
from .._routemap import ADDRESS, Entry, RouteMap, condition, lower
from .draft import Draft
from .routemap import LANGUAGE

_READS = {
    "community": "standard",
    "large-community": "large",
    "extcommunity": "extended",
    "as-path": "as_path",
    "metric": "med",
    "local-preference": "local_pref",
    "tag": "tag",
    "origin": "origin",
    "ip next-hop": "next_hop",
}
"""Attribute that a kind of match reads."""


def policies(draft: Draft) -> dict[str, Policy]:
    """The policies of all route-maps."""
    for route_map in draft.maps.values():
        for entry in route_map.entries.values():
            entry.lines.sort()
            _doubt_lines(entry)
            _doubt_family(entry)
            _doubt_marks(entry)
        _doubt_view(route_map)
    return {name: lower(one, LANGUAGE) for name, one in draft.maps.items()}


def _doubt_view(route_map: RouteMap) -> None:
    """Whether a match sees what an entry set before it went on by `continue` is not confirmed: unknown for the routes of that entry."""
    changed: dict[str, list[Cond]] = {}
    for seq in sorted(route_map.entries):
        entry = route_map.entries[seq]
        whole = condition(entry, LANGUAGE)
        for kind, conds in entry.matches.items():
            setters = changed.get(_READS.get(kind, ""))
            if setters:
                came = setters[0] if len(setters) == 1 else AnyOf(tuple(setters))
                why = f"whether match {kind} sees what an earlier entry set is not confirmed on NX-OS"
                plain = conds[0] if len(conds) == 1 else AnyOf(tuple(conds))
                doubt = Const(None, why, entry.lines[0])
                entry.matches[kind] = [AnyOf((AllOf((Not(came), plain)), AllOf((came, doubt))))]
        if entry.follow is not None:
            for name in {name for actions in entry.actions.values() for one in actions for name in _changes(one)}:
                changed.setdefault(name, []).append(whole)


def _doubt_lines(entry: Entry) -> None:
    """Several lines of one kind in an entry: that one of them is enough is not confirmed (names on one line are alternatives)."""
    for kind, conds in entry.matches.items():
        if len(conds) > 1:
            line = getattr(conds[-1], "line", 0) or entry.lines[-1]
            doubt = Const(None, f"whether one of several `match {kind}` lines is enough is not confirmed on NX-OS", line)
            entry.matches[kind] = [AllOf((AnyOf(tuple(conds)), AnyOf((AllOf(tuple(conds)), doubt))))]


def _doubt_family(entry: Entry) -> None:
    """An entry that asks only for prefixes of one family: that no route of the other one meets it is not confirmed."""
    named = [kind for kind in ADDRESS if kind in entry.matches]
    if len(named) == 1:
        cond, line = entry.matches[named[0]][0], entry.lines[0]
        other = TextMatch("family", frozenset({"ipv6" if named[0] == "ip address" else "ipv4"}), line)
        doubt = Const(None, f"whether a route of the other family meets `match {named[0]}` is not confirmed on NX-OS", line)
        entry.matches[named[0]] = [AnyOf((cond, AllOf((other, doubt))))]


def _doubt_marks(entry: Entry) -> None:
    """An entry that matches only because its list is not defined: that it then marks every route is not confirmed."""
    held = [one for conds in entry.matches.values() for cond in conds for one in _constants(cond) if one.value is True and one.why]
    if entry.permit and held and entry.actions:
        names = dict.fromkeys(name for actions in entry.actions.values() for one in actions for name in _changes(one))
        entry.actions["?undefined"] = tuple(Opaque(name, held[0].why, held[0].line) for name in names)


def _constants(cond: Cond) -> Iterator[Const]:
    if isinstance(cond, Const):
        yield cond
    elif isinstance(cond, AllOf | AnyOf):
        for one in cond.conds:
            yield from _constants(one)


def _changes(action: Action) -> tuple[str, ...]:
    if isinstance(action, SetCommunity):
        return (action.kind,)
    if isinstance(action, SetNumber | SetText | Opaque):
        return (action.attribute,)
    return ("as_path",) if isinstance(action, Prepend) else ()
