"""SAV-08: what leaves at the border has own or customer sources (MANRS action 2)."""

from __future__ import annotations

from collections.abc import Iterable

from ..model.result import Finding, Severity, Status
from ._interfaces import Link, families, judged_interfaces, links
from .base import Check, CheckContext

BORDER = frozenset({"peer", "provider", "route_server"})
EDGE = frozenset({"end_user", "infrastructure", "single_homed_customer", "multihomed_customer"})
GUARDED = frozenset({"strict", "feasible", "acl"})


def run(context: CheckContext, check: Check) -> Iterable[Finding]:
    """One finding for each border interface and family."""
    return links(context, check, BORDER, judge)


def judge(link: Link) -> Finding | None:
    """A border filter, or nothing unvalidated behind it on this router."""
    name = link.interface.acl_out_v4 if link.afi == 4 else link.interface.acl_out_v6
    if name:
        because = f"packet filter {name} is there, but outbound filters are not followed"
        return link.done(Status.INCONCLUSIVE, "sources of leaving packets", because=because)
    edges = [
        Link(link.context, link.check, one, klass, link.afi)
        for one, klass in judged_interfaces(link.context)
        if klass in EDGE and link.afi in families(one)
    ]
    open_edges = [one for one in edges if one.guard not in GUARDED]
    unknown = [one for one in open_edges if one.guard == "unknown"]
    if not edges:
        because = "no edge interface on this router; sources are validated where they enter the network"
        return link.done(Status.NOT_APPLICABLE, "not judged", because=because)
    if not open_edges:
        return link.done(Status.PASS, "sources are validated on every edge interface of this router, so only legitimate ones leave")
    if len(unknown) == len(open_edges):
        because = f"source validation of {', '.join(one.interface.name for one in unknown)} is not known"
        return link.done(Status.INCONCLUSIVE, "sources of leaving packets", because=because)
    worst = next(one for one in open_edges if one.guard != "unknown")
    source = worst.spoofed()
    return link.done(
        Status.FAIL,
        f"a packet from {source} that comes in at {worst.interface.name} can leave here",
        cause="spoofed sources can leave",
        remedy="Validate sources at the edge (SAV-01, SAV-02), or filter what leaves here by source.",
        source=source,
    )


CHECK = Check("SAV-08", "2", "Only legitimate sources leave", Severity.HIGH, run=run)
