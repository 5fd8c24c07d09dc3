"""NX-OS sessions: templates resolved, defaults made explicit, filters attached."""

from __future__ import annotations

from collections.abc import Iterator

from ...model.policy import Attachment, Policy, Verdict
from ...model.router import Session, Undefined
from .._lists import asn
from .bgp import FAMILIES, Bgp, Instance
from .draft import Draft
from .filters import attached, refusals
from .inherit import Inherited, family, inherited

DIRECTIONS = (("in", "import"), ("out", "export"))
MANY = 4096
"""More ASNs than this of a dynamic neighbour are not listed one by one."""


def build(bgp: Bgp, draft: Draft, policies: dict[str, Policy]) -> Iterator[Session]:
    """Every neighbour, once for each family that it or its templates configure."""
    for instance in bgp.vrfs.values():
        for peer in instance.peers.values():
            who = inherited(bgp, peer)
            used = {name for one in (peer, *who.sessions) for name in one.families}
            if not used and any(kind == "peer" for kind, _, _ in who.missing):
                used = {"ipv6-unicast" if ":" in peer.name else "ipv4-unicast"}
            for name in sorted(FAMILIES):
                if name in used:
                    found = _session(bgp, instance, draft, who, name, policies)
                    if found is not None:
                        yield found


def remote(bgp: Bgp, draft: Draft, who: Inherited) -> int | tuple[int, ...] | str | None:
    """The neighbour's AS: a number, several for a dynamic neighbour, `external` where only that is known; None without remote-as."""
    words = who.words("remote-as")
    if not words:
        return None
    if words[0] != "route-map":
        return words[0] if words[0] in ("external", "internal") else asn(words[0])
    ranges = draft.asn_maps.get(words[1], [])
    if not ranges or sum(high - low + 1 for low, high in ranges) > MANY:
        return "external"
    return tuple(dict.fromkeys(one for low, high in ranges for one in range(low, high + 1)))


def _session(bgp: Bgp, instance: Instance, draft: Draft, who: Inherited, name: str, policies: dict[str, Policy]) -> Session | None:
    asns = remote(bgp, draft, who)
    if asns is None:
        return None
    missing = list(who.missing)
    options = family(bgp, who, name, missing)
    for kind, template, line in missing:
        draft.undefined.append(Undefined(f"template {kind}", template, line, "unknown"))
    sort, local = _kind(bgp, instance, who, asns)
    filters = {word: attached(draft, options, word, name, policies, missing) for word, _ in DIRECTIONS}
    rov = any(one.name in draft.rpki_maps for one in filters["in"])
    filters["in"] = refusals(bgp, filters["in"])
    inbound, outbound = (
        Attachment(direction, tuple(filters[word]), Verdict.ACCEPT, "all")  # type: ignore[arg-type]
        for word, direction in DIRECTIONS
    )
    limit = options.words("maximum-prefix")
    originate = options.words("default-originate")
    allowed = options.words("allowas-in")
    timers = who.words("timers")
    peer = who.peer
    return Session(
        neighbor=peer.name,
        family=name,
        remote_as=asns,
        kind=sort,  # type: ignore[arg-type]
        local_as=local,
        inbound=inbound,
        outbound=outbound,
        vrf=instance.vrf,
        description=" ".join(who.words("description")),
        shutdown=bgp.shutdown or who.on("shutdown"),
        group=who.group,
        interface=peer.name if not _is_address(peer.name) else None,
        max_prefix=int(limit[0]) if limit else None,
        max_prefix_action=_action(limit),  # type: ignore[arg-type]
        gtsm=who.on("ttl-security"),
        ebgp_multihop=int(who.words("ebgp-multihop")[0]) if who.on("ebgp-multihop") else None,
        auth="tcp-ao" if who.on("ao") else "md5" if who.on("password") else "none",
        rr_client=options.on("route-reflector-client"),
        next_hop_self=options.on("next-hop-self"),
        send_community=tuple(one for one in ("standard", "extended", "large") if options.on(f"send-community {one}")),
        allowas_in=(int(allowed[0]) if allowed else 3) if options.on("allowas-in") else 0,
        enforce_first_as=bgp.enforce_first_as,
        remove_private=who.on("remove-private-as") or options.on("remove-private-as"),
        as_override=options.on("as-override"),
        default_originate=options.on("default-originate"),
        default_originate_policy=originate[1] if len(originate) > 1 else None,
        soft_reconfiguration=options.on("soft-reconfiguration"),
        rov="policy" if rov else "off",
        update_source=next(iter(who.words("update-source")), None),
        timers=(int(timers[0]), int(timers[1])) if len(timers) == 2 and all(_small(one) for one in timers) else None,
        lines=tuple(sorted({line for one in (peer, *who.sessions) for line in one.lines})),
    )


def _small(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) < 6


def _is_address(name: str) -> bool:
    return ":" in name or name[:1].isdecimal()


def _action(words: list[str]) -> str | None:
    if not words:
        return None
    return "warning" if "warning-only" in words else "restart" if "restart" in words else "shutdown"


def _kind(bgp: Bgp, instance: Instance, who: Inherited, asns: int | tuple[int, ...] | str) -> tuple[str, int]:
    """(session type, local AS as the neighbour sees it)."""
    own = instance.local_as or bgp.local_as
    changed = who.words("local-as")
    local = asn(changed[0]) if changed else own
    outside = local if changed else (bgp.confed_id or own)
    if asns == "internal":
        return "ibgp", own
    if isinstance(asns, int):
        if asns in (own, local):
            return "ibgp", local
        if bgp.confed_id is not None and asns in bgp.confed_peers:
            return "confed", own
    return "ebgp", outside
