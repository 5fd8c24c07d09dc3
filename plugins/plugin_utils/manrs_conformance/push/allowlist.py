"""The allow-list of a session: what a customer is authorised for, and what an owned one on the router holds."""

from __future__ import annotations

from collections.abc import Iterator

from ..analysis import authority
from ..errors import PushError
from ..model.intent import Intent, Neighbour
from ..model.plan import OWNED, is_owned
from ..model.policy import AllOf, AnyOf, Cond, PrefixEntry, PrefixList, PrefixMatch
from ..model.reference import Authorised, Reference
from ..model.router import Session


def allowed(session: Session, neighbour: Neighbour, reference: Reference, longest: int, intent: Intent) -> tuple[PrefixEntry, ...]:
    """Ranges that a customer is authorised for, up to a length; PushError when they are not known, none, or not a customer's."""
    known = authority.of(neighbour, session.remote_as, reference)
    if known.problem:
        raise PushError(f"{session.key}: refused: {known.problem}; a missing answer never becomes a filter")
    if neighbour.prefixes is None:
        _only_customers(session, neighbour, known, reference, intent)
    ranges = known.v4 if session.afi == 4 else known.v6
    if not ranges and not (neighbour.prefixes is not None and neighbour.prefixes):
        raise PushError(f"{session.key}: refused: the allow-list of {neighbour.name or session.remote_as} would be empty")
    return tuple(one for one in ranges if one[2] <= longest)


def _only_customers(session: Session, neighbour: Neighbour, known: Authorised, reference: Reference, intent: Intent) -> None:
    """PushError when the as-set holds an ASN that is no customer's: a forged member would open the filter."""
    forbidden = authority.never(intent, reference, neighbour)
    agreed = {*(neighbour.origins or ()), session.remote_as}
    wrong = [asn for asn in known.origins if asn in forbidden and asn not in agreed]
    if wrong:
        raise PushError(
            f"{session.key}: refused: {neighbour.as_set or neighbour.name} holds AS{wrong[0]}, {forbidden[wrong[0]]}; ask the customer to "
            "correct it and pin its prefixes until then, or name the ASN in `origins` of the neighbour if it is agreed"
        )


def owned_ranges(session: Session) -> frozenset[tuple[int, int, int, int]] | None:
    """The ranges of the owned allow-list of a session (network, length, least, greatest); None when it has none."""
    owned = [one.policy for one in session.inbound.filters if is_owned(one.name)]
    owned += [policy for name, policy in session.inbound.called.items() if is_owned(name)]
    lists = [
        one
        for policy in owned
        for term in policy.terms
        for one in _lists(term.cond)
        if one.name.startswith(f"{OWNED}ALLOW") and is_owned(one.name) and one.afi == session.afi
    ]
    return frozenset(entry[:4] for one in lists for entry in one.entries) if lists else None


def _lists(cond: Cond) -> Iterator[PrefixList]:
    if isinstance(cond, PrefixMatch):
        yield from cond.lists
    elif isinstance(cond, AllOf | AnyOf):
        for one in cond.conds:
            yield from _lists(one)
