"""Does a router mean what was planned? Models are compared without the places they stand at."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

from ..analysis.same import PLACES, same
from ..model.router import Router, Session


def differences(wanted: Router, found: Router) -> tuple[str, ...]:
    """What sessions, source validation, originations and validation caches of two models do differently, in words; and what only `found` has
    that was not understood, for it may do anything."""
    old, new = _by_key(wanted.sessions), _by_key(found.sessions)
    out = [f"the session {key} is missing" for key in sorted(old.keys() - new.keys())]
    out += [f"the session {key} was not planned" for key in sorted(new.keys() - old.keys())]
    names = [one.name for one in dataclasses.fields(Session) if one.name not in PLACES]
    for key in sorted(old.keys() & new.keys()):
        wrong = [name for name in names if not same(getattr(old[key], name), getattr(new[key], name))]
        out += [f"the session {key} has another {', '.join(wrong)} than planned"] if wrong else []
    for name, one, two in (
        ("interfaces", wanted.interfaces, found.interfaces),
        ("originations", wanted.originations, found.originations),
        ("static routes", wanted.statics, found.statics),
        ("RPKI caches", wanted.caches, found.caches),
    ):
        if not _alike(one, two):
            out.append(f"the {name} are not as planned")
    if not same(wanted.facts, found.facts):
        out.append("the platform switches are not as planned")
    if dict(wanted.validation) != dict(found.validation):
        out.append("origin validation is not as planned")
    told = {" ".join(one.text.split()) for one in wanted.unread}
    out += [
        f"a line was not planned and not understood: {text}"
        for one in found.unread
        if (text := " ".join(one.text.split())) not in told
    ]
    return tuple(out)


def _by_key(sessions: Sequence[Session]) -> dict[str, Session]:
    return {one.key: one for one in sessions}


def _alike(one: Sequence[object], two: Sequence[object]) -> bool:
    """Whether both hold the same, in any order."""
    rest = list(two)
    for value in one:
        at = next((number for number, other in enumerate(rest) if same(value, other)), None)
        if at is None:
            return False
        del rest[at]
    return not rest
