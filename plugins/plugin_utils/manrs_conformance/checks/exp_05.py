"""EXP-05: a customer's prefix learned from third parties is not sent: prefix match alone is not enough (MANRS guide, Filtering)."""

from __future__ import annotations

from collections.abc import Mapping

from ..model.policy import Cond, Not
from ..model.result import Finding, Severity
from ._outgoing import customers_space, ours
from ._questions import RECEIVED, both, carries
from .base import UPSTREAM, Case, Check


def asks(case: Case) -> Mapping[str, Cond]:
    """Customer prefixes without the customer community."""
    tagging = case.context.intent.tagging
    if tagging is None or tagging.customer is None:
        return {}
    return {"": both(customers_space(case), Not(ours(case)), Not(carries(tagging.customer)), RECEIVED)}


def judge(case: Case) -> Finding:
    """Only what a customer itself announced leaves."""
    tagging = case.context.intent.tagging
    if tagging is None or tagging.customer is None:
        return case.doubtful(
            "which community marks customer routes is not known", "no `tagging: {customer: …}` is declared in the intent"
        )
    return case.settle(
        case.ask(),
        good=f"customer prefixes leave only with {tagging.customer}",
        bad=f"{{route}} would be sent without {tagging.customer}: a customer's prefix, but not learned from the customer",
        cause="customer prefix without customer tag",
        remedy="Match the customer community in the export policy, not the prefix alone.",
    )


CHECK = Check(
    "EXP-05",
    "1",
    "Customer prefixes leave only when learned from customers",
    Severity.HIGH,
    judge=judge,
    asks=asks,
    direction="export",
    relations=UPSTREAM,
)
