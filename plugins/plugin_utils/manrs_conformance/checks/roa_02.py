"""ROA-02: no own prefix is RPKI invalid; one that was valid before is what a hijacked registry account looks like."""

from __future__ import annotations

from collections.abc import Iterable

from ..model.originated import Originated
from ..model.policy import Rpki
from ..model.result import Finding, Severity, Status
from ._public import home, told
from ._roas import before, covering, own, shown
from .base import Check, FleetContext


def fleet(context: FleetContext, check: Check) -> Iterable[Finding]:
    """One finding for each own prefix."""
    for item in own(context, check):
        yield item if isinstance(item, Finding) else _judge(context, check, *item)


def _judge(context: FleetContext, check: Check, one: Originated, state: Rpki) -> Finding:
    asn = home(context.intent, one)
    if state is not Rpki.INVALID:
        message = f"{one.prefix} is not invalid"
        return told(context, check, asn, one.prefix, Status.PASS, message, "vrps")
    now = covering(context.reference.vrps or (), one.prefix)
    message = f"{one.prefix} is invalid: {shown(now)}"
    cause = "invalid"
    if before(context, one) is Rpki.VALID:
        old = set(covering(context.reference.earlier.vrps or (), one.prefix))
        new = [each for each in now if each not in old]
        message += f"; it was valid in the earlier snapshot, and new since then: {shown(new) or 'nothing, its own ROA is gone'}"
        cause = "was valid, is invalid"
    remedy = "Correct the ROA at once: networks that validate refuse this prefix. If nobody here changed it, treat the registry account as stolen."
    return told(context, check, asn, one.prefix, Status.FAIL, message, "vrps", "vrps_before", cause=cause, remedy=remedy)


CHECK = Check("ROA-02", "4", "No own prefix is invalid", Severity.CRITICAL, scope="fleet", fleet=fleet)
