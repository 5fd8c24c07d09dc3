"""POL-04: without a policy the platform refuses (RFC 8212 section 3)."""

from __future__ import annotations

from collections.abc import Iterable

from ..model.result import Finding, Severity, Status
from .base import Check, CheckContext

NAME = "ebgp-requires-policy"


def run(context: CheckContext, check: Check) -> Iterable[Finding]:
    """Whether the router-wide switch is on."""
    if not any(one.kind == "ebgp" for one in context.router.sessions):
        return []
    value = context.router.facts.get(NAME)
    if value == "on":
        return [check.finding(context.device, "router", Status.PASS, "an external session without a policy exchanges no routes")]
    if value == "off":
        states = context.router.line_states
        lines = context.cited(n for n, text in enumerate(context.lines, 1) if NAME in text and states[n - 1 : n] == "u")
        message = "an external session without a policy accepts and sends everything"
        own = context.router.facts.get(f"{NAME} statement")
        statement = f"`{own}`" if own else "`bgp ebgp-requires-policy` (IOS-XE: `bgp safe-ebgp-policy`)"
        remedy = f"Turn on {statement} once every session has its policies."
        return [check.finding(context.device, "router", Status.FAIL, message, cause=f"{NAME} off", lines=lines, remedy=remedy)]
    because = "the default of this platform and version is not known"
    return [
        check.finding(context.device, "router", Status.INCONCLUSIVE, "what happens without a policy is not known", because=because)
    ]


CHECK = Check("POL-04", "1", "Missing policy means reject", Severity.MEDIUM, run=run)
