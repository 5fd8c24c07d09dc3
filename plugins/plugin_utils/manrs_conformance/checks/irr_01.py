"""IRR-01: each announced prefix, own or a customer's, has a route or route6 object of exactly it and its origin (MANRS Action 4)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ..model.originated import Originated
from ..model.public import RouteObject
from ..model.result import Finding, Severity, Status
from ._irr import exact, registered, words
from ._public import home, told, unknown
from .base import Check, FleetContext


def fleet(context: FleetContext, check: Check) -> Iterable[Finding]:
    """One finding for each prefix, and one for each customer whose announcements nobody knows."""
    for item in registered(context, check):
        yield item if isinstance(item, Finding) else _judge(context, check, *item)
    yield from _uncounted(context, check)


def _judge(context: FleetContext, check: Check, one: Originated, found: tuple[RouteObject, ...]) -> Finding:
    asn = home(context.intent, one)
    origins = " or ".join(f"AS{each}" for each in one.origins)
    good = exact(one, found)
    if good:
        return told(context, check, asn, one.prefix, Status.PASS, f"registered: {words(good)}", "irr")
    near = [each for each in found if each.origin in one.origins]
    less = f"; only a less specific object covers it: {words(near)}" if near else ""
    if any(each.prefix == one.prefix for each in near):
        less = f" that filters are made from: {words(near)}"
    message = f"{one.prefix} of {origins} has no route object{less}"
    remedy = f"Register {one.prefix} with its origin, best in the registry of the region that holds the space."
    return told(context, check, asn, one.prefix, Status.FAIL, message, "irr", cause="no route object", remedy=remedy)


def _uncounted(context: FleetContext, check: Check) -> Iterator[Finding]:
    """Customers that are neither pinned nor seen would be missing from the count."""
    reference, intent = context.reference, context.intent
    if not reference.given("irr"):
        return
    for one in intent.neighbours:
        if one.relationship != "customer" or one.private_asn:
            continue
        if one.prefixes is not None:
            if one.prefixes and not one.select.asn and not one.origins:
                because = "its prefixes are pinned, and nothing says which AS originates them: add `asn` or `origins`"
                yield unknown(context, check, intent.asns[0], one.name or one.prefixes[0].prefix, because, "irr")
            continue
        key = one.as_set or (f"AS{one.select.asn}" if one.select.asn else "")
        known = reference.authorised.get(key)
        origins = {*(known.origins if known else ()), *(one.origins or ()), *((one.select.asn,) if one.select.asn else ())}
        lost = [
            asn
            for asn in sorted(origins)
            if (seen := (reference.ripestat or {}).get(asn)) is None or seen.problem or seen.announced is None
        ]
        if lost or not origins or reference.problem("ripestat"):
            subject = f"AS{lost[0]}" if lost else one.name or key or "customer"
            because = (
                reference.problem("ripestat")
                or "what this customer announces is neither pinned in the intent nor known from collectors"
            )
            yield unknown(context, check, intent.asns[0], subject, because, "irr", "ripestat")


CHECK = Check("IRR-01", "4", "Announced prefixes have route objects", Severity.HIGH, scope="fleet", fleet=fleet)
