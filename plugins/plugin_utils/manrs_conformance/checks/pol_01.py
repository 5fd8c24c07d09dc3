"""POL-01: every external session has an explicit import policy (RFC 8212 section 3)."""

from __future__ import annotations

from ..model.policy import Verdict
from ..model.result import Finding, Severity
from .base import Case, Check


def judge(case: Case) -> Finding:
    """Whether a filter that exists is attached inbound."""
    attachment = case.attachment
    if attachment.filters:
        names = ", ".join(f"{one.kind} {one.name}" for one in attachment.filters)
        return case.passed(f"routes received pass {names}")
    if attachment.default is None:
        return case.doubtful("no import policy is attached", "what this platform and version does without one is not known")
    if attachment.default is Verdict.REJECT:
        told = "no import policy is attached; the platform refuses everything, so the session is useless until one is"
    else:
        told = "no import policy is attached, so every route the neighbour sends is accepted"
    return case.failed(told, cause="no import policy", remedy="Attach an import policy that names what this neighbour may send.")


CHECK = Check("POL-01", "1", "Import policy on every external session", Severity.CRITICAL, judge=judge, direction="import")
