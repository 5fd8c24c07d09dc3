"""SAV-06: loose uRPF that a default route satisfies checks nothing (RFC 3704 sections 2.4 and 2.5)."""

from __future__ import annotations

from collections.abc import Iterable

from ..model.result import Finding, Severity, Status
from ._defaults import has_default
from ._interfaces import Link, links
from .base import Check, CheckContext

CLASSES = frozenset(
    {
        "end_user",
        "infrastructure",
        "single_homed_customer",
        "multihomed_customer",
        "peer",
        "provider",
        "route_server",
        "route_server_client",
    }
)


def run(context: CheckContext, check: Check) -> Iterable[Finding]:
    """One finding for each interface with loose uRPF."""
    return links(context, check, CLASSES, judge)


def judge(link: Link) -> Finding | None:
    """Whether a default route makes it pointless."""
    if link.guard != "loose":
        return None
    if not link.allow_default:
        return link.done(Status.PASS, "loose uRPF does not count the default route")
    there = has_default(link.context.router, link.afi, link.interface.vrf)
    if there is None:
        because = "loose uRPF counts a default route here, and whether there is one was not seen"
        return link.done(Status.INCONCLUSIVE, "whether loose uRPF does anything cannot be told", because=because)
    source = link.spoofed()
    return link.done(
        Status.FAIL,
        "loose uRPF counts the default route, so every source passes",
        cause="loose with default",
        remedy="Use strict uRPF or a packet filter here, or keep the default out of the check.",
        source=source,
    )


CHECK = Check("SAV-06", "2", "Loose uRPF is effective", Severity.MEDIUM, run=run)
