"""FRR lists: access lists used as route filters, AS-path and community lists."""

from __future__ import annotations

from dataclasses import replace

from ...model.policy import Afi, AsPathEntry, CommunityEntry, CommunityKind, CommunityList, PrefixEntry
from .._lists import WELL_KNOWN, Numbered, Unreadable, by_wildcard, community_name, extended_names, head, prefix, regex, wildcard
from .patterns import readable


def prefixes(name: str) -> Numbered[PrefixEntry]:
    """An empty prefix-list. FRR 8.4 drops an entry that is already there under another number (`plist_is_dup`), without a word."""
    return Numbered(name, same=lambda entry: entry[:5])


def accesses(name: str) -> Numbered[tuple[PrefixEntry, ...]]:
    """An empty access-list; `exact-match` makes no difference to FRR when it looks for the same entry (`acl_is_dup`)."""
    return Numbered(name, same=lambda some: tuple((one[0], one[1], one[2], one[4]) for one in some), always=True)


def paths(name: str) -> Numbered[AsPathEntry]:
    """An empty AS-path list, with the same rule (`as_list_dup_check`)."""
    return Numbered(name, same=lambda one: replace(one, line=0))


def communities(name: str) -> Numbered[CommunityEntry]:
    """An empty community list, with the same rule (`community_list_dup_check`); the order of communities makes no difference."""
    return Numbered(name, same=lambda one: (one.permit, frozenset(one.literals), one.regex))


def access_entry(words: list[str], afi: Afi, line: int) -> tuple[int | None, tuple[PrefixEntry, ...]]:
    """Sequence and ranges of one access-list line as a route filter (`lib/filter.c`)."""
    seq, permit, rest = head(words)
    size = 32 if afi == 4 else 128
    if rest == ["any"]:
        return seq, ((0, 0, 0, size, permit, line),)
    if rest and "/" in rest[0] and rest[1:] in ([], ["exact-match"]):
        network, length = prefix(rest[0], afi)
        if length == 0:
            # FRR takes it and `any` for two entries when it looks for the same one, and with `exact-match` for one: not followed here.
            raise Unreadable(" ".join(rest))
        return seq, ((network, length, length, length if rest[1:] else size, permit, line),)
    if afi == 6:
        raise Unreadable(" ".join(rest))
    if rest[:1] != ["ip"]:
        (address, wild), rest = _wildcard(rest)
        if rest:
            raise Unreadable(" ".join(rest))
        return seq, by_wildcard(address, wild, range(33), permit, line)
    (address, wild), rest = _wildcard(rest[1:])
    (mask, mask_wild), rest = _wildcard(rest)
    if rest:
        raise Unreadable(" ".join(rest))
    lengths = [n for n in range(33) if (0xFFFFFFFF << 32 - n & 0xFFFFFFFF) & ~mask_wild == mask & ~mask_wild]
    return seq, by_wildcard(address, wild, lengths, permit, line)


def _wildcard(words: list[str]) -> tuple[tuple[int, int], list[str]]:
    """Address and wildcard; Unreadable when the address has bits that the wildcard covers: FRR 8.4 then never matches (`filter_match_cisco`
    masks only the route), which no other version promises."""
    (address, wild), rest = wildcard(words)
    if words[0] not in ("any", "host") and prefix(words[0], 4)[0] != address:
        raise Unreadable(" ".join(words))
    return (address, wild), rest


def as_path_entry(words: list[str], line: int) -> tuple[int | None, AsPathEntry]:
    """Sequence and pattern of `[seq N] permit|deny REGEX`."""
    seq, permit, rest = head(words)
    pattern = " ".join(rest)
    if not readable(pattern):
        raise Unreadable(pattern)
    return seq, AsPathEntry(permit, pattern, "frr", line)


def community_entry(words: list[str], kind: CommunityKind, expanded: bool, line: int) -> tuple[int | None, CommunityEntry]:
    """Sequence and entry of a community-list line: literals that must all be there, or a regex over the whole printed list."""
    seq, permit, rest = head(words)
    if expanded:
        pattern = " ".join(rest)
        if not readable(pattern):
            raise Unreadable(pattern)
        # `community_str` prints well-known communities by name: `65535:666` never matches, `blackhole` does.
        return seq, CommunityEntry(permit, regex=pattern, scope="whole", line=line, names=True)
    if kind == "extended":
        return seq, CommunityEntry(permit, extended_names(rest), line=line)
    return seq, CommunityEntry(permit, tuple(community_name(one, kind) for one in rest), line=line)


def one_by_one(list_: CommunityList) -> CommunityList:
    """The list as `set comm-list … delete` reads it: an entry with several communities stands for each of them (`bgp_clist.c`)."""
    entries = (replace(entry, literals=(one,)) if one else entry for entry in list_.entries for one in entry.literals or ("",))
    return replace(list_, entries=tuple(entries))


def deletes(list_: CommunityList, literal: str) -> bool:
    """Whether `set comm-list … delete` with this list can remove the community (true when in doubt)."""
    for entry in list_.entries:
        try:
            printed = next((name for name, number in WELL_KNOWN.items() if number == literal), literal)
            hit = regex(entry.regex).search(printed) is not None if entry.regex is not None else literal in entry.literals
        except Unreadable:
            return True
        if hit:
            return entry.permit
    return False
