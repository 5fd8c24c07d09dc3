"""EXP-04: no private ASN leaves in a path (RFC 7454 section 9)."""

from __future__ import annotations

from collections.abc import Mapping

from ..model.policy import Cond
from ..model.result import Finding, Severity, Status
from ._questions import PRIVATE_ASNS, contains
from .base import UPSTREAM, Case, Check


def asks(case: Case) -> Mapping[str, Cond]:
    """Paths with a private ASN."""
    return {"": contains(PRIVATE_ASNS, "private ASNs")}


def judge(case: Case) -> Finding:
    """Removed by the session or refused by the policy."""
    found = case.settle(
        case.ask(),
        good="paths with a private ASN are refused",
        bad="{route} would be sent with a private ASN in its path",
        cause="private ASN sent",
        remedy="Refuse such paths, or remove private ASNs towards this neighbour (remove-private-AS all).",
    )
    if found.status is Status.PASS or not case.session.remove_private:
        return found
    words = [case.context.text_of(one).lower() for one in case.session.lines]
    if any("remove-private-as all" in one for one in words):
        return case.passed("private ASNs are removed from every path")
    return case.doubtful(
        "private ASNs are removed only from paths that hold nothing else",
        "remove-private-AS without `all` leaves mixed paths as they are",
    )


CHECK = Check(
    "EXP-04", "1", "No private ASN leaves", Severity.MEDIUM, judge=judge, asks=asks, direction="export", relations=UPSTREAM
)
