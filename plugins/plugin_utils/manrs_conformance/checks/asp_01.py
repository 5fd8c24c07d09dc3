"""ASP-01: the first AS of the path is the neighbour, except from route servers (RFC 7454 section 9)."""

from __future__ import annotations

from ..analysis import aspath
from ..model.policy import Not
from ..model.result import Finding, Severity
from ._questions import delivered, path
from .base import EXTERNAL, Case, Check


def judge(case: Case) -> Finding:
    """By the router's own switch, or by the policy."""
    session = case.session
    if case.declared.relationship == "route_server":
        return case.skipped("a route server does not put its own AS first")
    if not isinstance(session.remote_as, int):
        return case.doubtful("the neighbour's AS is not one number", f"remote-as is {session.remote_as}")
    if session.enforce_first_as:
        return case.passed("the router itself refuses paths that do not start with the neighbour's AS")
    domain = delivered(session, case.context.router, first_as=False)
    answer = case.likeliest(
        case.evaluate(case.preferring({"q": Not(path(aspath.first_is((session.remote_as,))))}), domain=domain), "q"
    )
    if session.enforce_first_as is None and answer.may is not None:
        return case.doubtful("the policy does not look at the first AS", "whether this version enforces it by default is not known")
    return case.settle(
        answer,
        good="the policy refuses paths that do not start with the neighbour's AS",
        bad="{route} is accepted though its path does not start with the neighbour's AS",
        cause="first AS not enforced",
        remedy="Turn on enforce-first-as for this neighbour.",
    )


CHECK = Check("ASP-01", "1", "First AS is the neighbour", Severity.MEDIUM, judge=judge, direction="import", relations=EXTERNAL)
