"""IRR-03: no route object gives an announced prefix to somebody else."""

from __future__ import annotations

from collections.abc import Iterable

from ..model.result import Finding, Severity, Status
from ._irr import registered, words
from ._public import announced, home, told
from .base import Check, FleetContext


def fleet(context: FleetContext, check: Check) -> Iterable[Finding]:
    """One finding for each prefix."""
    ours = {*context.intent.asns, *(asn for one in announced(context) for asn in one.origins)}
    ours |= {one.select.asn for one in context.intent.neighbours if one.own_prefixes_agreed and one.select.asn}
    for item in registered(context, check):
        if isinstance(item, Finding):
            yield item
            continue
        one, found = item
        asn = home(context.intent, one)
        strange = [each for each in found if each.prefix == one.prefix and each.origin not in ours]
        if not strange:
            yield told(context, check, asn, one.prefix, Status.PASS, f"no object gives {one.prefix} to another AS", "irr")
            continue
        message = f"{one.prefix} is also registered as {words(strange)}"
        remedy = "Ask the maintainer, or the registry, to delete the object: filters made from it let others announce the prefix."
        cause = f"registered for AS{strange[0].origin}"
        yield told(context, check, asn, one.prefix, Status.FAIL, message, "irr", cause=cause, remedy=remedy)


CHECK = Check("IRR-03", "4", "No route object names another origin", Severity.MEDIUM, scope="fleet", fleet=fleet)
