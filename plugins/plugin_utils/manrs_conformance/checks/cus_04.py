"""CUS-04: allow-lists are refreshed at least daily (RFC 7454 section 6.1.2.2.1)."""

from __future__ import annotations

from ..model.result import Finding, Severity
from .base import CUSTOMERS, Case, Check


def judge(case: Case) -> Finding:
    """A router does not say when a list was made: the operator declares it."""
    return case.skipped(
        "a router does not keep when a list was made; the refresh interval is declared, and CUS-03 compares its content"
    )


CHECK = Check(
    "CUS-04", "1", "Customer allow-lists are fresh", Severity.MEDIUM, judge=judge, direction="import", relations=CUSTOMERS
)
