"""SES-02: sessions are authenticated where that fits (RFC 7454 section 5.1); not required."""

from __future__ import annotations

from ..model.result import Finding, Severity
from .base import Case, Check


def judge(case: Case) -> Finding:
    """TCP-AO or MD5 is used, or it is left to the operator."""
    if case.session.auth != "none":
        return case.passed(f"authenticated by {case.session.auth}")
    return case.skipped("no TCP-AO or MD5, which is not required; consider it where the link is shared")


CHECK = Check("SES-02", "1", "Session authentication", Severity.LOW, judge=judge)
