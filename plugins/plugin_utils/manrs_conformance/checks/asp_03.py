"""ASP-03: overlong paths are refused (operational practice; the limit is the intent's `longest_path`)."""

from __future__ import annotations

from collections.abc import Mapping

from ..model.policy import Cond, NumberMatch
from ..model.result import Finding, Severity
from .base import EXTERNAL, Case, Check


def asks(case: Case) -> Mapping[str, Cond]:
    """Paths of more ASNs than the limit."""
    return {"": NumberMatch("path_length", ((case.context.intent.limits.longest_path + 1, 4294967295),))}


def judge(case: Case) -> Finding:
    """None of them is accepted."""
    limit = case.context.intent.limits.longest_path
    found = case.settle(
        case.ask(),
        good=f"paths of more than {limit} ASNs are refused",
        bad=f"a path of more than {limit} ASNs is accepted",
        cause="overlong path",
        remedy="Refuse overlong paths by an AS-path list.",
    )
    return found


CHECK = Check(
    "ASP-03", "1", "Overlong paths are refused", Severity.LOW, judge=judge, asks=asks, direction="import", relations=EXTERNAL
)
