"""`show running-config` of IOS and IOS-XE: every line ends in exactly one state."""

from __future__ import annotations

import re
from collections.abc import Callable

from ...model.router import Secret, Taint
from .._address import canonical
from .._block import Ledger, Redacted, Statement, placeholder, statement
from .._routemap import RouteMap, cannot
from .._runs import run_of_prefixes
from . import bgp as bgp_block
from . import clauses, interfaces, listlines
from .draft import Draft
from .interfaces import AFI_WORD
from .statement import IRRELEVANT, IRRELEVANT_IP, secrets
from .toplevel import TOP

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
        draft.face.unknown |= {4, 6}
    elif inside and draft.block == "acl" and draft.acl is not None:
        taint = Taint("list", draft.acl.name)
        draft.acl.tainted = True
        draft.lists.tainted.add(draft.acl.name)
    elif inside and draft.block == "bgp" and at.words[0] == "neighbor" and len(at.words) > 1:
        taint = Taint("session", canonical(at.words[1]))
    elif not inside:
        draft.block = "unknown"
    draft.ledger.miss(at.number, "unrecognised", taint)


def _redacted(draft: Draft, at: Statement, what: Redacted) -> None:
    draft.ledger.miss(at.number, what.state, what.taint, what.where)
    name = what.taint.name
    if what.taint.kind == "list":
        draft.lists.tainted.add(name)
        for afi in (4, 6):
            acl = draft.acls.get((afi, name))
            if acl is not None:
                acl.tainted = True
    elif what.taint.kind == "interface" and draft.face is not None:
        draft.face.unknown |= {afi for afi, word in AFI_WORD.items() if what.where in ("", word)}
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
    reader = TOP.get(body[0]) if not negative or body[0] in ("ip", "ipv6") else None
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


_OPENERS = frozenset({"route-map", "interface", "router", "hostname"})
