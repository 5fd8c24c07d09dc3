"""The match and set statements of an FRR route-map entry."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from ...model.policy import (
    Action,
    Afi,
    AsPathMatch,
    CommunityKind,
    CommunityMatch,
    Cond,
    Const,
    NumberMatch,
    Opaque,
    PrefixMatch,
    Prepend,
    Rpki,
    RpkiMatch,
    SetCommunity,
    SetNumber,
    SetText,
    TextMatch,
)
from ...model.router import Undefined
from .._lists import Lists, Unreadable, asn, community_name, decimal, extended_names
from .lists import deletes, one_by_one

STATES = {"valid": Rpki.VALID, "invalid": Rpki.INVALID, "notfound": Rpki.NOT_FOUND}
KINDS: dict[str, CommunityKind] = {"community": "standard", "large-community": "large", "extcommunity": "extended"}
EMPTY_LIST = "whether it matches depends on whether it was there when its user was configured"
"""A prefix-list that has only a description (FRR 8.4.4, `lib/plist.c` and the prefix tree of `lib/routemap.c`): the text does not tell."""
IRRELEVANT_SETS = frozenset(
    {
        "src",
        "table",
        "sr-te",
        "atomic-aggregate",
        "aggregator",
        "originator-id",
        "label-index",
        "distance",
        "l3vpn",
        "evpn",
        "metric-type",
    }
)
"""Sets that no later match of BGP can read and that do not change who may hear the route."""


@dataclass(slots=True)
class Scope:
    """What match statements refer to, and the undefined references met on the way."""

    lists: Lists
    undefined: list[Undefined] = field(default_factory=list)

    def missing(self, kind: str, name: str, line: int, permit: bool) -> Cond:
        """An undefined list never matches: a deny entry then never fires."""
        self.undefined.append(Undefined(kind, name, line, "deny-all" if permit else "permit-all"))
        return Const(False, f"{kind} {name} is not defined", line)


def match(words: list[str], line: int, permit: bool, scope: Scope) -> tuple[str, Cond]:
    """Kind and condition of `match …` (words after it); Unreadable when it is not modelled."""
    kind = words[0] if words else ""
    if kind in ("ip", "ipv6") and len(words) > 2 and words[1] == "address":
        return _address(words, line, permit, scope)
    reader = _MATCH.get(kind)
    if reader is None or len(words) < 2:
        raise Unreadable(" ".join(words))
    return kind, reader(words, line, permit, scope)


def _address(words: list[str], line: int, permit: bool, scope: Scope) -> tuple[str, Cond]:
    afi: Afi = 4 if words[0] == "ip" else 6
    if len(words) == 4 and words[2] == "prefix-list":
        kind, name = "prefix-list", words[3]
        found = scope.lists.prefix_list(afi, name)
    elif len(words) == 3:
        kind, name = "access-list", words[2]
        found = scope.lists.access_list(afi, name)
    else:
        raise Unreadable(" ".join(words))
    key = " ".join([*words[:2], kind])
    if name in scope.lists.tainted:
        return key, Const(None, f"{kind} {name} was not read completely", line)
    if found is None:
        return key, scope.missing(kind, name, line, permit)
    if not found.entries:
        return key, Const(None, f"{kind} {name} is empty: {EMPTY_LIST}", line)
    return key, PrefixMatch((found,), line)


def _as_path(words: list[str], line: int, permit: bool, scope: Scope) -> Cond:
    name = _one(words)
    found = scope.lists.as_path_list(name)
    if name in scope.lists.tainted:
        return Const(None, f"as-path list {name} was not read completely", line)
    return scope.missing("as-path", name, line, permit) if found is None else AsPathMatch((found,), line)


def _community(words: list[str], line: int, permit: bool, scope: Scope) -> Cond:
    kind = KINDS[words[0]]
    if len(words) > 3 or words[2:] not in ([], ["exact-match"], ["any"]):
        raise Unreadable(" ".join(words))
    name = words[1]
    if name in scope.lists.tainted:
        return Const(None, f"{words[0]}-list {name} was not read completely", line)
    found = scope.lists.community_list(kind, name)
    if found is None:
        return scope.missing(f"{words[0]}-list", name, line, permit)
    if words[2:] == ["exact-match"]:
        if any(entry.regex is not None for entry in found.entries):
            return Const(None, "exact-match with an expanded list", line)
        return CommunityMatch((found,), "exact", line)
    return CommunityMatch((found,), "any" if words[2:] else "list", line)


def _rpki(words: list[str], line: int, permit: bool, scope: Scope) -> Cond:
    name = _one(words)
    if name not in STATES:
        raise Unreadable(name)
    return RpkiMatch(frozenset({STATES[name]}), line)


def _number(words: list[str], line: int, permit: bool, scope: Scope) -> Cond:
    value = decimal(_one(words))
    if words[0] == "metric":
        return NumberMatch("med", ((value, value),), line)
    if words[0] == "tag":
        return NumberMatch("tag", ((value, value),), line)
    return NumberMatch("local_pref", ((value, value),), line)


def _origin(words: list[str], line: int, permit: bool, scope: Scope) -> Cond:
    if _one(words) not in ("igp", "egp", "incomplete"):
        raise Unreadable(words[1])
    return TextMatch("origin", frozenset({words[1]}), line)


def _peer(words: list[str], line: int, permit: bool, scope: Scope) -> Cond:
    if _one(words) == "local":
        raise Unreadable("peer local")
    return TextMatch("peer", frozenset({words[1]}), line)


def _one(words: list[str]) -> str:
    if len(words) != 2:
        raise Unreadable(" ".join(words))
    return words[1]


_Reader = Callable[[list[str], int, bool, Scope], Cond]
_MATCH: dict[str, _Reader] = {
    "as-path": _as_path,
    "community": _community,
    "large-community": _community,
    "extcommunity": _community,
    "rpki": _rpki,
    "metric": _number,
    "local-preference": _number,
    "tag": _number,
    "origin": _origin,
    "peer": _peer,
}


def change(words: list[str], line: int, scope: Scope) -> tuple[str, tuple[Action, ...]]:
    """Kind and actions of `set …` (words after it); Unreadable when it is not modelled."""
    if len(words) < 2:
        if words == ["atomic-aggregate"]:
            return words[0], ()
        raise Unreadable(" ".join(words))
    kind = words[0]
    if kind in KINDS:
        key = kind if kind != "extcommunity" else " ".join(words[:2])
        return key, (_set_community(words, KINDS[kind], line),)
    if kind in ("comm-list", "large-comm-list", "extended-comm-list"):
        return kind, _delete(words, line, scope)
    if kind == "as-path":
        return " ".join(words[:2]), _as_path_set(words, line)
    if kind in ("metric", "local-preference", "weight", "tag"):
        return kind, _set_number(words, line)
    if kind == "origin" and words[1] in ("igp", "egp", "incomplete"):
        return kind, (SetText("origin", words[1], line),)
    if kind in ("ip", "ipv6") and words[1] == "next-hop":
        return " ".join(words[:3]) if kind == "ipv6" else "ip next-hop", _next_hop(words, line)
    if kind in IRRELEVANT_SETS:
        return kind, ()
    raise Unreadable(" ".join(words))


def _set_community(words: list[str], kind: CommunityKind, line: int) -> Action:
    values = words[1:]
    additive = values[-1] == "additive"
    if additive:
        values = values[:-1]
    if values == ["none"]:
        return SetCommunity(kind, "replace", (), line=line)
    if kind == "extended":
        # bgp_routemap.c: "We assume additive for Extended Community".
        names = extended_names(values) if values[0] in ("rt", "soo") else ()
        if not names:
            return Opaque("extended", "extended community not modelled", line)
        return SetCommunity(kind, "add", names, line=line)
    return SetCommunity(kind, "add" if additive else "replace", tuple(community_name(one, kind) for one in values), line=line)


def _delete(words: list[str], line: int, scope: Scope) -> tuple[Action, ...]:
    kind: CommunityKind = {"comm-list": "standard", "large-comm-list": "large", "extended-comm-list": "extended"}[words[0]]  # type: ignore[assignment]
    if len(words) != 3 or words[2] != "delete":
        raise Unreadable(" ".join(words))
    if words[1] in scope.lists.tainted:
        return (Opaque(kind, f"list {words[1]} was not read completely", line),)
    found = scope.lists.community_list(kind, words[1])
    if found is None:
        scope.undefined.append(Undefined(f"{words[0]}", words[1], line, "permit-all"))
        return ()
    return (SetCommunity(kind, "delete", lists=(one_by_one(found),), line=line),)


def _as_path_set(words: list[str], line: int) -> tuple[Action, ...]:
    if words[1] == "prepend" and len(words) > 2 and words[2] != "last-as":
        asns = tuple(asn(one) for one in words[2:])
        return (Prepend(asns, line),)
    if words[1] in ("prepend", "exclude", "replace"):
        return (Opaque("as_path", f"set as-path {words[1]}", line),)
    raise Unreadable(" ".join(words))


def _set_number(words: list[str], line: int) -> tuple[Action, ...]:
    attribute = {"metric": "med", "local-preference": "local_pref", "weight": "weight", "tag": "tag"}[words[0]]
    text = words[1]
    if len(words) != 2:
        raise Unreadable(" ".join(words))
    if text[0] in "+-":
        op = "add" if text[0] == "+" else "subtract"
        if not text[1:].isdecimal():
            return (Opaque(attribute, f"set {' '.join(words)}", line),)
        return (SetNumber(attribute, op, decimal(text[1:]), line),)  # type: ignore[arg-type]
    if not text.isdecimal():
        return (Opaque(attribute, f"set {' '.join(words)}", line),)
    return (SetNumber(attribute, "set", decimal(text), line),)  # type: ignore[arg-type]


def _next_hop(words: list[str], line: int) -> tuple[Action, ...]:
    value = words[-1]
    if value in ("peer-address", "unchanged", "prefer-global") or len(words) < 3:
        return (Opaque("next_hop", f"set {' '.join(words)}", line),)
    return (SetText("next_hop", value, line),)


def in_order(actions: dict[str, tuple[Action, ...]]) -> dict[str, tuple[Action, ...]]:
    """Deletions of communities before additions: the running configuration does not tell the order in which FRR runs them.

    Where the order would change the result, the attribute is unknown afterwards.
    """
    out = dict(sorted(actions.items(), key=lambda item: not item[0].endswith("comm-list")))
    for delete, put in (("comm-list", "community"), ("large-comm-list", "large-community")):
        removed = [one for one in out.get(delete, ()) if isinstance(one, SetCommunity)]
        added = [one for one in out.get(put, ()) if isinstance(one, SetCommunity)]
        clash = any(deletes(list_, value) for one in removed for list_ in one.lists for more in added for value in more.values)
        if clash:
            out[f"{put} order"] = (Opaque(added[0].kind, "order of set and delete is not shown", added[0].line),)
    return out
