"""Lines inside the blocks of an FRR configuration."""

from __future__ import annotations

import ipaddress
from collections.abc import Callable

from ...model.policy import Const
from ...model.router import RpkiCache, StaticRoute, Taint
from .._block import Statement
from .._lists import Unreadable, decimal
from . import bgp as bgp_block
from .clauses import Scope, change, in_order, match
from .draft import Draft
from .routemap import Entry, opaque
from .statement import INTERFACE_IRRELEVANT


def cannot(entry: Entry, part: str, line: int) -> None:
    """An unread statement inside an entry: an unknown condition, an unknown change, or anything."""
    if line not in entry.lines:
        entry.lines.append(line)
    if part == "match":
        entry.matches[f"?{line}"] = Const(None, "match not understood", line)
    elif part == "set":
        entry.actions[f"?{line}"] = opaque(line, "set not understood")
    else:
        entry.unknown = line


def static_line(draft: Draft, at: Statement) -> bool:
    """A static route of the router or of the VRF being read."""
    words = at.words
    if len(words) < 4:
        return False
    try:
        net = str(ipaddress.ip_network(words[2], strict=False))
        rest = words[3:]
        vrf = rest[rest.index("vrf") + 1] if "vrf" in rest[:-1] else draft.vrf
        tag = decimal(rest[rest.index("tag") + 1]) if "tag" in rest[:-1] else 0
    except (ValueError, Unreadable):
        return False
    discard = rest[0].lower() in ("null0", "blackhole", "reject")
    draft.statics.append(StaticRoute(net, rest[0], discard, vrf, tag, at.number))
    draft.ledger.used(at.number)
    return True


def bgp_line(draft: Draft, at: Statement) -> bool:
    """A line of `router bgp`."""
    return draft.bgp is not None and bgp_block.statement(draft.bgp, at, draft.ledger)


def route_map_line(draft: Draft, at: Statement) -> bool:
    """A line of a route-map entry; match and set wait until all lists are known."""
    words, line, entry = at.words, at.number, draft.entry
    if entry is None or draft.map is None:
        return False
    head, goto = words[0], 0
    if head in ("match", "set"):
        draft.clauses.append((draft.map, entry, words, at))
        entry.lines.append(line)
        return True
    if head == "description":
        draft.ledger.irrelevant(line)
        return True
    try:
        if head == "call" and len(words) == 2:
            entry.call = (words[1], line)
        elif words == ["on-match", "next"] or words == ["continue"]:
            goto = entry.seq + 1
        elif (words[:2] == ["on-match", "goto"] and len(words) == 3) or (head == "continue" and len(words) == 2):
            goto = decimal(words[-1])
        else:
            return False
    except Unreadable:
        return False
    if goto and (goto <= entry.seq or not entry.permit):
        return False
    entry.goto = goto or entry.goto
    entry.lines.append(line)
    draft.ledger.used(line)
    return True


def resolve_clauses(draft: Draft) -> None:
    """Match and set statements, once all lists are known; `build` reads the undefined references again from the scope."""
    scope = Scope(draft.lists)
    for map_, entry, words, at in draft.clauses:
        try:
            if words[0] == "match":
                key, cond = match(words[1:], at.number, entry.permit, scope)
                entry.matches.pop(key, None)
                entry.matches[key] = cond
            else:
                key, actions = change(words[1:], at.number, scope)
                entry.actions.pop(key, None)
                entry.actions[key] = actions
            draft.ledger.used(at.number)
        except Unreadable:
            draft.ledger.miss(at.number, "unsupported", Taint("policy", map_.name))
            cannot(entry, words[0], at.number)
    for map_ in draft.maps.values():
        for entry in map_.entries.values():
            entry.actions = in_order(entry.actions)
    draft.undefined = scope.undefined


def interface_line(draft: Draft, at: Statement) -> bool:
    """A line of an interface."""
    words, line = at.words, at.number
    one = draft.interface
    if words[0] in ("ip", "ipv6") and len(words) > 2 and words[1] == "address":
        try:
            one["addresses"] = [*one["addresses"], str(ipaddress.ip_interface(words[2]))]  # type: ignore[misc]
        except ValueError:
            return False
    elif words == ["shutdown"]:
        one["shutdown"] = True
    elif words[0] == "description":
        one["description"] = " ".join(words[1:])
    elif words[0] in INTERFACE_IRRELEVANT or (at.indent and words[0] in ("enable", "neighbor", "babel", "openfabric")):
        draft.ledger.irrelevant(line)
        return True
    else:
        return False
    one["lines"] = [*one["lines"], line]  # type: ignore[misc]
    draft.ledger.used(line)
    return True


def rpki_line(draft: Draft, at: Statement) -> bool:
    """A line of the RPKI block, or a `rpki …` line by itself."""
    words = at.words[1:] if at.words[0] == "rpki" else at.words
    line = at.number
    if words and words[0] in ("polling_period", "retry_interval", "expire_interval", "cache-retry"):
        draft.ledger.irrelevant(line)
        return True
    if len(words) < 3 or words[0] != "cache":
        return False
    words = words[1:]
    transport = words.pop(0) if words[0] in ("tcp", "ssh") else ""
    try:
        port = decimal(words[1])
        preference = decimal(words[words.index("preference") + 1]) if "preference" in words[:-1] else None
    except (Unreadable, IndexError):
        return False
    if not transport:
        transport = "tcp" if words[2:3] in ([], ["preference"], ["source"]) else "ssh"
    if transport == "ssh" and len(words) > 3:
        draft.ledger.secret(line, words[3])
    draft.caches.append(RpkiCache(words[0], port, "ssh" if transport == "ssh" else "tcp", preference, line))
    draft.ledger.used(line)
    return True


def vrf_line(draft: Draft, at: Statement) -> bool:
    """A line of a VRF block."""
    if at.words == ["rpki"]:
        draft.block = "rpki"
        draft.ledger.used(at.number)
        return True
    if at.words[0] in ("ip", "ipv6") and at.words[1:2] == ["route"]:
        return static_line(draft, at)
    if at.words[0] in ("netns", "vni", "no", "ip", "ipv6") and at.indent:
        draft.ledger.irrelevant(at.number)
        return True
    return False


def skip_line(draft: Draft, at: Statement) -> bool:
    """A line of a block that no check reads."""
    draft.ledger.irrelevant(at.number)
    return True


BLOCK_LINES: dict[str, Callable[[Draft, Statement], bool]] = {
    "bgp": bgp_line,
    "route-map": route_map_line,
    "interface": interface_line,
    "rpki": rpki_line,
    "vrf": vrf_line,
    "skip": skip_line,
}
