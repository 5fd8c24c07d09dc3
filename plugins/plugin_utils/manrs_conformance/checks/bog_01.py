"""BOG-01: IPv4 special-purpose prefixes, and longer ones, are refused (RFC 7454 section 6.1.1.1)."""

from __future__ import annotations

from collections.abc import Mapping

from ..model.policy import Cond
from ..model.result import Finding, Severity
from ._questions import bogon
from .base import EXTERNAL, Case, Check


def asks(case: Case) -> Mapping[str, Cond]:
    """What must not get through."""
    return {"": bogon(case.context.reference, 4)}


def judge(case: Case) -> Finding:
    """None of it is accepted."""
    return case.settle(
        case.ask(),
        good="no special-purpose prefix is accepted",
        bad="{route} is accepted: a special-purpose prefix that nobody may announce",
        cause="special-purpose prefix",
        remedy="Refuse the special-purpose prefixes first, with all longer ones.",
    )


CHECK = Check(
    "BOG-01",
    "1",
    "IPv4 special-purpose prefixes are refused",
    Severity.HIGH,
    judge=judge,
    asks=asks,
    direction="import",
    relations=EXTERNAL,
    families=(4,),
)
