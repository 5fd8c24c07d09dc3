"""FRR lists: access lists used as route filters, AS-path and community lists."""

from __future__ import annotations

from ...model.policy import Afi, AsPathEntry, CommunityEntry, CommunityKind, PrefixEntry
from .._lists import Unreadable, by_wildcard, community_name, extended_names, head, prefix, reads_names, wildcard


def access_entry(words: list[str], afi: Afi, line: int) -> tuple[int | None, tuple[PrefixEntry, ...]]:
    """Sequence and ranges of one access-list line as a route filter (`lib/filter.c`)."""
    seq, permit, rest = head(words)
    size = 32 if afi == 4 else 128
    if rest == ["any"]:
        return seq, ((0, 0, 0, size, permit, line),)
    if rest and "/" in rest[0] and rest[1:] in ([], ["exact-match"]):
        network, length = prefix(rest[0], afi)
        return seq, ((network, length, length, length if rest[1:] else size, permit, line),)
    if afi == 6:
        raise Unreadable(" ".join(rest))
    if rest[:1] != ["ip"]:
        (address, wild), rest = wildcard(rest)
        if rest:
            raise Unreadable(" ".join(rest))
        return seq, by_wildcard(address, wild, range(33), permit, line)
    (address, wild), rest = wildcard(rest[1:])
    (mask, mask_wild), rest = wildcard(rest)
    if rest:
        raise Unreadable(" ".join(rest))
    lengths = [n for n in range(33) if (0xFFFFFFFF << 32 - n & 0xFFFFFFFF) & ~mask_wild == mask & ~mask_wild]
    return seq, by_wildcard(address, wild, lengths, permit, line)


def as_path_entry(words: list[str], line: int) -> tuple[int | None, AsPathEntry]:
    """Sequence and pattern of `[seq N] permit|deny REGEX`."""
    seq, permit, rest = head(words)
    if not rest:
        raise Unreadable("no pattern")
    return seq, AsPathEntry(permit, " ".join(rest), "frr", line)


def community_entry(words: list[str], kind: CommunityKind, expanded: bool, line: int) -> tuple[int | None, CommunityEntry]:
    """Sequence and entry of a community-list line: literals that must all be there, or a regex over the whole printed list."""
    seq, permit, rest = head(words)
    if expanded:
        pattern = " ".join(rest)
        if not pattern or (kind == "standard" and reads_names(pattern)):
            raise Unreadable(pattern)
        return seq, CommunityEntry(permit, regex=pattern, scope="whole", line=line)
    if kind == "extended":
        return seq, CommunityEntry(permit, extended_names(rest), line=line)
    return seq, CommunityEntry(permit, tuple(community_name(one, kind) for one in rest), line=line)
