"""ROA-08: own space that is not routed may be closed by a ROA for AS 0 (RFC 6483 section 4): advice, never a fail."""

from __future__ import annotations

from collections.abc import Iterable

from ..model.result import Finding, Severity, Status
from ._public import announced, home, told
from ._roas import covering, inside
from .base import Check, FleetContext


def fleet(context: FleetContext, check: Check) -> Iterable[Finding]:
    """One finding for each declared prefix under which collectors see nothing."""
    reference = context.reference
    if not reference.ripestat or reference.problem("ripestat") or not reference.vrps or reference.problem("vrps"):
        return
    if any(one.problem for one in reference.ripestat.values()):
        return
    items = announced(context)
    for one in items:
        if not one.own or one.seen or any(other.seen and inside(other.prefix, one.prefix) for other in items):
            continue
        asn = home(context.intent, one)
        if any(vrp.asn == 0 for vrp in covering(reference.vrps, one.prefix)):
            message = f"{one.prefix} is not routed, and a ROA for AS0 closes it"
            yield told(context, check, asn, one.prefix, Status.PASS, message, "vrps", "ripestat")
        else:
            because = "advice: a ROA for AS0 would keep others from using this space"
            message = f"{one.prefix} is declared, and collectors do not see it"
            yield told(context, check, asn, one.prefix, Status.NOT_APPLICABLE, message, "vrps", "ripestat", because=because)


CHECK = Check("ROA-08", "4", "Space that is not routed is closed", Severity.INFO, scope="fleet", fleet=fleet)
