"""The tagging contract where it can be seen on one router: what comes in, what passes between our own routers, what leaves.

Routes of peers and providers that carry none of the tags that mean "may be sent on", internal sessions that add none, and exports that send
nothing else than own space and tagged routes: where all three hold on every router, no way through the network leaks, however long.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from ..analysis.evaluate import evaluate
from ..model.policy import Attachment, Cond, Not
from ..model.router import Session
from . import _fleet, _reach
from ._outgoing import ours, own_tags, tagged
from ._questions import both, carries
from .base import UPSTREAM, Case, Check, CheckContext, Direction


@dataclass(frozen=True, slots=True)
class Kept:
    """Sessions (by their key) of one router that keep the contract, by the direction that was looked at."""

    imports: frozenset[str]
    inside: frozenset[str]
    exports: frozenset[str]


def asks(case: Case) -> Mapping[str, Cond]:
    """Of imports, routes with a tag; of exports, routes that are neither own space nor tagged."""
    tags = own_tags(case.context.intent)
    if not tags or case.neighbour is None or case.neighbour.relationship not in UPSTREAM:
        return {}
    if case.direction == "import":
        return {"tagged": carries(*tags)}
    return {"stray": both(Not(ours(case)), Not(tagged(case)))}


def kept(context: CheckContext, check: Check) -> Kept:
    """What one router does for the contract; without a contract nothing does."""
    tags = own_tags(context.intent)
    if not tags or context.intent.tagging is None or context.intent.tagging.customer is None:
        return Kept(frozenset(), frozenset(), frozenset())
    external = [one for one, relation in _fleet.external(context) if relation in UPSTREAM]
    inside = [one for one in context.router.sessions if one.kind != "ebgp" and not one.shutdown]
    return Kept(
        frozenset(one.key for one in external if _comes_in_clean(_case(context, check, one, "import"))),
        frozenset(one.key for one in inside if all(_adds_nothing(context, one, side, tags) for side in _sides(one))),
        frozenset(one.key for one in external if _leaves_clean(_case(context, check, one, "export"))),
    )


def _case(context: CheckContext, check: Check, session: Session, direction: Direction) -> Case:
    return Case(context, replace(check, direction=direction), session, context.neighbour(session))


def _sides(session: Session) -> Iterator[Attachment]:
    yield session.inbound
    yield session.outbound


def _comes_in_clean(case: Case) -> bool:
    """Whether no route is accepted with a tag on it."""
    return not _blind(case) and case.evaluation().after(f"{case.check.id}/tagged").accepted().may is None


def _adds_nothing(context: CheckContext, session: Session, side: Attachment, tags: tuple[str, ...]) -> bool:
    """Whether no route without a tag passes with one."""
    if _reach.blind(context.router, session, side):
        return False
    tag = carries(*tags)
    found = evaluate([side], afi=session.afi, domain=Not(tag), questions={"tagged": tag}) if side.filters else None
    return found is None or found.after("tagged").accepted().may is None


def _leaves_clean(case: Case) -> bool:
    return not _blind(case) and case.evaluation().accepted(f"{case.check.id}/stray").may is None


def _blind(case: Case) -> bool:
    return bool(_reach.blind(case.context.router, case.session, case.attachment))
