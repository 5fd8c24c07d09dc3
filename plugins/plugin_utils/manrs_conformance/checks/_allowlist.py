"""When a filter counts as a prefix allow-list."""

from __future__ import annotations

from typing import Literal

from ..model.intent import Neighbour
from ..model.policy import AllOf, Attachment, Cond, Not, PrefixEntry, PrefixList
from ..model.ranges import Ranges, joined
from ..model.reference import Reference
from ..model.router import Session
from . import _reach
from ._questions import blackhole_agreed, within

SHORTEST = {4: 8, 6: 16}
"""A range that starts at a shorter prefix names nobody's space in particular."""
MOST = 4_096
"""Lists of which is remembered what they name: the lists of a customer are the same on each router, and bogons on all of them."""
FEW = 200
"""Named ranges that are kept where a list holds others besides; more of them are looked for each time."""

_LAST: dict[str, tuple[Attachment, int, tuple[PrefixEntry, ...]]] = {}
_NAMED: dict[tuple[bytes, int], Ranges | Literal[True]] = {}
"""By content and least length: that a list names somebody's space from end to end, or the few ranges that do."""


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
    some = {
        id(one.entries): one.entries for one in _reach.lists(attachment) if isinstance(one, PrefixList) and one.afi == session.afi
    }
    parts = [_specific(one if isinstance(one, Ranges) else Ranges(one), SHORTEST[session.afi]) for one in some.values()]
    # What was found out about one list holds for it here, too: its ranges are not gone through again.
    return joined([one for one in parts if one]) if any(parts) else ()


def _specific(entries: Ranges, shortest: int) -> Ranges:
    """The ranges of a list that are permitted and specific: the list itself where all are."""
    key = (entries.content, shortest)
    known = _NAMED.get(key)
    if known is not None:
        return entries if isinstance(known, bool) else known
    whole = all(one[4] and one[1] >= shortest for one in entries)
    found = entries if whole else Ranges([(*one[:5], 0) for one in entries if one[4] and one[1] >= shortest])
    if whole or len(found) <= FEW:
        if len(_NAMED) >= MOST:
            _NAMED.clear()
        _NAMED[key] = True if whole else found
    return found


def outside(session: Session, attachment: Attachment, neighbour: Neighbour, reference: Reference) -> Cond:
    """A prefix that no such range permits, blackhole routes by agreement excepted."""
    named = within(session.afi, listed(session, attachment), "prefixes named by lists")
    return AllOf((Not(named), Not(blackhole_agreed(neighbour, session, reference))))
