"""OWN-01: own prefixes and longer ones are refused from peers and providers (RFC 7454 section 6.1.4); delegated space is spared."""

from __future__ import annotations

from collections.abc import Mapping

from ..model.policy import Cond, Not
from ..model.result import Finding, Severity
from ._questions import both, own, ranges, within
from .base import UPSTREAM, Case, Check


def asks(case: Case) -> Mapping[str, Cond]:
    """What must not get through."""
    intent = case.context.intent
    if case.declared.own_prefixes_agreed:
        return {}
    lent = within(case.session.afi, ranges(intent.delegated, case.session.afi, every_longer=True), "delegated")
    return {"": both(own(intent, case.session.afi, every_longer=True), Not(lent))}


def judge(case: Case) -> Finding:
    """Refused, or agreed, or nothing to protect in this family."""
    if case.declared.own_prefixes_agreed:
        return case.skipped("own prefixes are agreed on this session (multihoming)")
    if not ranges((*case.context.intent.prefixes,), case.session.afi) and not case.context.intent.legacy:
        return case.skipped(f"the intent declares no own IPv{case.session.afi} prefix")
    return case.settle(
        case.ask(),
        good="own prefixes are refused",
        bad="{route} is accepted: it is our own space, coming from outside",
        cause="own prefix",
        remedy="Refuse own prefixes with all longer ones (or declare `delegated`, `own_prefixes_agreed`).",
    )


CHECK = Check(
    "OWN-01",
    "1",
    "Own prefixes are refused from outside",
    Severity.HIGH,
    judge=judge,
    asks=asks,
    direction="import",
    relations=UPSTREAM,
)
