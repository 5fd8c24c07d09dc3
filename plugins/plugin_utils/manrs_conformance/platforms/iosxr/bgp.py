"""`router bgp` blocks as written: options of neighbours and groups, by family, before inheritance."""

from __future__ import annotations

from dataclasses import dataclass, field

from ...model.router import RpkiCache, Taint
from .._block import Ledger, word_set
from .._lists import Unreadable, decimal
from .paths import asn
from .statement import APPLY, BGP, BGP_LINES, FAMILY, NEIGHBOR
from .tree import Node, irrelevant

Option = tuple[list[str], int]
"""Words after the option's name, and the line."""
OFF = ("disable", "inheritance-disable")
FAMILIES = word_set("ipv4-unicast ipv6-unicast ipv4-multicast ipv6-multicast ipv4-labeled-unicast ipv6-labeled-unicast")
NUMBERS = word_set("remote-as local-as")
BASE = word_set(
    "remote-as local-as description shutdown password keychain ao ttl-security ebgp-multihop update-source enforce-first-as timers remote-as-list"
)
AF = word_set(
    """
    maximum-prefix send-community-ebgp send-extended-community-ebgp next-hop-self route-reflector-client default-originate soft-reconfiguration
    allowas-in as-override remove-private-as route-policy
    """
)
GROUPS = {"neighbor-group": "neighbor-group", "session-group": "session-group", "af-group": "af-group"}
ORIGINS = ("network", "aggregate-address", "redistribute", "default-information")


@dataclass(slots=True)
class Peer:
    """Options of one neighbour or group; `use` names the groups it builds on, by kind, for the session and for each family."""

    name: str
    line: int
    kind: str = "neighbor"
    base: dict[str, Option] = field(default_factory=dict)
    families: dict[str, dict[str, Option]] = field(default_factory=dict)
    use: dict[str, tuple[str, int]] = field(default_factory=dict)
    af_use: dict[str, tuple[str, int]] = field(default_factory=dict)
    lines: list[int] = field(default_factory=list)


@dataclass(slots=True)
class Table:
    """One VRF of an instance: neighbours, what is originated, and origin validation by family ("" for all)."""

    vrf: str
    peers: dict[str, Peer] = field(default_factory=dict)
    originations: list[tuple[str, list[str], int]] = field(default_factory=list)
    validation: dict[str, set[str]] = field(default_factory=dict)
    """By family: `enable`, `use`, `allow`."""
    enforce_first_as: bool = True
    router_id: str | None = None


@dataclass(slots=True)
class Bgp:
    """One BGP instance with its groups and tables."""

    local_as: int
    line: int
    groups: dict[tuple[str, str], Peer] = field(default_factory=dict)
    tables: dict[str, Table] = field(default_factory=dict)
    caches: list[RpkiCache] = field(default_factory=list)
    as_lists: dict[str, tuple[int, ...]] = field(default_factory=dict)
    confed_id: int | None = None
    confed_peers: set[int] = field(default_factory=set)
    unsafe: int = 0
    """Line of `bgp unsafe-ebgp-policy`, or 0."""

    def table(self, vrf: str) -> Table:
        """The table of a VRF, created when new."""
        return self.tables.setdefault(vrf, Table(vrf))


def read(node: Node, ledger: Ledger, bgps: list[Bgp]) -> bool:
    """Read a `router bgp N` block; False when the words are not that."""
    try:
        local_as = asn(node.words[2]) if len(node.words) > 2 else -1
    except Unreadable:
        return False
    if local_as < 0:
        return False
    one = next((known for known in bgps if known.local_as == local_as), None)
    if one is None:
        one = Bgp(local_as, node.number)
        bgps.append(one)
    ledger.used(node.number)
    table = one.table("default")
    for child in node.children:
        _line(one, table, child, "", ledger)
    return True


def _line(bgp: Bgp, table: Table, node: Node, family: str, ledger: Ledger) -> None:
    """One statement of the instance, of a VRF or of a family in them."""
    words, head = node.words, node.words[0]
    taint = Taint("router")
    try:
        if head in ("neighbor", *GROUPS) and len(words) > 1:
            taint = Taint("session", words[1])
            _peer(bgp, table, node, ledger)
        elif head == "address-family" and not family:
            _family(bgp, table, node, ledger)
        elif head == "vrf" and len(words) == 2 and not family:
            ledger.used(node.number)
            inner = bgp.table(words[1])
            inner.enforce_first_as = table.enforce_first_as
            for child in node.children:
                _line(bgp, inner, child, "", ledger)
        elif head == "rpki" and words[1:2] == ["server"] and len(words) > 2:
            taint = Taint("rpki")
            _cache(bgp, node, ledger)
        elif head == "bgp" and len(words) > 1:
            taint = Taint("rpki") if words[1] == "origin-as" else taint
            _bgp(bgp, table, node, family, ledger)
        elif head in ORIGINS and len(words) > 1:
            table.originations.append((family or "ipv4-unicast", words, node.number))
            ledger.used(node.number)
        elif head == "as-list" and len(words) == 2:
            bgp.as_lists[words[1]] = tuple(asn(child.words[0]) for child in node.children)
            for child in node.all():
                ledger.used(child.number)
        elif head in ("import", "export") and words[1:2] != ["route-target"] and "default-vrf" in words:
            ledger.miss(node.number, "unsupported", Taint("router"))
        elif head in APPLY:
            ledger.used(node.number)
        elif head in BGP_LINES or head in ("import", "export", "route-target"):
            irrelevant(ledger, node)
        else:
            ledger.miss(node.number, "unrecognised", taint)
    except Unreadable:
        ledger.miss(node.number, "unsupported", taint)


def family_name(words: list[str]) -> str:
    """`ipv4-unicast` of `address-family ipv4 unicast`."""
    return "-".join(words[1:3]) if len(words) > 2 else f"{words[1]}-unicast" if len(words) > 1 else ""


def _family(bgp: Bgp, table: Table, node: Node, ledger: Ledger) -> None:
    family = family_name(node.words)
    if family not in FAMILIES:
        irrelevant(ledger, node)
        return
    ledger.used(node.number)
    for child in node.children:
        _line(bgp, table, child, family, ledger)


def _bgp(bgp: Bgp, table: Table, node: Node, family: str, ledger: Ledger) -> None:
    name, rest = node.words[1], node.words[2:]
    marks = table.validation.setdefault(family, set())
    if name == "router-id" and rest:
        table.router_id = rest[0]
    elif name == "unsafe-ebgp-policy" and not rest:
        bgp.unsafe = node.number
    elif name == "enforce-first-as":
        table.enforce_first_as = rest[:1] != ["disable"]
    elif name == "confederation" and rest[:1] == ["identifier"] and len(rest) == 2:
        bgp.confed_id = asn(rest[1])
    elif name == "confederation" and rest[:1] == ["peers"]:
        bgp.confed_peers |= {asn(word) for word in rest[1:]} | {asn(child.words[0]) for child in node.children}
        for child in node.children:
            ledger.used(child.number)
    elif node.words[1:] == ["origin-as", "validation", "enable"]:
        marks.add("enable")
    elif node.words[1:] in (["origin-as", "validation", "disable"], ["origin-as", "validation", "signal", "ibgp"]):
        marks.discard("enable" if rest[1] == "disable" else "")
    elif node.words[1:4] == ["origin-as", "validation", "time"]:
        if rest[2:] == ["off"]:
            raise Unreadable("validation time off")
        decimal(rest[2] if len(rest) > 2 else "")
    elif node.words[1:] == ["bestpath", "origin-as", "use", "validity"]:
        marks.add("use")
    elif node.words[1:] == ["bestpath", "origin-as", "allow", "invalid"]:
        marks.add("allow")
    elif name in ("origin-as", "confederation") or node.words[1:3] == ["bestpath", "origin-as"]:
        raise Unreadable(" ".join(node.words))
    elif name in BGP:
        irrelevant(ledger, node)
        return
    else:
        ledger.miss(node.number, "unrecognised", Taint("router"))
        return
    ledger.used(node.number)


def _cache(bgp: Bgp, node: Node, ledger: Ledger) -> None:
    transport, port, preference, shut = "", 323, None, False
    for child in node.children:
        words = child.words
        if words[0] == "transport" and len(words) > 1 and words[1] in ("tcp", "ssh"):
            transport = words[1]
            port = decimal(words[3]) if words[2:3] == ["port"] and len(words) > 3 else 323 if transport == "tcp" else 22
        elif words[0] == "preference" and len(words) == 2:
            preference = decimal(words[1])
        elif words == ["shutdown"]:
            shut = True
        elif words[0] not in ("refresh-time", "response-time", "purge-time", "bind-source", "username", "password", "expire-time"):
            ledger.miss(child.number, "unrecognised", Taint("rpki"))
            continue
        ledger.used(child.number)
    ledger.used(node.number)
    if not transport:
        raise Unreadable("rpki server without transport")
    if not shut:
        bgp.caches.append(RpkiCache(node.words[2], port, transport, preference, node.number))  # type: ignore[arg-type]


def _peer(bgp: Bgp, table: Table, node: Node, ledger: Ledger) -> None:
    """`neighbor A`, `neighbor-group G`, `session-group S` or `af-group F address-family …` with what stands under it or behind it."""
    kind, name, rest = node.words[0], node.words[1], node.words[2:]
    store = table.peers if kind == "neighbor" else None
    if store is not None:
        peer = store.setdefault(name, Peer(name, node.number))
    else:
        peer = bgp.groups.setdefault((kind, name), Peer(name, node.number, kind))
    peer.lines.append(node.number)
    ledger.used(node.number)
    if kind == "af-group":
        family = family_name(rest)
        if rest[:1] != ["address-family"] or not family:
            raise Unreadable(" ".join(node.words))
        options = peer.families.setdefault(family, {})
        for child in node.children:
            _af_option(peer, options, family, child, ledger)
        return
    lines = node.children
    if rest:
        lines = [Node(node.number, node.indent, rest, node.children)]
    for child in lines:
        if child.words[0] == "address-family" and kind != "session-group":
            _peer_family(peer, child, ledger)
        else:
            _option(peer, child, ledger)


def _peer_family(peer: Peer, node: Node, ledger: Ledger) -> None:
    family = family_name(node.words)
    if family not in FAMILIES:
        irrelevant(ledger, node)
        return
    ledger.used(node.number)
    peer.lines.append(node.number)
    options = peer.families.setdefault(family, {})
    for child in node.children:
        _af_option(peer, options, family, child, ledger)


def _option(peer: Peer, node: Node, ledger: Ledger) -> None:
    """A statement about the session."""
    head, rest = node.words[0], node.words[1:]
    taint = Taint("session", peer.name)
    if head == "use" and len(rest) == 2 and rest[0] in GROUPS:
        peer.use[rest[0]] = (rest[1], node.number)
    elif head in BASE:
        try:
            _check(head, rest)
        except Unreadable:
            ledger.miss(node.number, "unsupported", taint)
            return
        peer.base[head] = (rest, node.number)
    elif _validation(peer.base, node) or head in APPLY:
        pass
    elif head in NEIGHBOR:
        irrelevant(ledger, node)
        return
    else:
        known = head in ("update", "attribute-filter", "origin-as", "bestpath", "default-policy-action", "as-path-loopcheck")
        ledger.miss(node.number, "unsupported" if known else "unrecognised", taint)
        return
    peer.lines.append(node.number)
    ledger.used(node.number)


def _validation(options: dict[str, Option], node: Node) -> bool:
    """Origin validation of one neighbour."""
    line = " ".join(node.words)
    if line in ("bestpath origin-as allow invalid", "bgp bestpath origin-as allow invalid"):
        options["allow-invalid"] = ([], node.number)
    elif line in ("origin-as validation disable", "bgp origin-as validation disable"):
        options["validation-off"] = ([], node.number)
    else:
        return False
    return True


def _check(head: str, rest: list[str]) -> None:
    if rest and rest[-1] in OFF:
        return
    if head in NUMBERS or head == "ebgp-multihop":
        asn(rest[0] if rest else "")
    elif head in ("password", "keychain", "ao", "update-source", "remote-as-list") and not rest:
        raise Unreadable(head)


def _af_option(peer: Peer, options: dict[str, Option], family: str, node: Node, ledger: Ledger) -> None:
    """A statement about one family of a session."""
    head, rest = node.words[0], node.words[1:]
    taint = Taint("session", peer.name)
    key = head
    if head == "use" and len(rest) == 2 and rest[0] == "af-group":
        peer.af_use[family] = (rest[1], node.number)
    elif head == "route-policy" and len(rest) > 1 and rest[-1] in ("in", "out"):
        options[f"route-policy {rest[-1]}"] = (rest[:-1], node.number)
    elif _validation(options, node) or head in APPLY:
        pass
    elif head in AF and head != "route-policy":
        if head == "remove-private-as" and "inbound" in rest:
            # The policy may see the path with or without the private ASNs.
            ledger.miss(node.number, "unsupported", taint)
            return
        if head == "maximum-prefix" and rest[-1:] != ["disable"] and not (rest and rest[0].isascii() and rest[0].isdecimal()):
            ledger.miss(node.number, "unsupported", taint)
            return
        options[key] = (rest, node.number)
    elif head in FAMILY or head == "bestpath":
        irrelevant(ledger, node)
        return
    else:
        known = head in ("default-policy-action", "route-policy", "validation", "origin-as")
        ledger.miss(node.number, "unsupported" if known else "unrecognised", taint)
        return
    peer.lines.append(node.number)
    ledger.used(node.number)
