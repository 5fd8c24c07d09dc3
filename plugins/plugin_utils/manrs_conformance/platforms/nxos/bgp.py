"""`router bgp` as written: neighbours, templates and families as nested blocks, before inheritance."""

from __future__ import annotations

from dataclasses import dataclass, field

from ...model.router import RpkiCache, Taint
from .._address import canonical
from .._block import Ledger, word_set
from .._lists import Unreadable, asn, decimal
from .options import AF, AF_IRRELEVANT, BASE, BASE_IRRELEVANT, Option, put
from .tree import Block, leaf, no, refuse, skip

TEMPLATES = ("peer", "peer-session", "peer-policy")
GLOBAL_IRRELEVANT = word_set(
    """
    bestpath cluster-id dynamic-med-interval event-history fast-external-fallover fib-accelerate flush-routes graceful-restart
    graceful-restart-helper graceful-shutdown isolate log-neighbor-changes logging neighbor-down nsr nexthop
    reconnect-interval segment-routing suppress-fib-pending timers bmp-server bmp enhanced-error affinity-group description
    prefix-peer-timeout prefix-peer-wait disable-policy-batching client-to-client
    """
)
FAMILY_IRRELEVANT = word_set(
    """
    additional-paths advertise advertise-pip allocate-label bestpath client-to-client dampen-igp-metric dampening default-metric
    distance export-gateway-ip label-allocation-mode maximum-paths network-relax nexthop retain suppress-inactive table-map timers
    vni-vrf wait-igp-convergence igp-metric redistribute-rib
    """
)
FAMILIES = word_set("ipv4-unicast ipv6-unicast ipv4-multicast ipv6-multicast ipv4-labeled-unicast ipv6-labeled-unicast")


@dataclass(slots=True)
class Peer:
    """Options of one neighbour or template."""

    name: str
    kind: str
    """`neighbor`, or the kind of template."""
    line: int
    base: dict[str, Option] = field(default_factory=dict)
    families: dict[str, dict[str, Option]] = field(default_factory=dict)
    """Options by family; those of a `template peer-policy` stand under the empty name."""
    inherits: list[tuple[str, str, int]] = field(default_factory=list)
    """(kind of template, name, line)."""
    policies: dict[str, list[tuple[int, str, int]]] = field(default_factory=dict)
    """(sequence, template, line) of `inherit peer-policy` by family."""
    lines: list[int] = field(default_factory=list)
    blocks: list[Block] = field(default_factory=list)


@dataclass(slots=True)
class Instance:
    """The BGP of one VRF."""

    vrf: str
    router_id: str | None = None
    local_as: int | None = None
    peers: dict[str, Peer] = field(default_factory=dict)
    originations: list[tuple[str, list[str], int]] = field(default_factory=list)
    """(family, words, line)."""


@dataclass(slots=True)
class Bgp:
    """The BGP process; a Nexus has one."""

    local_as: int
    vrfs: dict[str, Instance] = field(default_factory=dict)
    templates: dict[tuple[str, str], Peer] = field(default_factory=dict)
    confed_id: int | None = None
    confed_peers: set[int] = field(default_factory=set)
    enforce_first_as: bool = True
    shutdown: bool = False
    caches: list[RpkiCache] = field(default_factory=list)
    longest_path: tuple[int, int] | None = None
    """`maxas-limit` and its line."""


def read(bgp: Bgp, block: Block, ledger: Ledger) -> None:
    """All statements of `router bgp N`."""
    ledger.used(block.line)
    main = bgp.vrfs.setdefault("default", Instance("default"))
    for one in block.children:
        words = one.words
        if words[0] == "vrf" and len(words) == 2:
            ledger.used(one.line)
            instance = bgp.vrfs.setdefault(words[1], Instance(words[1]))
            for inner in one.children:
                _statement(bgp, instance, inner, ledger)
        elif words[0] == "template" and len(words) == 3 and words[1] in TEMPLATES:
            peer = bgp.templates.setdefault((words[1], words[2]), Peer(words[2], words[1], one.line))
            _peer(peer, one, ledger)
        else:
            _statement(bgp, main, one, ledger)


def _statement(bgp: Bgp, instance: Instance, block: Block, ledger: Ledger) -> None:
    negative, words = no(block.words)
    head, line = words[0], block.line
    taint = Taint("router")
    if head == "neighbor" and len(words) > 1 and not negative:
        _neighbor(instance, block, ledger)
        return
    if head == "address-family" and not negative:
        _family(instance, block, ledger)
        return
    if head == "rpki":
        _rpki(bgp, block, ledger)
        return
    if head in ("bestpath", "origin-as") and "origin-as" in words:
        refuse(block, ledger, Taint("rpki"), known=True)
        return
    try:
        if head == "router-id" and len(words) > 1 and not negative:
            instance.router_id = words[1]
        elif head == "local-as" and len(words) == 2 and instance.vrf != "default" and not negative:
            instance.local_as = asn(words[1])
        elif head == "confederation" and words[1:2] == ["identifier"] and len(words) == 3:
            bgp.confed_id = asn(words[2])
        elif head == "confederation" and words[1:2] == ["peers"] and len(words) > 2:
            bgp.confed_peers |= {asn(one) for one in words[2:]}
        elif head == "enforce-first-as" and len(words) == 1:
            bgp.enforce_first_as = not negative
        elif head == "maxas-limit" and len(words) < 3:
            bgp.longest_path = None if negative else (decimal(words[1] if len(words) > 1 else "512"), line)
        elif head == "shutdown" and len(words) == 1:
            bgp.shutdown = not negative
        elif head in GLOBAL_IRRELEVANT:
            skip(block, ledger)
            return
        else:
            refuse(block, ledger, taint)
            return
    except Unreadable:
        refuse(block, ledger, taint, known=True)
        return
    ledger.used(line)
    for one in block.children:
        refuse(one, ledger, taint)


def _family(instance: Instance, block: Block, ledger: Ledger) -> None:
    """A family of the process or of a VRF: what is originated in it."""
    name = "-".join(block.words[1:3])
    if name not in FAMILIES:
        skip(block, ledger)
        return
    ledger.used(block.line)
    for one in block.children:
        negative, words = no(one.words)
        if words[0] in ("network", "aggregate-address", "redistribute", "default-information") and len(words) > 1:
            if not negative:
                instance.originations.append((name, words, one.line))
            leaf(one, ledger, Taint("router"))
        elif words[0] in ("bestpath", "origin-as") and "origin-as" in words:
            refuse(one, ledger, Taint("rpki"), known=True)
        elif words[0] == "inject-map":
            refuse(one, ledger, Taint("router"), known=True)
        elif words[0] in FAMILY_IRRELEVANT:
            skip(one, ledger)
        else:
            refuse(one, ledger, Taint("router"))


def _neighbor(instance: Instance, block: Block, ledger: Ledger) -> None:
    words = block.words
    name = canonical(words[1])
    peer = instance.peers.setdefault(name, Peer(name, "neighbor", block.line))
    if len(words) > 2:
        try:
            put(peer.base, BASE, words[2:], block.line, negative=False)
        except Unreadable:
            peer.blocks.append(block)
            refuse(block, ledger, Taint("session", name))
            return
    _peer(peer, block, ledger)


def _taint(peer: Peer) -> Taint:
    """Sessions name their `template peer`; the members of other templates are not told apart."""
    return Taint("session", peer.name) if peer.kind in ("neighbor", "peer") else Taint("router")


def _peer(peer: Peer, block: Block, ledger: Ledger) -> None:
    """The statements of a neighbour or template."""
    ledger.used(block.line)
    peer.lines.append(block.line)
    peer.blocks.append(block)
    if peer.kind == "peer-policy":
        options = peer.families.setdefault("", {})
        for one in block.children:
            _family_option(peer, "", options, one, ledger)
        return
    for one in block.children:
        if one.words[0] == "address-family" and peer.kind != "peer-session":
            name = "-".join(one.words[1:3])
            if name not in FAMILIES:
                skip(one, ledger)
                continue
            ledger.used(one.line)
            peer.lines.append(one.line)
            options = peer.families.setdefault(name, {})
            for inner in one.children:
                _family_option(peer, name, options, inner, ledger)
        else:
            _base_option(peer, one, ledger)


def _base_option(peer: Peer, block: Block, ledger: Ledger) -> None:
    negative, words = no(block.words)
    head, line = words[0], block.line
    if head == "inherit" and len(words) == 3 and words[1] in ("peer", "peer-session") and not negative:
        peer.inherits.append((words[1], words[2], line))
    elif head in BASE:
        try:
            put(peer.base, BASE, words, line, negative=negative)
        except Unreadable:
            refuse(block, ledger, _taint(peer))
            return
    elif head in ("origin-as", "bestpath"):
        refuse(block, ledger, Taint("rpki"), known=True)
        return
    elif head in BASE_IRRELEVANT:
        skip(block, ledger)
        return
    else:
        refuse(block, ledger, _taint(peer), known=head in ("path-attribute", "local-role", "inherit"))
        return
    peer.lines.append(line)
    leaf(block, ledger, _taint(peer))


def _family_option(peer: Peer, family: str, options: dict[str, Option], block: Block, ledger: Ledger) -> None:
    negative, words = no(block.words)
    head, line = words[0], block.line
    try:
        if head == "inherit" and words[1:2] == ["peer-policy"] and len(words) == 4 and not negative:
            peer.policies.setdefault(family, []).append((decimal(words[3]), words[2], line))
        elif head in AF:
            put(options, AF, words, line, negative=negative)
        elif head in ("bestpath", "origin-as") and "origin-as" in words:
            refuse(block, ledger, Taint("rpki"), known=True)
            return
        elif head in AF_IRRELEVANT:
            skip(block, ledger)
            return
        else:
            known = head in ("advertise-map", "unsuppress-map", "inherit", "import", "export", "advertise", "default")
            refuse(block, ledger, _taint(peer), known=known)
            return
    except Unreadable:
        refuse(block, ledger, _taint(peer))
        return
    peer.lines.append(line)
    leaf(block, ledger, _taint(peer))


def _rpki(bgp: Bgp, block: Block, ledger: Ledger) -> None:
    """`rpki cache A` {`transport tcp port P`}: read, and left open what NX-OS makes of its data (not confirmed).

    The taint names the cache, so that a redacted text still tells which ones there are.
    """
    words = block.words
    if words[1:2] != ["cache"] or len(words) != 3:
        refuse(block, ledger, Taint("rpki"), known=True)
        return
    port, transport = "323", "tcp"
    for one in block.children:
        body = one.words
        if body[0] == "transport" and len(body) > 1:
            transport = "ssh" if body[1] == "ssh" else "tcp"
            port = body[body.index("port") + 1] if "port" in body[:-1] else "22" if transport == "ssh" else port
        skip(one, ledger)
    name = f"cache {words[2]} {port} {transport}"
    ledger.miss(block.line, "unsupported", Taint("rpki", name))
    cache(bgp, name, block.line)


def cache(bgp: Bgp, taint: str, line: int) -> None:
    """The cache that the name of a taint tells of, if it does."""
    words = taint.split()
    if len(words) == 4 and words[0] == "cache" and words[3] in ("tcp", "ssh"):
        port = int(words[2]) if words[2].isdecimal() and len(words[2]) < 6 else 323
        bgp.caches.append(RpkiCache(words[1], port, "ssh" if words[3] == "ssh" else "tcp", line=line))
