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
)
from .._routemap import Entry, RouteMap, condition, lower
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
            _doubt_marks(entry)
        _doubt_view(route_map)
    return {name: lower(one, LANGUAGE) for name, one in draft.maps.items()}


def _doubt_view(route_map: RouteMap) -> None:
    """Whether a match sees what an entry set before it went on by `continue` is not confirmed: unknown for the routes of that entry, from
    the entry on at which they continue."""
    changed: dict[str, list[tuple[int, Cond]]] = {}
    for seq in sorted(route_map.entries):
        entry = route_map.entries[seq]
        whole = condition(entry, LANGUAGE)
        for kind, conds in entry.matches.items():
            setters = [cond for start, cond in changed.get(_READS.get(kind, ""), []) if start <= seq]
            if setters:
                came = setters[0] if len(setters) == 1 else AnyOf(tuple(setters))
                why = f"whether match {kind} sees what an earlier entry set is not confirmed on NX-OS"
                doubt = Const(None, why, entry.lines[0])
                entry.matches[kind] = [AnyOf((AllOf((Not(came), one)), AllOf((came, doubt)))) for one in conds]
        if entry.follow is not None:
            for name in {name for actions in entry.actions.values() for one in actions for name in _changes(one)}:
                changed.setdefault(name, []).append((entry.follow, whole))


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
