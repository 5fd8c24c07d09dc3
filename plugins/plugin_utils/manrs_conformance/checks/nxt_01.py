"""NXT-01: on an exchange LAN a bilateral peer can only give itself as next hop (RFC 7454 section 10)."""

from __future__ import annotations

from ..analysis import scope
from ..model.policy import Not, TextMatch
from ..model.result import Finding, Severity
from .base import Case, Check


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
    itself = TextMatch("next_hop", frozenset({case.session.neighbor, "peer-address", "peer"}))
    answer = case.evaluate({"q": Not(TextMatch("next_hop", frozenset({case.session.neighbor})))}, after=Not(itself)).accepted("q")
    return case.settle(
        answer,
        good="the next hop is the peer itself",
        bad="{route} is accepted with the next hop of somebody else on the exchange LAN",
        cause="foreign next hop",
        remedy="Set the next hop to the peer's address on import, or match it.",
    )


CHECK = Check(
    "NXT-01", "1", "Next hop on exchange LANs", Severity.MEDIUM, judge=judge, direction="import", relations=frozenset({"peer"})
)
