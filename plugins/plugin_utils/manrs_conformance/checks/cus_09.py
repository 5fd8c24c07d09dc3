"""CUS-09: a customer session has a prefix limit that acts (RFC 7454 section 8)."""

from __future__ import annotations

from ..model.result import Finding, Severity
from ._limit import judge_limit
from .base import CUSTOMERS, Case, Check


def judge(case: Case) -> Finding:
    """A limit below a full table that shuts or restarts the session."""
    return judge_limit(case, must_bound=True)


CHECK = Check(
    "CUS-09", "1", "Prefix limit on customer sessions", Severity.HIGH, judge=judge, direction="import", relations=CUSTOMERS
)
