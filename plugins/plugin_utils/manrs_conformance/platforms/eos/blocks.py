"""Lines inside the blocks of an EOS configuration, by kind of block; each reader says whether it knows the line."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable
from typing import cast

from ...model.policy import Afi
from ...model.router import StaticRoute, Taint
from .._acl import Acl
from .._block import Statement
from .._lists import Unreadable, decimal
from .._routemap import Entry, RouteMap, cannot
from . import bgp as process
from .bgp import Bgp
from .draft import Block, Cache, Draft, Face, PeerFilter
from .lists import acl_line, peer_filter_line, prefix_line
from .statement import INTERFACE_IP_IRRELEVANT, INTERFACE_IRRELEVANT, PROCESS_BLOCKS


def static_line(draft: Draft, at: Statement) -> bool:
    """`ip|ipv6 route [vrf V] P NEXT-HOP …`."""
    words = at.words[2:]
    vrf = "default"
    if words[:1] == ["vrf"] and len(words) > 1:
        vrf, words = words[1], words[2:]
    if len(words) > 2 and "/" not in words[0] and words[0].count(".") == 3:
        words = [f"{words[0]}/{words[1]}", *words[2:]]
    try:
        net = str(ipaddress.ip_network(words[0], strict=False))
        tag = decimal(words[words.index("tag") + 1]) if "tag" in words[:-1] else 0
        draft.statics.append(StaticRoute(net, words[1], words[1].lower().startswith("null"), vrf, tag, at.number))
    except (ValueError, IndexError, Unreadable):
        return False
    draft.ledger.used(at.number)
    return True


def process_line(draft: Draft, block: Block, at: Statement) -> bool:
    """A line of `router bgp` or of a VRF in it."""
    bgp = cast(Bgp, block.thing)
    words, line = at.words, at.number
    if words[0] == "vrf" and len(words) == 2 and block.kind == "bgp":
        one = next((other for other in draft.instances if other.vrf == words[1]), None)
        if one is None:
            one = Bgp(bgp.local_as, words[1], line, parent=bgp)
            draft.instances.append(one)
        draft.open(at, "bgp-vrf", bgp if words[1] == "default" else one)
        draft.ledger.used(line)
        return True
    if words[0] == "address-family" and len(words) > 1:
        family = process.family_of(words[1:])
        draft.open(at, "bgp-family" if family else "skip", bgp, family)
        draft.ledger.used(line)
        return True
    if words[:2] == ["rpki", "cache"] and len(words) == 3:
        known = next((one for one in draft.caches if one.name == words[2]), None)
        if known is None:
            known = Cache(words[2], line)
            draft.caches.append(known)
        draft.open(at, "cache", known)
        draft.ledger.used(line)
        return True
    if words == ["rpki", "origin-validation"]:
        draft.open(at, "validation")
        draft.ledger.used(line)
        return True
    if words[0] in PROCESS_BLOCKS:
        draft.open(at, "skip")
        draft.ledger.irrelevant(line)
        return True
    return process.statement(bgp, "", at, draft.ledger)


def family_line(draft: Draft, block: Block, at: Statement) -> bool:
    """A line of an address family."""
    return process.statement(cast(Bgp, block.thing), block.name, at, draft.ledger)


def cache_line(draft: Draft, block: Block, at: Statement) -> bool:
    """A line of `rpki cache NAME`: `host H [vrf V] [port P]`, `transport tcp|ssh`, `preference N`, timers."""
    one, words = cast(Cache, block.thing), at.words
    try:
        if words[0] == "host" and len(words) > 1:
            one.host = words[1]
            if "port" in words[2:-1]:
                one.port = decimal(words[words.index("port") + 1])
        elif words[0] == "port" and len(words) == 2:
            one.port = decimal(words[1])
        elif words[0] == "preference" and len(words) == 2:
            one.preference = decimal(words[1])
        elif words[0] == "transport" and words[1:2] in (["tcp"], ["ssh"]):
            one.transport = words[1]
            draft.open(at, "skip")
        elif words[0] in ("local-interface", "refresh-interval", "retry-interval", "expire-interval", "username", "description"):
            draft.ledger.irrelevant(at.number)
            return True
        else:
            return False
    except Unreadable:
        return False
    draft.ledger.used(at.number)
    return True


def validation_line(draft: Draft, block: Block, at: Statement) -> bool:
    """A line of `rpki origin-validation`: who computes the state of which routes; states that neighbours claim are not read."""
    words = at.words
    if words[0] == "ebgp" and words[1:] == ["local"]:
        draft.validates["ebgp"] = at.number
    elif words[0] == "ebgp":
        draft.validates["ebgp"] = at.number
        draft.taint(at.number, "rpki")
        return True
    elif words[0] not in ("ibgp", "redistributed"):
        return False
    draft.ledger.used(at.number)
    return True


def route_map_line(draft: Draft, block: Block, at: Statement) -> bool:
    """A line of a route-map entry; match and set wait until all lists are known."""
    words, line = at.words, at.number
    one, entry = cast("tuple[RouteMap, Entry]", block.thing)
    if words[0] in ("match", "set") and len(words) > 1:
        draft.clauses.append((one, entry, at))
        entry.lines.append(line)
        return True
    if words[0] == "description" or words in (["no", "continue"], ["no", "description"]):
        draft.ledger.irrelevant(line)
        return True
    if words[0] == "continue" and len(words) < 3:
        try:
            target = decimal(words[1]) if len(words) > 1 else 0
        except Unreadable:
            return False
        if target and target <= entry.seq:
            return False
        entry.follow = target
        entry.lines.append(line)
        draft.ledger.used(line)
        return True
    if words[0] == "sub-route-map":
        cannot(entry, "", line)
        draft.taint(line, "policy", one.name)
        return True
    return False


def prefix_list_line(draft: Draft, block: Block, at: Statement) -> bool:
    """A line of a prefix list in block form."""
    if at.words[0] not in ("seq", "permit", "deny", "remark", "description"):
        return False
    prefix_line(draft, cast(Afi, block.thing), block.name, at.words, at)
    return True


def access_list_line(draft: Draft, block: Block, at: Statement) -> bool:
    """A line of an access list."""
    return acl_line(draft, cast(Acl, block.thing), at)


def filter_line(draft: Draft, block: Block, at: Statement) -> bool:
    """A line of a peer filter."""
    return peer_filter_line(draft, cast(PeerFilter, block.thing), block.name, at)


def interface_line(draft: Draft, block: Block, at: Statement) -> bool:
    """A line of an interface."""
    one, words, line = cast(Face, block.thing), at.words, at.number
    if words[0] in ("ip", "ipv6") and len(words) > 1:
        afi: Afi = 4 if words[0] == "ip" else 6
        if not _address_line(draft, one, afi, words[1:], line):
            return False
    elif words == ["shutdown"] or words == ["no", "shutdown"]:
        one.shutdown = words[0] == "shutdown"
    elif words[0] == "description":
        one.description = " ".join(words[1:])
    elif words[0] == "vrf" and len(words) > 1:
        one.vrf = words[-1]
    elif words[0] == "traffic-policy":
        one.judged_elsewhere = one.judged_elsewhere or "input" in words
    elif words[0] in INTERFACE_IRRELEVANT:
        draft.ledger.irrelevant(line)
        return True
    else:
        return False
    if draft.ledger.states[line - 1] == 63:
        one.lines.append(line)
        draft.ledger.used(line)
    return True


def _address_line(draft: Draft, one: Face, afi: Afi, words: list[str], line: int) -> bool:
    head = words[0]
    if head == "address" and len(words) > 1:
        return _address(one, afi, [word for word in words[1:] if word not in ("virtual", "secondary")])
    if head == "verify":
        return _urpf(one, afi, words)
    if head == "access-group" and len(words) == 3 and words[2] in ("in", "out"):
        if words[2] == "in":
            one.acl_in[afi] = (words[1], line)
        else:
            one.acl_out[afi] = (words[1], line)
        return True
    if head in INTERFACE_IP_IRRELEVANT:
        draft.ledger.irrelevant(line)
        return True
    return False


def _address(one: Face, afi: Afi, words: list[str]) -> bool:
    if words[:1] == ["unnumbered"] and len(words) == 2:
        one.unnumbered = words[1]
        return True
    if words[:1] in (["dhcp"], ["auto-config"], ["negotiated"]):
        one.assigned.add(afi)
        return True
    text = f"{words[0]}/{words[1]}" if len(words) > 1 and words[1].count(".") == 3 else words[0] if words else ""
    try:
        address = ipaddress.ip_interface(text)
    except ValueError:
        return afi == 6 and words[1:] == ["link-local"]
    if address.version != afi:
        return False
    one.addresses.append(str(address))
    return True


def _urpf(one: Face, afi: Afi, words: list[str]) -> bool:
    """`verify unicast source reachable-via rx|any [allow-default] [lookup default]`.

    The IPv6 form and a look-up in another VRF are not confirmed: what such a line does stays unknown.
    """
    found = re.fullmatch(
        r"verify unicast source reachable-via (rx|any)((?: allow-default)?)((?: lookup default)?)", " ".join(words)
    )
    if found is None:
        return False
    mode, default, lookup = found.groups()
    one.urpf[afi] = "unknown" if afi == 6 or lookup else "strict" if mode == "rx" else "loose"
    # Whether a default route counts in loose mode without the word is not confirmed either: it is taken to count.
    one.allow_default[afi] = bool(default) or mode == "any"
    return True


def vrf_line(draft: Draft, block: Block, at: Statement) -> bool:
    """A line of `vrf instance`."""
    if at.words[0] in ("rd", "description", "no", "route-target"):
        draft.ledger.irrelevant(at.number)
        return True
    return False


def general_line(draft: Draft, block: Block, at: Statement) -> bool:
    """A line of `router general`: routing control functions and routes leaked between VRFs matter."""
    words, line = at.words, at.number
    if words[0] == "control-functions":
        draft.open(at, "functions")
    elif words[0] == "vrf" and len(words) == 2:
        draft.open(at, "general-vrf", None, words[1])
    elif words[0] in ("router-id", "hardware", "next-hops", "ipv4", "ipv6", "rib", "auto-version"):
        draft.open(at, "skip")
        draft.ledger.irrelevant(line)
        return True
    else:
        return False
    draft.ledger.used(line)
    return True


def general_vrf_line(draft: Draft, block: Block, at: Statement) -> bool:
    """A line of a VRF in `router general`: leaked routes may come from anywhere."""
    words = at.words
    if words[0] == "leak":
        draft.leaks.append((block.name, words, at.number))
        draft.ledger.used(at.number)
        return True
    if words[0] in ("route", "routes", "router-id", "dynamic"):
        draft.open(at, "skip")
        draft.ledger.irrelevant(at.number)
        return True
    return False


def functions_line(draft: Draft, block: Block, at: Statement) -> bool:
    """A line of `control-functions`: code follows up to `EOF`, or comes from elsewhere."""
    words = at.words
    if words[0] == "code" and ("source" in words or "pulled-from" in words):
        draft.hidden_functions = True
    elif words[0] == "code":
        draft.text_until, draft.text_is_code = "EOF", True
    else:
        return False
    draft.ledger.used(at.number)
    return True


def skip_line(draft: Draft, block: Block, at: Statement) -> bool:
    """A line of a block that no check reads."""
    draft.ledger.irrelevant(at.number)
    return True


def unknown_line(draft: Draft, block: Block, at: Statement) -> bool:
    """A line of a block that nothing recognises."""
    taint = block.thing if isinstance(block.thing, Taint) else Taint("router")
    draft.ledger.miss(at.number, "unrecognised", taint)
    return True


LINES: dict[str, Callable[[Draft, Block, Statement], bool]] = {
    "bgp": process_line,
    "bgp-vrf": process_line,
    "bgp-family": family_line,
    "cache": cache_line,
    "validation": validation_line,
    "route-map": route_map_line,
    "prefix-list": prefix_list_line,
    "acl": access_list_line,
    "peer-filter": filter_line,
    "interface": interface_line,
    "vrf": vrf_line,
    "general": general_line,
    "general-vrf": general_vrf_line,
    "functions": functions_line,
    "skip": skip_line,
    "unknown": unknown_line,
}
