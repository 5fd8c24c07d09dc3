"""`show running-config` of EOS: every line ends in exactly one state, and belongs to the block it stands deeper than."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import cast

from ...model.policy import Afi
from ...model.router import Taint
from .._acl import Acl
from .._address import canonical
from .._block import Ledger, Redacted, Statement, placeholder, statement
from .._lists import Numbered, Unreadable, asn
from .._routemap import Entry, RouteMap, cannot
from .._runs import run_of_prefixes
from .bgp import Bgp
from .blocks import LINES, static_line
from .draft import Block, Draft, Face, PeerFilter
from .fastlists import run
from .lists import KINDS, as_path_line, community_line, prefix_line
from .statement import IRRELEVANT, IRRELEVANT_IP, ROUTERS, SECRETS, TEXT_BLOCKS

_DEVICE = re.compile(r"^\s*!+\s*device:\s*(\S+)\s*\((?:[^,()]*,\s*)?(?:EOS-)?([^,()\s]+)[^()]*\)", re.ASCII)
_AGAIN = (("router", "bgp"), ("route-map",), ("interface",), ("ip", "prefix-list"), ("ipv6", "prefix-list"), ("vrf", "instance"))
"""Statements of the top that no block without meaning contains: a text with wrong indentation is still read there."""

FLAT = frozenset({"route-map", "prefix-list", "acl", "peer-filter", "interface", "cache", "validation"})
"""Blocks without blocks inside: what follows an unknown line there is a line of the same block."""

IRRELEVANT_STATE = 105


def read(text: str) -> Draft:
    """Read every line; what belongs together is resolved afterwards by the parser."""
    lines = text.splitlines()
    draft = Draft(Ledger(lines))
    number = 0
    while number < len(lines):
        after = _run(draft, lines, number) if not draft.text_until else number
        draft.statements += after - number
        if after > number:
            number = after
            continue
        at = statement(lines, number)
        number += 1
        if at is None:
            draft.ledger.irrelevant(number)
        elif draft.text_until:
            _text(draft, at)
        else:
            _line(draft, at)
    return draft


def _run(draft: Draft, lines: list[str], number: int) -> int:
    """Read a run of prefix-list entries, of the open block or one by one; returns where it stopped."""
    text, block = lines[number], draft.top
    if text.startswith(("ip prefix-list ", "ipv6 prefix-list ")):
        after = run_of_prefixes(lines, number, draft.lists.prefix, draft.ledger.states)
        if after > number:
            draft.blocks.clear()
        return after
    if block is None or block.kind != "prefix-list" or not text.startswith("   "):
        return number
    afi = cast(Afi, block.thing)
    return run(lines, number, afi, block.indent, draft.lists.prefix[(afi, block.name)], draft.ledger.states)


def _text(draft: Draft, at: Statement) -> None:
    """A line of free text or code."""
    draft.ledger.irrelevant(at.number)
    found = set(re.findall(r"\bfunction\s+(\w+)\s*\(", at.text, re.ASCII)) if draft.text_is_code else set()
    hidden = draft.text_is_code and at.words[:2] == ["source", "pulled-from"]
    draft.functions |= found
    draft.hidden_functions = draft.hidden_functions or hidden
    ends = at.text.strip() == draft.text_until
    if found or hidden or ends:
        draft.ledger.used(at.number)
    if ends:
        draft.text_until, draft.text_is_code = "", False


def _line(draft: Draft, at: Statement) -> None:
    if at.words[0][0] in "!#":
        _comment(draft, at)
        return
    draft.statements += 1
    for pattern in SECRETS:
        found = pattern.search(at.text)
        if found is not None:
            draft.ledger.secret(at.number, found.group(1))
    _leave(draft, at)
    block = draft.top
    alone = block is not None and block.kind == "skip" and len(draft.blocks) == 1 and len(at.words) > 1
    if alone and any(tuple(at.words[: len(one)]) == one for one in _AGAIN):
        draft.blocks.clear()
        block = None
    if at.words == ["end"] and (block is None or block.kind in ("skip", "unknown", "interface", "vrf")):
        draft.ended = at.number
        draft.blocks.clear()
        draft.ledger.used(at.number)
        return
    if at.words == ["exit"]:
        if draft.blocks:
            draft.blocks.pop()
        draft.ledger.irrelevant(at.number)
        return
    if at.words[0] in TEXT_BLOCKS or at.words == ["action", "bash"]:
        # Begin and end of the text are used: without its end the rest of the configuration would be text too.
        draft.text_until = "EOF"
        draft.ledger.used(at.number)
        return
    if block is None:
        if not _top(draft, at):
            draft.taint(at.number, "router", "", "unrecognised")
            draft.open(at, "unknown")
        return
    if not LINES[block.kind](draft, block, at):
        _unknown(draft, block, at)
    elif draft.top is block and block.kind != "skip" and draft.ledger.states[at.number - 1] == IRRELEVANT_STATE:
        # What stands deeper than a line that bears on nothing is that line's.
        draft.open(at, "skip")


def _leave(draft: Draft, at: Statement) -> None:
    """Close the blocks that the line does not stand deeper than."""
    while draft.blocks and at.indent <= draft.blocks[-1].indent:
        draft.blocks.pop()


def _comment(draft: Draft, at: Statement) -> None:
    redacted = placeholder(at.text)
    if redacted is not None:
        _redacted(draft, at, redacted)
        return
    found = _DEVICE.match(at.text)
    if found is not None:
        draft.device = True
        draft.version_text = found.group(2)
        draft.ledger.used(at.number)
        return
    draft.ledger.irrelevant(at.number)


def _redacted(draft: Draft, at: Statement, what: Redacted) -> None:
    """A placeholder taints what the line it stands for tainted."""
    draft.ledger.miss(at.number, what.state, what.taint)
    _leave(draft, at)
    block = draft.top
    if what.taint.kind == "list":
        draft.lists.tainted.add(what.taint.name)
        for (_, name), acl in draft.acls.items():
            acl.tainted = acl.tainted or name == what.taint.name
        if what.taint.name in draft.peer_filters:
            draft.peer_filters[what.taint.name].tainted = True
    elif what.taint.kind == "rpki" and block is not None and block.kind == "validation":
        draft.validates["ebgp"] = at.number
    elif what.taint.kind == "interface" and what.taint.name in draft.faces:
        draft.faces[what.taint.name].judged_elsewhere = True
    elif what.taint.kind == "policy":
        if block is not None and block.kind == "route-map":
            one, item = cast("tuple[RouteMap, Entry]", block.thing)
            if one.name == what.taint.name:
                cannot(item, what.part, at.number)
                return
        draft.maps.setdefault(what.taint.name, RouteMap(what.taint.name)).unknown = at.number


def _unknown(draft: Draft, block: Block, at: Statement) -> None:
    """A line that its block does not know taints the object it stands in."""
    taint = Taint("router")
    if block.kind == "route-map":
        one, item = cast("tuple[RouteMap, Entry]", block.thing)
        cannot(item, "", at.number)
        taint = Taint("policy", one.name)
    elif block.kind == "interface":
        # The line may be a filter of sources that is not known here.
        cast(Face, block.thing).judged_elsewhere = True
        taint = Taint("interface", cast(Face, block.thing).name)
    elif block.kind in ("cache", "validation"):
        if block.kind == "validation":
            draft.validates["ebgp"] = at.number
        taint = Taint("rpki")
    elif block.kind == "prefix-list":
        draft.lists.tainted.add(block.name)
        taint = Taint("list", block.name)
    elif block.kind in ("vrf", "bgp", "bgp-vrf", "bgp-family") and at.words[0] == "neighbor" and len(at.words) > 1:
        taint = Taint("session", canonical(at.words[1]))
    draft.ledger.miss(at.number, "unrecognised", taint)
    if block.kind not in FLAT:
        draft.open(at, "unknown", taint)


def _top(draft: Draft, at: Statement) -> bool:
    """A statement of the top level; opens its block. False when it is none."""
    words = at.words
    reader = _TOP.get(words[0])
    if reader is not None and reader(draft, at):
        return True
    body = words[1:] if words[0] in ("no", "default") else words
    if not body:
        return False
    if body[0] in IRRELEVANT or (body[0] in ("ip", "ipv6") and len(body) > 1 and body[1] in IRRELEVANT_IP):
        draft.ledger.irrelevant(at.number)
        draft.open(at, "skip")
        return True
    # What is taken away is not there: only statements that switch off a default matter, and EOS has them inside blocks.
    if words[0] == "no" and body[0] in ("ip", "ipv6", "router", "route-map", "peer-filter", "vrf"):
        draft.ledger.irrelevant(at.number)
        return True
    return False


def _hostname(draft: Draft, at: Statement) -> bool:
    if len(at.words) != 2:
        return False
    draft.hostname = at.words[1]
    draft.ledger.used(at.number)
    return True


def _service(draft: Draft, at: Statement) -> bool:
    if at.words[:4] != ["service", "routing", "protocols", "model"] or len(at.words) != 5:
        return False
    draft.model = at.words[4]
    draft.ledger.used(at.number)
    return True


def _router(draft: Draft, at: Statement) -> bool:
    words = at.words
    if words[1:2] == ["bgp"] and len(words) == 3:
        try:
            number = asn(words[2])
        except Unreadable:
            return False
        if draft.main is None:
            draft.main = Bgp(number, "default", at.number)
            draft.instances.insert(0, draft.main)
        draft.main.local_as = number
        draft.open(at, "bgp", draft.main)
    elif words[1:2] == ["general"]:
        draft.open(at, "general")
    elif words[1:2] and words[1] in ROUTERS:
        draft.open(at, "skip")
        draft.ledger.irrelevant(at.number)
        return True
    else:
        return False
    draft.ledger.used(at.number)
    return True


def _route_map(draft: Draft, at: Statement) -> bool:
    words = at.words
    if len(words) == 2:
        words = [*words, "permit"]
    if len(words) == 3:
        words = [*words, "10"]
    if len(words) != 4 or words[2] not in ("permit", "deny") or not re.fullmatch(r"\d{1,10}", words[3], re.ASCII):
        return False
    one = draft.maps.setdefault(words[1], RouteMap(words[1]))
    item = one.entry(words[2] == "permit", int(words[3]), at.number)
    draft.open(at, "route-map", (one, item))
    draft.ledger.used(at.number)
    return True


def _interface(draft: Draft, at: Statement) -> bool:
    if len(at.words) < 2:
        return False
    if at.words[1] in ("defaults", "profile"):
        draft.open(at, "skip")
        draft.ledger.irrelevant(at.number)
        return True
    name = "".join(at.words[1:])
    one = draft.faces.setdefault(name, Face(name))
    one.lines.append(at.number)
    draft.open(at, "interface", one)
    draft.ledger.used(at.number)
    return True


def _vrf(draft: Draft, at: Statement) -> bool:
    if len(at.words) != 3 or at.words[1] not in ("instance", "definition"):
        return False
    draft.open(at, "vrf")
    draft.ledger.used(at.number)
    return True


def _peer_filter(draft: Draft, at: Statement) -> bool:
    if len(at.words) != 2:
        return False
    draft.open(at, "peer-filter", draft.peer_filters.setdefault(at.words[1], PeerFilter()), at.words[1])
    draft.ledger.used(at.number)
    return True


def _dynamic(draft: Draft, at: Statement) -> bool:
    """`dynamic prefix-list NAME`: its content depends on the routes of the moment."""
    if at.words[1:2] != ["prefix-list"] or len(at.words) != 3:
        return False
    draft.lists.tainted.add(at.words[2])
    draft.taint(at.number, "list", at.words[2])
    draft.open(at, "skip")
    return True


def _ip(draft: Draft, at: Statement) -> bool:
    words = at.words
    afi: Afi = 4 if words[0] == "ip" else 6
    kind = words[1] if len(words) > 2 else ""
    if kind == "route":
        return static_line(draft, at)
    if kind == "prefix-list":
        if len(words) == 3:
            draft.lists.prefix.setdefault((afi, words[2]), Numbered(words[2]))
            draft.open(at, "prefix-list", afi, words[2])
            draft.ledger.used(at.number)
        else:
            prefix_line(draft, afi, words[2], words[3:], at)
        return True
    if kind == "access-list":
        return _access_list(draft, afi, words[2:], at)
    if words[0] == "ip" and kind == "as-path":
        return as_path_line(draft, at)
    return words[0] == "ip" and kind in KINDS and len(words) > 3 and community_line(draft, at)


def _access_list(draft: Draft, afi: Afi, words: list[str], at: Statement) -> bool:
    standard = words[:1] == ["standard"] and len(words) > 1
    names = words[1:] if standard else words
    if len(names) != 1:
        return False
    one = draft.acls.setdefault((afi, names[0]), Acl(names[0], afi, standard, at.number))
    one.lines.append(at.number)
    draft.open(at, "acl", one)
    draft.ledger.used(at.number)
    return True


_TOP: dict[str, Callable[[Draft, Statement], bool]] = {
    "hostname": _hostname,
    "service": _service,
    "router": _router,
    "route-map": _route_map,
    "interface": _interface,
    "vrf": _vrf,
    "peer-filter": _peer_filter,
    "dynamic": _dynamic,
    "ip": _ip,
    "ipv6": _ip,
}
