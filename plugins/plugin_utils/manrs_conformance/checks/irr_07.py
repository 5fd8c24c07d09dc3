"""IRR-07: the as-sets that filters are made from hold nothing that can never be a customer, and gained nothing of the kind.

A forged member of an as-set opened the providers' filters in the hijack of 17 August 2022 (Celer Bridge).
"""

from __future__ import annotations

from collections.abc import Iterable

from ..analysis import authority
from ..model.intent import Neighbour
from ..model.public import SetFacts
from ..model.result import Finding, Severity, Status
from ._public import listed, told, unknown
from .base import Check, FleetContext

LARGE = 10_000
"""An as-set of more ASNs than this describes no customer: a filter made from it permits a good part of the Internet."""
FILTERED = frozenset({"customer", "sibling", "route_server_client"})
REMEDY = "Ask the customer to correct the as-set, and pin its prefixes until then; do not build a filter from it."


def fleet(context: FleetContext, check: Check) -> Iterable[Finding]:
    """One finding for each as-set of the operator and of its customers."""
    reference, intent = context.reference, context.intent
    if not reference.given("irr"):
        return
    users: dict[str, Neighbour | None] = {
        one.as_set: one for one in intent.neighbours if one.as_set and one.prefixes is None and one.relationship in FILTERED
    }
    users |= dict.fromkeys(intent.as_sets)
    for name in sorted(users):
        facts = reference.registrations.sets.get(name) if reference.registrations else None
        why = reference.problem("irr") or (facts.problem if facts else "the registry was not asked about it")
        if why or facts is None:
            yield unknown(context, check, intent.asns[0], name, why or "", "irr")
        elif not facts.exists:
            yield unknown(context, check, intent.asns[0], name, "the as-set does not exist in the registries asked", "irr")
        else:
            yield _judge(context, check, name, facts, users[name])


def _judge(context: FleetContext, check: Check, name: str, facts: SetFacts, user: Neighbour | None) -> Finding:
    asn = context.intent.asns[0]
    forbidden = authority.never(context.intent, context.reference, user)
    inside = sorted(set(facts.asns) & set(forbidden))
    old = context.reference.earlier.sets.get(name)
    gained = sorted(set(facts.asns) - set(old)) if old is not None else []
    parts = [f"holds AS{one}, {forbidden[one]}{' (new since the earlier snapshot)' if one in gained else ''}" for one in inside[:5]]
    parts += [f"holds {len(facts.asns)} ASNs, more than {LARGE}"] if len(facts.asns) > LARGE else []
    several = len(facts.registries) > 1 and "::" not in name
    parts += [f"exists in several registries: {listed(facts.registries)}"] if several else []
    change = f"; new since the earlier snapshot: AS{listed(gained)}" if gained else ""
    if parts:
        cause = f"never a customer: AS{inside[0]}" if inside else "too large" if len(facts.asns) > LARGE else "several registries"
        severity = check.severity if inside or len(facts.asns) > LARGE else Severity.MEDIUM
        message = f"{name} {', and '.join(parts)}{change}"
        return told(
            context, check, asn, name, Status.FAIL, message, "irr", "irr_before", cause=cause, remedy=REMEDY, severity=severity
        )
    message = f"{name}: {len(facts.asns)} ASNs, none of which cannot be a customer{change}"
    return told(context, check, asn, name, Status.PASS, message, "irr", "irr_before")


CHECK = Check("IRR-07", "1", "As-sets make sense as filters", Severity.HIGH, scope="fleet", fleet=fleet)
