"""Prefix limits of sessions: whether they are there, act, and fit what is received."""

from __future__ import annotations

from ..analysis import scope
from ..model.result import Finding, Severity
from ..model.router import LiveSession
from .base import Case

FULL_TABLE = {4: 900_000, 6: 180_000}
"""Below the size of the global table: a limit above it cannot stop a full-table leak."""


def live(case: Case) -> LiveSession | None:
    """What the router says of the session now."""
    known = case.context.router.live
    for one in (known.sessions or ()) if known else ():
        if (one.neighbor, one.family, one.vrf) == (case.session.neighbor, case.session.family, case.session.vrf):
            return one
    return None


def judge_limit(case: Case, *, must_bound: bool) -> Finding:
    """Whether the limit exists, acts, is above what is received and (`must_bound`) below a full table."""
    limit, action = case.session.max_prefix, case.session.max_prefix_action
    if limit is None:
        return case.failed(
            "no prefix limit is set",
            cause="no prefix limit",
            remedy="Set maximum-prefix a little above what the neighbour announces; without it a leak fills the table.",
        )
    if action == "warning":
        return case.failed(
            f"the prefix limit of {limit} only warns",
            cause="prefix limit only warns",
            remedy="Let the limit act (shut down or restart).",
        )
    now = live(case)
    if now is not None and now.received is not None and now.established and now.received >= limit:
        return case.failed(
            f"the prefix limit of {limit} is not above the {now.received} prefixes received now",
            cause="prefix limit too low",
            remedy="Raise it, or the next announcement takes the session down.",
        )
    agreed = scope.max_prefix_of(case.neighbour, case.session) if case.neighbour is not None else None
    if agreed is not None and limit < agreed:
        return case.failed(
            f"the prefix limit of {limit} is below the {agreed} prefixes agreed with the neighbour",
            cause="prefix limit below the agreed number",
            remedy="Raise it to what was agreed, or the session isolates itself when the neighbour grows.",
            severity=Severity.MEDIUM,
        )
    if must_bound and limit >= FULL_TABLE[case.session.afi]:
        return case.failed(
            f"the prefix limit of {limit} is above a full table, so it cannot stop a leak",
            cause="prefix limit above a full table",
            remedy="Set it near what the neighbour really announces.",
            severity=Severity.MEDIUM,
        )
    if not must_bound and limit < FULL_TABLE[case.session.afi] and case.neighbour is not None and case.neighbour.full_table:
        return case.failed(
            f"the prefix limit of {limit} is below a full table, which this provider is declared to send",
            cause="prefix limit below the full table",
            remedy="Raise it above the table, or the session isolates itself.",
            severity=Severity.MEDIUM,
        )
    return case.passed(f"the session stops at {limit} prefixes ({action or 'shutdown'})")
