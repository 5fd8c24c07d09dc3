"""Statements of the routing policy language that change a route, as actions of the model."""

from __future__ import annotations

import ipaddress
from collections.abc import Callable

from ...model.policy import (
    Action,
    CommunityEntry,
    CommunityKind,
    CommunityList,
    Const,
    Opaque,
    Prepend,
    SetCommunity,
    SetNumber,
    SetText,
)
from .._lists import Unreadable, decimal
from .communities import KEPT
from .paths import asn
from .rpl import Words
from .scope import KINDS, Scope

ATTRIBUTES = ("as_path", "standard", "extended", "large", "med", "local_pref", "tag", "weight", "origin", "next_hop")
NUMBERS = {"local-preference": "local_pref", "med": "med", "weight": "weight", "tag": "tag"}
IRRELEVANT = frozenset(
    [
        "qos-group",
        "traffic-index",
        "dampening",
        "label",
        "isis-metric",
        "ospf-metric",
        "eigrp-metric",
        "rib-metric",
        "rip-metric",
        "rip-tag",
        "level",
        "metric-type",
        "vpn-distinguisher",
        "path-selection",
        "load-balance",
        "fallback-vrf-lookup",
        "downstream-core-tree",
        "upstream-core-tree",
        "core-tree",
        "forward-class",
        "attribute-set",
        "administrative-distance",
        "ip-precedence",
        "s-pmsi",
        "lsm-root",
        "aigp-metric",
        "aigp-cost",
        "label-index",
        "label-mode",
        "mpls",
        "spf-priority",
        "flow-tag",
        "c-multicast-routing",
        "static-p-multicast",
        "static-p2mp",
        "mvpn",
        "evpn",
        "bgp-signal",
        "delay-metric",
        "upstream-core-tree-type",
        "priority-class",
    ]
)
"""Attributes that no condition of the model reads; to set one accepts the route all the same."""
UNCHANGED = frozenset({"suppress-route", "unsuppress-route"})
"""Statements about aggregation that leave the attributes alone; whether they accept is not confirmed."""
Reader = Callable[[Words, int, Scope], tuple[Action, ...]]


def accepts(words: Words) -> bool | None:
    """Whether a statement alone accepts the route: any modification does; None where that is not confirmed (`delete …`)."""
    return None if words[0] == "delete" or words[0] in UNCHANGED else True


def changes(words: Words, line: int, scope: Scope) -> tuple[Action, ...]:
    """The actions of one statement; Unreadable for a known one that is not modelled, KeyError for an unknown one."""
    if words[0] == "set" and len(words) > 2:
        if words[1] in IRRELEVANT:
            return ()
        return _SETS[words[1]](words[2:], line, scope)
    if words[0] == "prepend" and words[1:2] == ("as-path",):
        return _prepend(words[2:], line, scope)
    if words[0] in ("replace", "remove") and words[1:2] == ("as-path",):
        return (Opaque("as_path", f"{words[0]} as-path", line),)
    if words[0] == "delete" and len(words) > 2:
        return _delete(words[1:], line, scope)
    if words[0] == "add" and len(words) > 2 and words[1] in ("eigrp-metric", "rip-metric"):
        return ()
    if words[0] in UNCHANGED:
        return ()
    raise KeyError(words[0])


def everything(line: int, why: str) -> tuple[Action, ...]:
    """Every attribute may have changed."""
    return tuple(Opaque(name, why, line) for name in ATTRIBUTES)


def unread(words: Words, line: int) -> tuple[Action, ...]:
    """What a known statement that is not modelled may change: the attribute it names, or any."""
    target = words[1] if len(words) > 1 else ""
    name = {
        "community": "standard",
        "large-community": "large",
        "extcommunity": "extended",
        "as-path": "as_path",
        "next-hop": "next_hop",
    }.get(target, NUMBERS.get(target, "origin" if target == "origin" else ""))
    why = f"{' '.join(words[:2])} is not modelled"
    return (Opaque(name, why, line),) if name else everything(line, why)


def _number(name: str) -> Reader:
    def read(words: Words, line: int, scope: Scope) -> tuple[Action, ...]:
        text = words[0] if len(words) == 1 else ""
        if text[:1] in ("+", "-"):
            return (SetNumber(name, "add" if text[0] == "+" else "subtract", decimal(text[1:]), line),)  # type: ignore[arg-type]
        if text[:1] == "*" or text in ("igp-cost", "max-reachable", "internal", "external"):
            return (Opaque(name, f"set to {text}", line),)
        return (SetNumber(name, "set", decimal(text), line),)  # type: ignore[arg-type]

    return read


def _community(kind: str, attribute: str) -> Reader:
    def read(words: Words, line: int, scope: Scope) -> tuple[Action, ...]:
        additive = words[-1:] == ("additive",)
        found = scope.community_set(words[:-1] if additive else words, kind, line)
        if isinstance(found, Const):
            return (Opaque(attribute, found.why, line),)
        made, doubts = found
        if doubts or any(len(one.literals) != 1 for one in made.entries):
            return (Opaque(attribute, f"the communities of {made.name} are not all literal", line),)
        values = tuple(one.literals[0] for one in made.entries)
        return (SetCommunity(made.kind, "add" if additive else "replace", values, line=line),)

    return read


def _extended(words: Words, line: int, scope: Scope) -> tuple[Action, ...]:
    """Additive route targets and sites of origin are exact; to replace one type keeps the others, which the model does not tell apart."""
    kind = f"extcommunity-set {words[0]}"
    if kind not in KINDS or words[-1] != "additive":
        return (Opaque("extended", f"set extcommunity {words[0]}", line),)
    return _community(kind, "extended")(words[1:], line, scope)


def _origin(words: Words, line: int, scope: Scope) -> tuple[Action, ...]:
    if words[0] not in ("igp", "egp", "incomplete"):
        raise Unreadable(words[0])
    return (SetText("origin", words[0], line),)


def _next_hop(words: Words, line: int, scope: Scope) -> tuple[Action, ...]:
    rest = [one for one in words if one != "destination-vrf"]
    if len(rest) != 1:
        raise Unreadable(" ".join(words))
    try:
        return (SetText("next_hop", str(ipaddress.ip_address(rest[0])), line),)
    except ValueError:
        if rest[0] not in ("self", "discard", "peer-address", "unchanged"):
            raise Unreadable(rest[0]) from None
        return (Opaque("next_hop", f"set to {rest[0]}", line),)


def _rpki(words: Words, line: int, scope: Scope) -> tuple[Action, ...]:
    return (Opaque("rpki", "set validation-state", line),)


def _prepend(words: Words, line: int, scope: Scope) -> tuple[Action, ...]:
    if not words or len(words) > 2:
        raise Unreadable(" ".join(words))
    count = decimal(words[1]) if len(words) > 1 else 1
    if words[0] == "own-as" or words[0] == "peeras":
        peer = scope.peer_as()
        value = peer if words[0] == "peeras" else scope.neighbor.local_as if scope.neighbor else None
        if value is None:
            return (Opaque("as_path", f"prepend {words[0]}", line),)
        return (Prepend((value,) * min(count, 64), line),)
    if words[0] in ("most-recent", "last-as", "auto"):
        return (Opaque("as_path", f"prepend {words[0]}", line),)
    return (Prepend((asn(words[0]),) * min(count, 64), line),)


def _delete(words: Words, line: int, scope: Scope) -> tuple[Action, ...]:
    kind, rest = f"{words[0]}-set", words[1:]
    if words[0] == "extcommunity":
        kind, rest = f"extcommunity-set {words[1]}", words[2:]
    if kind not in KINDS or not rest:
        raise Unreadable(" ".join(words))
    sort: CommunityKind = KINDS[kind][0]
    if sort == "extended":
        return (Opaque("extended", "delete extcommunity", line),)
    if rest == ("all",):
        kept = KEPT if sort == "standard" else ()
        entries = (*(CommunityEntry(False, (one,), line=line) for one in kept), CommunityEntry(True, line=line))
        return (SetCommunity(sort, "delete", lists=(CommunityList("all communities", sort, entries),), line=line),)
    negated = rest[0] == "not"
    if rest[int(negated) : int(negated) + 1] != ("in",):
        raise Unreadable(" ".join(words))
    found = scope.community_set(rest[int(negated) + 1 :], kind, line)
    if isinstance(found, Const):
        return (Opaque(sort, found.why, line),)
    made, doubts = found
    if doubts:
        return (Opaque(sort, f"an element of {made.name} is not understood", line),)
    if negated:
        denied = tuple(CommunityEntry(False, one.literals, line=one.line, ranges=one.ranges) for one in made.entries)
        made = CommunityList(made.name, sort, (*denied, CommunityEntry(True, line=line)), made.lines)
    return (SetCommunity(sort, "delete", lists=(made,), line=line),)


_SETS: dict[str, Reader] = {
    **{word: _number(name) for word, name in NUMBERS.items()},
    "community": _community("community-set", "standard"),
    "large-community": _community("large-community-set", "large"),
    "extcommunity": _extended,
    "origin": _origin,
    "next-hop": _next_hop,
    "validation-state": _rpki,
}
