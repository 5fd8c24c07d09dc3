"""CON-01: the registry names an operations contact for each AS number and each address block (MANRS Action 3)."""

from __future__ import annotations

from collections.abc import Iterable

from ..model.public import Holding
from ..model.result import Finding, Severity, Status
from ._public import OPERATIONS, told, unknown
from .base import Check, FleetContext

REMEDY = "Add a technical or operations contact (admin-c, tech-c, noc) with a mailbox to the object in the regional registry."


def fleet(context: FleetContext, check: Check) -> Iterable[Finding]:
    """One finding for each own ASN and prefix; none where the registries were not asked."""
    reference, intent = context.reference, context.intent
    if not reference.given("rdap"):
        return
    problem = reference.problem("rdap")
    for resource in (*(f"AS{asn}" for asn in intent.asns), *dict.fromkeys(one.prefix for one in intent.prefixes)):
        asn = int(resource[2:]) if resource.startswith("AS") else intent.asns[0]
        held = (reference.rdap or {}).get(resource)
        why = problem or (f"the registries were not asked about {resource}" if held is None else held.problem)
        if why or held is None:
            yield unknown(context, check, asn, resource, why or "", "rdap")
        else:
            yield _judge(context, check, asn, held)


def _judge(context: FleetContext, check: Check, asn: int, held: Holding) -> Finding:
    if not held.registered:
        message = f"{held.resource}: the registry holds no record of it"
        return told(
            context,
            check,
            asn,
            held.resource,
            Status.FAIL,
            message,
            "rdap",
            cause="not registered",
            remedy="Check that it is yours.",
        )
    if held.wide:
        because = f"the registry answers with the whole block {held.handle}, which is not this network's own record"
        return unknown(context, check, asn, held.resource, because, "rdap")
    known = [one for one in held.contacts if OPERATIONS & set(one.roles)]
    reachable = [one for one in known if one.emails or one.phones]
    if reachable:
        roles = ", ".join(sorted({role for one in reachable for role in one.roles if role in OPERATIONS}))
        message = f"{held.resource} ({held.handle}): contact {reachable[0].name} ({roles})"
        return told(context, check, asn, held.resource, Status.PASS, message, "rdap")
    if known:
        because = f"{held.handle} names {known[0].name}, but the answer shows neither mailbox nor telephone; it may be redacted"
        return unknown(context, check, asn, held.resource, because, "rdap")
    message = f"{held.resource} ({held.handle}): the record names no operations contact"
    return told(context, check, asn, held.resource, Status.FAIL, message, "rdap", cause="no operations contact", remedy=REMEDY)


CHECK = Check("CON-01", "3", "The registry names operations contacts", Severity.HIGH, scope="fleet", fleet=fleet)
