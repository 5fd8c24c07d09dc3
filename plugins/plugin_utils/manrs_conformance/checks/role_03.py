"""ROLE-03: the role pair fits, or the session falls with NOTIFICATION 2/11 (RFC 9234 section 4.2)."""

from __future__ import annotations

from ..model.result import Finding, Severity
from ._limit import live
from ._roles import ROLES, SIMPLE
from .base import Case, Check


def judge(case: Case) -> Finding:
    """Our role is that of the relationship; a strict session that is up proves the pair."""
    role, wanted = case.session.role, ROLES[case.declared.relationship]
    if role is None:
        return case.skipped("no BGP role is set; ROLE-01 says so")
    if role != wanted:
        return case.failed(
            f"our role `{role}` cannot pair with a {case.declared.relationship.replace('_', ' ')}: `{wanted}` would",
            cause="role pair does not fit",
            remedy=f"Set local-role {wanted}.",
        )
    now = live(case)
    if now is not None and now.established and case.session.role_strict:
        return case.passed(f"the session is up with strict role `{role}`, so both roles fit")
    return case.passed(f"our role `{role}` fits the relationship")


CHECK = Check("ROLE-03", "1", "BGP roles pair", Severity.MEDIUM, judge=judge, relations=SIMPLE)
