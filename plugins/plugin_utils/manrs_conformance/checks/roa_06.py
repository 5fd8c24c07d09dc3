"""ROA-06: no ROA stands for a prefix that is never announced (RFC 9319 section 5); asked only where collectors were."""

from __future__ import annotations

from collections.abc import Iterable

from ..model.result import Finding, Severity, Status
from ._public import announced, told, unknown
from ._roas import inside
from .base import Check, FleetContext


def fleet(context: FleetContext, check: Check) -> Iterable[Finding]:
    """One finding for each payload of an own ASN."""
    reference = context.reference
    if not reference.given("vrps") or not reference.given("ripestat"):
        return
    known = {asn for asn, one in (reference.ripestat or {}).items() if not one.problem}
    problem = reference.problem("vrps") or reference.problem("ripestat")
    for asn in context.intent.asns:
        if problem or asn not in known:
            because = problem or f"ripestat gave no answer on AS{asn}"
            yield unknown(context, check, asn, f"AS{asn}", because, "vrps", "ripestat")
    if problem:
        return
    items = announced(context)
    for vrp in reference.vrps or ():
        if vrp.asn not in context.intent.asns or vrp.asn not in known:
            continue
        what = f"ROA {vrp.prefix} maxLength {vrp.max_length} of AS{vrp.asn}"
        if any(one.seen and vrp.asn in one.origins and inside(one.prefix, vrp.prefix) for one in items):
            yield told(context, check, vrp.asn, vrp.prefix, Status.PASS, f"{what} is in use", "vrps", "ripestat")
            continue
        message = f"{what}: collectors see nothing announced under it"
        remedy = "Withdraw the ROA unless it is kept for mitigation (RFC 9319 section 5.1)."
        cause = f"unused maxLength {vrp.max_length}"
        yield told(context, check, vrp.asn, vrp.prefix, Status.FAIL, message, "vrps", "ripestat", cause=cause, remedy=remedy)


CHECK = Check("ROA-06", "4", "ROAs are in use", Severity.LOW, scope="fleet", fleet=fleet)
