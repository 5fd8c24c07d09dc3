"""ROV-11: no best path of the table is RPKI invalid (RFC 6811 section 2): by the router's own states and by the reference VRPs."""

from __future__ import annotations

from collections.abc import Iterable

from ..analysis.origin import index, origin, states, validate_all
from ..model.policy import Rpki
from ..model.result import Finding, Severity, Status, Witness
from ..model.route import Route
from ..model.router import Live, LiveRoute
from .base import Check, CheckContext

SHOWN = 3


def run(context: CheckContext, check: Check) -> Iterable[Finding]:
    """One finding for the router; without its table it cannot be told."""
    router = context.router
    if not any(one.kind == "ebgp" and not one.shutdown for one in router.sessions):
        return []
    if router.live is None or router.live.routes is None:
        because = "the BGP table was not collected (not asked for, or too large)"
        return [check.finding(context.device, "router", Status.NOT_APPLICABLE, "best paths not validated", because=because)]
    routes = [one for one in router.live.routes if one.best and one.neighbor and one.as_path]
    if not routes:
        because = "no best path came from a neighbour"
        return [check.finding(context.device, "router", Status.NOT_APPLICABLE, "best paths not validated", because=because)]
    found = _states(context, router.live, routes, router.local_as or 0)
    judged = list(zip(routes, [one.rpki for one in routes] if found is None else found, strict=True))
    bad = [one for one, state in judged if state is Rpki.INVALID and not _blackhole(context, one)]
    if bad:
        witnesses = tuple(
            Witness(
                Route(one.prefix, one.as_path, frozenset(one.communities), rpki=Rpki.INVALID, peer=one.neighbor),
                learned_from=one.neighbor,
            )
            for one in bad[:SHOWN]
        )
        shown = ", ".join(f"{one.prefix} from {one.neighbor} path {list(one.as_path)}" for one in bad[:SHOWN])
        message = f"{len(bad)} best path(s) are RPKI invalid: {shown}"
        remedy = "Refuse invalid routes on the sessions named, then refresh them."
        return [
            check.finding(
                context.device, "router", Status.FAIL, message, cause="invalid best path", remedy=remedy, witnesses=witnesses
            )
        ]
    blind = router.live.vrps == ()
    if found is None and (blind or all(state is Rpki.UNVERIFIED for _one, state in judged)):
        nobody = "neither the router nor a reference gives validation states"
        because = "the router holds no VRPs, by which every route is not-found" if blind else nobody
        return [check.finding(context.device, "router", Status.INCONCLUSIVE, "best paths not validated", because=because)]
    return [check.finding(context.device, "router", Status.PASS, f"none of {len(judged)} received best paths is RPKI invalid")]


def _states(context: CheckContext, live: Live, routes: list[LiveRoute], own_as: int) -> list[Rpki] | None:
    """The state of each route by the reference, else by the VRPs that the router holds; invalid for the router is invalid. None without any."""
    vrps = context.reference.vrps if not context.reference.problem("vrps") else None
    prefixes, origins = [one.prefix for one in routes], [origin(one.as_path, own_as) for one in routes]
    if vrps:
        found = states(vrps, prefixes, origins)
    elif live.vrps:
        found = validate_all(index(live.vrps), zip(prefixes, origins, strict=True))
    else:
        return None
    return [Rpki.INVALID if one.rpki is Rpki.INVALID else state for one, state in zip(routes, found, strict=True)]


def _blackhole(context: CheckContext, route: LiveRoute) -> bool:
    """A route of an agreed blackhole service."""
    for one in context.router.sessions:
        if one.neighbor == route.neighbor:
            declared = context.neighbour(one)
            if declared is not None and set(declared.blackhole) & set(route.communities):
                return True
    return False


CHECK = Check("ROV-11", "4", "No invalid best path", Severity.HIGH, run=run)
