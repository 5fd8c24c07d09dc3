"""ROLE-05: strict mode asks the neighbour for its role (RFC 9234 section 4.2); advice."""

from __future__ import annotations

from ..model.result import Finding, Severity
from ._roles import SIMPLE
from .base import Case, Check


def judge(case: Case) -> Finding:
    """Advice only: without it a neighbour without roles is still accepted."""
    if case.session.role is None:
        return case.skipped("no BGP role is set; ROLE-01 says so")
    if case.session.role_strict:
        return case.passed("strict mode: a neighbour without a role is refused")
    return case.skipped("strict mode is off, which is allowed; turn it on once the neighbour sends its role")


CHECK = Check("ROLE-05", "1", "Strict role mode", Severity.INFO, judge=judge, relations=SIMPLE)
