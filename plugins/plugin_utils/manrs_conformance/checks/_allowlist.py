"""When a filter counts as a prefix allow-list."""

from __future__ import annotations

from ..model.intent import Neighbour
from ..model.policy import AllOf, Attachment, Cond, Not, PrefixEntry, PrefixList
from ..model.reference import Reference
from ..model.router import Session
from . import _reach
from ._questions import blackhole_agreed, within

SHORTEST = {4: 8, 6: 16}
"""A range that starts at a shorter prefix names nobody's space in particular."""


_LAST: dict[str, tuple[Attachment, int, tuple[PrefixEntry, ...]]] = {}


def listed(session: Session, attachment: Attachment) -> tuple[PrefixEntry, ...]:
    """Every range that some list in reach permits and that is specific enough to be somebody's space."""
    last = _LAST.get("")
    if last is None or last[0] is not attachment or last[1] != session.afi:
        last = _LAST[""] = (
            attachment,
            session.afi,
            _listed(session, attachment),
        )  # several checks ask this of one session after the other
    return last[2]


def _listed(session: Session, attachment: Attachment) -> tuple[PrefixEntry, ...]:
    shortest = SHORTEST[session.afi]
    some = [one.entries for one in _reach.lists(attachment) if isinstance(one, PrefixList) and one.afi == session.afi]
    if len(some) == 1 and all(entry[4] and entry[1] >= shortest for entry in some[0]):
        return some[0]  # what was found out about this one list holds for it here, too
    found = {entry[:4] for entries in some for entry in entries if entry[4] and entry[1] >= shortest}
    return tuple((*one, True, 0) for one in sorted(found))


def outside(session: Session, attachment: Attachment, neighbour: Neighbour, reference: Reference) -> Cond:
    """A prefix that no such range permits, blackhole routes by agreement excepted."""
    named = within(session.afi, listed(session, attachment), "prefixes named by lists")
    return AllOf((Not(named), Not(blackhole_agreed(neighbour, session, reference))))
