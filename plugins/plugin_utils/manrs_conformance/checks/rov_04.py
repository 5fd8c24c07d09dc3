"""ROV-04: routes that no ROA covers are accepted (RFC 7115 section 5): refusing them cuts off much of the Internet."""

from __future__ import annotations

from collections.abc import Mapping

from ..model.policy import Cond, Rpki
from ..model.result import Finding, Severity
from ._questions import state, validates
from .base import EXTERNAL, Case, Check


def asks(case: Case) -> Mapping[str, Cond]:
    """Not-found and valid routes."""
    return {"notfound": state(Rpki.NOT_FOUND), "valid": state(Rpki.VALID)}


def judge(case: Case) -> Finding:
    """Some not-found route gets in wherever some valid one does."""
    if not validates(case.context.router, case.session):
        return case.skipped("the router computes no RPKI state for this family; ROV-01 and ROV-02 say so")
    notfound, valid = case.ask("notfound"), case.ask("valid")
    if notfound.must is not None:
        return case.passed("routes that no ROA covers are accepted")
    if notfound.may is not None:
        return case.doubtful("whether uncovered routes are accepted cannot be decided", "; ".join(notfound.because))
    if valid.must is None:
        return case.skipped("the policy accepts no valid route either; the state does not decide")
    return case.failed(
        "every route that no ROA covers is refused: large parts of the Internet cannot be reached",
        cause="not-found refused",
        remedy="Refuse only `rpki invalid`.",
        witnesses=(case.witness(valid.must),),
    )


CHECK = Check(
    "ROV-04", "4", "Uncovered routes are accepted", Severity.MEDIUM, judge=judge, asks=asks, direction="import", relations=EXTERNAL
)
