"""Sessions of the BGP process and its VRFs: inheritance resolved, activation and defaults explicit, filters attached."""

from __future__ import annotations

from collections.abc import Iterator

from ...model.router import Session, Undefined
from .._address import canonical
from .._attachment import looks_at_rpki
from .._lists import asn
from .bgp import UNICAST, Bgp, Peer, Range
from .draft import PeerFilter
from .filters import DIRECTIONS, Context, View, attachment

MOST_ASNS = 4096
"""Peer filters that accept more ASNs than these stand for any external AS."""


def build(bgp: Bgp, context: Context, filters: dict[str, PeerFilter]) -> Iterator[Session]:
    """Every neighbour, listen range and unnumbered neighbour, once for each family it is active in."""
    main = bgp.parent or bgp
    for name, peer in bgp.peers.items():
        if name in main.groups:
            continue
        member = peer.options.get("", {}).get("peer-group", ([], 0))[0] or []
        group = member[0] if member else None
        view = View(peer, main.peers.get(group) if group else None, _inner(bgp, main, group), bgp is not main)
        words = view.words("remote-as", "")
        if words:
            yield from _families(bgp, view, group, asn(words[0]), None, context)
    for one in bgp.ranges:
        peer = Peer(one.name, one.line, lines=[one.line])
        view = View(peer, main.peers.get(one.group, Peer(one.group, one.line)), _inner(bgp, main, one.group), bgp is not main)
        remote = _remote(one, view, context, filters)
        yield from _families(bgp, view, one.group, remote, one.name if one.interface else None, context)


def _inner(bgp: Bgp, main: Bgp, group: str | None) -> Peer | None:
    return bgp.peers.get(group) if group and bgp is not main else None


def _remote(one: Range, view: View, context: Context, filters: dict[str, PeerFilter]) -> int | tuple[int, ...] | str:
    """The ASNs a range lets in: its own word, its peer filter, or the group's."""
    if one.remote:
        return asn(one.remote)
    if not one.peer_filter:
        words = view.words("remote-as", "")
        return asn(words[0]) if words else "external"
    found = filters.get(one.peer_filter)
    if found is None:
        context.undefined.append(Undefined("peer-filter", one.peer_filter, one.line, "unknown"))
        return "external"
    if found.tainted or sum(high - low + 1 for _, low, high, permit in found.entries if permit) > MOST_ASNS:
        return "external"
    decided: dict[int, bool] = {}
    for _, low, high, permit in sorted(found.entries):
        if permit:
            for number in range(low, high + 1):
                decided.setdefault(number, not _refused(found, number))
    return tuple(sorted(number for number, permit in decided.items() if permit))


def _refused(found: PeerFilter, number: int) -> bool:
    """Whether the first line that holds the ASN refuses it."""
    return next((not permit for _, low, high, permit in sorted(found.entries) if low <= number <= high), True)


def _families(
    bgp: Bgp, view: View, group: str | None, remote: int | tuple[int, ...] | str, interface: str | None, context: Context
) -> Iterator[Session]:
    main = bgp.parent or bgp
    spoken = {
        family: option[0] is not None
        for one in (view.group if bgp is main or view.inner is None else None, view.inner, view.peer)
        if one is not None
        for family, options in one.options.items()
        if family and (option := options.get("activate"))
    }
    mentioned = [family for one in (view.peer, view.inner, view.group) if one for family in one.options if family in UNICAST]
    if any(spoken.values()):
        mentioned = []
    six = ":" in view.peer.name or interface is not None
    for family in dict.fromkeys((*sorted(UNICAST), *spoken)):
        default = _default(bgp, family, six and any(spoken.values()))
        # A family that is only mentioned counts as active when nothing says more: better one session too many than none.
        if spoken.get(family, default or (six and not spoken and family in mentioned)):
            yield _session(bgp, view, group, family, remote, interface, context)


def _default(bgp: Bgp, family: str, other_transport: bool) -> bool:
    """Whether neighbours are active in a family without a word; IPv4 over an IPv6 session has a word of its own."""
    for one in (bgp, bgp.parent):
        if one is None:
            continue
        if family == "ipv4-unicast" and other_transport:
            if "transport ipv6" in one.defaults:
                return one.defaults["transport ipv6"]
        elif family in one.defaults:
            return one.defaults[family]
    return family == "ipv4-unicast" and not other_transport


def _kind(bgp: Bgp, remote: int | tuple[int, ...] | str, changed: list[str]) -> tuple[str, int]:
    """(session type, local AS) as the neighbour meets it."""
    main = bgp.parent or bgp
    own = bgp.local_as
    if isinstance(remote, int):
        if remote == own:
            return "ibgp", own
        if main.confed_id is not None and any(low <= remote <= high for low, high in main.confed_peers):
            return "confed", own
    local = asn(changed[0]) if changed else main.confed_id or own
    return ("ibgp" if remote == local and changed else "ebgp"), local


def _session(
    bgp: Bgp,
    view: View,
    group: str | None,
    family: str,
    remote: int | tuple[int, ...] | str,
    interface: str | None,
    context: Context,
) -> Session:
    kind, local = _kind(bgp, remote, view.words("local-as", family))
    inbound, outbound = (attachment(bgp, view, family, word, direction, context) for word, direction in DIRECTIONS)
    limit = view.words("maximum-routes", family)
    most = int(limit[0]) if limit else 0
    timers = view.words("timers", family)
    originate = view.words("default-originate", family)
    password = view.words("password", family)
    return Session(
        neighbor=canonical(view.peer.name),
        family=family,
        remote_as=remote,
        kind=kind,  # type: ignore[arg-type]
        local_as=local,
        inbound=inbound,
        outbound=outbound,
        vrf=bgp.vrf,
        description=" ".join(view.words("description", family)),
        shutdown=view.on("shutdown", family) or bgp.shutdown or (bgp.parent is not None and bgp.parent.shutdown),
        group=group,
        interface=interface,
        max_prefix=most or None,
        max_prefix_action=("warning" if "warning-only" in limit else "shutdown") if most else None,
        gtsm=view.on("ttl", family),
        ebgp_multihop=int((view.words("ebgp-multihop", family) or ["255"])[0]) if view.on("ebgp-multihop", family) else None,
        auth="none" if not password else "tcp-ao" if "algorithm" in password else "md5",
        rr_client=view.on("route-reflector-client", family),
        next_hop_self=view.on("next-hop-self", family),
        send_community=tuple(one for one in ("standard", "extended", "large") if one in view.words("send-community", family)),
        allowas_in=_allowas(bgp, view, family),
        enforce_first_as=_first_as(bgp, view, family),
        remove_private=view.on("remove-private-as", family),
        as_override=view.on("as-override", family),
        default_originate=view.on("default-originate", family),
        default_originate_policy=originate[1] if originate[:1] == ["route-map"] else None,
        soft_reconfiguration=view.on("soft-reconfiguration", family),
        rov="policy" if looks_at_rpki(inbound) else "off",
        update_source=next(iter(view.words("update-source", family)), None),
        timers=(int(timers[0]), int(timers[1])) if len(timers) > 1 and all(_short(one) for one in timers[:2]) else None,
        lines=_lines(view, family),
    )


def _short(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) < 10


def _lines(view: View, family: str) -> tuple[int, ...]:
    found = {view.peer.line, *view.peer.lines}
    for one in (view.inner, view.group):
        if one is not None:
            found |= {line for place in (family, "") for _, line in one.options.get(place, {}).values()}
    return tuple(sorted(found))


def _allowas(bgp: Bgp, view: View, family: str) -> int:
    found = view.get("allowas-in", family)
    if found is not None:
        return 0 if found[0] is None else int(found[0][0]) if found[0] else 3
    return next((one.allowas_in for one in (bgp, bgp.parent) if one is not None and one.allowas_in is not None), 0)


def _first_as(bgp: Bgp, view: View, family: str) -> bool | None:
    """What is configured; that EOS enforces the first AS by default is not confirmed."""
    found = view.get("enforce-first-as", family)
    if found is not None:
        return found[0] is not None
    return next((one.enforce_first_as for one in (bgp, bgp.parent) if one is not None and one.enforce_first_as is not None), None)
