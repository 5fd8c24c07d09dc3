"""Statements of the top level of an IOS configuration: each reader opens its block and says whether it knew the line."""

from __future__ import annotations

import ipaddress
from collections.abc import Callable

from ...model.policy import Afi
from ...model.router import StaticRoute, Taint
from .._address import is_address
from .._block import Statement
from .._lists import Unreadable, decimal
from .._routemap import RouteMap
from . import bgp as bgp_block
from . import listlines
from .draft import Draft, Face
from .statement import IRRELEVANT_ROUTERS


def _version(draft: Draft, at: Statement) -> bool:
    if len(at.words) != 2:
        return False
    draft.version = at.words[1]
    draft.ledger.used(at.number)
    return True


def _hostname(draft: Draft, at: Statement) -> bool:
    if len(at.words) != 2:
        return False
    draft.hostname = at.words[1]
    draft.ledger.used(at.number)
    return True


def _router(draft: Draft, at: Statement) -> bool:
    words = at.words
    if words[1:2] == ["bgp"]:
        one = bgp_block.header(words, at.number)
        if one is None or (draft.bgp is not None and draft.bgp.local_as != one.local_as):
            return False
        draft.bgp = draft.bgp or one
        draft.bgp.leave()
        draft.block = "bgp"
        draft.ledger.used(at.number)
        return True
    if words[1:2] and words[1] in IRRELEVANT_ROUTERS:
        draft.block, draft.block_text = "skip", at.text
        draft.ledger.irrelevant(at.number)
        return True
    return False


def _route_map(draft: Draft, at: Statement) -> bool:
    words = at.words
    rest = words[2:]
    action = rest[0] if rest else "permit"
    if len(words) < 2 or len(rest) > 2 or action not in ("permit", "deny") or (len(rest) == 2 and not _decimal(rest[1])):
        if len(words) > 1:
            draft.maps.setdefault(words[1], RouteMap(words[1])).unknown = at.number
            draft.ledger.miss(at.number, "unsupported", Taint("policy", words[1]))
        return len(words) > 1
    draft.map = draft.maps.setdefault(words[1], RouteMap(words[1]))
    draft.entry = draft.map.entry(action == "permit", int(rest[1]) if len(rest) == 2 else 10, at.number)
    draft.block = "route-map"
    draft.ledger.used(at.number)
    return True


def _decimal(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) < 10


def _interface(draft: Draft, at: Statement) -> bool:
    if len(at.words) < 2 or at.words[1] == "range":
        return False
    name = "".join(one for one in at.words[1:] if one not in ("point-to-point", "multipoint"))
    draft.face = draft.faces.setdefault(name, Face(name))
    draft.face.lines.append(at.number)
    draft.block = "interface"
    draft.ledger.used(at.number)
    return True


def _vrf(draft: Draft, at: Statement) -> bool:
    if at.words[1:2] != ["definition"]:
        return False
    draft.block = "vrf"
    draft.ledger.used(at.number)
    return True


def _end(draft: Draft, at: Statement) -> bool:
    if len(at.words) != 1:
        return False
    draft.ended = draft.ended or at.number
    draft.ledger.used(at.number)
    return True


def _current(draft: Draft, at: Statement) -> bool:
    draft.shown = True
    draft.ledger.irrelevant(at.number)
    return True


def _key(draft: Draft, at: Statement) -> bool:
    if at.words[1:2] == ["chain"] and at.words[3:4] == ["tcp"]:
        draft.key_chains.add(at.words[2])
        draft.ledger.used(at.number)
    else:
        draft.ledger.irrelevant(at.number)
    draft.block, draft.block_text = "skip", at.text
    return True


def _object_group(draft: Draft, at: Statement) -> bool:
    """Groups of addresses are not resolved: every rule that names one is read as not exact."""
    draft.block, draft.block_text = "skip", at.text
    draft.ledger.miss(at.number, "unsupported", Taint("list", at.words[-1]))
    return True


def _ip(draft: Draft, at: Statement) -> bool:
    words = at.words
    negative = words[0] == "no"
    body = words[1:] if negative else words
    afi: Afi = 4 if body[0] == "ip" else 6
    kind = body[1] if len(body) > 1 else ""
    if kind == "cef" and len(body) == 2:
        (draft.no_cef.add if negative else draft.no_cef.discard)(afi)
        draft.ledger.used(at.number)
        return True
    if body[1:] == ["prefix-list", "sequence-number"]:
        draft.ledger.irrelevant(at.number)
        return True
    if negative:
        return False
    if kind == "bgp-community" and body[2:] == ["new-format"]:
        draft.new_format = True
        draft.ledger.used(at.number)
        return True
    if kind == "vrf" and len(body) == 3:
        draft.block = "vrf"
        draft.ledger.used(at.number)
        return True
    if kind == "cef":
        draft.ledger.irrelevant(at.number)
        return True
    if kind == "route" and len(body) > 3:
        return _static(draft, at, body[2:], afi)
    if kind == "prefix-list" and len(body) > 3:
        return listlines.prefix_list(draft, at, afi)
    if kind == "access-list" and len(body) > 2:
        return listlines.open_acl(draft, at, afi)
    reader = listlines.LISTS.get(kind) if len(body) > 3 and afi == 4 else None
    return reader is not None and reader(draft, at)


def _static(draft: Draft, at: Statement, rest: list[str], afi: Afi) -> bool:
    vrf = "default"
    if rest[0] == "vrf" and len(rest) > 2:
        vrf, rest = rest[1], rest[2:]
    elif rest[0] in ("static", "profile", "*", "topology"):
        draft.ledger.irrelevant(at.number)
        return True
    try:
        text, rest = (f"{rest[0]}/{rest[1]}", rest[2:]) if afi == 4 else (rest[0], rest[1:])
        net = str(ipaddress.ip_network(text, strict=False))
        tag = decimal(rest[rest.index("tag") + 1]) if "tag" in rest[:-1] else 0
        hop = rest[1] if len(rest) > 1 and is_address(rest[1]) and not is_address(rest[0]) else rest[0]
    except (ValueError, Unreadable, IndexError):
        draft.ledger.miss(at.number, "unsupported", Taint("router"))
        return True
    draft.statics.append(StaticRoute(net, hop, rest[0].lower().startswith("null"), vrf, tag, at.number))
    draft.ledger.used(at.number)
    return True


TOP: dict[str, Callable[[Draft, Statement], bool]] = {
    "version": _version,
    "hostname": _hostname,
    "router": _router,
    "route-map": _route_map,
    "interface": _interface,
    "vrf": _vrf,
    "end": _end,
    "Current": _current,
    "key": _key,
    "object-group": _object_group,
    "ip": _ip,
    "ipv6": _ip,
    "access-list": listlines.numbered_acl,
}
