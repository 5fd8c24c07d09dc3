"""SAV-07: strict uRPF counts a default route only towards the provider that holds it (MANRS guide, Unicast RPF)."""

from __future__ import annotations

from collections.abc import Iterable

from ..model.result import Finding, Severity, Status
from ._defaults import default_over
from ._interfaces import Link, links
from .base import Check, CheckContext

CLASSES = frozenset({"end_user", "infrastructure", "single_homed_customer", "multihomed_customer", "peer", "route_server_client"})


def run(context: CheckContext, check: Check) -> Iterable[Finding]:
    """One finding for each interface with strict uRPF that counts the default."""
    return links(context, check, CLASSES, judge)


def judge(link: Link) -> Finding | None:
    """Whether the default route points out of here."""
    urpf = link.interface.urpf_v4 if link.afi == 4 else link.interface.urpf_v6
    if urpf != "strict" or not link.allow_default:
        return None
    if not default_over(link.context, link.interface, link.afi):
        return link.done(Status.PASS, "the default route does not point out of this interface, so strict uRPF holds")
    return link.done(
        Status.FAIL,
        "the default route points out of this interface, so strict uRPF lets every source in",
        cause="strict with default",
        remedy="Do not count the default route here, or use a packet filter.",
        source=link.spoofed(),
    )


CHECK = Check("SAV-07", "2", "Strict uRPF is not opened by a default route", Severity.MEDIUM, run=run)
