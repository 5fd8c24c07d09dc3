"""What stands after `from`: within one kind any value holds, all kinds must."""

from __future__ import annotations

import ipaddress
from collections.abc import Callable
from dataclasses import dataclass, field

from ...model.policy import (
    AllOf,
    AnyOf,
    AsPathEntry,
    AsPathList,
    AsPathMatch,
    CommunityMatch,
    Cond,
    Const,
    Not,
    NumberMatch,
    PrefixEntry,
    PrefixMatch,
    Rpki,
    RpkiMatch,
    TextMatch,
)
from ...model.router import Taint
from .._lists import Unreadable, decimal
from . import prefixes
from .actions import MARKS
from .definitions import Definitions
from .prefixes import Filter
from .tables import CONDITIONS
from .tree import Node

STATES = {"valid": Rpki.VALID, "invalid": Rpki.INVALID, "unknown": Rpki.NOT_FOUND}
PROTOCOLS = {"direct": "connected", "ospf2": "ospf", "ospf3": "ospf6"}
FAMILIES = {"inet": "ipv4", "inet6": "ipv6"}
RIBS = {"inet.0": "ipv4", "inet6.0": "ipv6"}
PREFIXES = ("prefix-list", "prefix-list-filter", "route-filter", "route-filter-list")
BOTH = "whether prefix-list and route-filter of one term are joined by and or by or is not documented"


@dataclass(slots=True)
class From:
    """The conditions of a term without its prefixes and subroutines, and those apart."""

    conds: list[Cond] = field(default_factory=list)
    others: list[Cond] = field(default_factory=list)
    """Prefix lists and prefix-list filters: one condition for each kind."""
    filters: list[Filter] = field(default_factory=list)
    plain: tuple[list[PrefixEntry], list[PrefixEntry]] | None = None
    """Route filters of both families, where all of them are without actions and stand in one run."""
    actions: dict[str, Node] = field(default_factory=dict)
    """Actions of single route filters by their key."""
    unknown_filters: int = 0
    subroutine: tuple[str, int] | None = None
    lists: list[list[Filter]] = field(default_factory=list)
    """The same filters by the statement they come from: whether they make one list together is not documented."""


def read(node: Node | None, definitions: Definitions, taint: Taint) -> From:
    """The conditions below `from`; what is not understood is a condition that nobody can tell."""
    out = From()
    lone = node is not None and "route-filter-list" not in node.kids
    for word, kid in node.kids.items() if node is not None else ():
        line = kid.line()
        try:
            if word in PREFIXES:
                _prefixes(word, kid, line, out, definitions, taint, lone=lone)
            elif word == "policy":
                names = list(kid.kids)
                if len(names) != 1 or kid.kids[names[0]].kids:
                    raise Unreadable("policy")
                out.subroutine = (names[0], line)
                definitions.book.use(kid)
            elif word in _READERS:
                out.conds.append(_READERS[word](kid, line, definitions))
                definitions.book.use(kid)
            else:
                raise Unreadable(word)
        except Unreadable:
            known = word in CONDITIONS or word in _READERS or word in PREFIXES or word == "policy"
            definitions.book.miss(word, kid, taint, "unsupported" if known else "unrecognised")
            out.conds.append(Const(None, "a condition is not understood", line))
    return out


def unknown(node: Node | None, definitions: Definitions, taint: Taint) -> list[Cond]:
    """Conditions below `to`: where the route goes is not modelled."""
    if node is None:
        return []
    for word, kid in node.kids.items():
        definitions.book.miss(word, kid, taint, "unsupported" if not word.startswith("!") else "unrecognised")
    return [Const(None, "`to` is not understood", node.line())]


def _prefixes(word: str, node: Node, line: int, out: From, definitions: Definitions, taint: Taint, *, lone: bool) -> None:
    if word == "route-filter":
        _route_filters(node, out, definitions, taint, lone=lone)
        return
    if word == "route-filter-list":
        for name, kid in node.kids.items():
            how = next(iter(kid.kids), "")
            if len(kid.kids) > 1 or how not in ("", "exact", "longer", "orlonger"):
                raise Unreadable(how)
            found = definitions.filter_list(name, how)
            if found is None:
                definitions.missing("route-filter-list", name, line)
                out.others.append(Const(None, f"route-filter-list {name} is not defined", line))
            else:
                _slow(out)
                out.lists.append(list(found))
                out.filters += found
        definitions.book.use(node)
        return
    out.others.append(_lists(node, line, definitions) if word == "prefix-list" else _wide(node, line, definitions))
    definitions.book.use(node)


def _route_filters(node: Node, out: From, definitions: Definitions, taint: Taint, *, lone: bool) -> None:
    made: list[Filter] = []
    runs = [prefixes.fast_ranges(first, rows) for first, rows in node.rows]
    if None in runs:
        definitions.book.unbulk(node)
        runs = []
    ranges = [one for one in runs if one is not None]
    if len(ranges) == 1 and not node.kids and not out.lists:
        out.plain = ranges[0]
        definitions.book.use(node)
        return
    for v4, v6 in ranges:
        made += prefixes.as_filters(v4, v6)
    mixed = bool(node.rows and node.kids)
    # The longest match treats an address mask in a way of its own, which is not documented well enough: by itself there is none.
    lone = lone and not node.rows and len(node.kids) == 1
    for text, kid in node.kids.items():
        try:
            made += _one_filter(text, kid, out, lone=lone and len(kid.kids) == 1)
        except Unreadable:
            definitions.book.miss(text, kid, taint, "unsupported")
            out.unknown_filters = out.unknown_filters or kid.line()
    definitions.book.use(node)
    if mixed:
        made.sort(key=lambda one: one.entry[5])
    out.filters += made
    out.lists.append(made)


def _slow(out: From) -> None:
    """Plain ranges beside another list are filters like any other."""
    if out.plain is not None:
        made = prefixes.as_filters(*out.plain)
        out.plain = None
        out.lists.append(made)
        out.filters += made


def _one_filter(text: str, node: Node, out: From, *, lone: bool) -> list[Filter]:
    """The filters of one prefix: each match type below it is a filter, what follows is its own action."""
    made: list[Filter] = []
    for how, kid in node.kids.items():
        bounds = {"": kid} if how in ("exact", "longer", "orlonger") else kid.kids
        if not bounds:
            raise Unreadable(how)
        for bound, inner in bounds.items():
            words = [text, how, *([bound] if bound else [])]
            if how == "address-mask" and lone and len(bounds) == 1:
                found = prefixes.masked(text, bound, inner.line())
            else:
                found, _ = prefixes.route_filter(words, inner.line())
            key = ""
            if inner.kids:
                key = " ".join(sorted(_texts(inner)))
                out.actions.setdefault(key, inner)
            made.append(Filter(found.afi, found.entry, found.through, key))
    if not made:
        raise Unreadable(text)
    return made


def _texts(node: Node, before: str = "") -> list[str]:
    if not node.kids:
        return [before]
    return [text for word, kid in node.kids.items() for text in _texts(kid, f"{before} {word}".strip())]


def _lists(node: Node, line: int, definitions: Definitions) -> Cond:
    conds: list[Cond] = []
    for name, kid in node.kids.items():
        if kid.kids:
            raise Unreadable(name)
        conds.append(_one_list(definitions, name, "exact", kid.line() or line))
    return _any(conds)


def _one_list(definitions: Definitions, name: str, how: str, line: int) -> Cond:
    try:
        found = definitions.prefix_list(name) if how == "exact" else definitions.widened(name, how)
    except Unreadable:
        return Const(None, f"prefix-list {name} was not read completely", line)
    if found is None:
        definitions.missing("prefix-list", name, line)
        return Const(None, f"prefix-list {name} is not defined", line)
    if not any(one.entries for one in found):
        return Const(None, f"prefix-list {name} is empty", line)
    return PrefixMatch(found, line)


def _wide(node: Node, line: int, definitions: Definitions) -> Cond:
    conds: list[Cond] = []
    every: list[Filter] = []
    for name, kid in node.kids.items():
        for how, inner in kid.kids.items():
            if how not in ("exact", "longer", "orlonger") or inner.kids:
                raise Unreadable(how)
            cond = _one_list(definitions, name, how, inner.line() or line)
            conds.append(cond)
            if isinstance(cond, PrefixMatch):
                every += [Filter(one.afi, entry) for one in cond.lists for entry in prefixes.ranged(one.entries, one.afi, how)]
        if not kid.kids:
            raise Unreadable(name)
    if len(conds) == 1:
        return conds[0]
    joined = prefixes.longest("prefix-list-filter", every, lambda _one: True, line)
    return prefixes.either_reading(
        _any(conds), joined, "several prefix-list-filter of one term: one list or one after the other", line
    )


def _any(conds: list[Cond]) -> Cond:
    if not conds:
        raise Unreadable("no value")
    return conds[0] if len(conds) == 1 else AnyOf(tuple(conds))


def _plain(node: Node) -> list[str]:
    if not node.kids or any(kid.kids for kid in node.kids.values()) or node.rows:
        raise Unreadable("words that are not expected")
    if any(word.startswith("!") for word in node.kids):
        raise Unreadable("redacted")
    return list(node.kids)


def _path(kind: str) -> Callable[[Node, int, Definitions], Cond]:
    def read_path(node: Node, line: int, definitions: Definitions) -> Cond:
        conds: list[Cond] = []
        for name in _plain(node):
            try:
                found = definitions.as_path(kind, name)
            except Unreadable:
                conds.append(Const(None, f"{kind} {name} was not read completely", line))
                continue
            if found is None:
                definitions.missing(kind, name, line)
                conds.append(Const(None, f"{kind} {name} is not defined", line))
            else:
                conds.append(AsPathMatch((found,), line))
        return _any(conds)

    return read_path


def _origins(node: Node, line: int, definitions: Definitions) -> Cond:
    conds: list[Cond] = []
    for name in _plain(node):
        found = definitions.as_list(name)
        if found is None:
            definitions.missing("as-list", name, line)
            conds.append(Const(None, f"as-list {name} is not defined", line))
            continue
        some = "|".join(str(low) if low == high else f"{low}-{high}" for low, high in found)
        conds.append(AsPathMatch((AsPathList(name, (AsPathEntry(True, f".* ({some})", "junos", line),)),), line))
    return _any(conds)


def _community(node: Node, line: int, definitions: Definitions) -> Cond:
    conds: list[Cond] = []
    for name in _plain(node):
        found = definitions.community(name)
        if found is None:
            definitions.missing("community", name, line)
            conds.append(Const(None, f"community {name} is not defined", line))
        elif found.unknown:
            conds.append(Const(None, f"community {name} was not read completely", line))
        else:
            every = tuple(CommunityMatch((one,), "every", line) for one in found.lists)
            cond: Cond = every[0] if len(every) == 1 else AllOf(every)
            conds.append(Not(cond) if found.invert else cond)
    return _any(conds)


def _database(node: Node, line: int, definitions: Definitions) -> Cond:
    names = _plain(node)
    if not set(names) <= STATES.keys():
        raise Unreadable(" ".join(names))
    cond = RpkiMatch(frozenset(STATES[one] for one in names), line)
    if "unknown" not in names:
        return cond
    why = "what a lookup finds while no cache has answered is not documented well enough"
    return AnyOf((cond, AllOf((RpkiMatch(frozenset({Rpki.UNVERIFIED}), line), Const(None, why, line)))))


def _state(node: Node, line: int, definitions: Definitions) -> Cond:
    names = _plain(node)
    if not set(names) <= MARKS.keys():
        raise Unreadable(" ".join(names))
    return TextMatch("mark", frozenset(MARKS[one] for one in names), line)


def _text(attribute: str, names: dict[str, str] | None = None, only: bool = False) -> Callable[[Node, int, Definitions], Cond]:
    def read_text(node: Node, line: int, definitions: Definitions) -> Cond:
        words = _plain(node)
        if only and names is not None and not set(words) <= names.keys():
            raise Unreadable(" ".join(words))
        return TextMatch(attribute, frozenset((names or {}).get(one, one) for one in words), line)  # type: ignore[arg-type]

    return read_text


def _number(attribute: str) -> Callable[[Node, int, Definitions], Cond]:
    def read_number(node: Node, line: int, definitions: Definitions) -> Cond:
        values = [decimal(one) for one in _plain(node)]
        plain = [one for one in values if one or attribute != "med"]
        cond: Cond = NumberMatch(attribute, tuple((one, one) for one in plain), line)  # type: ignore[arg-type]
        if len(plain) == len(values):
            return cond
        why = "whether a route without MED has metric 0 is not known"
        return AnyOf((cond, AllOf((NumberMatch("med", ((0, 0),), line), Const(None, why, line)))))

    return read_number


def _peer(node: Node, line: int, definitions: Definitions) -> Cond:
    """Addresses of neighbours, as sessions write theirs."""
    try:
        return TextMatch("peer", frozenset(str(ipaddress.ip_address(one)) for one in _plain(node)), line)
    except ValueError as error:
        raise Unreadable(str(error)) from error


def _calculated(node: Node, line: int, definitions: Definitions) -> Cond:
    ranges: list[tuple[int, int]] = []
    for text, kid in node.kids.items():
        value = decimal(text)
        how = next(iter(kid.kids), "equal")
        if len(kid.kids) > 1 or how not in ("equal", "orhigher", "orlower"):
            raise Unreadable(how)
        ranges.append({"equal": (value, value), "orhigher": (value, 4294967295), "orlower": (0, value)}[how])
    if not ranges:
        raise Unreadable("no value")
    return NumberMatch("path_length", tuple(ranges), line)


_READERS: dict[str, Callable[[Node, int, Definitions], Cond]] = {
    "as-path": _path("as-path"),
    "as-path-group": _path("as-path-group"),
    "as-path-origins": _origins,
    "as-path-calc-length": _calculated,
    "community": _community,
    "validation-database": _database,
    "validation-state": _state,
    "protocol": _text("protocol", PROTOCOLS),
    "neighbor": _peer,
    "next-hop": _text("next_hop"),
    "family": _text("family", FAMILIES, only=True),
    "rib": _text("family", RIBS, only=True),
    "origin": _text("origin", {one: one for one in ("igp", "egp", "incomplete")}, only=True),
    "tag": _number("tag"),
    "metric": _number("med"),
    "local-preference": _number("local_pref"),
}
