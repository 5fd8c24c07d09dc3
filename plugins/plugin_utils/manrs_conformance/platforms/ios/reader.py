"""`show running-config` of IOS and IOS-XE: every line ends in exactly one state."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable

from ...model.policy import Afi
from ...model.router import Secret, StaticRoute, Taint
from .._block import Ledger, Redacted, Statement, placeholder, statement
from .._lists import Unreadable, decimal, run_of_prefixes
from .._routemap import RouteMap, cannot
from . import bgp as bgp_block
from . import clauses, interfaces, listlines
from .draft import Draft, Face
from .statement import IRRELEVANT, IRRELEVANT_IP, IRRELEVANT_ROUTERS, secrets

_HEX = re.compile(r"\s*(?:[0-9A-F]{2,8}\s*)+\Z")


def read(text: str) -> Draft:
    """Read every line; what belongs together is resolved afterwards."""
    lines = text.splitlines()
    draft = Draft(Ledger(lines))
    index = 0
    while index < len(lines):
        if lines[index].startswith(("ip prefix-list ", "ipv6 prefix-list ")):
            after = run_of_prefixes(lines, index, draft.lists.prefix, draft.ledger.states)
            if after > index:
                draft.statements += after - index
                draft.block = ""
                index = after
                continue
        at = statement(lines, index)
        index += 1
        if at is None:
            draft.ledger.irrelevant(index)
            continue
        last = _line(draft, at)
        for number in range(index + 1, last + 1):
            draft.ledger.irrelevant(number)
        index = max(index, last)
    if not draft.new_format:
        _without_new_format(draft)
    if draft.bgp is not None and draft.bgp.dotted:
        draft.lists.tainted |= set(draft.lists.as_path)
    clauses.resolve(draft)
    return draft


def _without_new_format(draft: Draft) -> None:
    """Without `ip bgp-community new-format` communities are printed as plain numbers: what an expression reads is not known."""
    for (kind, name), one in draft.lists.community.items():
        if kind == "standard":
            for entry in one.entries:
                if entry.regex is not None and ":" in entry.regex:
                    draft.lists.tainted.add(name)
                    draft.ledger.miss(entry.line, "unsupported", Taint("list", name))


def _line(draft: Draft, at: Statement) -> int:
    """Read one statement; the number of the last line that belongs to it, or 0 when it stands alone."""
    if at.words[0][0] in "!#":
        redacted = placeholder(at.text)
        if redacted is None:
            draft.ledger.irrelevant(at.number)
        else:
            _redacted(draft, at, redacted)
        return 0
    draft.statements += 1
    for start, end in secrets(at.text):
        draft.ledger.secrets.append(Secret(at.number, start, end))
    found = _free_text(draft, at)
    if found is not None:
        return found
    if at.indent == 0 and _top(draft, at):
        return 0
    if _inside(draft, at):
        return 0
    # Templates and pasted fragments indent as they like.
    if at.indent and draft.block in ("", "vrf", "acl", "route-map", "interface") and at.words[0] in _OPENERS and _top(draft, at):
        return 0
    _unknown(draft, at)
    return 0


def _free_text(draft: Draft, at: Statement) -> int | None:
    """The end of a banner, menu or macro that starts here; None when none does, 0 when it stands on one line."""
    words = at.words
    if words[0] == "macro" and words[1:2] == ["name"] and at.indent == 0:
        return _until(draft, at, "@", whole=True)
    start = 2 if words[0] in ("banner", "menu") or words[:2] == ["authentication", "banner"] else 3
    free = (
        words[0] == "banner"
        or (words[0] == "menu" and words[2:3] == ["title"])
        or words[:3] in (["aaa", "authentication", "banner"], ["aaa", "authentication", "fail-message"])
    )
    if not free or len(words) <= start - (words[0] == "menu"):
        return None
    text = at.text.split(None, start + (words[0] == "menu"))[-1]
    mark = text[:2] if text[:1] == "^" else text[:1]
    if mark in text[len(mark) :]:
        draft.ledger.irrelevant(at.number)
        draft.block = "skip"
        return 0
    return _until(draft, at, mark, whole=False)


def _until(draft: Draft, at: Statement, mark: str, *, whole: bool) -> int:
    lines = draft.ledger.lines
    for number in range(at.number, len(lines)):
        text = lines[number]
        if text.strip() == mark if whole else mark in text:
            draft.ledger.irrelevant(at.number)
            draft.block = "skip"
            return number + 1
    # Without its end nobody knows what is text and what is configuration.
    draft.ledger.miss(at.number, "unsupported", Taint("router"))
    return 0


def _inside(draft: Draft, at: Statement) -> bool:
    """A line of the block being read."""
    if draft.block == "skip":
        if at.indent == 0 and not (draft.block_text.startswith("crypto") and (_HEX.match(at.text) or at.words == ["quit"])):
            return False
        draft.ledger.irrelevant(at.number)
        return True
    if draft.block == "unknown":
        if at.indent:
            draft.ledger.miss(at.number, "unrecognised", Taint("router"))
        return bool(at.indent)
    handler = _BLOCKS.get(draft.block)
    return handler is not None and handler(draft, at)


def _bgp_line(draft: Draft, at: Statement) -> bool:
    return draft.bgp is not None and bgp_block.statement(draft.bgp, at, draft.ledger)


def _map_line(draft: Draft, at: Statement) -> bool:
    if draft.map is None or draft.entry is None:
        return False
    if at.words[0] in ("match", "set", "continue"):
        draft.clauses.append((draft.map, draft.entry, at))
        draft.entry.lines.append(at.number)
        return True
    if at.words[0] == "description":
        draft.ledger.irrelevant(at.number)
        return True
    return False


def _vrf_line(draft: Draft, at: Statement) -> bool:
    words = at.words[1:] if at.words[0] == "no" else at.words
    if words[:1] in (["import"], ["export"]) and not (words[1:2] == ["map"] and at.words[0] == "no"):
        draft.ledger.miss(at.number, "unsupported", Taint("router"))
        return True
    known = (
        "rd",
        "route-target",
        "address-family",
        "exit-address-family",
        "description",
        "maximum",
        "vnet",
        "vpn",
        "bgp",
        "mdt",
        "route-replicate",
    )
    if not words or words[0] not in known:
        return False
    if words[0] == "route-replicate":
        draft.ledger.miss(at.number, "unsupported", Taint("router"))
    else:
        draft.ledger.irrelevant(at.number)
    return True


_BLOCKS: dict[str, Callable[[Draft, Statement], bool]] = {
    "bgp": _bgp_line,
    "route-map": _map_line,
    "interface": interfaces.line_of,
    "acl": listlines.acl_line,
    "vrf": _vrf_line,
}


def _unknown(draft: Draft, at: Statement) -> None:
    """A line that nothing recognises taints the object it stands in."""
    taint = Taint("router")
    inside = at.indent > 0
    if inside and draft.block == "route-map" and draft.map is not None and draft.entry is not None:
        taint = Taint("policy", draft.map.name)
        cannot(draft.entry, "", at.number)
    elif inside and draft.block == "interface" and draft.face is not None:
        taint = Taint("interface", draft.face.name)
    elif inside and draft.block == "acl" and draft.acl is not None:
        taint = Taint("list", draft.acl.name)
        draft.acl.tainted = True
        draft.lists.tainted.add(draft.acl.name)
    elif inside and draft.block == "bgp" and at.words[0] == "neighbor" and len(at.words) > 1:
        taint = Taint("session", bgp_block.canonical(at.words[1]))
    elif not inside:
        draft.block = "unknown"
    draft.ledger.miss(at.number, "unrecognised", taint)


def _redacted(draft: Draft, at: Statement, what: Redacted) -> None:
    draft.ledger.miss(at.number, what.state, what.taint)
    name = what.taint.name
    if what.taint.kind == "list":
        draft.lists.tainted.add(name)
        for afi in (4, 6):
            acl = draft.acls.get((afi, name))
            if acl is not None:
                acl.tainted = True
    elif what.taint.kind == "interface" and draft.face is not None:
        draft.face.unknown |= {4, 6}
    elif what.taint.kind == "policy":
        if draft.block == "route-map" and draft.map is not None and draft.entry is not None and draft.map.name == name:
            cannot(draft.entry, what.part, at.number)
        else:
            draft.maps.setdefault(name, RouteMap(name)).unknown = at.number


def _top(draft: Draft, at: Statement) -> bool:
    """A statement of the top level; opens its block. False when it is none."""
    words = at.words
    negative = words[0] == "no"
    body = words[1:] if negative else words
    if not body:
        return False
    reader = _TOP.get(body[0]) if not negative or body[0] in ("ip", "ipv6") else None
    if reader is not None:
        before = draft.block
        draft.block = ""
        if reader(draft, at):
            return True
        draft.block = before
    if body[0] in IRRELEVANT or (body[0] in ("ip", "ipv6") and len(body) > 1 and body[1] in IRRELEVANT_IP):
        if draft.block in _BLOCKS and body[0] in _INNER and _inside(draft, at):
            return True
        draft.ledger.irrelevant(at.number)
        draft.block = "skip"
        draft.block_text = at.text
        return True
    return False


_INNER = frozenset(
    {"exit", "arp", "bfd", "snmp", "default", "logging", "service", "clock", "address-family", "template", "track", "mpls"}
)
"""Words of the top level that also stand inside blocks: a fragment without indentation may mean either."""


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
    if len(at.words) < 2:
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
    draft.block, draft.block_text = "skip", at.text
    draft.ledger.irrelevant(at.number)
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
        hop = rest[1] if len(rest) > 1 and _is_address(rest[1]) and not _is_address(rest[0]) else rest[0]
    except (ValueError, Unreadable, IndexError):
        draft.ledger.miss(at.number, "unsupported", Taint("router"))
        return True
    draft.statics.append(StaticRoute(net, hop, rest[0].lower().startswith("null"), vrf, tag, at.number))
    draft.ledger.used(at.number)
    return True


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


_TOP: dict[str, Callable[[Draft, Statement], bool]] = {
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
_OPENERS = frozenset({"route-map", "interface", "router", "hostname"})
