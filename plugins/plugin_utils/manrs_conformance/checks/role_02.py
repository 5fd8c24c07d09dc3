"""ROLE-02: a session with a complex relationship has no role (RFC 9234 section 6)."""

from __future__ import annotations

from ..model.result import Finding, Severity
from .base import Case, Check


def judge(case: Case) -> Finding:
    """None is set."""
    if case.session.role is None:
        return case.passed("no BGP role is set, as a complex relationship needs")
    return case.failed(
        f"the BGP role `{case.session.role}` is set on a complex relationship",
        cause="role on a complex relationship",
        remedy="Take the role away, or split the session by relationship.",
    )


CHECK = Check("ROLE-02", "1", "No role on complex relationships", Severity.MEDIUM, judge=judge, relations=frozenset({"complex"}))
