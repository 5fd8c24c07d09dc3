"""`show running-config` of FRR, or a saved frr.conf: every line ends in exactly one state."""

from __future__ import annotations

from collections.abc import Callable

from ...model.router import Taint
from .._address import canonical
from .._block import Ledger, Redacted, Statement, placeholder, statement
from .._lists import is_decimal
from .._runs import run_of_prefixes
from . import bgp as bgp_block
from .blocks import BLOCK_LINES, cannot, resolve_clauses, rpki_line, static_line
from .draft import Draft
from .listlines import access, bgp_list, named
from .lists import prefixes as new_prefixes
from .routemap import Entry, RouteMap
from .statement import BLOCKS, IRRELEVANT, IRRELEVANT_IP, IRRELEVANT_ROUTERS, SECRET, version_of


def read(text: str) -> Draft:
    """Read every line; what belongs together is resolved afterwards by `build`."""
    lines = text.splitlines()
    draft = Draft(Ledger(lines))
    index = 0
    while index < len(lines):
        if lines[index].startswith(("ip prefix-list ", "ipv6 prefix-list ")):
            after = run_of_prefixes(lines, index, draft.lists.prefix, draft.ledger.states, new_prefixes)
            if after > index:
                draft.statements += after - index
                draft.loose |= bool(draft.block)
                draft.block = ""
                index = after
                continue
        at = statement(lines, index)
        index += 1
        if at is None:
            draft.ledger.irrelevant(index)
        else:
            _line(draft, at)
    resolve_clauses(draft)
    return draft


def _line(draft: Draft, at: Statement) -> None:
    if at.words[0][0] in "!#":
        redacted = placeholder(at.text)
        if redacted is None:
            draft.ledger.irrelevant(at.number)
        else:
            _redacted(draft, at, redacted)
        return
    draft.statements += 1
    secret = SECRET.search(at.text)
    if secret is not None and at.words[0] != "description" and at.words[2:3] != ["description"]:
        draft.ledger.secret(at.number, secret.group(1))
    if at.words[0] in ("exit", "exit-vrf", "quit") and len(at.words) == 1:
        _leave(draft, at)
        return
    handler = BLOCK_LINES.get(draft.block)
    if at.indent == 0 and draft.block == "skip" and at.words[0] != "no":
        draft.block, draft.loose = "", True
        handler = None
    if handler is not None and handler(draft, at):
        return
    previous = draft.block
    if _top(draft, at):
        draft.loose |= bool(previous)
        return
    _unknown(draft, at, previous)


def _leave(draft: Draft, at: Statement) -> None:
    draft.ledger.used(at.number)
    if draft.block == "bgp" and draft.bgp is not None and (draft.bgp.family or draft.bgp.skip):
        draft.bgp.family, draft.bgp.skip = "", False
        return
    if draft.block == "rpki" and draft.vrf != "default":
        draft.block = "vrf"
        return
    draft.block, draft.vrf, draft.closed = "", "default", draft.closed + 1


def _unknown(draft: Draft, at: Statement, block: str) -> None:
    """A line that nothing recognises taints the object it stands in."""
    taint = Taint("router")
    if block == "route-map" and draft.map is not None and draft.entry is not None:
        taint = Taint("policy", draft.map.name)
        draft.entry.unknown = at.number
        draft.entry.lines.append(at.number)
    elif block == "interface":
        taint = Taint("interface", str(draft.interface["name"]))
    elif block == "rpki":
        taint = Taint("rpki")
    elif block == "bgp" and at.words[0] == "neighbor" and len(at.words) > 1:
        taint = Taint("session", canonical(at.words[1]))
    draft.ledger.miss(at.number, "unrecognised", taint)


def _redacted(draft: Draft, at: Statement, what: Redacted) -> None:
    draft.ledger.miss(at.number, what.state, what.taint)
    if what.taint.kind == "list":
        draft.lists.tainted.add(what.taint.name)
    if what.taint.kind != "policy" or draft.block != "route-map" or draft.map is None or draft.entry is None:
        if what.taint.kind == "policy":
            draft.maps.setdefault(what.taint.name, RouteMap(what.taint.name)).unknown = at.number
        return
    if draft.map.name != what.taint.name:
        draft.maps.setdefault(what.taint.name, RouteMap(what.taint.name)).unknown = at.number
    else:
        cannot(draft.entry, what.part, at.number)


def _top(draft: Draft, at: Statement) -> bool:
    """A statement of the top level; opens its block. False when it is none."""
    words = at.words
    reader = _TOP.get(words[0])
    before = draft.block
    if reader is not None and reader(draft, at):
        if draft.block == before and words[0] not in ("router", "interface", "route-map", "rpki", "vrf"):
            draft.block = ""
        return True
    body = words[1:] if words[0] == "no" else words
    if not body:
        return False
    known = body[0] in IRRELEVANT or (body[0] in ("ip", "ipv6") and len(body) > 1 and body[1] in IRRELEVANT_IP)
    if known and (body[0] != "router"):
        draft.ledger.irrelevant(at.number)
        draft.block = "skip" if body[0] in BLOCKS and words[0] != "no" else ""
        if body[0] == "hostname" and len(body) > 1:
            draft.hostname = body[1]
            draft.ledger.used(at.number)
    return known


def _frr(draft: Draft, at: Statement) -> bool:
    if at.words[1:2] == ["version"] and len(at.words) > 2:
        draft.version_text = at.words[2]
        draft.version = version_of(at.words[2])
    elif at.words[1:2] == ["defaults"] and len(at.words) > 2:
        draft.datacenter = at.words[2] == "datacenter"
    else:
        return False
    draft.ledger.used(at.number)
    return True


def _router(draft: Draft, at: Statement) -> bool:
    words = at.words
    if words[1:2] == ["bgp"]:
        one = bgp_block.header(words, at.number)
        if one is None:
            return False
        same = [other for other in draft.instances if (other.local_as, other.vrf) == (one.local_as, one.vrf)]
        if not same:
            draft.instances.append(one)
        draft.bgp = same[0] if same else one
        draft.bgp.family, draft.bgp.skip = "", False
        draft.block, draft.vrf = "bgp", one.vrf
        draft.ledger.used(at.number)
        return True
    if words[1:2] and words[1] in IRRELEVANT_ROUTERS:
        draft.block = "skip"
        draft.ledger.irrelevant(at.number)
        return True
    return False


def _open_map(draft: Draft, at: Statement) -> bool:
    words = at.words
    if len(words) == 4 and words[2] in ("permit", "deny") and is_decimal(words[3]):
        draft.map = draft.maps.setdefault(words[1], RouteMap(words[1]))
        seq = int(words[3])
        entry = draft.map.entries.get(seq)
        if entry is None or entry.permit != (words[2] == "permit"):
            old = entry
            entry = Entry(words[2] == "permit", seq)
            if old is not None:
                draft.clauses = [(m, entry if e is old else e, w, s) for m, e, w, s in draft.clauses]
                entry.call, entry.goto, entry.unknown, entry.lines = old.call, old.goto, old.unknown, old.lines
        draft.map.entries[seq] = entry
        draft.entry = entry
        entry.lines.append(at.number)
        draft.block = "route-map"
        draft.ledger.used(at.number)
        return True
    if words[1:2] == ["optimization"] or words[2:3] == ["optimization"]:
        draft.ledger.irrelevant(at.number)
        return True
    return False


def _open_interface(draft: Draft, at: Statement) -> bool:
    if len(at.words) < 2:
        return False
    name = at.words[1]
    vrf = at.words[3] if at.words[2:3] == ["vrf"] and len(at.words) > 3 else "default"
    new: dict[str, object] = {"name": name, "vrf": vrf, "addresses": [], "shutdown": False, "description": "", "lines": []}
    draft.interface = draft.interfaces.setdefault(name, new)
    draft.interface["lines"] = [*draft.interface["lines"], at.number]  # type: ignore[misc]
    draft.block = "interface"
    draft.ledger.used(at.number)
    return True


def _open_rpki(draft: Draft, at: Statement) -> bool:
    if len(at.words) == 1:
        draft.block = "rpki"
        draft.ledger.used(at.number)
        return True
    return rpki_line(draft, at)


def _open_vrf(draft: Draft, at: Statement) -> bool:
    if len(at.words) != 2:
        return False
    draft.block, draft.vrf = "vrf", at.words[1]
    draft.ledger.used(at.number)
    return True


def _end(draft: Draft, at: Statement) -> bool:
    if len(at.words) != 1:
        return False
    draft.ended = at.number
    draft.block, draft.vrf = "", "default"
    draft.ledger.used(at.number)
    return True


def _current(draft: Draft, at: Statement) -> bool:
    draft.shown = True
    draft.ledger.used(at.number)
    return True


def _ip(draft: Draft, at: Statement) -> bool:
    words = at.words
    kind = words[1] if len(words) > 2 else ""
    if kind == "route":
        return static_line(draft, at)
    if kind in ("prefix-list", "access-list"):
        return named(draft.lists, draft.ledger, at, kind, words[2], words[3:], 4 if words[0] == "ip" else 6)
    if words[0] == "ip" and kind in ("as-path", "community-list", "large-community-list", "extcommunity-list"):
        return bgp_list(draft.lists, draft.ledger, at)
    return False


_TOP: dict[str, Callable[[Draft, Statement], bool]] = {
    "frr": _frr,
    "router": _router,
    "route-map": _open_map,
    "interface": _open_interface,
    "rpki": _open_rpki,
    "vrf": _open_vrf,
    "end": _end,
    "Current": _current,
    "ip": _ip,
    "ipv6": _ip,
    "access-list": lambda draft, at: access(draft.lists, draft.ledger, at),
    "bgp": lambda draft, at: bgp_list(draft.lists, draft.ledger, at),
}
