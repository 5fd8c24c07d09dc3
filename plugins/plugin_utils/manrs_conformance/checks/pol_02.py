"""POL-02: every external session has an explicit export policy (RFC 8212 section 3)."""

from __future__ import annotations

from ..model.policy import Verdict
from ..model.result import Finding, Severity
from .base import Case, Check


def judge(case: Case) -> Finding:
    """Whether a filter that exists is attached outbound."""
    attachment = case.attachment
    if attachment.filters:
        names = ", ".join(f"{one.kind} {one.name}" for one in attachment.filters)
        return case.passed(f"routes sent pass {names}")
    if attachment.default is None:
        return case.doubtful("no export policy is attached", "what this platform and version does without one is not known")
    if attachment.default is Verdict.REJECT:
        told = "no export policy is attached; the platform sends nothing, so the session is useless until one is"
    else:
        told = "no export policy is attached, so every best route of the table is sent"
    return case.failed(told, cause="no export policy", remedy="Attach an export policy: own and customer routes, nothing else.")


CHECK = Check("POL-02", "1", "Export policy on every external session", Severity.CRITICAL, judge=judge, direction="export")
