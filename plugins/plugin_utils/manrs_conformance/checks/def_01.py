"""DEF-01: the default route is refused unless agreed on the session (RFC 7454 section 6.1.6)."""

from __future__ import annotations

from collections.abc import Mapping

from ..model.policy import Cond
from ..model.result import Finding, Severity
from ._questions import default_route
from .base import EXTERNAL, Case, Check


def asks(case: Case) -> Mapping[str, Cond]:
    """What must not get through."""
    return {} if case.declared.default_agreed else {"": default_route(case.session.afi)}


def judge(case: Case) -> Finding:
    """Refused, or agreed."""
    if case.declared.default_agreed:
        return case.skipped("a default route is agreed on this session")
    return case.settle(
        case.ask(),
        good="the default route is refused",
        bad="{route} is accepted: whoever sends it draws all traffic without a better route",
        cause="default route",
        remedy="Refuse it, or declare `default_agreed: true` where it is wanted.",
    )


CHECK = Check(
    "DEF-01",
    "1",
    "The default route is refused unless agreed",
    Severity.HIGH,
    judge=judge,
    asks=asks,
    direction="import",
    relations=EXTERNAL,
)
