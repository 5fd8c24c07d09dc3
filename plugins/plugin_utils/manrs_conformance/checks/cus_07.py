"""CUS-07: customer routes get the community that says so (MANRS guide, "Path validation")."""

from __future__ import annotations

from collections.abc import Mapping

from ..model.policy import Cond, Not
from ..model.result import Finding, Severity
from ._questions import blackhole_agreed, carries
from .base import CUSTOMERS, Case, Check


def asks(case: Case) -> Mapping[str, Cond]:
    """Routes other than agreed blackholes, and routes without the tag."""
    tagging = case.context.intent.tagging
    if tagging is None or tagging.customer is None:
        return {}
    agreed = blackhole_agreed(case.declared, case.session, case.context.reference)
    return {"": Not(agreed), "bare": Not(carries(tagging.customer))}


def judge(case: Case) -> Finding:
    """Every accepted route carries the tag when it enters the table."""
    tagging = case.context.intent.tagging
    if tagging is None or tagging.customer is None:
        return case.doubtful(
            "which community marks customer routes is not known", "no `tagging: {customer: …}` is declared in the intent"
        )
    return case.settle(
        case.ask(after="bare"),
        good=f"accepted routes carry {tagging.customer}",
        bad=f"{{route}} is accepted without {tagging.customer}: exports cannot tell it from other routes",
        cause="customer tag missing",
        remedy=f"Add community {tagging.customer} to every route accepted from customers.",
    )


CHECK = Check(
    "CUS-07", "1", "Customer routes are tagged", Severity.HIGH, judge=judge, asks=asks, direction="import", relations=CUSTOMERS
)
