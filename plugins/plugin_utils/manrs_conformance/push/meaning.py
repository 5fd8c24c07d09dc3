"""Does a router mean what was planned? Models are compared without their line numbers."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any

from ..model.policy import PrefixList
from ..model.router import Router, Session

WHERE = frozenset({"line", "lines"})


def differences(wanted: Router, found: Router) -> tuple[str, ...]:
    """What sessions, source validation, originations and validation caches of two models do differently, in words."""
    seen: dict[int, Any] = {}
    old, new = _by_key(wanted.sessions), _by_key(found.sessions)
    out = [f"the session {key} is missing" for key in sorted(old.keys() - new.keys())]
    out += [f"the session {key} was not planned" for key in sorted(new.keys() - old.keys())]
    for key in sorted(old.keys() & new.keys()):
        names = [one.name for one in dataclasses.fields(Session) if one.name not in WHERE]
        wrong = [n for n in names if _plain(getattr(old[key], n), seen) != _plain(getattr(new[key], n), seen)]
        out += [f"the session {key} has another {', '.join(wrong)} than planned"] if wrong else []
    for name, one, two in (
        ("interfaces", wanted.interfaces, found.interfaces),
        ("originations", wanted.originations, found.originations),
        ("static routes", wanted.statics, found.statics),
        ("RPKI caches", wanted.caches, found.caches),
        ("platform switches", wanted.facts, found.facts),
    ):
        if _bag(one, seen) != _bag(two, seen):
            out.append(f"the {name} are not as planned")
    return tuple(out)


def _by_key(sessions: Sequence[Session]) -> dict[str, Session]:
    return {one.key: one for one in sessions}


def _bag(values: Any, seen: dict[int, Any]) -> Any:
    if isinstance(values, Mapping):
        return _plain(values, seen)
    return sorted(repr(_plain(one, seen)) for one in values)


def _plain(value: Any, seen: dict[int, Any]) -> Any:
    """A value without the places it came from; `seen` keeps what shared lists and policies became (and the values alive)."""
    if isinstance(value, (str, int, float, bool)) or value is None:
        return value
    had = seen.get(id(value))
    if had is not None:
        return had[1]
    out: Any
    if isinstance(value, PrefixList):
        out = (value.name, value.afi, value.order, value.kind, tuple(one[:5] for one in value.entries))
    elif dataclasses.is_dataclass(value):
        fields = [one.name for one in dataclasses.fields(value) if one.name not in WHERE]
        out = (type(value).__name__, *(_plain(getattr(value, name), seen) for name in fields))
    elif isinstance(value, Mapping):
        out = tuple(sorted((str(key), repr(_plain(one, seen))) for key, one in value.items()))
    elif isinstance(value, (set, frozenset)):
        out = tuple(sorted(repr(_plain(one, seen)) for one in value))
    elif isinstance(value, (list, tuple)):
        out = tuple(_plain(one, seen) for one in value)
    else:
        out = repr(value)
    seen[id(value)] = (value, out)
    return out
