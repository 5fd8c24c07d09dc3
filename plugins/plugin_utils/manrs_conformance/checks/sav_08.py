"""SAV-08: what leaves at the border has own or customer sources (MANRS action 2)."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable

from ..analysis import authority
from ..model.result import Finding, Severity, Status
from ..model.router import SourceFilter
from ._interfaces import Link, Network, beyond, families, judged_interfaces, links, network
from ._questions import ranges
from .base import Check, CheckContext

BORDER = frozenset({"peer", "provider", "route_server"})
EDGE = frozenset({"end_user", "infrastructure", "single_homed_customer", "multihomed_customer"})
GUARDED = frozenset({"strict", "feasible", "acl"})
REMEDY = "Validate sources at the edge (SAV-01 to SAV-03), or filter what leaves here by source."


def run(context: CheckContext, check: Check) -> Iterable[Finding]:
    """One finding for each border interface and family."""
    return links(context, check, BORDER, judge)


def judge(link: Link) -> Finding | None:
    """A border filter, or nothing unvalidated behind it on this router."""
    name, listed = (
        (link.interface.acl_out_v4, link.interface.leaving_v4)
        if link.afi == 4
        else (link.interface.acl_out_v6, link.interface.leaving_v6)
    )
    if name and listed is None:
        because = f"packet filter {name} is there, but outbound filters of this platform are not followed"
        return link.done(Status.INCONCLUSIVE, "sources of leaving packets", because=because)
    stray, unknown = None, ""
    if listed is not None:
        rightful, unknown = leaving(link)
        stray = beyond(listed, rightful)
        if stray is None and listed.exact:
            return link.done(Status.PASS, f"packet filter {name} lets only sources of ours and of customers out")
    edges = [
        Link(link.context, link.check, one, klass, link.afi)
        for one, klass in judged_interfaces(link.context)
        if klass in EDGE and link.afi in families(one)
    ]
    open_edges = [one for one in edges if one.guard not in GUARDED]
    doubtful = [one.interface.name for one in open_edges if one.guard == "unknown"]
    if not edges:
        because = "no edge interface on this router; sources are validated where they enter the network"
        return link.done(Status.NOT_APPLICABLE, "not judged", because=because)
    if not open_edges:
        return link.done(Status.PASS, "sources are validated on every edge interface of this router, so only legitimate ones leave")
    if listed is not None:
        return _filtered(link, listed, stray, unknown, open_edges)
    if len(doubtful) == len(open_edges):
        because = f"source validation of {', '.join(doubtful)} is not known"
        return link.done(Status.INCONCLUSIVE, "sources of leaving packets", because=because)
    worst = next(one for one in open_edges if one.guard != "unknown")
    return _leaves(link, worst.spoofed(), worst)


def _filtered(link: Link, listed: SourceFilter, stray: str | None, unknown: str, edges: list[Link]) -> Finding:
    """A border filter that is not tight, in front of edges that are not validated."""
    wide = next((one for one in edges if one.guard == "none"), None)
    if not listed.exact:
        because = f"packet filter {listed.name} was not understood completely"
    elif unknown:
        because = f"packet filter {listed.name} lets {stray} out, and {unknown}"
    elif stray is None or wide is None or any(not one[4] for one in listed.permits):
        because = f"packet filter {listed.name} lets {stray} out, and whether such a packet gets in at an edge was not established"
    else:
        return _leaves(link, stray, wide)
    return link.done(Status.INCONCLUSIVE, "sources of leaving packets", because=because)


def _leaves(link: Link, source: str, edge: Link) -> Finding:
    message = f"a packet from {source} that comes in at {edge.interface.name} can leave here"
    return link.done(Status.FAIL, message, cause="spoofed sources can leave", remedy=REMEDY, source=source)


def leaving(link: Link) -> tuple[list[Network], str]:
    """Sources that may rightly leave the network, and whose are not known: own, delegated, and what customers may announce."""
    intent, reference, afi = link.context.intent, link.context.reference, link.afi
    entries = [*ranges((*intent.prefixes, *intent.delegated), afi)]
    unknown = []
    for one in intent.neighbours:
        who = one.as_set or (f"AS{one.select.asn}" if one.select.asn else one.name or "a customer")
        if one.relationship in ("sibling", "complex"):
            unknown.append(who)
        elif one.relationship == "customer":
            known = authority.of(one, one.select.asn, reference)
            if known.problem:
                unknown.append(who)
            else:
                entries += known.v4 if afi == 4 else known.v6
    legacy = [net for net in (ipaddress.ip_network(one, strict=False) for one in intent.legacy) if net.version == afi]
    rightful = [*link.expected(), *legacy, *(network(afi, one[0], one[1]) for one in entries)]
    return rightful, f"the sources of {', '.join(unknown)} are not known" if unknown else ""


CHECK = Check("SAV-08", "2", "Only legitimate sources leave", Severity.HIGH, run=run)
