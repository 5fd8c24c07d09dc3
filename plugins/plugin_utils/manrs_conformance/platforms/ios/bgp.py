"""`router bgp` as written: options of neighbours, groups and templates by family and VRF, before inheritance."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from ...model.router import Taint
from .._address import canonical
from .._block import Ledger, Statement, word_set
from .._lists import Unreadable, asn, decimal, prefix, prefix_text
from .statement import BGP_IRRELEVANT, ROUTER_IRRELEVANT

Option = tuple[list[str] | None, int]
"""Words after the option's name and the line; None when a `no` takes it away."""
DEFAULT = "default"
BASE = word_set(
    """
    remote-as peer-group local-as description shutdown password ttl-security ebgp-multihop update-source timers ao
    enforce-first-as inherit
    """
)
BASE_IRRELEVANT = word_set(
    """
    advertisement-interval fall-over disable-connected-check ha-mode transport version slow-peer cluster-id
    dont-capability-negotiate translate-update log-neighbor-changes bfd graceful-restart capability
    graceful-shutdown
    """
)
AF = word_set(
    """
    activate prefix-list distribute-list filter-list route-map maximum-prefix allowas-in as-override remove-private-as
    send-community next-hop-self route-reflector-client route-server-client default-originate soft-reconfiguration
    """
)
AF_IRRELEVANT = word_set(
    """
    weight next-hop-unchanged soo dmzlink-bw capability additional-paths advertise internal-vpn-client send-label aigp
    announce prefix-length-size suppress-signaling-protocol dampening inter-as-hybrid bmp-activate validation multicast-vpn
    """
)
UNSUPPORTED = word_set("unsuppress-map advertise-map local-role path-attribute")
DIRECTED = frozenset({"prefix-list", "distribute-list", "filter-list", "route-map"})
SKIPPED = ("l2vpn", "rtfilter", "link-state", "nsap", "mvpn")
"""Families that carry no routes of the Internet."""
FLAGS = frozenset({"shutdown", "activate", "as-override", "route-reflector-client", "soft-reconfiguration"})


@dataclass(slots=True)
class Peer:
    """Options of one neighbour or peer-group."""

    name: str
    line: int
    base: dict[str, Option] = field(default_factory=dict)
    families: dict[str, dict[str, Option]] = field(default_factory=dict)
    lines: list[int] = field(default_factory=list)


@dataclass(slots=True)
class Template:
    """A `template peer-session` or `peer-policy`: its own options and what it inherits, by sequence number."""

    name: str
    kind: str
    line: int
    options: dict[str, Option] = field(default_factory=dict)
    inherits: dict[int, str] = field(default_factory=dict)


@dataclass(slots=True)
class Table:
    """What stands for one VRF."""

    vrf: str
    peers: dict[str, Peer] = field(default_factory=dict)
    groups: set[str] = field(default_factory=set)
    ranges: list[tuple[str, str, int]] = field(default_factory=list)
    originations: list[tuple[str, list[str], int]] = field(default_factory=list)
    """(family, words, line) of network, aggregate-address, redistribute and default-information."""

    def peer(self, name: str, line: int) -> Peer:
        """The options of a neighbour, created when new."""
        return self.peers.setdefault(name, Peer(name, line))


@dataclass(slots=True)
class Bgp:
    """The BGP process."""

    local_as: int
    line: int
    router_id: str | None = None
    tables: dict[str, Table] = field(default_factory=dict)
    templates: dict[tuple[str, str], Template] = field(default_factory=dict)
    confed_id: int | None = None
    confed_peers: set[int] = field(default_factory=set)
    default_ipv4: bool = True
    safe: int = 0
    """Line of `bgp safe-ebgp-policy`, or 0."""
    enforce_first_as: bool = True
    longest_path: tuple[int, int] | None = None
    """Greatest number of ASNs in a path that is taken (`bgp maxas-limit`), and the line."""
    dotted: int = 0
    """Line of `bgp asnotation dot`, or 0."""
    caches: list[tuple[list[str], int]] = field(default_factory=list)
    validate: dict[tuple[str, str], set[str]] = field(default_factory=dict)
    """(VRF, family, empty for all) -> `disable`, `allow-invalid`."""
    vrf: str = DEFAULT
    family: str = ""
    """The family whose block is being read, or empty."""
    skip: bool = False
    template: Template | None = None

    def table(self, vrf: str) -> Table:
        """What stands for a VRF, created when new."""
        return self.tables.setdefault(vrf, Table(vrf))

    def leave(self) -> None:
        """Go back to the level of the process."""
        self.vrf, self.family, self.skip, self.template = DEFAULT, "", False, None


def header(words: list[str], line: int) -> Bgp | None:
    """The process of `router bgp N`; None when the words are not that."""
    try:
        return Bgp(asn(words[2]), line) if len(words) == 3 else None
    except Unreadable:
        return None


def statement(bgp: Bgp, at: Statement, ledger: Ledger) -> bool:
    """Read one line of the block; False when it is no statement of `router bgp`."""
    words, line = at.words, at.number
    negative = words[0] == "no"
    body = words[1:] if negative else words
    head = body[0] if body else ""
    if head in ("address-family", "exit-address-family", "template", "exit-peer-policy", "exit-peer-session") or words == ["exit"]:
        return _mode(bgp, body, line, ledger)
    if bgp.skip:
        ledger.irrelevant(line)
        return True
    try:
        if bgp.template is not None:
            return _template(bgp.template, body, line, negative, ledger)
        if head == "neighbor" and len(body) > 2:
            _neighbor(bgp, body, line, negative, ledger)
            return True
        if head == "bgp" and len(body) > 1:
            return _global(bgp, body, line, negative, ledger)
        if head in ("network", "aggregate-address", "redistribute", "default-information"):
            if not negative:
                bgp.table(bgp.vrf).originations.append((bgp.family or "ipv4-unicast", body, line))
            ledger.used(line)
            return True
    except Unreadable:
        ledger.miss(line, "unsupported", _taint(bgp, body))
        return True
    if head in ROUTER_IRRELEVANT:
        ledger.irrelevant(line)
        return True
    if head in ("distribute-list", "scope", "export", "context", "import-map"):
        ledger.miss(line, "unsupported", Taint("router"))
        return True
    return False


def _taint(bgp: Bgp, body: list[str]) -> Taint:
    if bgp.template is not None:
        return Taint("session", label(bgp.template))
    return Taint("session", canonical(body[1])) if body[0] == "neighbor" else Taint("router")


def label(template: Template) -> str:
    """The name of a template among sessions and groups."""
    return f"{template.kind} {template.name}"


def _mode(bgp: Bgp, body: list[str], line: int, ledger: Ledger) -> bool:
    ledger.used(line)
    bgp.leave()
    if body[0] == "template":
        if len(body) < 3 or body[1] not in ("peer-session", "peer-policy"):
            ledger.miss(line, "unsupported", Taint("router"))
            bgp.skip = True
            return True
        bgp.template = bgp.templates.setdefault((body[1], body[2]), Template(body[2], body[1], line))
    elif body[0] == "address-family" and len(body) > 1:
        rest = body[1:]
        if "vrf" in rest[:-1]:
            at = rest.index("vrf")
            bgp.vrf = rest[at + 1]
            rest = [*rest[:at], *rest[at + 2 :]]
        bgp.skip = rest[0] in SKIPPED or (len(rest) > 1 and rest[1] in ("mdt", "mvpn", "flowspec"))
        bgp.family = "-".join(rest[:2]) if len(rest) > 1 else f"{rest[0]}-unicast"
    return True


def _global(bgp: Bgp, body: list[str], line: int, negative: bool, ledger: Ledger) -> bool:
    name, rest = body[1], body[2:]
    if name == "router-id" and rest and not negative:
        bgp.router_id = rest[0] if bgp.vrf == DEFAULT and rest[0].count(".") == 3 else bgp.router_id
    elif name == "safe-ebgp-policy":
        bgp.safe = 0 if negative else line
    elif name == "enforce-first-as":
        bgp.enforce_first_as = not negative
    elif name == "maxas-limit" and (rest or negative):
        bgp.longest_path = None if negative else (decimal(rest[0]), line)
    elif name == "asnotation":
        bgp.dotted = 0 if negative else line
    elif name == "default" and rest:
        return _default(bgp, rest, line, negative, ledger)
    elif name == "confederation" and len(rest) > 1 and rest[0] == "identifier":
        bgp.confed_id = asn(rest[1])
    elif name == "confederation" and len(rest) > 1 and rest[0] == "peers":
        bgp.confed_peers |= {asn(one) for one in rest[1:]}
    elif name == "listen" and rest[:1] == ["range"]:
        _range(bgp, rest[1:], line)
    elif name == "rpki" and rest[:1] == ["server"]:
        if not negative:
            bgp.caches.append((rest[1:], line))
    elif name == "bestpath" and rest[:1] == ["prefix-validate"] and len(rest) == 2:
        if rest[1] not in ("disable", "allow-invalid"):
            raise Unreadable(rest[1])
        states = bgp.validate.setdefault((bgp.vrf, bgp.family), set())
        (states.discard if negative else states.add)(rest[1])
    elif name == "inject-map" or (name == "update" and rest[:1] == ["inject"]):
        ledger.miss(line, "unsupported", Taint("router"))
        return True
    elif name in BGP_IRRELEVANT or (name == "listen" and rest[:1] == ["limit"]):
        ledger.irrelevant(line)
        return True
    else:
        ledger.miss(line, "unrecognised", Taint("router"))
        return True
    ledger.used(line)
    return True


def _default(bgp: Bgp, rest: list[str], line: int, negative: bool, ledger: Ledger) -> bool:
    if rest[0] == "ipv4-unicast":
        bgp.default_ipv4 = not negative
        ledger.used(line)
    elif rest[0] == "local-preference" and rest[1:] not in ([], ["100"]):
        raise Unreadable("default local-preference")
    elif rest[0] in ("local-preference", "route-target"):
        ledger.irrelevant(line)
    else:
        raise Unreadable(rest[0])
    return True


def _range(bgp: Bgp, rest: list[str], line: int) -> None:
    if len(rest) != 3 or rest[1] != "peer-group":
        raise Unreadable(" ".join(rest))
    afi = 6 if ":" in rest[0] else 4
    bgp.table(bgp.vrf).ranges.append((prefix_text(*prefix(rest[0], afi), afi), rest[2], line))


def _neighbor(bgp: Bgp, body: list[str], line: int, negative: bool, ledger: Ledger) -> None:
    name, option, rest = canonical(body[1]), body[2].lower(), body[3:]
    table = bgp.table(bgp.vrf)
    peer = table.peer(name, line)
    if option == "peer-group" and not rest:
        table.groups.add(name)
        peer.lines.append(line)
        ledger.used(line)
        return
    policy = option in AF or option in AF_IRRELEVANT or (option == "inherit" and rest[:1] == ["peer-policy"])
    new = bool(bgp.family) and bgp.family not in peer.families
    target = peer.base
    if policy or (bgp.family and option == "peer-group"):
        target = peer.families.setdefault(bgp.family or "ipv4-unicast", {})
    elif bgp.family:
        # A neighbour named in a family belongs to it, whatever is said of it there.
        peer.families.setdefault(bgp.family, {})
    _option(target, option, rest, line, negative, ledger, Taint("session", name))
    if new and ledger.is_irrelevant(line):
        ledger.used(line)
    if ledger.is_used(line):
        peer.lines.append(line)


def _option(
    target: dict[str, Option], option: str, rest: list[str], line: int, negative: bool, ledger: Ledger, taint: Taint
) -> None:
    """Put one option where it belongs; Unreadable for values that the reader of options would not understand."""
    if option in BASE_IRRELEVANT or option in AF_IRRELEVANT:
        ledger.irrelevant(line)
        return
    if option not in BASE and option not in AF:
        ledger.miss(line, "unsupported" if option in UNSUPPORTED else "unrecognised", taint)
        return
    if not negative:
        _check(option, rest)
    for key in list(_keys(option, rest, negative)):
        target[key] = (None if negative else rest, line)
    ledger.used(line)


def _keys(option: str, rest: list[str], negative: bool) -> Iterator[str]:
    if option in DIRECTED:
        if option == "filter-list" and len(rest) == 3 and rest[1] == "weight":
            raise Unreadable("filter-list weight")
        if len(rest) != 2 or rest[1] not in ("in", "out"):
            raise Unreadable(" ".join([option, *rest]))
        yield f"{option} {rest[1]}"
    elif option == "send-community":
        kinds = {
            "": ("standard",),
            "both": ("standard", "extended"),
            "all": ("standard", "extended", "large"),
            "standard": ("standard",),
            "extended": ("extended",),
            "large": ("large",),
        }
        word = rest[0] if rest else ""
        if word not in kinds or len(rest) > 1:
            raise Unreadable(" ".join(rest))
        for kind in kinds["all" if negative and not word else word]:
            yield f"send-community {kind}"
    elif option == "inherit":
        if len(rest) != 2 or rest[0] not in ("peer-session", "peer-policy"):
            raise Unreadable(" ".join(rest))
        yield f"inherit {rest[0]}"
    else:
        yield option


def _check(option: str, rest: list[str]) -> None:
    if option == "remote-as":
        if not rest or (len(rest) > 1 and rest[1] != "alternate-as"):
            raise Unreadable(" ".join(rest))
        for one in (rest[0], *rest[2:]):
            asn(one)
    elif option == "local-as":
        asn(rest[0] if rest else "")
    elif option == "maximum-prefix" or (option in ("ebgp-multihop", "allowas-in") and rest):
        decimal(rest[0] if rest else "")
        if option == "maximum-prefix" and not _limit(rest[1:]):
            raise Unreadable(" ".join(rest))
    elif (option == "ttl-security" and (len(rest) != 2 or rest[0] != "hops")) or (
        option == "default-originate" and rest and (len(rest) != 2 or rest[0] != "route-map")
    ):
        raise Unreadable(" ".join(rest))
    elif option in ("peer-group", "password", "update-source", "ao") and not rest:
        raise Unreadable(option)
    elif option == "route-server-client" and rest:
        raise Unreadable("route-server context")
    elif option == "soft-reconfiguration" and rest != ["inbound"]:
        raise Unreadable(" ".join(rest))


def _limit(rest: list[str]) -> bool:
    """Whether the words after the number of `maximum-prefix` are known."""
    if rest and rest[0].isdecimal():
        rest = rest[1:]
    return rest in ([], ["warning-only"], ["discard-extra"]) or (len(rest) == 2 and rest[0] == "restart" and rest[1].isdecimal())


def _template(template: Template, body: list[str], line: int, negative: bool, ledger: Ledger) -> bool:
    option, rest = body[0], body[1:]
    if option == "inherit" and rest[:1] == [template.kind] and len(rest) in (2, 3):
        template.inherits[decimal(rest[2]) if len(rest) == 3 else 0] = rest[1]
        ledger.used(line)
        return True
    _option(template.options, option, rest, line, negative, ledger, Taint("session", label(template)))
    return True
