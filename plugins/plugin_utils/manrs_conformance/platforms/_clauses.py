"""Match and set statements that the route-maps of the Cisco-like languages have in common: tables that a platform extends."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import TypeVar

from ..model.policy import (
    Action,
    Afi,
    AllOf,
    AnyOf,
    AsPathList,
    AsPathMatch,
    CommunityKind,
    CommunityList,
    CommunityMatch,
    Cond,
    Const,
    NumberMatch,
    Opaque,
    PrefixList,
    PrefixMatch,
    Prepend,
    Rpki,
    RpkiMatch,
    SetCommunity,
    SetNumber,
    SetText,
    TextMatch,
)
from ..model.router import Undefined
from . import _acl
from ._lists import Lists, Unreadable, asn, community_name, decimal, extended_names
from ._routemap import Language

T = TypeVar("T")
L = TypeVar("L", PrefixList, AsPathList, CommunityList)
STATES = {
    "valid": Rpki.VALID,
    "invalid": Rpki.INVALID,
    "not-found": Rpki.NOT_FOUND,
}
LIST_OF: dict[CommunityKind, str] = {
    "standard": "community-list",
    "extended": "extcommunity-list",
    "large": "large-community-list",
}


@dataclass(slots=True)
class Scope:
    """What statements refer to on this platform, and the undefined references met on the way."""

    lists: Lists
    language: Language
    acls: Mapping[tuple[Afi, str], _acl.Acl] = field(default_factory=dict)
    undefined: list[Undefined] = field(default_factory=list)

    def named(
        self, kind: str, names: Iterable[str], line: int, permit: bool, find: Callable[[str], L | None], wrap: Callable[[L], Cond]
    ) -> Cond:
        """Any of the named lists holds; an undefined, empty or incompletely read one gives what the language says of it."""
        conds: list[Cond] = []
        for name in names:
            if name in self.lists.tainted:
                conds.append(Const(None, f"{kind} {name} was not read completely", line))
                continue
            try:
                found = find(name)
            except Unreadable as error:
                conds.append(Const(None, f"{kind} {name} cannot be read as a filter of routes ({error})", line))
                continue
            if found is None:
                conds.append(self.missing(kind, name, line, permit))
            elif not found.entries:
                conds.append(Const(self.language.empty.get(kind), f"{kind} {name} is empty", line))
            else:
                conds.append(wrap(found))
        if not conds:
            raise Unreadable(f"{kind} without a name")
        return conds[0] if len(conds) == 1 else AnyOf(tuple(conds))

    def missing(self, kind: str, name: str, line: int, permit: bool) -> Cond:
        """A match on an undefined list, recorded with what it does to the routes of the entry."""
        value = self.language.undefined.get(kind)
        effect = "unknown" if value is None else "permit-all" if value is permit else "deny-all"
        self.undefined.append(Undefined(kind, name, line, effect))  # type: ignore[arg-type]
        why = "" if value is not None else ", and what this platform makes of that is not known"
        return Const(value, f"{kind} {name} is not defined{why}", line)

    def access_list(self, afi: Afi, name: str) -> PrefixList | None:
        """The access list as a filter of routes, or None; Unreadable when it cannot be one."""
        found = self.acls.get((afi, name))
        return None if found is None else _acl.route_filter(found)


Matcher = Callable[[list[str], int, bool, Scope], Cond]
"""Words after the kind, line, whether the entry permits, and the scope; raises Unreadable."""
Setter = Callable[[list[str], int, Scope], tuple[Action, ...]]


def lookup(table: Mapping[str, T], words: list[str]) -> tuple[str, T, list[str]]:
    """The longest key of a table that the words start with, its value, and the words after it; Unreadable without one."""
    for count in (4, 3, 2, 1):
        key = " ".join(words[:count])
        if len(words) >= count and key in table:
            return key, table[key], words[count:]
    raise Unreadable(" ".join(words))


def match(table: Mapping[str, Matcher], words: list[str], line: int, permit: bool, scope: Scope) -> tuple[str, Cond]:
    """Kind and condition of `match …` (words after it); conditions of one kind are alternatives. Unreadable when not modelled."""
    key, reader, rest = lookup(table, words)
    return key.removesuffix(" prefix-list"), reader(rest, line, permit, scope)


def change(table: Mapping[str, Setter], words: list[str], line: int, scope: Scope) -> tuple[str, tuple[Action, ...]]:
    """Kind and actions of `set …` (words after it); Unreadable when it is not modelled."""
    key, reader, rest = lookup(table, words)
    return key, reader(rest, line, scope)


def prefix_lists(afi: Afi) -> Matcher:
    """`match ip|ipv6 address prefix-list NAME…`."""

    def read(words: list[str], line: int, permit: bool, scope: Scope) -> Cond:
        return scope.named(
            "prefix-list",
            words,
            line,
            permit,
            lambda name: scope.lists.prefix_list(afi, name),
            lambda one: PrefixMatch((one,), line),
        )

    return read


def access_lists(afi: Afi) -> Matcher:
    """`match ip|ipv6 address NAME…`: access lists as filters of routes."""

    def read(words: list[str], line: int, permit: bool, scope: Scope) -> Cond:
        return scope.named(
            "access-list",
            words,
            line,
            permit,
            lambda name: scope.access_list(afi, name),
            lambda one: _acl.route_condition(scope.acls[(afi, one.name)], line),
        )

    return read


def as_paths(words: list[str], line: int, permit: bool, scope: Scope) -> Cond:
    """`match as-path NAME…`."""
    return scope.named("as-path", words, line, permit, scope.lists.as_path_list, lambda one: AsPathMatch((one,), line))


def community(kind: CommunityKind) -> Matcher:
    """`match community|extcommunity|large-community NAME… [exact-match]`; exact on expanded lists is not modelled."""

    def read(words: list[str], line: int, permit: bool, scope: Scope) -> Cond:
        exact = words[-1:] == ["exact-match"]

        def wrap(one: CommunityList) -> Cond:
            if exact and any(entry.regex is not None for entry in one.entries):
                return Const(None, f"exact-match with the expanded list {one.name}", line)
            return CommunityMatch((one,), "exact" if exact else "list", line)

        names = words[:-1] if exact else words
        return scope.named(LIST_OF[kind], names, line, permit, lambda name: scope.lists.community_list(kind, name), wrap)

    return read


def rpki(words: list[str], line: int, permit: bool, scope: Scope) -> Cond:
    """`match rpki valid|invalid|not-found`."""
    if not words or any(one not in STATES for one in words):
        raise Unreadable(" ".join(words))
    found = RpkiMatch(frozenset(STATES[one] for one in words), line)
    if Rpki.NOT_FOUND not in found.states:
        return found
    doubt = Const(None, "whether a route that was not validated counts as not found is not known", line)
    return AnyOf((found, AllOf((RpkiMatch(frozenset({Rpki.UNVERIFIED}), line), doubt))))


def number(attribute: str, most: int = 0xFFFFFFFF) -> Matcher:
    """`match tag|metric|local-preference N…`: any of the numbers."""

    def read(words: list[str], line: int, permit: bool, scope: Scope) -> Cond:
        values = [decimal(one) for one in words]
        if not values or max(values) > most:
            raise Unreadable(" ".join(words))
        return NumberMatch(attribute, tuple((one, one) for one in values), line)  # type: ignore[arg-type]

    return read


def protocols(words: list[str], line: int, permit: bool, scope: Scope) -> Cond:
    """`match source-protocol NAME…`; the numbers of processes are not told apart, so they leave doubt."""
    names = [one for one in words if not one.isdecimal() and one != "as"]
    if not names:
        raise Unreadable(" ".join(words))
    found = TextMatch("protocol", frozenset(names), line)
    if len(names) == len(words):
        return found
    return _doubted(found, Const(None, "processes of a protocol are not told apart", line))


def _doubted(cond: Cond, doubt: Cond) -> Cond:
    """Unknown where the condition holds, false elsewhere."""
    return AllOf((cond, doubt))


def route_type(words: list[str], line: int, permit: bool, scope: Scope) -> Cond:
    """`match route-type internal|external|local…`: routes of BGP are internal or external; other words are not modelled."""
    if not words or not set(words) <= {"internal", "external"}:
        raise Unreadable(" ".join(words))
    return TextMatch("route_type", frozenset(words), line)


MATCHES: Mapping[str, Matcher] = {
    "ip address prefix-list": prefix_lists(4),
    "ipv6 address prefix-list": prefix_lists(6),
    "ip address": access_lists(4),
    "ipv6 address": access_lists(6),
    "as-path": as_paths,
    "community": community("standard"),
    "extcommunity": community("extended"),
    "large-community": community("large"),
    "rpki": rpki,
    "tag": number("tag"),
    "metric": number("med"),
    "local-preference": number("local_pref"),
    "source-protocol": protocols,
    "route-type": route_type,
}


def set_community(kind: CommunityKind) -> Setter:
    """`set community … [additive]`, `set large-community …`; `none` removes all."""

    def read(words: list[str], line: int, scope: Scope) -> tuple[Action, ...]:
        additive = "additive" in words
        values = [one for one in words if one != "additive"]
        if values == ["none"]:
            return (SetCommunity(kind, "replace", (), line=line),)
        if not values:
            raise Unreadable("no community")
        names = tuple(community_name(one, kind) for one in values)
        return (SetCommunity(kind, "add" if additive else "replace", names, line=line),)

    return read


def set_extended(words: list[str], line: int, scope: Scope) -> tuple[Action, ...]:
    """`set extcommunity rt|soo …`; only its additive form of route targets says what is there afterwards."""
    values = [one for one in words if one != "additive"]
    try:
        names = extended_names(values)
    except Unreadable:
        names = ()
    if names and values[0] == "rt" and "additive" in words:
        return (SetCommunity("extended", "add", names, line=line),)
    return (Opaque("extended", "extended community not modelled", line),)


def delete_list(kind: CommunityKind) -> Setter:
    """`set comm-list NAME delete`; with an undefined list the communities are unknown afterwards."""

    def read(words: list[str], line: int, scope: Scope) -> tuple[Action, ...]:
        if len(words) != 2 or words[1] != "delete":
            raise Unreadable(" ".join(words))
        name = words[0]
        found = scope.lists.community_list(kind, name)
        if name in scope.lists.tainted or found is None:
            if found is None and name not in scope.lists.tainted:
                scope.undefined.append(Undefined(LIST_OF[kind], name, line, "unknown"))
            return (Opaque(kind, f"{LIST_OF[kind]} {name} is not known completely", line),)
        return (SetCommunity(kind, "delete", lists=(found,), line=line),)

    return read


def prepend(words: list[str], line: int, scope: Scope) -> tuple[Action, ...]:
    """`set as-path prepend ASN…`; `last-as N` repeats an ASN that is not known here."""
    if not words:
        raise Unreadable("no ASN")
    if words[0] == "last-as":
        return (Opaque("as_path", "set as-path prepend last-as", line),)
    return (Prepend(tuple(asn(one) for one in words), line),)


def opaque_setter(attribute: str) -> Setter:
    """A change of one attribute that is not followed further."""

    def read(words: list[str], line: int, scope: Scope) -> tuple[Action, ...]:
        return (Opaque(attribute, f"set {' '.join(words)}".strip(), line),)

    return read


def set_number(attribute: str) -> Setter:
    """`set metric|local-preference|weight|tag [+|-]N`."""

    def read(words: list[str], line: int, scope: Scope) -> tuple[Action, ...]:
        text = words[0] if len(words) == 1 else ""
        sign = text[:1] if text[:1] in ("+", "-") else ""
        digits = text.removeprefix(sign)
        if not digits.isdecimal() or len(digits) > 10:
            return (Opaque(attribute, f"set {' '.join(words)}", line),)
        op = {"+": "add", "-": "subtract", "": "set"}[sign]
        return (SetNumber(attribute, op, decimal(digits), line),)  # type: ignore[arg-type]

    return read


def origin(words: list[str], line: int, scope: Scope) -> tuple[Action, ...]:
    """`set origin igp|egp ASN|incomplete`."""
    if not words or words[0] not in ("igp", "egp", "incomplete"):
        raise Unreadable(" ".join(words))
    return (SetText("origin", words[0], line),)


def next_hop(words: list[str], line: int, scope: Scope) -> tuple[Action, ...]:
    """`set ip|ipv6 next-hop ADDRESS`; words instead of one address leave it unknown."""
    if len(words) == 1 and (words[0].count(".") == 3 or ":" in words[0]):
        return (SetText("next_hop", words[0], line),)
    return (Opaque("next_hop", f"set next-hop {' '.join(words)}", line),)


def harmless(words: list[str], line: int, scope: Scope) -> tuple[Action, ...]:
    """A change that no later match of BGP reads and that does not decide who hears the route."""
    return ()


SETS: Mapping[str, Setter] = {
    "community": set_community("standard"),
    "large-community": set_community("large"),
    "extcommunity": set_extended,
    "comm-list": delete_list("standard"),
    "extcomm-list": delete_list("extended"),
    "large-comm-list": delete_list("large"),
    "as-path prepend": prepend,
    "as-path": opaque_setter("as_path"),
    "local-preference": set_number("local_pref"),
    "metric": set_number("med"),
    "weight": set_number("weight"),
    "tag": set_number("tag"),
    "origin": origin,
    "ip next-hop": next_hop,
    "ipv6 next-hop": next_hop,
    **dict.fromkeys(("metric-type", "dampening", "traffic-index", "label", "mpls-label", "distance", "aggregator"), harmless),
}
