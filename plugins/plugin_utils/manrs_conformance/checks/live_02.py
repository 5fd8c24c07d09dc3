"""LIVE-02: configured sessions are established; one that is down is only judged from its configuration."""

from __future__ import annotations

from ..model.result import Finding, Severity
from ._limit import live
from .base import Case, Check


def judge(case: Case) -> Finding:
    """Information only: a session may be down for good reasons."""
    known = case.context.router.live
    if known is None or known.sessions is None:
        return case.skipped("session states were not collected")
    now = live(case)
    if now is None or not now.established:
        return case.skipped("the session is configured but not established; it was judged from its configuration")
    return case.passed(f"established, {now.accepted if now.accepted is not None else '?'} prefixes accepted")


CHECK = Check("LIVE-02", "1", "Configured sessions are established", Severity.INFO, judge=judge)
