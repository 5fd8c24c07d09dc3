"""CUS-01: a customer session has a prefix allow-list (MANRS action 1; RFC 7454 section 6.2.2.1)."""

from __future__ import annotations

from collections.abc import Mapping

from ..model.policy import Cond
from ..model.result import Finding, Severity
from ._allowlist import outside
from .base import CUSTOMERS, Case, Check


def asks(case: Case) -> Mapping[str, Cond]:
    """Prefixes that no list in reach names specifically."""
    return {"": outside(case.session, case.attachment, case.declared, case.context.reference)}


def judge(case: Case) -> Finding:
    """An allow-list is there when nothing beyond named prefixes is accepted."""
    return case.settle(
        case.ask(),
        good="only prefixes that a list names are accepted",
        bad="there is no prefix allow-list: {route} is accepted though no list names it",
        cause="prefix outside every list",
        remedy="Accept only the prefixes the customer may announce: a prefix list made from its as-set; deny the rest.",
    )


CHECK = Check(
    "CUS-01",
    "1",
    "Prefix allow-list on every customer session",
    Severity.CRITICAL,
    judge=judge,
    asks=asks,
    direction="import",
    relations=CUSTOMERS,
)
