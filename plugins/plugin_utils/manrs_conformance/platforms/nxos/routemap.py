"""NX-OS route-maps: what differs from the languages that it is like."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from ...model.policy import (
    Afi,
    AllOf,
    Cond,
    Const,
    Rpki,
    RpkiMatch,
    TextMatch,
)
from ...model.router import Taint, Undefined
from .. import _clauses
from .._clauses import Matcher, Scope, Setter
from .._lists import Unreadable, asn
from .._routemap import Entry, Language, RouteMap, cannot
from .draft import Draft
from .tree import Block, refuse, skip

LANGUAGE = Language(
    # "An empty prefix list permits all routes" (Nexus 9000 unicast routing guide 10.4, route policy manager).
    empty={"prefix-list": True},
)
"""The rest is not confirmed: both families or several lines in one entry, `continue` in a deny entry or to an entry that is not there,
undefined AS-path and community lists."""
_STATES = {
    "valid": frozenset({Rpki.VALID}),
    "invalid": frozenset({Rpki.INVALID}),
    "not-found": frozenset({Rpki.NOT_FOUND, Rpki.UNVERIFIED}),
}


def prefix_lists(afi: Afi) -> Matcher:
    """`match ip|ipv6 address prefix-list NAME…`.

    An undefined list matches every route (seen in a lab with a permit entry only): in a deny entry, where the same would keep routes
    out, it is not known.
    """
    plain = _clauses.prefix_lists(afi)
    own = TextMatch("family", frozenset({f"ipv{afi}"}))

    def read(words: list[str], line: int, permit: bool, scope: Scope) -> Cond:
        lists = scope.lists
        missing = [name for name in words if name not in lists.tainted and lists.prefix_list(afi, name) is None]
        if not missing:
            return AllOf((own, plain(words, line, permit, scope)))
        for name in missing:
            scope.undefined.append(Undefined("prefix-list", name, line, "permit-all" if permit else "unknown"))
        why = f"prefix-list {missing[0]} is not defined"
        every = Const(True if permit else None, why if permit else f"{why}: whether a deny then fires is not confirmed", line)
        return AllOf((own, every))

    return read


def access_lists(words: list[str], line: int, permit: bool, scope: Scope) -> Cond:
    """`match ip|ipv6 address ACL` is for policy routing and does not filter routes: taken as true where that lets more in."""
    if not words:
        raise Unreadable("no access list")
    why = "an access list in a route-map does not filter routes of BGP"
    return Const(True, why, line) if permit else Const(None, f"{why}: that a deny then fires is not confirmed", line)


def rpki(words: list[str], line: int, permit: bool, scope: Scope) -> Cond:
    """`match rpki STATE`: at most routes of that state match; that they do is not confirmed on NX-OS."""
    if len(words) != 1 or words[0] not in _STATES:
        raise Unreadable(" ".join(words))
    doubt = Const(None, "what `match rpki` does on NX-OS is not confirmed", line)
    return AllOf((RpkiMatch(_STATES[words[0]], line), doubt))


def as_number(words: list[str], line: int, permit: bool, scope: Scope) -> Cond:
    """`match as-number …` chooses dynamic neighbours; in a policy for routes it is not modelled."""
    asn_ranges(words)
    return Const(None, "match as-number in a policy for routes", line)


def source_protocol(words: list[str], line: int, permit: bool, scope: Scope) -> Cond:
    """`match source-protocol NAME [TAG]`; `direct` is what others call connected."""
    return _clauses.protocols(["connected" if one == "direct" else one for one in words], line, permit, scope)


def origin(words: list[str], line: int, permit: bool, scope: Scope) -> Cond:
    """`match origin igp|egp|incomplete`."""
    if not words or not set(words) <= {"igp", "egp", "incomplete"}:
        raise Unreadable(" ".join(words))
    return TextMatch("origin", frozenset(words), line)


def asn_ranges(words: Iterable[str]) -> list[tuple[int, int]]:
    """Ranges of `64512-64520, 64600` (words); Unreadable when they are none."""
    out: list[tuple[int, int]] = []
    for word in " ".join(words).replace(",", " ").split():
        low, dash, high = word.partition("-")
        first = asn(low)
        last = asn(high) if dash else first
        if last < first:
            raise Unreadable(word)
        out.append((first, last))
    if not out:
        raise Unreadable("no AS number")
    return out


MATCHES: Mapping[str, Matcher] = {
    **_clauses.MATCHES,
    "ip address prefix-list": prefix_lists(4),
    "ipv6 address prefix-list": prefix_lists(6),
    "ip address": access_lists,
    "ipv6 address": access_lists,
    "rpki": rpki,
    "as-number": as_number,
    "source-protocol": source_protocol,
    "origin": origin,
}
SETS: Mapping[str, Setter] = {
    **_clauses.SETS,
    **dict.fromkeys(("path-selection", "forwarding-address", "nssa-only", "level", "as-path tag", "evpn"), _clauses.harmless),
}


def read(draft: Draft, block: Block) -> bool:
    """`route-map NAME [permit|deny [SEQ]]` with its statements; match and set wait until all lists are known."""
    words = block.words
    if words[2:] == ["pbr-statistics"]:
        skip(block, draft.ledger)
        return True
    if len(words) < 2 or len(words) > 4 or words[2:3] not in ([], ["permit"], ["deny"]):
        return False
    seq = words[3] if len(words) == 4 else "10"
    if not (seq.isascii() and seq.isdecimal() and len(seq) < 10):
        return False
    route_map = draft.maps.setdefault(words[1], RouteMap(words[1]))
    entry = route_map.entry(words[2:3] != ["deny"], int(seq), block.line)
    draft.ledger.used(block.line)
    for one in block.children:
        _line(draft, route_map, entry, one)
    return True


def _line(draft: Draft, route_map: RouteMap, entry: Entry, block: Block) -> None:
    words, line = block.words, block.line
    head = words[0]
    taint = Taint("policy", route_map.name)
    for inner in block.children:
        refuse(inner, draft.ledger, taint)
        cannot(entry, "", inner.line)
    if head in ("match", "set") and len(words) > 1:
        draft.clauses.append((route_map, entry, block.at))
        entry.lines.append(line)
        if words[:2] == ["match", "rpki"]:
            draft.rpki_maps.add(route_map.name)
        return
    if head == "description":
        draft.ledger.irrelevant(line)
        return
    follow = words[1] if len(words) == 2 and words[1].isascii() and words[1].isdecimal() and len(words[1]) < 10 else ""
    if head == "continue" and (follow or len(words) == 1) and (not follow or int(follow) > entry.seq):
        entry.follow = int(follow or 0)
        entry.lines.append(line)
        draft.ledger.used(line)
        return
    draft.ledger.miss(line, "unsupported" if head in ("no", "continue") else "unrecognised", taint)
    cannot(entry, "", line)


def resolve(draft: Draft) -> None:
    """Match and set statements, once all lists are known."""
    scope = Scope(draft.lists, LANGUAGE, draft.acls)
    for route_map, entry, at in draft.clauses:
        words, line = at.words, at.number
        try:
            if words[0] == "match":
                kind, cond = _clauses.match(MATCHES, words[1:], line, entry.permit, scope)
                entry.matches.setdefault(kind, []).append(cond)
                if kind == "as-number":
                    draft.asn_maps.setdefault(route_map.name, []).extend(asn_ranges(words[2:]) if entry.permit else [])
            else:
                kind, actions = _clauses.change(SETS, words[1:], line, scope)
                entry.actions.pop(kind, None)
                entry.actions[kind] = actions
            draft.ledger.used(line)
        except Unreadable:
            draft.ledger.miss(line, "unsupported", Taint("policy", route_map.name))
            cannot(entry, words[0], line)
    draft.undefined += scope.undefined
