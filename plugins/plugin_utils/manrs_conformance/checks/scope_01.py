"""SCOPE-01: every external neighbour is declared in the intent, and every live one was found in the configuration."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ..analysis import scope
from ..model.result import Finding, Severity, Status
from .base import Check, CheckContext

REMEDY = "Declare the neighbour in the intent (relationship, prefixes), or remove the session."


def run(context: CheckContext, check: Check) -> Iterable[Finding]:
    """One finding for each external session of an internet VRF, and one for each live one that no line explains."""
    found = list(_declared(context, check)) + list(_unexplained(context, check))
    if found:
        return found
    if context.router.sessions:
        because = "the router has no external session in an internet VRF"
        return [check.finding(context.device, "router", Status.NOT_APPLICABLE, "no external neighbour", because=because)]
    because = "no BGP session was found in the configuration"
    return [check.finding(context.device, "router", Status.INCONCLUSIVE, "nothing to judge on this router", because=because)]


def _declared(context: CheckContext, check: Check) -> Iterator[Finding]:
    for one in context.router.sessions:
        if one.kind != "ebgp" or scope.vrf_kind(context.intent, one.vrf) == "private":
            continue
        lines = context.cited(one.lines[:1])
        who = f"AS{one.remote_as} at {one.neighbor}, {one.family}"
        neighbour = context.neighbour(one)
        if neighbour is not None:
            message = f"{who} is declared: {neighbour.relationship.replace('_', ' ')}"
            yield check.finding(context.device, one.key, Status.PASS, message, family=one.family, lines=lines)
        elif one.shutdown:
            because = "not declared, but the session is shut down"
            yield check.finding(
                context.device, one.key, Status.NOT_APPLICABLE, who, family=one.family, because=because, lines=lines
            )
        else:
            message = f"{who} is an external neighbour that the intent does not declare"
            yield check.finding(
                context.device,
                one.key,
                Status.FAIL,
                message,
                family=one.family,
                cause="undeclared neighbour",
                remedy=REMEDY,
                lines=lines,
            )


def _unexplained(context: CheckContext, check: Check) -> Iterator[Finding]:
    """A live neighbour that the parser did not find means that the model is not the router."""
    live = context.router.live
    own = {context.router.local_as} | set(context.intent.asns)
    for now in (live.sessions or ()) if live else ():
        if any(_same(now.neighbor, one.neighbor, one.interface) and one.family == now.family for one in context.router.sessions):
            continue
        if scope.vrf_kind(context.intent, now.vrf) == "private" or any("/" in one.neighbor for one in context.router.sessions):
            continue
        what = "internal" if now.remote_as in own else "external"
        message = (
            f"AS{now.remote_as} at {now.neighbor}, {now.family}: a live {what} session that was not found in the configuration"
        )
        yield check.finding(
            context.device,
            f"{now.vrf}/{now.neighbor}/{now.family}",
            Status.INCONCLUSIVE,
            message,
            family=now.family,
            cause="live session not parsed",
            because="the configuration as read does not explain a session that the router runs",
        )


def _same(live: str, neighbor: str, interface: str | None) -> bool:
    return live in (neighbor, interface) or live.partition("%")[0] == neighbor


CHECK = Check("SCOPE-01", "1", "External neighbours are declared", Severity.HIGH, run=run)
