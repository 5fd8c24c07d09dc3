"""NXT-01: on an exchange LAN a bilateral peer can only give itself as next hop (RFC 7454 section 10)."""

from __future__ import annotations

from collections.abc import Mapping

from ..analysis import scope
from ..model.policy import Cond, Not, TextMatch
from ..model.result import Finding, Severity
from .base import Case, Check


def asks(case: Case) -> Mapping[str, Cond]:
    """Routes that come with another next hop than the peer, and routes that have one."""
    itself = frozenset({case.session.neighbor})
    return {"": Not(TextMatch("next_hop", itself)), "foreign": Not(TextMatch("next_hop", itself | {"peer-address", "peer"}))}


def judge(case: Case) -> Finding | None:
    """Decidable where several external neighbours share one subnet."""
    router = case.context.router
    shared = [
        one
        for one in router.interfaces
        if case.session in (over := scope.sessions_over(router, one))
        and len({s.neighbor for s in over if s.kind == "ebgp" and s.afi == case.session.afi}) > 1
    ]
    if not shared:
        return case.skipped("no other external neighbour shares this link, so a foreign next hop cannot be reached over it")
    return case.settle(
        case.ask(after="foreign"),
        good="the next hop is the peer itself",
        bad="{route} is accepted with the next hop of somebody else on the exchange LAN",
        cause="foreign next hop",
        remedy="Set the next hop to the peer's address on import, or match it.",
    )


CHECK = Check(
    "NXT-01",
    "1",
    "Next hop on exchange LANs",
    Severity.MEDIUM,
    judge=judge,
    asks=asks,
    direction="import",
    relations=frozenset({"peer"}),
)
