"""EXP-03: no special-purpose or too specific prefix is sent, a default only to customers (RFC 7454 section 6.2.1.2)."""

from __future__ import annotations

from collections.abc import Mapping

from ..model.policy import Cond, Not
from ..model.result import Finding, Severity
from ._outgoing import relayed_blackhole
from ._questions import bogon, both, default_route, either, too_long
from .base import EXTERNAL, UPSTREAM, Case, Check


def asks(case: Case) -> Mapping[str, Cond]:
    """What nobody wants from us."""
    afi = case.session.afi
    bad = [both(bogon(case.context.reference, afi), Not(default_route(afi))), too_long(case.context.intent, afi)]
    if case.declared.relationship in UPSTREAM:
        bad.append(default_route(afi))
    return {"": both(either(*bad), Not(relayed_blackhole(case)))}


def judge(case: Case) -> Finding:
    """The policy refuses it, and no default is originated past the policy."""
    if case.session.default_originate and case.declared.relationship in UPSTREAM:
        return case.failed(
            "a default route is originated to it, past the export policy",
            cause="default-originate",
            remedy="Take default-originate away: only customers may be given a default route.",
        )
    return case.settle(
        case.ask(),
        good="special-purpose and too specific prefixes are not sent",
        bad="{route} would be sent: a special-purpose, too specific or default route",
        cause="bogon, too long or default sent",
        remedy="Refuse special-purpose prefixes, too specific ones and the default in front of the export policy.",
    )


CHECK = Check(
    "EXP-03",
    "1",
    "No special-purpose or too specific prefix leaves",
    Severity.HIGH,
    judge=judge,
    asks=asks,
    direction="export",
    relations=EXTERNAL,
)
