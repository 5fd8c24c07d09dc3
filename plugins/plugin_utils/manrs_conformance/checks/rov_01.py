"""ROV-01: the router holds validated ROA payloads from a cache that is connected (RFC 7115 section 3)."""

from __future__ import annotations

from collections.abc import Iterable

from ..model.result import Finding, Severity, Status
from .base import Check, CheckContext

SHARE = 0.5
"""Fewer than this share of the reference VRPs on the router means that its cache is not the whole picture."""


def run(context: CheckContext, check: Check) -> Iterable[Finding]:
    """One finding for the router, where it has external sessions."""
    router = context.router
    if not any(one.kind == "ebgp" and not one.shutdown for one in router.sessions):
        return []
    lines = context.cited(one.line for one in router.caches)

    def made(status: Status, message: str, cause: str = "", because: str = "") -> list[Finding]:
        remedy = (
            "Configure two RTR caches, at least one of your own, and watch that they stay connected."
            if status is Status.FAIL
            else ""
        )
        return [check.finding(context.device, "router", status, message, cause=cause, because=because, remedy=remedy, lines=lines)]

    if not router.caches:
        return made(Status.FAIL, "no RPKI cache is configured, so no route is ever found invalid", "no cache")
    live = router.live
    if live is None or live.caches is None:
        return made(
            Status.INCONCLUSIVE,
            f"{len(router.caches)} RPKI cache(s) configured",
            because="whether one is connected was not collected",
        )
    up = [one for one in live.caches if one.connected]
    if not up:
        return made(
            Status.FAIL,
            "no configured RPKI cache is connected: filters on validation state let everything or nothing pass",
            "no cache connected",
        )
    if live.vrps is not None:
        if not live.vrps:
            return made(Status.FAIL, "an RPKI cache is connected but the router holds no VRP", "no VRPs")
        known = context.reference.vrps
        if known and len(live.vrps) < SHARE * len(known):
            return made(Status.FAIL, f"the router holds {len(live.vrps)} VRPs where the reference has {len(known)}", "VRPs missing")
    count = f", {len(live.vrps)} VRPs" if live.vrps is not None else ""
    single = "; a second cache is recommended" if len(router.caches) < 2 else ""
    return made(Status.PASS, f"{len(up)} of {len(router.caches)} RPKI cache(s) connected{count}{single}")


CHECK = Check("ROV-01", "4", "RPKI caches connected", Severity.HIGH, run=run)
