"""NX-OS interfaces, VRF contexts and static routes."""

from __future__ import annotations

import ipaddress
from dataclasses import replace

from ...model.policy import Afi
from ...model.router import Interface, SourceFilter, StaticRoute, Taint, Undefined
from .._acl import everything, source_filter
from .._lists import Unreadable, decimal
from .draft import Draft, Face, make_interface
from .statement import INTERFACE_IP_IRRELEVANT, INTERFACE_IRRELEVANT
from .tree import Block, leaf, no, refuse, skip

LINK_LOCAL = "fe80::/64"
"""Stands for a link-local address that the configuration does not name: the interface speaks IPv6 all the same."""
LAYER_3 = ("vlan", "loopback", "mgmt", "tunnel", "bdi", "bvi")
MODES = {
    ("rx",): ("strict", False),
    ("any",): ("loose", False),
    ("any", "allow-default"): ("loose", True),
}
"""What `reachable-via …` means; other words are recognised and not modelled."""


def interface(draft: Draft, block: Block) -> bool:
    """`interface NAME [point-to-point|layer-3]` with its statements."""
    if len(block.words) < 2:
        return False
    if block.words[1] == "breakout":
        skip(block, draft.ledger)
        return True
    name = "".join(block.words[1:3]) if len(block.words) > 2 and block.words[2][0].isdecimal() else block.words[1]
    face = draft.faces.setdefault(name, Face(name))
    face.lines.append(block.line)
    face.routed = face.routed or name.lower().startswith(LAYER_3)
    draft.ledger.used(block.line)
    for one in block.children:
        _statement(draft, face, one)
    return True


def _statement(draft: Draft, face: Face, block: Block) -> None:
    negative, words = no(block.words)
    taint = Taint("interface", face.name)
    if _read(draft, face, block, words, negative):
        face.lines.append(block.line)
        leaf(block, draft.ledger, taint)
    elif words[0] in ("inherit", "port-profile"):
        # A port profile can carry addresses, access groups and source validation.
        refuse(block, draft.ledger, taint, known=True)
    elif words[0] in ("ip", "ipv6") and words[1:2] in (["verify"], ["access-group"], ["traffic-filter"], ["address"]):
        refuse(block, draft.ledger, taint, known=True)
    elif words[0] in INTERFACE_IRRELEVANT or (words[0] in ("ip", "ipv6") and words[1:2] and words[1] in INTERFACE_IP_IRRELEVANT):
        skip(block, draft.ledger)
    else:
        refuse(block, draft.ledger, taint)


def _read(draft: Draft, face: Face, block: Block, words: list[str], negative: bool) -> bool:
    head = words[0]
    if head == "shutdown":
        face.shutdown = not negative
    elif words[:1] == ["switchport"] and len(words) == 1:
        face.routed = negative
    elif negative:
        return False
    elif head == "description":
        face.description = " ".join(words[1:])
    elif head == "vrf" and words[1:2] == ["member"] and len(words) == 3:
        face.vrf, face.routed = words[2], True
    elif head in ("ip", "ipv6") and len(words) > 2:
        return _ip(face, block, words, 4 if head == "ip" else 6)
    else:
        return False
    return True


def _ip(face: Face, block: Block, words: list[str], afi: int) -> bool:
    kind, rest = words[1], words[2:]
    if kind == "address":
        if rest[0] in ("autoconfig", "dhcp"):
            face.assigned.add(afi)
        if rest[0] in ("autoconfig", "dhcp", "use-link-local-only"):
            face.routed = True
            face.addresses += [LINK_LOCAL] if afi == 6 else []
            return True
        try:
            address = ipaddress.ip_interface("/".join(rest[:2]) if "/" not in rest[0] and len(rest) > 1 and afi == 4 else rest[0])
        except ValueError:
            return False
        if address.version != afi:
            return False
        face.addresses.append(str(address))
    elif kind == "link-local" and afi == 6:
        face.addresses.append(f"{rest[0].lower()}/64" if _is_link_local(rest[0]) else LINK_LOCAL)
    elif kind == "unnumbered":
        face.unnumbered = "".join(rest)
    elif (kind == "access-group" and afi == 4) or (kind == "traffic-filter" and afi == 6):
        if len(rest) != 2 or rest[1] not in ("in", "out"):
            return False
        face.acls[(afi, rest[1])] = (rest[0], block.line)
    elif kind == "verify" and rest[:3] == ["unicast", "source", "reachable-via"] and tuple(rest[3:]) in MODES:
        face.urpf[afi], face.allow_default[afi] = MODES[tuple(rest[3:])]
    else:
        return False
    face.routed = True
    return True


def _is_link_local(text: str) -> bool:
    try:
        return ipaddress.IPv6Address(text).is_link_local
    except ValueError:
        return False


def build(draft: Draft) -> tuple[Interface, ...]:
    """Routed interfaces with what they do to sources.

    `system urpf disable` (Nexus 9000) may switch the check off whatever stands in the interfaces; that is not confirmed, so the mode
    is then unknown, as it is where a line of the interface was not understood.
    """
    out: list[Interface] = []
    doubted = {one.taints.name for one in draft.ledger.unread if one.taints.kind == "interface"}
    for face in draft.faces.values():
        if not face.routed and face.name not in doubted:
            continue
        if face.name in doubted:
            face.urpf = {4: "unknown", 6: "unknown"}
        elif draft.urpf_off:
            face.urpf = {afi: "unknown" for afi, mode in face.urpf.items() if mode != "none"}
        donor = draft.faces.get(face.unnumbered)
        if donor is not None:
            # It borrows the addresses, not the subnets.
            face.addresses += [address.partition("/")[0] + ("/128" if ":" in address else "/32") for address in donor.addresses]
        one = make_interface(face)
        one = replace(one, sources_v4=_sources(draft, face, 4), sources_v6=_sources(draft, face, 6))
        out.append(replace(one, leaving_v4=_sources(draft, face, 4, "out"), leaving_v6=_sources(draft, face, 6, "out")))
    return tuple(out)


def _sources(draft: Draft, face: Face, afi: Afi, way: str = "in") -> SourceFilter | None:
    found = face.acls.get((afi, way))
    if found is None:
        return None
    name, line = found
    acl = draft.acls.get((afi, name))
    if acl is None:
        if way == "in":
            draft.undefined.append(Undefined("access-list", name, line, "unknown"))
        return replace(everything(name, afi, line), exact=False)
    if not acl.rules.entries:
        return replace(everything(name, afi, line), exact=False)
    return replace(source_filter(acl), line=line)


def vrf_context(draft: Draft, block: Block) -> bool:
    """`vrf context NAME`: static routes, and what brings routes in from other VRFs."""
    words = block.words
    if words[1:2] != ["context"] or len(words) != 3:
        return False
    draft.ledger.used(block.line)
    vrf = "default" if words[2] == "default" else words[2]
    for one in block.children:
        _, inner = no(one.words)
        if inner[0] in ("ip", "ipv6") and inner[1:2] == ["route"]:
            if not static(draft, one, vrf):
                refuse(one, draft.ledger, Taint("router"), known=True)
        elif inner[0] == "address-family":
            draft.ledger.used(one.line)
            for deep in one.children:
                _family(draft, deep, vrf)
        elif inner[0] in ("rd", "vni", "description", "shutdown", "ip", "ipv6", "mdt", "l3vpn", "multicast", "router", "maximum"):
            skip(one, draft.ledger)
        else:
            refuse(one, draft.ledger, Taint("router"))
    return True


def _family(draft: Draft, block: Block, vrf: str) -> None:
    _, words = no(block.words)
    leaking = words[0] in ("import", "export") and words[1:2] == ["vrf"]
    if leaking:
        refuse(block, draft.ledger, Taint("router"), known=True)
    elif words[0] in ("route-target", "import", "export"):
        draft.vrf_imports.append((vrf, block.line))
        skip(block, draft.ledger)
    elif words[0] in ("maximum", "mdt", "inter-as-hybrid"):
        skip(block, draft.ledger)
    else:
        refuse(block, draft.ledger, Taint("router"))


def static(draft: Draft, block: Block, vrf: str) -> bool:
    """`ip route P NEXT-HOP|INTERFACE [NEXT-HOP] [vrf V] [name N] [tag T] [PREFERENCE]`; `vrf` there is where the next hop is found."""
    words = block.words
    if words[0] == "no" or len(words) < 4:
        return False
    try:
        mask = words[3].count(".") == 3 and "/" not in words[2] and len(words) > 4
        net = ipaddress.ip_network("/".join(words[2:4]) if mask else words[2], strict=False)
        rest = words[4:] if mask else words[3:]
        tag = decimal(rest[rest.index("tag") + 1]) if "tag" in rest[:-1] else 0
    except (ValueError, Unreadable):
        return False
    hop = rest[0]
    draft.statics.append(StaticRoute(str(net), hop, hop.lower() == "null0", vrf, tag, block.line))
    leaf(block, draft.ledger, Taint("router"))
    return True
