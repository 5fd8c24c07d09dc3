"""SES-01: directly connected external sessions use GTSM (RFC 7454 section 5.2, RFC 5082)."""

from __future__ import annotations

from ..model.result import Finding, Severity
from .base import Case, Check


def judge(case: Case) -> Finding:
    """TTL security is on, or the session is not direct."""
    if case.session.gtsm:
        return case.passed("TTL security is on")
    if case.session.ebgp_multihop is not None and case.session.ebgp_multihop > 1:
        return case.skipped(f"a multihop session ({case.session.ebgp_multihop} hops)")
    return case.failed(
        "TTL security (GTSM) is off: packets from far away reach the session",
        cause="no GTSM",
        remedy="Set ttl-security hops 1, agreed with the neighbour.",
    )


CHECK = Check("SES-01", "1", "GTSM on direct sessions", Severity.MEDIUM, judge=judge)
