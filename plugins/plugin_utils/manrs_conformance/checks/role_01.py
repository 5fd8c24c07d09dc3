"""ROLE-01: the session has the BGP role of its relationship (RFC 9234 section 4)."""

from __future__ import annotations

from ..model.result import Finding, Severity
from ._roles import ROLES, SIMPLE
from .base import Case, Check


def judge(case: Case) -> Finding:
    """Configured at all."""
    wanted = ROLES[case.declared.relationship]
    if case.session.role is None:
        return case.failed(
            f"no BGP role is set; this session needs `{wanted}`",
            cause="no role",
            remedy=f"Set local-role {wanted}, agreed with the neighbour: it then refuses leaks by itself (OTC).",
        )
    if case.session.role != wanted:
        return case.failed(
            f"the BGP role is `{case.session.role}`, the relationship needs `{wanted}`",
            cause="wrong role",
            remedy=f"Set local-role {wanted}; a wrong role leaks or drops routes.",
        )
    return case.passed(f"BGP role `{wanted}`")


CHECK = Check("ROLE-01", "1", "BGP role on every external session", Severity.MEDIUM, judge=judge, relations=SIMPLE)
