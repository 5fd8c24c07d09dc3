"""COM-02: communities of others and no-export are not stripped (RFC 7454 section 11)."""

from __future__ import annotations

from collections.abc import Mapping

from ..model.policy import Cond, Not
from ..model.result import Finding, Severity
from ._questions import carries
from .base import EXTERNAL, Case, Check

NO_EXPORT = "65535:65281"


def asks(_case: Case) -> Mapping[str, Cond]:
    """Routes that come with no-export, and routes that do not have it."""
    return {"": carries(NO_EXPORT), "lost": Not(carries(NO_EXPORT))}


def judge(case: Case) -> Finding:
    """A route that comes with no-export keeps it."""
    return case.settle(
        case.ask(after="lost"),
        good="no-export set by the neighbour is kept",
        bad="{route} comes with no-export and loses it: it goes further than its sender allows",
        cause="no-export stripped",
        remedy="Delete only own communities on import, and add with `additive`.",
    )


CHECK = Check(
    "COM-02", "1", "Communities of others are kept", Severity.LOW, judge=judge, asks=asks, direction="import", relations=EXTERNAL
)
