"""IRR-05: an own as-set exists, holds the own ASNs and those of all customers, and expands without gaps (MANRS Action 4)."""

from __future__ import annotations

from collections.abc import Iterable

from ..model.public import SetFacts
from ..model.result import Finding, Severity, Status
from ._neighbours import met, silence
from ._public import listed, told, unknown
from .base import Check, FleetContext

REMEDY = "Correct the as-set: neighbours build their filters from it. A name such as AS64500:AS-ALL cannot be taken by others."


def fleet(context: FleetContext, check: Check) -> Iterable[Finding]:
    """One finding for each declared as-set, or one that says that none is declared."""
    reference, intent = context.reference, context.intent
    if not reference.given("irr"):
        return
    asn = intent.asns[0]
    if not intent.as_sets:
        yield unknown(context, check, asn, f"AS{asn}", "the intent names no as-set (key `as_sets`)", "irr")
    for name in intent.as_sets:
        found = reference.registrations.sets.get(name) if reference.registrations else None
        why = reference.problem("irr") or (found.problem if found else "the registry was not asked about it")
        if why or found is None:
            yield unknown(context, check, asn, name, why or "", "irr")
        else:
            yield _judge(context, check, asn, found)


def _judge(context: FleetContext, check: Check, asn: int, found: SetFacts) -> Finding:
    intent = context.intent
    if not found.exists:
        message = f"{found.name} does not exist in the registries asked"
        return told(context, check, asn, found.name, Status.FAIL, message, "irr", cause="no as-set", remedy=REMEDY)
    customers, silent = met(context, {"customer"})
    origins = {
        each for one in intent.neighbours if one.relationship == "customer" and not one.private_asn for each in one.origins or ()
    }
    lacking = sorted({*intent.asns, *customers, *origins} - set(found.asns))
    parts = [f"lacks AS{listed(lacking)}"] if lacking else []
    parts += [f"names members that do not exist: {listed(found.missing)}"] if found.missing else []
    if parts:
        message = f"{found.name} {' and '.join(parts)}"
        return told(context, check, asn, found.name, Status.FAIL, message, "irr", cause="as-set incomplete", remedy=REMEDY)
    if because := silence(one for one in silent if not one.origins):
        return unknown(context, check, asn, found.name, because, "irr")
    hint = (
        "" if ":" in found.name.rpartition("::")[2] else "; its name is not hierarchical, so others can make one like it elsewhere"
    )
    message = f"{found.name} holds {len(found.asns)} ASNs, all own and customers' ones among them{hint}"
    return told(context, check, asn, found.name, Status.PASS, message, "irr")


CHECK = Check("IRR-05", "4", "The as-set is complete", Severity.HIGH, scope="fleet", fleet=fleet)
