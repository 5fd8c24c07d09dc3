"""IRR-08: each own ASN has an aut-num object in a routing registry (MANRS Action 4, joining)."""

from __future__ import annotations

from collections.abc import Iterable

from ..model.result import Finding, Severity, Status
from ._public import listed, per_asn, told
from .base import Check, FleetContext


def fleet(context: FleetContext, check: Check) -> Iterable[Finding]:
    """One finding for each own ASN."""
    facts = context.reference.registrations
    for item in per_asn(context, check, "irr", facts.aut_nums if facts else None):
        if isinstance(item, Finding):
            yield item
            continue
        asn, found = item
        if found.registered:
            message = f"AS{asn} is registered in {listed(found.registries) or 'the registry'}"
            yield told(context, check, asn, f"AS{asn}", Status.PASS, message, "irr")
        else:
            message = f"AS{asn} has no aut-num object in the registries asked"
            remedy = "Register the AS number in the registry of its region."
            yield told(context, check, asn, f"AS{asn}", Status.FAIL, message, "irr", cause="no aut-num", remedy=remedy)


CHECK = Check("IRR-08", "4", "Own AS numbers are registered", Severity.HIGH, scope="fleet", fleet=fleet)
