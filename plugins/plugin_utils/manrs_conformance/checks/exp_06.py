"""EXP-06: a leaf network sends only its own prefixes (RFC 7454 section 6.3.2)."""

from __future__ import annotations

from collections.abc import Mapping

from ..analysis import scope
from ..model.policy import Cond, Not
from ..model.result import Finding, Severity
from ._outgoing import ours, relayed_blackhole
from ._questions import both
from .base import UPSTREAM, Case, Check


def asks(case: Case) -> Mapping[str, Cond]:
    """Anything that is not own space."""
    return {"": both(Not(ours(case)), Not(relayed_blackhole(case)))} if scope.is_leaf(case.context.intent) else {}


def judge(case: Case) -> Finding:
    """Only for networks without customers."""
    if not scope.is_leaf(case.context.intent):
        return case.skipped("the network has customers; EXP-01 applies")
    return case.settle(
        case.ask(),
        good="only own prefixes are sent",
        bad="{route} would be sent: a network without customers has only its own prefixes to announce",
        cause="foreign prefix sent by a leaf",
        remedy="Permit own prefixes by a prefix list and deny the rest.",
    )


CHECK = Check(
    "EXP-06",
    "1",
    "A leaf network sends only its own prefixes",
    Severity.CRITICAL,
    judge=judge,
    asks=asks,
    direction="export",
    relations=UPSTREAM,
)
