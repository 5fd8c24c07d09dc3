"""ASP-02: paths with our own ASN are refused (RFC 7454 section 9)."""

from __future__ import annotations

from collections.abc import Mapping

from ..model.policy import Cond
from ..model.result import Finding, Severity
from ._questions import contains
from .base import EXTERNAL, Case, Check


def asks(case: Case) -> Mapping[str, Cond]:
    """Paths through ourselves."""
    own = (case.session.local_as, case.session.local_as)
    return {"": contains((own,), "own ASN")} if case.session.allowas_in else {}


def judge(case: Case) -> Finding:
    """Loop detection is on, or the policy refuses."""
    if not case.session.allowas_in:
        return case.passed("the router's loop detection refuses paths with our own ASN")
    return case.settle(
        case.ask(),
        good="allowas-in is set, but the policy refuses paths with our own ASN",
        bad="{route} is accepted: allowas-in lets paths with our own ASN in",
        cause="allowas-in",
        remedy="Take allowas-in away on external sessions.",
    )


CHECK = Check(
    "ASP-02", "1", "Own ASN in the path is refused", Severity.MEDIUM, judge=judge, asks=asks, direction="import", relations=EXTERNAL
)
