"""EOS route-maps: the statements beside the shared ones, and what is not confirmed about them made explicit as doubt."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace

from ...model.policy import (
    Action,
    Afi,
    AllOf,
    AnyOf,
    AsPathEntry,
    AsPathList,
    AsPathMatch,
    CommunityKind,
    CommunityList,
    CommunityMatch,
    Cond,
    Const,
    Not,
    NumberMatch,
    Opaque,
    PrefixMatch,
    SetCommunity,
    TextMatch,
)
from .. import _clauses
from .._clauses import LIST_OF, MATCHES, SETS, Matcher, Scope, Setter
from .._lists import Unreadable, decimal
from .._routemap import Language, RouteMap
from .lists import community

LANGUAGE = Language()
"""Nothing of what differs between platforms is confirmed for EOS: undefined and empty lists, families in one entry, odd `continue`s."""
PLAIN = frozenset("0123456789:()|")


@dataclass(slots=True)
class EosScope(Scope):
    """What statements refer to, the regular-expression mode, and the origins of AS-path entries."""

    string_mode: bool | None = None
    origins: Mapping[str, list[str]] = field(default_factory=dict)


def either(conds: Iterable[Cond], line: int, why: str) -> Cond:
    """What holds however the doubt `why` is resolved, else unknown: true when all hold, false when none does."""
    some = tuple(dict.fromkeys(conds))
    if len(some) == 1:
        return some[0]
    return AnyOf((AllOf(some), AllOf((AnyOf(some), Const(None, why, line)))))


def _several(read: Callable[[str], Cond], names: list[str], line: int) -> Cond:
    if not names:
        raise Unreadable("no name")
    return either([read(one) for one in names], line, "whether several names are alternatives or must all hold is not confirmed")


def prefix_lists(afi: Afi) -> Matcher:
    """`match ip|ipv6 address prefix-list NAME…`."""

    def read(words: list[str], line: int, permit: bool, scope: Scope) -> Cond:
        def one(name: str) -> Cond:
            found = scope.named(
                "prefix-list",
                [name],
                line,
                permit,
                lambda text: scope.lists.prefix_list(afi, text),
                lambda listed: PrefixMatch((listed,), line),
            )
            return found

        return _several(one, words, line)

    return read


def access_lists(afi: Afi) -> Matcher:
    """`match ip|ipv6 address access-list NAME…`."""
    reader = _clauses.access_lists(afi)
    return lambda words, line, permit, scope: _several(lambda name: reader([name], line, permit, scope), words, line)


def as_paths(words: list[str], line: int, permit: bool, scope: Scope) -> Cond:
    """`match as-path NAME…` in the mode of the configuration; without a mode line both readings count where they differ."""
    assert isinstance(scope, EosScope)

    def one(name: str) -> Cond:
        return scope.named("as-path", [name], line, permit, scope.lists.as_path_list, wrap)

    def wrap(found: AsPathList) -> Cond:
        dialects = {None: ("asn", "cisco"), True: ("cisco",), False: ("asn",)}[scope.string_mode]
        readings = [_by_origin(found, name, scope.origins.get(found.name, []), line) for name in dialects]
        if scope.string_mode is None and all(_alike(entry.pattern) for entry in found.entries):
            return readings[0]
        return either(readings, line, "the text does not say `ip as-path regex-mode`: the pattern means two things")

    return _several(one, words, line)


def _alike(pattern: str) -> bool:
    """Whether both modes read a pattern alike: whole numbers between delimiters or anchors, and `.*`."""
    rest = pattern.replace(".*", "*")
    previous = ""
    for at, char in enumerate(rest):
        after = rest[at + 1 : at + 2]
        if char.isdigit():
            begins = previous in ("_", "^") or previous.isdigit()
            ends = after in ("_", "$") or after.isdigit()
            if not (begins and ends and after):
                return False
        elif char not in "_^$*":
            return False
        previous = char
    return "__" not in rest and "**" not in rest


def _by_origin(found: AsPathList, dialect: str, origins: list[str], line: int) -> Cond:
    """The list in a dialect; where an entry names an origin, first match is spelled out entry by entry."""
    entries = tuple(replace(one, dialect=dialect) for one in found.entries)
    if set(origins) <= {"any"} or len(origins) != len(entries):
        if not set(origins) <= {"any"}:
            return Const(None, f"as-path {found.name} names origins and numbers", line)
        return AsPathMatch((replace(found, entries=entries),), line)
    out: Cond = Const(False, "no entry matches", line)
    for entry, origin in zip(reversed(entries), reversed(origins), strict=True):
        out = _before(entry, origin, found, out, line)
    return out


def _before(entry: AsPathEntry, origin: str, found: AsPathList, rest: Cond, line: int) -> Cond:
    here: Cond = AsPathMatch((replace(found, entries=(replace(entry, permit=True),)),), line)
    if origin != "any":
        here = AllOf((here, TextMatch("origin", frozenset({origin}), line)))
    return AnyOf((here, rest)) if entry.permit else AllOf((Not(here), rest))


def path_length(words: list[str], line: int, permit: bool, scope: Scope) -> Cond:
    """`match as-path length OP N`."""
    if len(words) != 2:
        raise Unreadable(" ".join(words))
    count = decimal(words[1])
    ranges = {"=": (count, count), "<=": (0, count), ">=": (count, 4294967295), "<": (0, count - 1), ">": (count + 1, 4294967295)}
    if words[0] not in ranges or ranges[words[0]][1] < 0:
        raise Unreadable(" ".join(words))
    return NumberMatch("path_length", (ranges[words[0]],), line)


def communities(kind: CommunityKind) -> Matcher:
    """`match community [or-results] NAME… [or-results] [exact-match]`."""

    def read(words: list[str], line: int, permit: bool, scope: Scope) -> Cond:
        any_of = "or-results" in words
        exact = "exact-match" in words
        names = [one for one in words if one not in ("or-results", "exact-match")]
        if not names or "instances" in names:
            raise Unreadable(" ".join(words))

        def wrap(found: CommunityList) -> Cond:
            if exact and any(entry.regex is not None for entry in found.entries):
                return Const(None, f"exact-match with the regular expressions of {found.name}", line)
            return CommunityMatch((found,), "exact", line) if exact else _listed(found, line)

        conds = [
            scope.named(LIST_OF[kind], [name], line, permit, lambda text: scope.lists.community_list(kind, text), wrap)
            for name in names
        ]
        if any_of:
            return conds[0] if len(conds) == 1 else AnyOf(tuple(conds))
        return either(conds, line, "whether several community lists must all match is not confirmed")

    return read


def _listed(found: CommunityList, line: int) -> Cond:
    """A list as a condition; a regular expression is read over one community and over all of them, as it is not confirmed which."""
    if all(entry.regex is None or set(entry.regex) <= PLAIN for entry in found.entries):
        return CommunityMatch((found,), "list", line)
    whole = replace(
        found, entries=tuple(replace(one, scope="unordered") if one.regex is not None else one for one in found.entries)
    )
    why = f"whether the regular expressions of {found.name} read one community or all of them is not confirmed"
    return either([CommunityMatch((found,), "list", line), CommunityMatch((whole,), "list", line)], line, why)


MATCH: Mapping[str, Matcher] = {
    "ip address prefix-list": prefix_lists(4),
    "ipv6 address prefix-list": prefix_lists(6),
    "ip address access-list": access_lists(4),
    "ipv6 address access-list": access_lists(6),
    "as-path length": path_length,
    "as-path": as_paths,
    "community": communities("standard"),
    "large-community": communities("large"),
    "extcommunity": communities("extended"),
    "origin-as validity": _clauses.rpki,
    **{kind: MATCHES[kind] for kind in ("tag", "metric", "local-preference", "source-protocol", "route-type")},
}
KEYS = {"ip address prefix-list": "ip address", "ipv6 address prefix-list": "ipv6 address"}
"""Kinds under the names that the shared lowering knows as addresses."""


def match(words: list[str], line: int, permit: bool, scope: EosScope) -> tuple[str, Cond]:
    """Kind and condition of `match [invert-result] …`; Unreadable when it is not modelled."""
    inverted = words[:1] == ["invert-result"]
    # An undefined list behind invert-result acts on the opposite routes.
    key, reader, rest = _clauses.lookup(MATCH, words[1:] if inverted else words)
    cond = reader(rest, line, permit != inverted, scope)
    return (f"invert {key}", Not(cond)) if inverted else (KEYS.get(key, key), cond)


def set_communities(kind: CommunityKind) -> Setter:
    """`set community VALUES [additive|delete]`, `none`, and `community-list NAME… [additive|delete]`."""
    word = {"standard": "community-list", "large": "large-community-list", "extended": "extcommunity-list"}[kind]

    def read(words: list[str], line: int, scope: Scope) -> tuple[Action, ...]:
        op = words[-1] if words[-1:] in (["additive"], ["delete"]) else ""
        values = words[:-1] if op else words
        if values == ["none"] and not op:
            return (SetCommunity(kind, "replace", (), line=line),)
        if values[:1] == [word]:
            names = values[1:]
            lists = [scope.lists.community_list(kind, name) for name in names]
            if op != "delete" or not lists or None in lists or not scope.lists.tainted.isdisjoint(names):
                return (Opaque(kind, f"set {' '.join(words)}", line),)
            return (SetCommunity(kind, "delete", lists=tuple(one for one in lists if one is not None), line=line),)
        if kind == "extended" and op == "additive" and values:
            return SETS["extcommunity"](words, line, scope)
        if not values or kind == "extended":
            return (Opaque(kind, f"set {' '.join(words)}", line),)
        names_ = tuple(community(one, kind) for one in values)
        return (SetCommunity(kind, {"additive": "add", "delete": "delete", "": "replace"}[op], names_, line=line),)  # type: ignore[arg-type]

    return read


def prepend(words: list[str], line: int, scope: Scope) -> tuple[Action, ...]:
    """`set as-path prepend ASN…`; `auto` and `last-as` are ASNs that are not known here."""
    if {"auto", "last-as"} & set(words):
        return (Opaque("as_path", f"set as-path prepend {' '.join(words)}", line),)
    return SETS["as-path prepend"](words, line, scope)


SET: Mapping[str, Setter] = {
    **{key: setter for key, setter in SETS.items() if not key.endswith("comm-list")},
    "community": set_communities("standard"),
    "large-community": set_communities("large"),
    "extcommunity": set_communities("extended"),
    "as-path prepend": prepend,
    **dict.fromkeys(
        ("distance", "isis", "segment-index", "next-hop igp-cost", "bgp bestpath", "resolution-ribs", "nexthop-group", "entropy"),
        _clauses.harmless,
    ),
}


def change(words: list[str], line: int, scope: EosScope) -> tuple[str, tuple[Action, ...]]:
    """Kind and actions of `set …`; Unreadable when it is not modelled."""
    key, actions = _clauses.change(SET, words, line, scope)
    if key in ("community", "large-community", "extcommunity"):
        return f"{key} {words[-1] if words[-1] in ('additive', 'delete') else ''}", actions
    return key, actions


READS = {
    "community": "standard",
    "large-community": "large",
    "extcommunity": "extended",
    "as-path": "as_path",
    "as-path length": "as_path",
    "metric": "med",
    "local-preference": "local_pref",
    "tag": "tag",
}
"""What a kind of match reads of a route that a `set` may have changed."""


def doubt_view(one: RouteMap) -> None:
    """Matches on what an entry before them may have set are unknown, from the entry on at which that one continues: whether EOS matches the
    original attributes is not confirmed."""
    touched: dict[str, int] = {}
    for seq in sorted(one.entries):
        entry = one.entries[seq]
        for kind in entry.matches:
            attribute = READS.get(kind.removeprefix("invert "), "")
            if touched.get(attribute, seq + 1) <= seq:
                line = entry.lines[-1]
                entry.matches[kind] = [Const(None, f"whether {kind} reads what an earlier entry set is not confirmed", line)]
        if entry.follow is not None:
            for group in entry.actions.values():
                for name in map(_attribute, group):
                    touched[name] = min(entry.follow, touched.get(name, entry.follow))


def _attribute(action: Action) -> str:
    if isinstance(action, SetCommunity):
        return action.kind
    return str(getattr(action, "attribute", "as_path"))
