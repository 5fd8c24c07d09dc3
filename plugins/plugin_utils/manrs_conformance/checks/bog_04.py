"""BOG-04: unallocated space is refused where a full-bogon list is used, and that list is fresh (RFC 7454 section 6.1.2).

Nothing is said where no such list is given: filters on unallocated space that nobody renews do harm, and are not asked for.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from ..model.policy import Cond, Not
from ..model.result import Finding, Severity
from ._questions import bogon, both, within
from .base import EXTERNAL, Case, Check


def asks(case: Case) -> Mapping[str, Cond]:
    """What is in the full list and not special-purpose, which BOG-01 and BOG-02 ask for."""
    afi, reference = case.session.afi, case.context.reference
    listed = reference.fullbogons.get(afi)
    return {"": both(within(afi, listed, "full bogons"), Not(bogon(reference, afi)))} if listed else {}


def judge(case: Case) -> Finding | None:
    """None of it is accepted."""
    afi, reference = case.session.afi, case.context.reference
    source = f"fullbogons_v{afi}"
    if not reference.given(source):
        return None
    if not reference.fullbogons.get(afi):
        because = reference.problem(source) or f"{source} holds nothing"
        return replace(case.doubtful("whether unallocated space is refused", because), sources=reference.cited(source))
    found = case.settle(
        case.ask(),
        good="no prefix of the full-bogon list is accepted",
        bad="{route} is accepted: space that no registry has given out",
        cause="full bogon",
        remedy="Take the full bogons by a BGP session with who publishes them, or write the filter again from the list every day.",
    )
    return replace(found, sources=reference.cited(source))


CHECK = Check(
    "BOG-04", "1", "Unallocated space is refused", Severity.MEDIUM, judge=judge, asks=asks, direction="import", relations=EXTERNAL
)
