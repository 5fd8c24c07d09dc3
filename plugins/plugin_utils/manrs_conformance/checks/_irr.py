"""Own and customers' prefixes against route objects, for the IRR checks."""

from __future__ import annotations

from collections.abc import Iterator

from ..model.originated import Originated
from ..model.public import RouteObject
from ..model.result import Finding
from ._public import announced, home, unknown
from .base import Check, FleetContext


def registered(context: FleetContext, check: Check) -> Iterator[tuple[Originated, tuple[RouteObject, ...]] | Finding]:
    """Each own and customer's prefix with the route objects that cover it, or why they are not known; nothing without a registry."""
    reference = context.reference
    if not reference.given("irr"):
        return
    facts, problem = reference.registrations, reference.problem("irr")
    for one in announced(context):
        why = problem or (facts.problems.get(one.prefix) if facts else "the registry was not asked")
        if why is None and facts is not None and one.prefix not in facts.routes:
            why = "the registry was not asked about it"
        if why or facts is None:
            yield unknown(context, check, home(context.intent, one), one.prefix, why or "", "irr")
        else:
            yield one, facts.routes[one.prefix]


def exact(one: Originated, found: tuple[RouteObject, ...]) -> list[RouteObject]:
    """Objects of exactly this prefix and one of its origins, without those that are RPKI invalid: filters are not made from them."""
    return [each for each in found if each.prefix == one.prefix and each.origin in one.origins and not each.invalid]


def words(found: list[RouteObject]) -> str:
    """Objects in words."""
    texts = [
        f"{one.prefix} AS{one.origin}{f' in {one.registry}' if one.registry else ''}{' (RPKI invalid)' if one.invalid else ''}"
        for one in found[:4]
    ]
    return "; ".join(texts) + (f" and {len(found) - 4} more" if len(found) > 4 else "")
