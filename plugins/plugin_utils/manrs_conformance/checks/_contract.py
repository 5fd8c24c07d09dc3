"""The tagging contract where it can be seen on one router: what comes in, what passes between our own routers, what leaves.

Routes of peers and providers that carry none of the tags that mean "may be sent on", internal sessions that add none, and exports that send
nothing else than own space and tagged routes: where all three hold on every router, no way through the network leaks, however long.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ..analysis.evaluate import evaluate
from ..model.policy import Attachment, Cond, Not
from ..model.router import Session
from . import _fleet, _reach
from ._outgoing import ours, own_tags, tagged
from ._questions import both, carries, delivered
from .base import UPSTREAM, Case, Check, CheckContext


@dataclass(frozen=True, slots=True)
class Kept:
    """Sessions (by their key) of one router that keep the contract, by the direction that was looked at."""

    imports: frozenset[str]
    inside: frozenset[str]
    exports: frozenset[str]


def kept(context: CheckContext, check: Check) -> Kept:
    """What one router does for the contract; without a contract nothing does."""
    tags = own_tags(context.intent)
    if not tags or context.intent.tagging is None or context.intent.tagging.customer is None:
        return Kept(frozenset(), frozenset(), frozenset())
    external = [one for one, relation in _fleet.external(context) if relation in UPSTREAM]
    inside = [one for one in context.router.sessions if one.kind != "ebgp" and not one.shutdown]
    return Kept(
        frozenset(one.key for one in external if _comes_in_clean(context, one, tags)),
        frozenset(one.key for one in inside if all(_adds_nothing(context, one, side, tags) for side in _sides(one))),
        frozenset(one.key for one in external if _leaves_clean(Case(context, check, one, context.neighbour(one)))),
    )


def _sides(session: Session) -> Iterator[Attachment]:
    yield session.inbound
    yield session.outbound


def _comes_in_clean(context: CheckContext, session: Session, tags: tuple[str, ...]) -> bool:
    return _never_tagged(context, session, session.inbound, delivered(session, context.router), tags)


def _adds_nothing(context: CheckContext, session: Session, side: Attachment, tags: tuple[str, ...]) -> bool:
    bare = not side.filters and not _reach.blind(context.router, session, side)
    return bare or _never_tagged(context, session, side, Not(carries(*tags)), tags)


def _never_tagged(context: CheckContext, session: Session, side: Attachment, domain: Cond, tags: tuple[str, ...]) -> bool:
    """Whether no route of the domain is accepted with a tag on it."""
    if _reach.blind(context.router, session, side):
        return False
    return evaluate([side, _reach.probe(carries(*tags))], afi=session.afi, domain=domain).accepted().may is None


def _leaves_clean(case: Case) -> bool:
    if _reach.blind(case.context.router, case.session, case.session.outbound):
        return False
    stray = both(Not(ours(case)), Not(tagged(case)))
    return case.evaluate({"q": stray}).accepted("q").may is None
