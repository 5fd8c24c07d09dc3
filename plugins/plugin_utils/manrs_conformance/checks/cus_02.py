"""CUS-02: a customer is not filtered by AS path alone (MANRS action 1: AS-path filters do not replace prefix filters)."""

from __future__ import annotations

from collections.abc import Mapping

from ..model.policy import AsPathMatch, Cond
from ..model.result import Finding, Severity
from . import _reach
from ._allowlist import outside
from .base import CUSTOMERS, Case, Check


def asks(case: Case) -> Mapping[str, Cond]:
    """Prefixes that no list in reach names specifically."""
    return {"": outside(case.session, case.attachment, case.declared, case.context.reference)}


def judge(case: Case) -> Finding:
    """Only sessions with an AS-path filter can break it."""
    if not any(isinstance(one, AsPathMatch) for one in _reach.conditions(case.attachment)):
        return case.skipped("no AS-path filter is used; CUS-01 tells whether prefixes are filtered")
    return case.settle(
        case.ask(),
        good="beside the AS path the prefix is filtered too",
        bad="only the AS path is filtered: {route} is accepted whatever its prefix",
        cause="AS-path filter alone",
        remedy="Keep the AS-path filter and add a prefix allow-list: a path is easily forged.",
    )


CHECK = Check(
    "CUS-02",
    "1",
    "Customers are not filtered by AS path alone",
    Severity.HIGH,
    judge=judge,
    asks=asks,
    direction="import",
    relations=CUSTOMERS,
)
