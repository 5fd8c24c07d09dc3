"""The owned allow-list of a session, as the router holds it."""

from __future__ import annotations

from collections.abc import Iterator

from ..model.plan import OWNED
from ..model.policy import AllOf, AnyOf, Cond, PrefixList, PrefixMatch
from ..model.router import Session


def owned_ranges(session: Session) -> frozenset[tuple[int, int, int, int]] | None:
    """The ranges of the owned allow-list of a session (network, length, least, greatest); None when it has none."""
    owned = [one.policy for one in session.inbound.filters if one.name.startswith(OWNED)]
    owned += [policy for name, policy in session.inbound.called.items() if name.startswith(OWNED)]
    lists = [
        one
        for policy in owned
        for term in policy.terms
        for one in _lists(term.cond)
        if one.name.startswith(f"{OWNED}ALLOW") and one.afi == session.afi
    ]
    return frozenset(entry[:4] for one in lists for entry in one.entries) if lists else None


def _lists(cond: Cond) -> Iterator[PrefixList]:
    if isinstance(cond, PrefixMatch):
        yield from cond.lists
    elif isinstance(cond, AllOf | AnyOf):
        for one in cond.conds:
            yield from _lists(one)
