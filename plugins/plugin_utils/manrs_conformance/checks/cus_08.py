"""CUS-08: more-specifics of customers are accepted up to /24 and /48 (RFC 7454 section 6.1.3)."""

from __future__ import annotations

from collections.abc import Mapping

from ..model.policy import Cond, Not
from ..model.result import Finding, Severity
from ._questions import blackhole_agreed, both, too_long
from .base import CUSTOMERS, Case, Check


def asks(case: Case) -> Mapping[str, Cond]:
    """Too long, blackhole routes by agreement excepted."""
    spared = blackhole_agreed(case.declared, case.session, case.context.reference)
    return {"": both(too_long(case.context.intent, case.session.afi), Not(spared))}


def judge(case: Case) -> Finding:
    """Nothing longer gets in."""
    limits = case.context.intent.limits
    longest = limits.longest_v4 if case.session.afi == 4 else limits.longest_v6
    return case.settle(
        case.ask(),
        good=f"prefixes longer than /{longest} are refused",
        bad=f"{{route}} is accepted: longer than /{longest} and no agreed blackhole route",
        cause="too long",
        remedy=f"Write the customer's ranges with `le {longest}`.",
    )


CHECK = Check(
    "CUS-08",
    "1",
    "Customer more-specifics are bounded",
    Severity.HIGH,
    judge=judge,
    asks=asks,
    direction="import",
    relations=CUSTOMERS,
)
