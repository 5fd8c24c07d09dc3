"""Ways of a route through one AS: imported on one session, carried inside, exported on another."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass

from ..model.policy import ALWAYS, Attachment, Cond
from ..model.router import Router, Session
from .evaluate import Evaluation, Stage, evaluate
from .flow import Transfer

KINDS = ("standard", "extended", "large")
INSIDE = Transfer(unknown=("peer", "weight"))
"""Between import and export on one router every community stays; which neighbour `match peer` means is another one."""


@dataclass(frozen=True, slots=True)
class Way:
    """A way through the AS: where a route comes in, the iBGP sessions it crosses, and where it leaves."""

    learned: Session
    sent: Session
    stages: tuple[Stage, ...]
    through: tuple[str, ...] = ()


def direct(learned: Session, sent: Session) -> Way:
    """In and out on one router."""
    return Way(learned, sent, (learned.inbound, INSIDE, sent.outbound))


def across(learned: Session, out: Session, into: Session, sent: Session, routers: tuple[str, str]) -> Way:
    """In on one router, over an iBGP session (`out` there, `into` here), and out on another."""
    strip = tuple(kind for kind in KINDS if kind not in out.send_community)
    carried = Transfer(strip=strip, unknown=("peer", "weight", "next_hop", "tag"))
    return Way(learned, sent, (learned.inbound, INSIDE, out.outbound, carried, into.inbound, INSIDE, sent.outbound), routers)


def crossings(routers: Mapping[str, Router]) -> list[tuple[str, Session, str, Session]]:
    """iBGP sessions between audited routers, each as (router, its session, other router, the other's session)."""
    at: dict[tuple[str, str], str] = {}
    for name, router in routers.items():
        for interface in router.interfaces:
            for address in interface.addresses:
                at[(interface.vrf, str(ipaddress.ip_interface(address).ip))] = name
    out = []
    for name, router in routers.items():
        for session in router.sessions:
            other = at.get((session.vrf, session.neighbor))
            if session.kind != "ibgp" or session.shutdown or other is None or other == name:
                continue
            back = _back(routers[other], name, at, session)
            if back is not None:
                out.append((name, session, other, back))
    return out


def _back(router: Router, name: str, at: Mapping[tuple[str, str], str], session: Session) -> Session | None:
    for one in router.sessions:
        if one.kind == "ibgp" and one.family == session.family and at.get((one.vrf, one.neighbor)) == name and not one.shutdown:
            return one
    return None


def follow(way: Way, domain: Cond = ALWAYS, questions: Mapping[str, Cond] | None = None) -> Evaluation:
    """What leaves at the end of a way, out of all routes that can come in."""
    return evaluate(way.stages, afi=way.sent.afi, domain=domain, questions=questions)


def attachments(way: Way) -> tuple[Attachment, ...]:
    """The filters a route meets on the way."""
    return tuple(one for one in way.stages if isinstance(one, Attachment))
