"""MAX-01: peers and providers have a prefix limit that fits (RFC 7454 section 8)."""

from __future__ import annotations

from ..model.result import Finding, Severity
from ._limit import judge_limit
from .base import Case, Check


def judge(case: Case) -> Finding:
    """Peers below a full table, full-table providers above it."""
    return judge_limit(case, must_bound=case.declared.relationship != "provider")


CHECK = Check(
    "MAX-01",
    "1",
    "Prefix limit on peer and provider sessions",
    Severity.HIGH,
    judge=judge,
    direction="import",
    relations=frozenset({"peer", "provider", "route_server", "route_server_client"}),
)
