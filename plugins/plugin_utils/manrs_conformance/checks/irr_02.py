"""IRR-02: no announced prefix is covered by a less specific route object only: the Observatory counts it, filters do not take it."""

from __future__ import annotations

from collections.abc import Iterable

from ..model.result import Finding, Severity, Status
from ._irr import exact, registered, words
from ._public import home, told
from .base import Check, FleetContext


def fleet(context: FleetContext, check: Check) -> Iterable[Finding]:
    """One finding for each prefix that is covered at all."""
    for item in registered(context, check):
        if isinstance(item, Finding):
            yield item
            continue
        one, found = item
        asn = home(context.intent, one)
        near = [each for each in found if each.origin in one.origins]
        if exact(one, found):
            yield told(context, check, asn, one.prefix, Status.PASS, f"{one.prefix} has its own object", "irr")
        elif near:
            message = f"{one.prefix} is covered only by {words(near)}"
            remedy = f"Register {one.prefix} itself: filters made from the registry hold exact prefixes."
            yield told(
                context, check, asn, one.prefix, Status.FAIL, message, "irr", cause="less specific object only", remedy=remedy
            )


CHECK = Check("IRR-02", "4", "Route objects are exact", Severity.LOW, scope="fleet", fleet=fleet)
