"""LEN-01: IPv4 prefixes longer than /24 (or as declared) are refused (RFC 7454 section 6.1.3), agreed blackholes spared."""

from __future__ import annotations

from collections.abc import Mapping

from ..model.policy import Cond, Not
from ..model.result import Finding, Severity
from ._questions import blackhole_agreed, both, too_long
from .base import EXTERNAL, Case, Check


def asks(case: Case) -> Mapping[str, Cond]:
    """What must not get through."""
    spared = blackhole_agreed(case.declared, case.session, case.context.reference)
    return {"": both(too_long(case.context.intent, 4), Not(spared))}


def judge(case: Case) -> Finding:
    """None of it is accepted."""
    return case.settle(
        case.ask(),
        good="no prefix longer than the limit is accepted",
        bad="{route} is accepted: too long for the global table and no agreed blackhole route",
        cause="too long",
        remedy="Refuse anything longer than /24.",
    )


CHECK = Check(
    "LEN-01",
    "1",
    "IPv4 prefixes longer than /24 are refused",
    Severity.HIGH,
    judge=judge,
    asks=asks,
    direction="import",
    relations=EXTERNAL,
    families=(4,),
)
