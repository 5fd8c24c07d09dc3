"""SAV-05: packets with our own sources do not come in from peers and providers (RFC 7454 section 5.1, RFC 3704 section 3.2)."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Sequence

from ..analysis import prefixes
from ..model.policy import PrefixEntry, PrefixList
from ..model.result import Finding, Severity, Status
from ..model.router import SourceFilter
from ._interfaces import Link, links
from .base import Check, CheckContext

Network = ipaddress.IPv4Network | ipaddress.IPv6Network
CLASSES = frozenset({"peer", "provider", "route_server"})
REMEDY = "Filter packets from outside that carry own sources (an inbound packet filter); spare space in use at another site."


def run(context: CheckContext, check: Check) -> Iterable[Finding]:
    """One finding for each such interface and family."""
    return links(context, check, CLASSES, judge)


def judge(link: Link) -> Finding | None:
    """Strict validation or a filter without own space."""
    declared = (*(one.prefix for one in link.context.intent.prefixes), *link.context.intent.legacy)
    own = [net for net in (ipaddress.ip_network(one, strict=False) for one in declared) if net.version == link.afi]
    if not own:
        return link.done(Status.NOT_APPLICABLE, "not judged", because=f"the intent declares no own IPv{link.afi} prefix")
    urpf = link.urpf
    listed = link.filter
    if link.unread:
        return link.done(Status.INCONCLUSIVE, "own sources from outside", because=link.because)
    if urpf == "strict" and not link.allow_default:
        return link.done(Status.PASS, "strict uRPF refuses own sources from outside")
    if listed is not None:
        let_in = own_let_in(listed, own, [ipaddress.ip_interface(one).network for one in link.interface.addresses])
        if let_in is None and listed.exact:
            return link.done(Status.PASS, f"packet filter {listed.name} lets no own source in")
        if not listed.exact:
            because = f"packet filter {listed.name} was not understood completely"
            return link.done(Status.INCONCLUSIVE, "own sources from outside", because=because)
    elif urpf in ("unknown", "strict") or (link.interface.acl_in_v4 if link.afi == 4 else link.interface.acl_in_v6):
        return link.done(Status.INCONCLUSIVE, "own sources from outside", because=link.because)
    source = str(next(iter(own[0].hosts()), own[0].network_address))
    message = f"a packet with our own source {source} gets in from outside"
    return link.done(Status.FAIL, message, cause="own sources let in", remedy=REMEDY, source=source)


def own_let_in(listed: SourceFilter, own: Sequence[Network], connected: Sequence[Network]) -> tuple[int, int] | None:
    """A host of own space, not of the connected subnets, that the ordered filter lets in."""
    bits = 32 if listed.afi == 4 else 128

    def hosts(nets: Sequence[Network]) -> tuple[PrefixEntry, ...]:
        return tuple((int(n.network_address), n.prefixlen, bits, bits, True, 0) for n in nets if n.version == listed.afi)

    lists = [
        PrefixList("own", listed.afi, hosts(own), order="any"),
        PrefixList("filter", listed.afi, tuple((e[0], e[1], bits, bits, e[4], 0) for e in listed.permits)),
        PrefixList("connected", listed.afi, hosts(connected), order="any"),
    ]
    classes = prefixes.prefix_classes(lists, listed.afi)
    return next((w for s, w in zip(classes.signatures, classes.witnesses, strict=True) if s == 0b011), None)


CHECK = Check("SAV-05", "2", "Own sources are refused from outside", Severity.HIGH, run=run)
