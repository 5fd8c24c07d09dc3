"""Interfaces, access lists and static routes."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass, field

from ...model.router import Interface, SourceFilter, StaticRoute, Taint
from .._acl import Acl, extended_rule, source_filter
from .._address import is_address
from .._block import Ledger
from .._lists import Unreadable, decimal
from .statement import APPLY, INTERFACE, INTERFACE_IP
from .tree import Node, irrelevant

REACHABLE = ["verify", "unicast", "source", "reachable-via"]


@dataclass(slots=True)
class Faces:
    """Interfaces, access lists and static routes while they are read."""

    interfaces: dict[str, dict[str, object]] = field(default_factory=dict)
    acls: dict[tuple[int, str], Acl] = field(default_factory=dict)
    bound: list[tuple[int, str, int]] = field(default_factory=list)
    """Family, name and line of every access list that an interface binds."""
    statics: list[StaticRoute] = field(default_factory=list)

    def doubt(self, names: set[str]) -> None:
        """Lists that some line of was not understood."""
        for (_, name), acl in self.acls.items():
            acl.tainted = acl.tainted or name in names

    def made(self) -> tuple[Interface, ...]:
        """The interfaces, unnumbered ones with the addresses they borrow."""
        out = []
        for one in self.interfaces.values():
            values = dict(one)
            addresses: list[str] = list(values["addresses"])  # type: ignore[call-overload]
            for version in (4, 6):
                lender = self.interfaces.get(str(values.pop(f"lender_v{version}", "")))
                lent: list[str] = lender["addresses"] if lender else []  # type: ignore[assignment]
                addresses += [text for text in lent if (":" in text) == (version == 6)]
            values["addresses"] = tuple(addresses)
            values["lines"] = tuple(values["lines"])  # type: ignore[arg-type]
            values["assigned"] = tuple(sorted(set(values["assigned"])))  # type: ignore[call-overload]
            for afi, suffix in ((4, "v4"), (6, "v6")):
                name = values.get(f"acl_in_{suffix}")
                values[f"sources_{suffix}"] = self.sources(afi, str(name)) if name else None
                name = values.get(f"acl_out_{suffix}")
                values[f"leaving_{suffix}"] = self.sources(afi, str(name)) if name else None
            out.append(Interface(**values))  # type: ignore[arg-type]
        return tuple(out)

    def sources(self, afi: int, name: str) -> SourceFilter:
        """What a bound list lets through; what an undefined one does is not confirmed."""
        found = self.acls.get((afi, name))
        if found is None:
            return SourceFilter(name, afi, ((0, 0, 0, 32 if afi == 4 else 128, True, 0),), False)  # type: ignore[arg-type]
        return source_filter(found)


def interface(faces: Faces, node: Node, ledger: Ledger) -> bool:
    """An `interface NAME` block; False when the words are not that."""
    words = [one for one in node.words[1:] if one != "preconfigure"]
    if not words:
        return False
    name = words[0]
    new: dict[str, object] = {"name": name, "addresses": [], "lines": [], "assigned": []}
    one = faces.interfaces.setdefault(name, new)
    _keep(one, "lines", node.number)
    ledger.used(node.number)
    for child in node.children:
        if child.words[1:2] == ["access-group"] and len(child.words) > 3:
            faces.bound.append((6 if child.words[0] == "ipv6" else 4, child.words[2], child.number))
        _line(one, name, child, ledger)
    return True


def templates(faces: Faces, node: Node, ledger: Ledger) -> None:
    """`dynamic-template`: what the interfaces of subscribers do with packets; everything else in it bears on no check."""
    irrelevant(ledger, node)
    for kind in node.children:
        if kind.words[0] != "type" or len(kind.words) < 3:
            continue
        name = f"dynamic-template {kind.words[2]}"
        one = faces.interfaces.setdefault(name, {"name": name, "addresses": [], "lines": [kind.number], "assigned": []})
        ledger.used(kind.number)
        for child in kind.children:
            if child.words[0] in ("ipv4", "ipv6", "vrf"):
                _line(one, name, child, ledger)


def _keep(one: dict[str, object], key: str, value: object) -> None:
    one[key] = [*one[key], value]  # type: ignore[misc]


def _line(one: dict[str, object], name: str, node: Node, ledger: Ledger) -> None:
    words, head = node.words, node.words[0]
    taint = Taint("interface", name)
    try:
        if head in ("ipv4", "ipv6") and len(words) > 1:
            if not _address(one, head, words[1:]):
                known = words[1] in INTERFACE_IP
                if known:
                    irrelevant(ledger, node)
                else:
                    ledger.miss(node.number, "unrecognised", taint)
                return
        elif head == "vrf" and len(words) == 2:
            one["vrf"] = words[1]
        elif words == ["shutdown"]:
            one["shutdown"] = True
        elif head == "description":
            one["description"] = " ".join(words[1:])
        elif head in INTERFACE:
            irrelevant(ledger, node)
            return
        elif head not in APPLY:
            ledger.miss(node.number, "unrecognised", taint)
            return
    except Unreadable:
        ledger.miss(node.number, "unsupported", taint)
        return
    _keep(one, "lines", node.number)
    ledger.used(node.number)


def _address(one: dict[str, object], family: str, words: list[str]) -> bool:
    """Addresses, source validation and access lists of one family; False for anything else."""
    version = family[-1]
    if words[0] == "address" and len(words) > 1:
        if words[1] in ("dhcp", "autoconfig", "dhcp-client-options"):
            _keep(one, "assigned", int(version))
            return True
        text = f"{words[1]}/{words[2]}" if version == "4" and "/" not in words[1] and len(words) > 2 else words[1]
        try:
            _keep(one, "addresses", str(ipaddress.ip_interface(text)))
        except ValueError as error:
            raise Unreadable(text) from error
        return True
    if words[0] == "unnumbered" and len(words) > 1:
        one[f"lender_v{version}"] = words[1]
        return True
    if words[:4] == REACHABLE and len(words) > 4:
        modes = {"any": "loose", "rx": "strict"}
        if words[4] not in modes or not set(words[5:]) <= {"allow-default", "allow-self-ping"}:
            raise Unreadable(" ".join(words))
        one[f"urpf_v{version}"] = modes[words[4]]
        one[f"urpf_v{version}_allow_default"] = "allow-default" in words
        return True
    if words[0] == "verify":
        raise Unreadable(" ".join(words))
    if words[0] == "access-group" and len(words) > 2:
        if words[1] == "common" or words[2] not in ("ingress", "egress"):
            raise Unreadable(" ".join(words))
        one[f"acl_{'in' if words[2] == 'ingress' else 'out'}_v{version}"] = words[1]
        return True
    return False


def access_list(faces: Faces, node: Node, ledger: Ledger) -> bool:
    """`ipv4|ipv6 access-list NAME` with its rules under it or behind it; False when the words are not that."""
    if len(node.words) < 3 or node.words[1] != "access-list":
        return False
    afi, name = (4 if node.words[0] == "ipv4" else 6), node.words[2]
    acl = faces.acls.setdefault((afi, name), Acl(name, afi, False, node.number))  # type: ignore[arg-type]
    acl.lines.append(node.number)
    ledger.used(node.number)
    rules = [Node(node.number, 0, node.words[3:])] if len(node.words) > 3 else []
    for rule in (*rules, *node.children):
        _rule(acl, rule, ledger)
    return True


def _rule(acl: Acl, node: Node, ledger: Ledger) -> None:
    body = node.words[1:] if node.words[0].isdecimal() else node.words
    if not body or body[0] in ("remark", "!", "fragment-type"):
        ledger.irrelevant(node.number)
        return
    try:
        seq, rule = extended_rule(node.words, acl.afi, node.number)
        if not rule.source.known or rule.destination is None or not rule.destination.known:
            # A rule that names a group, which is not resolved, may be about any source.
            raise Unreadable("group")
    except (Unreadable, IndexError):
        acl.tainted = True
        ledger.miss(node.number, "unsupported", Taint("list", acl.name))
        return
    ledger.used(node.number)
    acl.rules.add(seq, rule, node.number)
    acl.lines.append(node.number)


def static(faces: Faces, node: Node, ledger: Ledger) -> bool:
    """A `router static` block."""
    ledger.used(node.number)
    for child in node.children:
        if child.words[0] == "vrf" and len(child.words) == 2:
            ledger.used(child.number)
            for inner in child.children:
                _static_family(faces, inner, child.words[1], ledger)
        else:
            _static_family(faces, child, "default", ledger)
    return True


def _static_family(faces: Faces, node: Node, vrf: str, ledger: Ledger) -> None:
    if node.words[0] != "address-family":
        irrelevant(ledger, node)
        return
    ledger.used(node.number)
    for child in node.children:
        _route(faces, child, vrf, ledger)


def _route(faces: Faces, node: Node, vrf: str, ledger: Ledger) -> None:
    words = node.words
    try:
        net = str(ipaddress.ip_network(words[0], strict=False))
        rest = words[1:]
        tag = decimal(rest[rest.index("tag") + 1]) if "tag" in rest[:-1] else 0
    except (ValueError, Unreadable):
        if "/" in words[0]:
            ledger.miss(node.number, "unsupported", Taint("router"))
        else:
            irrelevant(ledger, node)
        return
    hops = [one for one in rest[:2] if is_address(one)]
    via = hops[0] if hops else rest[0] if rest else ""
    faces.statics.append(StaticRoute(net, via, bool(rest) and rest[0].lower() == "null0", vrf, tag, node.number))
    ledger.used(node.number)
