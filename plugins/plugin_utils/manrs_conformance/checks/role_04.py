"""ROLE-04: routes from peers, providers and route servers are marked Only-To-Customer (RFC 9234 section 5)."""

from __future__ import annotations

from ..model.result import Finding, Severity
from ._roles import ROLES
from .base import UPSTREAM, Case, Check


def judge(case: Case) -> Finding:
    """A right role makes the router mark and refuse by itself."""
    if case.session.role is None:
        return case.skipped("no BGP role is set; ROLE-01 says so")
    if case.session.role == ROLES[case.declared.relationship]:
        return case.passed("the role makes the router mark routes Only-To-Customer and keep marked ones from this neighbour")
    return case.failed("the wrong role marks routes wrongly", cause="wrong role", remedy="Set the role of the relationship.")


CHECK = Check("ROLE-04", "1", "Only-To-Customer is set and obeyed", Severity.MEDIUM, judge=judge, relations=UPSTREAM)
