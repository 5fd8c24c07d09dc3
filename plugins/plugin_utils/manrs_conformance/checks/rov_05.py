"""ROV-05: states are computed and a policy acts on them: nothing happens unless policy says so (RFC 8481 sections 4 and 5)."""

from __future__ import annotations

from ..model.result import Finding, Severity
from ._questions import validates
from .base import Case, Check


def judge(case: Case) -> Finding:
    """Both the validation and the policy that looks at it are there."""
    if not validates(case.context.router, case.session):
        if case.context.router.caches and case.session.rov == "policy":
            because = "caches are configured, but validation is switched off for this family"
            return case.doubtful("whether the policy sees validation states is not known", because)
        return case.failed(
            "no RPKI state is computed for this family",
            cause="no validation",
            remedy="Configure RPKI caches and act on the state in every import policy.",
        )
    if case.session.rov == "off":
        return case.failed(
            "states are computed, but nothing on this session looks at them",
            cause="state not used",
            remedy="Refuse `rpki invalid` in the import policy.",
        )
    return case.passed(f"the {case.session.rov} looks at the validation state")


CHECK = Check("ROV-05", "4", "Validation states are acted upon", Severity.HIGH, judge=judge, direction="import")
