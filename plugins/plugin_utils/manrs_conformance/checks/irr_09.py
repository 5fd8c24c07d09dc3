"""IRR-09: route objects of own prefixes are kept by those who keep the AS number; another maintainer's is a proxy registration.

A proxy registration, made by a provider long ago, lives on when the contract ends, and its owner cannot correct it. Names of maintainers mean
something within one registry only, so an object is compared with the aut-num of the same registry.
"""

from __future__ import annotations

from collections.abc import Iterable

from ..model.originated import Originated
from ..model.public import AutNum, RouteObject
from ..model.result import Finding, Severity, Status
from ._irr import exact, registered, words
from ._public import home, listed, told
from .base import Check, FleetContext

REMEDY = "Register the prefix yourself, in the registry of the region that holds it, and have the proxy registration deleted."


def fleet(context: FleetContext, check: Check) -> Iterable[Finding]:
    """One finding for each own prefix that has a route object of an own AS number."""
    facts = context.reference.registrations
    for item in registered(context, check):
        if isinstance(item, Finding):
            yield item
        elif item[0].own and facts is not None:
            found = [one for one in exact(*item) if one.origin in context.intent.asns]
            if found:
                yield _judge(context, check, item[0], found, {one.origin: facts.aut_nums.get(one.origin) for one in found})


def _judge(
    context: FleetContext, check: Check, one: Originated, found: list[RouteObject], numbers: dict[int, AutNum | None]
) -> Finding:
    asn = home(context.intent, one)
    kept = {each: _own(each, numbers[each.origin]) for each in found}
    ours = [each for each, state in kept.items() if state]
    strange = [each for each, state in kept.items() if state is False]
    if strange:
        who = listed(sorted({name for each in strange for name in each.maintainers}))
        message = f"{one.prefix}: {words(strange)} is kept by {who}, who does not keep the AS number: a proxy registration"
        beside = f", beside {words(ours)}" if ours else ""
        return told(
            context, check, asn, one.prefix, Status.FAIL, f"{message}{beside}", "irr", cause="proxy registration", remedy=REMEDY
        )
    if ours:
        return told(context, check, asn, one.prefix, Status.PASS, f"kept by who keeps the AS number: {words(ours)}", "irr")
    because = f"who keeps the AS number in the registry of {words(found)} is not known"
    return told(context, check, asn, one.prefix, Status.NOT_APPLICABLE, f"{one.prefix}: not judged", "irr", because=because)


def _own(one: RouteObject, number: AutNum | None) -> bool | None:
    """Whether a maintainer of the object keeps the aut-num of the same registry too; None when either is not known."""
    if number is None or number.problem or not one.maintainers:
        return None
    keepers = {name for registry, name in number.maintainers if registry == one.registry}
    return bool(keepers & set(one.maintainers)) if keepers else None


CHECK = Check("IRR-09", "4", "Route objects are the operator's own", Severity.LOW, scope="fleet", fleet=fleet)
