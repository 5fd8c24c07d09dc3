"""BOG-02: IPv6 special-purpose prefixes, and longer ones, are refused (RFC 7454 section 6.1.1.2)."""

from __future__ import annotations

from collections.abc import Mapping

from ..model.policy import Cond, Not
from ..model.result import Finding, Severity
from ._questions import bogon, both, default_route
from .base import EXTERNAL, Case, Check


def asks(case: Case) -> Mapping[str, Cond]:
    """What must not get through."""
    return {"": both(bogon(case.context.reference, 6), Not(default_route(6)))}


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
    "BOG-02",
    "1",
    "IPv6 special-purpose prefixes are refused",
    Severity.HIGH,
    judge=judge,
    asks=asks,
    direction="import",
    relations=EXTERNAL,
    families=(6,),
)
