"""How routes travel between the routers of one AS."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator

from ..analysis import scope
from ..analysis.evaluate import Transfer
from ..model.policy import Attachment
from ..model.router import Session
from .base import UNICAST, CheckContext, FleetContext

KINDS = ("standard", "extended", "large")
Stages = tuple[tuple[CheckContext, Attachment | Transfer], ...]


def external(context: CheckContext) -> Iterator[tuple[Session, str | None]]:
    """External sessions of internet VRFs that are up for routes, with their declared relationship."""
    for one in context.router.sessions:
        if one.kind != "ebgp" or one.shutdown or one.family not in UNICAST:
            continue
        if scope.vrf_kind(context.intent, one.vrf) == "internet":
            neighbour = context.neighbour(one)
            yield one, neighbour.relationship if neighbour else None


def internal(context: CheckContext, family: str) -> list[Session]:
    """iBGP (and confederation) sessions of a family."""
    return [one for one in context.router.sessions if one.kind != "ebgp" and not one.shutdown and one.family == family]


def addresses(context: CheckContext) -> set[str]:
    """Addresses of a router, as text."""
    return {str(ipaddress.ip_interface(one).ip) for interface in context.router.interfaces for one in interface.addresses}


def hop(giver: CheckContext, taker: CheckContext, family: str) -> list[tuple[Session, Session]]:
    """Pairs of sessions (of the giver, of the taker) between two routers."""
    at_giver, at_taker = addresses(giver), addresses(taker)
    out = [one for one in internal(giver, family) if one.neighbor in at_taker]
    back = [one for one in internal(taker, family) if one.neighbor in at_giver]
    return [(one, two) for one in out for two in back[:1]]


def roads(context: FleetContext, start: CheckContext, end: CheckContext, family: str) -> Iterator[Stages]:
    """Ways of a route learned on `start` to `end`: direct, or over one route reflector."""
    direct = hop(start, end, family)
    for one, two in direct:
        yield _crossing(start, end, one, two)
    if direct:
        return
    for middle in context.members.values():
        if middle is start or middle is end:
            continue
        for one, two in hop(start, middle, family):
            for three, four in hop(middle, end, family):
                if two.rr_client or three.rr_client:
                    yield (*_crossing(start, middle, one, two), *_crossing(middle, end, three, four))


def _crossing(giver: CheckContext, taker: CheckContext, out: Session, back: Session) -> Stages:
    lost = tuple(one for one in KINDS if one not in out.send_community)
    return (
        (giver, out.outbound),
        (taker, Transfer(strip=lost, reset={"weight": 0})),
        (taker, back.inbound),
    )


def strangers(context: FleetContext, end: CheckContext, family: str) -> list[str]:
    """iBGP neighbours of a router, or of those it learns from, that are not among the audited ones."""
    known = {one for member in context.members.values() for one in addresses(member)}
    found = {one.neighbor for one in internal(end, family) if one.neighbor not in known and "/" not in one.neighbor}
    for member in context.members.values():
        if member is not end and hop(member, end, family):
            found |= {one.neighbor for one in internal(member, family) if one.rr_client and one.neighbor not in known}
    return sorted(found)
