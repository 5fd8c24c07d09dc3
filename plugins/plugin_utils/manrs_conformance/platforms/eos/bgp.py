"""`router bgp` as written: options of neighbours and peer groups by family, before inheritance."""

from __future__ import annotations

from dataclasses import dataclass, field

from ...model.router import Taint
from .._address import canonical
from .._block import Ledger, Statement, word_set
from .._lists import Unreadable, asn, decimal, prefix, prefix_text
from .statement import BGP_IRRELEVANT, NEIGHBOR_IRRELEVANT, PROCESS_IRRELEVANT

Option = tuple[list[str] | None, int]
"""Words after the option's name and the line; None when a `no` takes it away."""
UNICAST = frozenset({"ipv4-unicast", "ipv6-unicast"})
FAMILIES = UNICAST | {"ipv4-multicast", "ipv6-multicast", "ipv4-labeled-unicast", "ipv6-labeled-unicast"}
DIRECTED = frozenset({"route-map", "prefix-list", "rcf"})
FLAGS = word_set("activate next-hop-self route-reflector-client shutdown enforce-first-as password soft-reconfiguration")
VALUED = word_set("remote-as local-as update-source ebgp-multihop maximum-routes allowas-in timers default-originate description")
UNSUPPORTED = word_set("import-localpref export-localpref unsuppress-map advertise-map")
ORIGINATES = word_set("network aggregate-address redistribute")


@dataclass(slots=True)
class Peer:
    """Options of one neighbour or peer group; the family `` holds what was written outside of address families."""

    name: str
    line: int
    options: dict[str, dict[str, Option]] = field(default_factory=dict)
    lines: list[int] = field(default_factory=list)

    def put(self, family: str, key: str, value: list[str] | None, line: int) -> None:
        """The last word holds."""
        self.options.setdefault(family, {})[key] = (value, line)


@dataclass(slots=True)
class Range:
    """A listen range or an interface whose neighbours are met without being named."""

    name: str
    group: str
    line: int
    remote: str = ""
    peer_filter: str = ""
    interface: bool = False


@dataclass(slots=True)
class Bgp:
    """The BGP process, or one VRF of it."""

    local_as: int
    vrf: str
    line: int
    router_id: str | None = None
    shutdown: bool = False
    peers: dict[str, Peer] = field(default_factory=dict)
    groups: set[str] = field(default_factory=set)
    ranges: list[Range] = field(default_factory=list)
    confed_id: int | None = None
    confed_peers: list[tuple[int, int]] = field(default_factory=list)
    defaults: dict[str, bool] = field(default_factory=dict)
    """`ipv4-unicast`, `ipv6-unicast`, `transport ipv6`: families that neighbours are active in without a word."""
    enforce_first_as: bool | None = None
    allowas_in: int | None = None
    missing: dict[str, dict[str, Option]] = field(default_factory=dict)
    """`bgp missing-policy` by family (`` for all) and direction."""
    originations: list[tuple[str, list[str], int]] = field(default_factory=list)
    """(family or ``, words, line) of network, aggregate-address and redistribute."""
    imports: list[tuple[str, list[str], int]] = field(default_factory=list)
    """`route-target import`: routes of other tables that come into this VRF."""
    parent: Bgp | None = None

    def peer(self, name: str, line: int) -> Peer:
        """The options of a neighbour or group, created when new."""
        return self.peers.setdefault(name, Peer(name, line))


def family_of(words: list[str]) -> str:
    """`ipv4` or `ipv6 multicast` as a family name; empty for one that carries no routes of the Internet."""
    name = "-".join(words[:2]) if len(words) > 1 else f"{words[0]}-unicast" if words else ""
    return name if name in FAMILIES else ""


def statement(bgp: Bgp, family: str, at: Statement, ledger: Ledger) -> bool:
    """Read one line of the process, of a VRF, or of a family block in them; False when it is none."""
    words, line = at.words, at.number
    negative = words[0] in ("no", "default")
    body = words[1:] if negative else words
    head = body[0] if body else ""
    try:
        if head == "neighbor" and len(body) > 2:
            _neighbor(bgp, family, body, line, words[0] if negative else "", ledger)
        elif head == "bgp" and len(body) > 1:
            return _global(bgp, family, body, line, negative, ledger)
        elif head in ORIGINATES and len(body) > 1:
            if not negative:
                bgp.originations.append((family, body, line))
            ledger.used(line)
        elif head == "router-id" and len(body) > 1:
            bgp.router_id = body[1]
            ledger.used(line)
        elif body == ["shutdown"]:
            bgp.shutdown = not negative
            ledger.used(line)
        elif head == "local-as" and bgp.vrf != "default" and len(body) > 1 and not negative:
            bgp.local_as = asn(body[1])
            ledger.used(line)
        elif head == "route-target":
            return _route_target(bgp, body, line, negative, ledger)
        elif (head in ("rd", "default-route") and bgp.vrf != "default") or head in PROCESS_IRRELEVANT:
            ledger.irrelevant(line)
        else:
            return False
    except Unreadable:
        if head == "neighbor":
            ledger.miss(line, "unsupported", Taint("session", canonical(body[1])))
        else:
            ledger.miss(line, "unsupported", Taint("router"))
    return True


def _route_target(bgp: Bgp, body: list[str], line: int, negative: bool, ledger: Ledger) -> bool:
    if bgp.vrf == "default" and "import" in body:
        ledger.miss(line, "unsupported", Taint("router"))
        return True
    if not negative and ("import" in body or "both" in body):
        bgp.imports.append(("", body, line))
    ledger.used(line)
    return True


def _global(bgp: Bgp, family: str, body: list[str], line: int, negative: bool, ledger: Ledger) -> bool:
    name, rest = body[1], body[2:]
    if name == "default" and rest:
        _default(bgp, rest, negative)
    elif name == "missing-policy":
        for direction, action in missing_policy(rest) if not negative else ():
            bgp.missing.setdefault(family, {})[direction] = (action, line)
    elif name == "enforce-first-as":
        bgp.enforce_first_as = not negative
    elif name == "allowas-in":
        bgp.allowas_in = None if negative else decimal(rest[0]) if rest else 3
    elif name == "confederation" and len(rest) > 1 and not negative:
        _confederation(bgp, rest)
    elif name == "listen" and rest[:1] == ["range"] and not negative:
        bgp.ranges.append(_range(rest[1:], line))
    elif name in BGP_IRRELEVANT or (name == "listen" and rest[:1] == ["limit"]) or name in ("confederation", "listen"):
        ledger.irrelevant(line)
        return True
    else:
        ledger.miss(line, "unrecognised", Taint("router"))
        return True
    ledger.used(line)
    return True


def _default(bgp: Bgp, rest: list[str], negative: bool) -> None:
    if rest[0] not in UNICAST or rest[1:] not in ([], ["transport", "ipv6"]):
        raise Unreadable(" ".join(rest))
    bgp.defaults["transport ipv6" if rest[1:] else rest[0]] = not negative


def _confederation(bgp: Bgp, rest: list[str]) -> None:
    if rest[0] == "identifier":
        bgp.confed_id = asn(rest[1])
    elif rest[0] == "peers":
        for part in ",".join(rest[1:]).replace(" ", "").split(","):
            bgp.confed_peers.append(as_range(part))
    else:
        raise Unreadable(rest[0])


def as_range(text: str) -> tuple[int, int]:
    """`65001` or `65001-65010` as a closed range."""
    low, dash, high = text.partition("-")
    out = asn(low), asn(high if dash else low)
    if out[0] > out[1]:
        raise Unreadable(text)
    return out


def missing_policy(words: list[str]) -> list[tuple[str, list[str]]]:
    """(`in` or `out`, [action, included kinds…]) of `[address-family all] [include K…] direction D action A`."""
    rest = words[2:] if words[:2] == ["address-family", "all"] else words
    included: list[str] = []
    if rest[:1] == ["include"]:
        end = rest.index("direction") if "direction" in rest else len(rest)
        included, rest = rest[1:end], rest[end:]
    if not set(included) <= {"community-list", "prefix-list", "sub-route-map"}:
        raise Unreadable(" ".join(words))
    if len(rest) != 4 or rest[0] != "direction" or rest[2] != "action" or rest[1] not in ("in", "out"):
        raise Unreadable(" ".join(words))
    if rest[3] not in ("permit", "deny", "deny-in-out"):
        raise Unreadable(" ".join(words))
    return [(rest[1], [rest[3], *included])]


def _range(words: list[str], line: int) -> Range:
    """`P [peer-id include router-id] peer-group G remote-as N|peer-filter F`."""
    if not words:
        raise Unreadable("range")
    if words[1:2] == ["mask"] and len(words) > 3:
        words = [f"{words[0]}/{sum(one.bit_count() for one in map(decimal, words[2].split('.')))}", *words[3:]]
    afi = 6 if ":" in words[0] else 4
    name = prefix_text(*prefix(words[0], afi), afi)
    rest = words[1:]
    if rest[:3] == ["peer-id", "include", "router-id"]:
        rest = rest[3:]
    return _grouped(name, rest, line, interface=False)


def _grouped(name: str, rest: list[str], line: int, *, interface: bool) -> Range:
    if rest[:2] == ["peer", "group"]:
        rest = ["peer-group", *rest[2:]]
    if len(rest) not in (2, 4) or rest[0] != "peer-group" or (len(rest) == 4 and rest[2] not in ("remote-as", "peer-filter")):
        raise Unreadable(" ".join(rest))
    found = dict(zip(rest[::2], rest[1::2], strict=True))
    if "remote-as" in found:
        asn(found["remote-as"])
    return Range(name, rest[1], line, found.get("remote-as", ""), found.get("peer-filter", ""), interface)


def _neighbor(bgp: Bgp, family: str, body: list[str], line: int, sign: str, ledger: Ledger) -> None:
    name, option, rest = body[1], body[2], body[3:]
    if name == "interface" and len(body) > 4:
        if not sign:
            bgp.ranges.append(_grouped(body[2], body[3:], line, interface=True))
        ledger.used(line)
        return
    if name == "default" or option in NEIGHBOR_IRRELEVANT:
        ledger.irrelevant(line)
        return
    if option == "peer" and rest[:1] == ["group"]:
        option, rest = "peer-group", rest[1:]
    if option == "peer-group" and not rest and not sign:
        # A group belongs to the whole process, whichever VRF its members are in.
        owner = bgp.parent or bgp
        owner.groups.add(name)
        owner.peer(name, line).lines.append(line)
        ledger.used(line)
        return
    found = _option(option, rest, bool(sign))
    if found is None:
        state = "unsupported" if option in UNSUPPORTED else "unrecognised"
        ledger.miss(line, state, Taint("session", canonical(name)))  # type: ignore[arg-type]
        return
    peer = bgp.peer(name, line)
    key, value = found
    if sign == "default":
        peer.options.get(family, {}).pop(key, None)
    else:
        peer.put(family, key, value, line)
    peer.lines.append(line)
    ledger.used(line)


def _option(option: str, rest: list[str], negative: bool) -> tuple[str, list[str] | None] | None:
    """Key and words of an option, None for one that is not known; Unreadable when its words are not."""
    reader = _READERS.get(option)
    if reader is not None:
        return reader(option, rest, negative)
    if option in FLAGS or option in VALUED:
        if negative:
            return option, None
        _check(option, rest)
        return option, rest
    return None


def _directed(option: str, rest: list[str], negative: bool) -> tuple[str, list[str] | None]:
    if option == "rcf" and len(rest) > 1 and rest[0] in ("in", "out"):
        return f"rcf {rest[0]}", None if negative else rest[1:]
    if negative and rest and rest[-1] in ("in", "out"):
        return f"{option} {rest[-1]}", None
    if len(rest) != 2 or rest[1] not in ("in", "out"):
        raise Unreadable(" ".join([option, *rest]))
    return f"{option} {rest[1]}", [rest[0]]


def _send_community(option: str, rest: list[str], negative: bool) -> tuple[str, list[str] | None]:
    """Without words all kinds are sent; `add` and `remove` change what a group says, which is not modelled."""
    kinds = [one for one in rest if one in ("standard", "extended", "large")]
    if rest[:1] in (["add"], ["remove"]) or (rest and not kinds):
        raise Unreadable(" ".join([option, *rest]))
    return option, None if negative else kinds or ["standard", "extended", "large"]


def _remove_private(option: str, rest: list[str], negative: bool) -> tuple[str, list[str] | None]:
    if rest[:1] == ["ingress"]:
        if negative:
            return "remove-private-as ingress", None
        raise Unreadable("the path is changed before the policy reads it")
    if rest not in ([], ["all"], ["all", "replace-as"]) and not negative:
        raise Unreadable(" ".join(rest))
    return "remove-private-as", None if negative else rest


def _missing(option: str, rest: list[str], negative: bool) -> tuple[str, list[str] | None]:
    if negative:
        return f"missing-policy {'out' if 'out' in rest else 'in'}", None
    ((direction, action),) = missing_policy(rest)
    return f"missing-policy {direction}", action


def _ttl(option: str, rest: list[str], negative: bool) -> tuple[str, list[str] | None]:
    if negative:
        return "ttl", None
    if len(rest) != 2 or rest[0] != "maximum-hops":
        raise Unreadable(" ".join([option, *rest]))
    decimal(rest[1])
    return "ttl", rest


def _as_path(option: str, rest: list[str], negative: bool) -> tuple[str, list[str] | None]:
    if rest[:1] == ["prepend-own"]:
        return "as-path prepend-own", None if negative else rest
    if rest[:2] == ["remote-as", "replace"]:
        return "as-override", None if negative else rest
    raise Unreadable(" ".join([option, *rest]))


def _rib_in(option: str, rest: list[str], negative: bool) -> tuple[str, list[str] | None]:
    if rest[:2] != ["pre-policy", "retain"]:
        raise Unreadable(" ".join([option, *rest]))
    return "soft-reconfiguration", None if negative else rest


def _member(option: str, rest: list[str], negative: bool) -> tuple[str, list[str] | None]:
    if not negative and len(rest) != 1:
        raise Unreadable(" ".join([option, *rest]))
    return option, None if negative else rest


_READERS = {
    **dict.fromkeys(DIRECTED, _directed),
    "send-community": _send_community,
    "remove-private-as": _remove_private,
    "missing-policy": _missing,
    "ttl": _ttl,
    "as-path": _as_path,
    "rib-in": _rib_in,
    "peer-group": _member,
}


def _check(option: str, rest: list[str]) -> None:
    """Raise Unreadable for values that the reader of options would not understand."""
    text = " ".join([option, *rest])
    if option in ("remote-as", "local-as"):
        asn(rest[0] if rest else "")
    elif option == "maximum-routes":
        decimal(rest[0] if rest else "")
        if not set(rest[1:]) <= {"warning-limit", "warning-only", "percent"} | {one for one in rest[1:] if one.isdecimal()}:
            raise Unreadable(text)
    elif option in ("ebgp-multihop", "allowas-in"):
        decimal(rest[0] if rest else "3")
    elif option == "default-originate":
        if rest not in ([], ["always"]) and (rest[0] not in ("route-map", "rcf") or len(rest) not in (2, 3)):
            raise Unreadable(text)
        if rest[:1] == ["rcf"]:
            raise Unreadable(text)
    elif (option in ("update-source", "password", "timers") and not rest) or (option == "activate" and rest):
        raise Unreadable(text)
