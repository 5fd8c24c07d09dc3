"""SCOPE-03: the router was read completely, and no line that may touch everything was left unread."""

from __future__ import annotations

from collections.abc import Iterable

from ..model.result import Finding, Severity, Status
from .base import Check, CheckContext

SHOWN = 5


def run(context: CheckContext, check: Check) -> Iterable[Finding]:
    """One finding for the router."""
    router = context.router
    if not router.complete:
        because = router.incomplete_because or "the text lacks its head or its end"
        return [
            check.finding(
                context.device, "router", Status.INCONCLUSIVE, "the configuration was not read completely", because=because
            )
        ]
    wide = [one for one in router.unread if one.taints.kind == "router"]
    if wide:
        shown = "; ".join(f"line {one.line}: {one.text.strip()}" for one in wide[:SHOWN])
        message = f"{len(wide)} line(s) that may touch everything were not understood"
        lines = context.cited(one.line for one in wide)
        return [check.finding(context.device, "router", Status.INCONCLUSIVE, message, because=shown, lines=lines)]
    if not router.line_states and not context.lines:
        because = "the configuration is empty"
        return [check.finding(context.device, "router", Status.INCONCLUSIVE, "nothing was read", because=because)]
    note = f"; {len(router.unread)} unread line(s) touch single objects" if router.unread else ""
    return [check.finding(context.device, "router", Status.PASS, f"{len(context.lines)} lines read{note}")]


CHECK = Check("SCOPE-03", "1", "The configuration was read completely", Severity.HIGH, run=run)
