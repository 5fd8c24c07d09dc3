"""`router bgp` blocks as written: options of neighbours and groups, by family, before inheritance."""

from __future__ import annotations

from dataclasses import dataclass, field

from ...model.router import Taint
from .._address import canonical
from .._block import Ledger, Statement, word_set
from .._lists import Unreadable, asn, decimal, prefix, prefix_text

Option = tuple[list[str] | None, int]
"""Words after the option's name and the line; None when a `no` takes it away."""
FAMILIES = frozenset(
    {"ipv4-unicast", "ipv6-unicast", "ipv4-multicast", "ipv6-multicast", "ipv4-labeled-unicast", "ipv6-labeled-unicast"}
)
BASE = word_set(
    """
    remote-as peer-group local-as description shutdown password ttl-security ebgp-multihop local-role update-source
    enforce-first-as timers interface
    """
)
BASE_IRRELEVANT = word_set(
    """
    capability advertisement-interval bfd passive port strict-capability-match override-capability dont-capability-negotiate disable-connected-check graceful-restart graceful-restart-helper graceful-restart-disable graceful-shutdown
    solo sender-as-path-loop-detection tcp-mss extended-optional-parameters version disable-link-bw-encoding-ieee
    extended-link-bandwidth path-attribute oad aigp send-nexthop-characteristics
    """
)
AF = word_set(
    """
    activate prefix-list distribute-list filter-list route-map maximum-prefix allowas-in as-override remove-private-AS
    remove-private-as send-community next-hop-self route-reflector-client route-server-client default-originate soft-reconfiguration
    """
)
AF_IRRELEVANT = word_set(
    """
    addpath-tx-all-paths addpath-tx-bestpath-per-AS addpath-tx-best-selected addpath-rx-paths-limit disable-addpath-rx
    weight capability maximum-prefix-out attribute-unchanged graceful-shutdown soo encapsulation-mpls encapsulation-srv6
    dampening accept-own nexthop-local
    """
)
LISTS = frozenset({"as-path", "community-list", "large-community-list", "extcommunity-list", "community"})
"""Statements of the top level that begin with `bgp`: they end the block."""
DIRECTED = frozenset({"prefix-list", "distribute-list", "filter-list", "route-map"})
BGP_IRRELEVANT = word_set(
    """
    router-id cluster-id log-neighbor-changes deterministic-med always-compare-med bestpath graceful-restart graceful-shutdown update-delay wpkt-quanta rpkt-quanta coalesce-time fast-external-failover network suppress-duplicates reject-as-sets route-reflector max-med minimum-holdtime default-preference suppress-fib-pending fast-convergence route-map
    labeled-unicast shutdown session-dscp input-queue-limit output-queue-limit tcp-keepalive client-to-client conditional-advertisement nht disable-ebgp-connected-route-check hard-administrative-reset snmp ipv6-auto-ra dampening allow-martian-nexthop use-underlays-nexthop-weight lu-transport bmp per-source-nhg listen-limit path-attribute
    """
)


@dataclass(slots=True)
class Peer:
    """Options of one neighbour or peer-group."""

    name: str
    line: int
    base: dict[str, Option] = field(default_factory=dict)
    families: dict[str, dict[str, Option]] = field(default_factory=dict)
    lines: list[int] = field(default_factory=list)


@dataclass(slots=True)
class Bgp:
    """One BGP instance."""

    local_as: int
    vrf: str
    line: int
    router_id: str | None = None
    peers: dict[str, Peer] = field(default_factory=dict)
    groups: set[str] = field(default_factory=set)
    ranges: list[tuple[str, str, int]] = field(default_factory=list)
    confed_id: int | None = None
    confed_peers: set[int] = field(default_factory=set)
    defaults: dict[str, bool] = field(default_factory=dict)
    requires_policy: bool | None = None
    enforce_first_as: bool | None = None
    originations: list[tuple[str, list[str], int]] = field(default_factory=list)
    """(family, words, line) of network, aggregate-address, redistribute and default-information."""
    family: str = ""
    """The family whose block is being read, or empty."""
    skip: bool = False
    """The block of a family (or sub-block) that no check reads."""

    def peer(self, name: str, line: int) -> Peer:
        """The options of a neighbour, created when new."""
        return self.peers.setdefault(name, Peer(name, line))


def header(words: list[str], line: int) -> Bgp | None:
    """The instance of `router bgp N [vrf V|view V] […]`; None when the words are not that."""
    try:
        local_as = asn(words[2]) if len(words) > 2 else 0
    except Unreadable:
        return None
    rest = words[3:]
    vrf = rest[1] if len(rest) > 1 and rest[0] in ("vrf", "view") else "default"
    return Bgp(local_as, vrf, line)


def statement(bgp: Bgp, at: Statement, ledger: Ledger) -> bool:
    """Read one line of the block; False when it is no statement of `router bgp`."""
    words, line = at.words, at.number
    negative = words[0] == "no"
    body = words[1:] if negative else words
    head = body[0] if body else ""
    if head == "address-family":
        return _enter(bgp, body, line, ledger)
    if head == "exit-address-family":
        bgp.family, bgp.skip = "", False
        ledger.used(line)
        return True
    if bgp.skip:
        ledger.irrelevant(line)
        return True
    try:
        if head == "neighbor" and len(body) > 2:
            _neighbor(bgp, body, line, negative, ledger)
            return True
        if head == "bgp" and len(body) > 1 and body[1] in LISTS:
            return False
        if head == "bgp" and len(body) > 1:
            _global(bgp, body, line, negative, ledger)
            return True
        if head in ("network", "aggregate-address", "redistribute", "default-information"):
            if not negative:
                bgp.originations.append((bgp.family or "ipv4-unicast", body, line))
            ledger.used(line)
            return True
    except Unreadable:
        ledger.miss(line, "unsupported", _taint(body))
        return True
    if head in (
        "timers",
        "maximum-paths",
        "distance",
        "table-map",
        "coalesce-time",
        "update-delay",
        "read-quanta",
        "write-quanta",
        "segment-routing",
        "sid",
        "srv6",
        "nexthop",
        "bmp",
        "vni",
        "label",
    ):
        ledger.irrelevant(line)
        return True
    if head in ("import", "export", "rd", "rt", "route-target"):
        ledger.miss(line, "unsupported", Taint("router"))
        return True
    return False


def _taint(body: list[str]) -> Taint:
    return Taint("session", canonical(body[1])) if body[0] == "neighbor" else Taint("router")


def _enter(bgp: Bgp, body: list[str], line: int, ledger: Ledger) -> bool:
    family = "-".join(body[1:3]) if len(body) > 2 else f"{body[1]}-unicast" if len(body) > 1 else ""
    bgp.skip = family not in FAMILIES
    bgp.family = "" if bgp.skip else family
    ledger.used(line)
    return True


def _global(bgp: Bgp, body: list[str], line: int, negative: bool, ledger: Ledger) -> None:
    name, rest = body[1], body[2:]
    if name == "router-id" and rest:
        bgp.router_id = rest[0]
    elif name == "ebgp-requires-policy":
        bgp.requires_policy = not negative
    elif name == "enforce-first-as":
        bgp.enforce_first_as = not negative
    elif name == "default" and rest:
        _default(bgp, rest, negative)
    elif name == "confederation" and len(rest) > 1 and rest[0] == "identifier":
        bgp.confed_id = asn(rest[1])
    elif name == "confederation" and len(rest) > 1 and rest[0] == "peers":
        bgp.confed_peers |= {asn(one) for one in rest[1:]}
    elif name == "listen" and len(rest) == 4 and rest[0] == "range" and rest[2] == "peer-group":
        afi = 6 if ":" in rest[1] else 4
        bgp.ranges.append((prefix_text(*prefix(rest[1], afi), afi), rest[3], line))
    elif name in BGP_IRRELEVANT or (name == "listen" and rest[:1] == ["limit"]):
        ledger.irrelevant(line)
        return
    else:
        ledger.miss(line, "unrecognised", Taint("router"))
        return
    ledger.used(line)


def _default(bgp: Bgp, rest: list[str], negative: bool) -> None:
    if rest[0] == "local-preference":
        if rest[1:] not in ([], ["100"]):
            raise Unreadable("default local-preference")
    elif rest[0] in (
        "show-hostname",
        "show-nexthop-hostname",
        "subgroup-pkt-queue-max",
        "software-version-capability",
        "dynamic-capability",
        "link-local-capability",
    ):
        return
    else:
        bgp.defaults[rest[0]] = not negative


def _neighbor(bgp: Bgp, body: list[str], line: int, negative: bool, ledger: Ledger) -> None:
    name, option, rest = canonical(body[1]), body[2], body[3:]
    if option == "peer-group" and not rest and not negative:
        bgp.groups.add(name)
        bgp.peer(name, line).lines.append(line)
        ledger.used(line)
        return
    peer = bgp.peer(name, line)
    family = bgp.family or ("ipv4-unicast" if option in AF or option in AF_IRRELEVANT else "")
    known = AF if bgp.family or (option in AF and option not in BASE) else BASE
    irrelevant = AF_IRRELEVANT | BASE_IRRELEVANT
    if option in irrelevant or (option == "soft-reconfiguration" and rest != ["inbound"]):
        ledger.irrelevant(line)
        return
    if option not in known:
        state = "unsupported" if option in ("unsuppress-map", "advertise-map", "rpki", "local-as") else "unrecognised"
        ledger.miss(line, "unsupported" if state == "unsupported" else "unrecognised", Taint("session", name))
        return
    key = option.lower() if option.startswith("remove-private") else option
    if option in DIRECTED:
        if len(rest) != 2 or rest[1] not in ("in", "out"):
            raise Unreadable(" ".join(body))
        key = f"{option} {rest[1]}"
    _check(option, rest, negative)
    # `interface [v6only] remote-as|peer-group …`: an option of the neighbour in the same line.
    inner = rest[rest[:1] == ["v6only"] :] if option == "interface" else []
    if inner:
        _check(inner[0], inner[1:], negative)
    target = peer.families.setdefault(family, {}) if known is AF else peer.base
    _put(target, key, rest, line, negative)
    if len(inner) > 1:
        _put(peer.base, inner[0], inner[1:], line, negative)
    if option == "password" and rest:
        ledger.secret(line, body_text(ledger, line, option))
    peer.lines.append(line)
    ledger.used(line)


def body_text(ledger: Ledger, line: int, option: str) -> str:
    """What stands behind a word in a line, to its end."""
    text = ledger.lines[line - 1]
    return text[text.find(f" {option} ") + len(option) + 2 :].strip()


def _put(target: dict[str, Option], key: str, rest: list[str], line: int, negative: bool) -> None:
    if key == "send-community":
        for kind in _kinds(rest):
            target[f"send-community {kind}"] = (None if negative else [], line)
        return
    target[key] = (None if negative else rest, line)


def _kinds(rest: list[str]) -> tuple[str, ...]:
    return {
        "": ("standard",),
        "both": ("standard", "extended"),
        "all": ("standard", "extended", "large"),
        "standard": ("standard",),
        "extended": ("extended",),
        "large": ("large",),
    }[rest[0] if rest else ""]


def _check(option: str, rest: list[str], negative: bool) -> None:
    """Raise Unreadable for values that the reader of options would not understand."""
    if negative:
        if option == "send-community" and rest and rest[0] not in ("both", "all", "standard", "extended", "large"):
            raise Unreadable(rest[0])
        return
    if option in ("remote-as", "local-as"):
        if not rest:
            raise Unreadable(option)
        if option == "local-as" or rest[0] not in ("internal", "external", "auto"):
            asn(rest[0])
        elif rest[0] == "auto":
            raise Unreadable("remote-as auto")
    elif option == "maximum-prefix" or (option in ("ebgp-multihop", "allowas-in") and rest and rest[0] != "origin"):
        decimal(rest[0] if rest else "")
    elif option == "ttl-security":
        if len(rest) != 2 or rest[0] != "hops":
            raise Unreadable(option)
    elif option == "default-originate":
        if rest and (len(rest) != 2 or rest[0] != "route-map"):
            raise Unreadable(option)
    elif option == "local-role":
        if not rest or rest[0] not in ("provider", "rs-server", "rs-client", "customer", "peer"):
            raise Unreadable(option)
    elif option == "send-community" and rest and rest[0] not in ("both", "all", "standard", "extended", "large"):
        raise Unreadable(rest[0])
    elif option in ("peer-group", "interface", "password", "update-source") and not rest and option != "interface":  # noqa: SIM114
        raise Unreadable(option)
    elif option == "timers" and rest[:1] not in (["connect"], ["delayopen"]) and len(rest) != 2:
        raise Unreadable(option)
