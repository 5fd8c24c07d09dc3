"""Lists that the indented-block languages share: numbered entries, prefix ranges, wildcards and community names."""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass, field
from socket import AF_INET, AF_INET6, inet_aton, inet_ntop, inet_pton
from typing import Generic, TypeVar

from ..model.policy import Afi, AsPathEntry, AsPathList, CommunityEntry, CommunityKind, CommunityList, PrefixEntry, PrefixList
from ..model.ranges import Ranges

E = TypeVar("E")
L = TypeVar("L", PrefixList, AsPathList, CommunityList)
WELL_KNOWN = {
    "graceful-shutdown": "65535:0",
    "accept-own": "65535:1",
    "route-filter-translated-v4": "65535:2",
    "route-filter-v4": "65535:3",
    "route-filter-translated-v6": "65535:4",
    "route-filter-v6": "65535:5",
    "llgr-stale": "65535:6",
    "no-llgr": "65535:7",
    "accept-own-nexthop": "65535:8",
    "blackhole": "65535:666",
    "no-export": "65535:65281",
    "no-advertise": "65535:65282",
    "local-AS": "65535:65283",
    "local-as": "65535:65283",
    "no-peer": "65535:65284",
}
_DECIMAL = re.compile(r"\d{1,10}\Z", re.ASCII)


class Unreadable(Exception):
    """A statement of a known kind whose words cannot be read."""


@dataclass(slots=True)
class Numbered(Generic[E]):
    """Entries in the order of their sequence numbers; an equal number replaces.

    `same`, where a platform has it, gives what makes two entries the same: one that is already there under another number is not taken.
    """

    name: str
    seqs: list[int] = field(default_factory=list)
    entries: list[E] = field(default_factory=list)
    lines: list[int] = field(default_factory=list)
    ordered: bool = True
    same: Callable[[E], Hashable] | None = None
    always: bool = False
    """Whether `same` tells even for numbers in order (where it takes entries for the same that are not equal)."""
    known: tuple[int, bytes] | None = None
    """Digest of what the first entries say (`Ranges.content`), and how many they are."""
    uneven: bool = False
    """Whether a run of its lines stopped at one of another form (`_runs`)."""

    def add(self, seq: int | None, entry: E, line: int) -> None:
        """Append; without a number the next multiple of five after the greatest."""
        if seq is None:
            seq = (max(self.seqs, default=0) if not self.ordered else self.seqs[-1] if self.seqs else 0) // 5 * 5 + 5
        if self.seqs and seq <= self.seqs[-1]:
            self.ordered = False
        self.seqs.append(seq)
        self.entries.append(entry)
        self.lines.append(line)

    def final(self) -> tuple[E, ...]:
        """Entries by sequence number."""
        if self.ordered and not self.always:
            return tuple(self.entries)
        last: dict[int, E] = {}
        there: dict[Hashable, int] = {}
        for seq, entry in zip(self.seqs, self.entries, strict=True):
            if self.same is not None:
                if there.get(self.same(entry), seq) != seq:
                    continue
                if seq in last:
                    there.pop(self.same(last[seq]), None)
                there[self.same(entry)] = seq
            last[seq] = entry
        return tuple(last[seq] for seq in sorted(last))

    def content(self) -> bytes | None:
        """Digest of what the final entries say, where it is known already."""
        whole = self.known is not None and self.known[0] == len(self.entries) and self.ordered and not self.always
        return self.known[1] if whole and self.known is not None else None

    def span(self) -> tuple[int, ...]:
        """Lines that define the list."""
        return tuple(sorted(set(self.lines)))


@dataclass(slots=True)
class Lists:
    """All lists of a configuration by family or kind and name."""

    prefix: dict[tuple[Afi, str], Numbered[PrefixEntry]] = field(default_factory=dict)
    access: dict[tuple[Afi, str], Numbered[tuple[PrefixEntry, ...]]] = field(default_factory=dict)
    as_path: dict[str, Numbered[AsPathEntry]] = field(default_factory=dict)
    community: dict[tuple[CommunityKind, str], Numbered[CommunityEntry]] = field(default_factory=dict)
    tainted: set[str] = field(default_factory=set)

    def prefix_list(self, afi: Afi, name: str) -> PrefixList | None:
        """The prefix list of that family, or None."""
        one = self.prefix.get((afi, name))
        return None if one is None else PrefixList(name, afi, Ranges(one.final(), one.content()), one.span())

    def access_list(self, afi: Afi, name: str) -> PrefixList | None:
        """The access list of that family as ranges of prefixes, or None."""
        one = self.access.get((afi, name))
        if one is None:
            return None
        return PrefixList(name, afi, tuple(entry for group in one.final() for entry in group), one.span(), kind="access-list")

    def as_path_list(self, name: str) -> AsPathList | None:
        """The AS-path list, or None."""
        one = self.as_path.get(name)
        return None if one is None else AsPathList(name, one.final(), one.span())

    def community_list(self, kind: CommunityKind, name: str) -> CommunityList | None:
        """The community list of that kind, or None."""
        one = self.community.get((kind, name))
        return None if one is None else CommunityList(name, kind, one.final(), one.span())

    def prefix_lists(self) -> tuple[PrefixList, ...]:
        """Every prefix list that something was read of."""
        return self._read(self.prefix_list(*key) for key in self.prefix)

    def access_lists(self) -> tuple[PrefixList, ...]:
        """Every access list that something was read of, as ranges of prefixes."""
        return self._read(self.access_list(*key) for key in self.access)

    def as_path_lists(self) -> tuple[AsPathList, ...]:
        """Every AS-path list that something was read of."""
        return self._read(self.as_path_list(key) for key in self.as_path)

    def community_lists(self) -> tuple[CommunityList, ...]:
        """Every community list that something was read of."""
        return self._read(self.community_list(*key) for key in self.community)

    def _read(self, lists: Iterable[L | None]) -> tuple[L, ...]:
        """The lists without those that are only lines that were not understood: these are known by their taint."""
        return tuple(one for one in lists if one is not None and (one.entries or one.name not in self.tainted))


def is_decimal(text: str) -> bool:
    """Whether this is a plain non-negative number of at most ten digits: none that a router takes is longer."""
    return _DECIMAL.match(text) is not None


def pair(words: Sequence[str]) -> tuple[int, int] | None:
    """The first two words as numbers, such as the timers of a session; None when they are none."""
    first = words[:2]
    return (int(first[0]), int(first[1])) if len(first) == 2 and all(map(is_decimal, first)) else None


def decimal(text: str) -> int:
    """A plain non-negative number; Unreadable otherwise."""
    if not is_decimal(text):
        raise Unreadable(text)
    return int(text)


def prefix(text: str, afi: int) -> tuple[int, int]:
    """Network and length with host bits cleared; Unreadable when it is not a prefix of the family."""
    address, slash, length_text = text.partition("/")
    size = 32 if afi == 4 else 128
    try:
        network = int.from_bytes(
            inet_aton(address) if afi == 4 and address.count(".") == 3 else inet_pton(_family(afi), address), "big"
        )
        length = decimal(length_text) if slash else size
    except (OSError, ValueError) as error:
        raise Unreadable(text) from error
    if length > size:
        raise Unreadable(text)
    shift = size - length
    return network >> shift << shift, length


def _family(afi: int) -> int:
    return AF_INET if afi == 4 else AF_INET6


def prefix_text(network: int, length: int, afi: int) -> str:
    """Canonical text of a prefix."""
    return f"{inet_ntop(_family(afi), network.to_bytes(4 if afi == 4 else 16, 'big'))}/{length}"


def head(words: list[str]) -> tuple[int | None, bool, list[str]]:
    """Sequence, action and the rest of `[seq N] permit|deny …`."""
    seq = None
    if words[:1] == ["seq"] and len(words) > 1:
        seq, words = decimal(words[1]), words[2:]
    if not words or words[0] not in ("permit", "deny"):
        raise Unreadable(" ".join(words))
    return seq, words[0] == "permit", words[1:]


def prefix_entry(words: list[str], afi: Afi, line: int) -> tuple[int | None, PrefixEntry]:
    """Sequence and range of `[seq N] permit|deny P [ge a] [le b]`."""
    seq, permit, rest = head(words)
    size = 32 if afi == 4 else 128
    if rest == ["any"]:
        return seq, (0, 0, 0, size, permit, line)
    if not rest or "/" not in rest[0] or len(rest) % 2 == 0:
        raise Unreadable(" ".join(rest))
    network, length = prefix(rest[0], afi)
    bounds = dict(zip(rest[1::2], rest[2::2], strict=True))
    if not bounds.keys() <= {"ge", "le"} or len(bounds) * 2 != len(rest) - 1:
        raise Unreadable(" ".join(rest))
    least = decimal(bounds["ge"]) if "ge" in bounds else length
    most = decimal(bounds["le"]) if "le" in bounds else size if "ge" in bounds else length
    if not length <= least <= most <= size:
        raise Unreadable(" ".join(rest))
    return seq, (network, length, least, most, permit, line)


def wildcard(words: list[str]) -> tuple[tuple[int, int], list[str]]:
    """Address and wildcard bits of `any`, `host A`, `A W` or `A`."""
    try:
        if words[:1] == ["any"]:
            return (0, 0xFFFFFFFF), words[1:]
        if words[:1] == ["host"] and len(words) > 1:
            return (_v4(words[1]), 0), words[2:]
        if len(words) == 1:
            return (_v4(words[0]), 0), []
        address, wild = _v4(words[0]), _v4(words[1])
    except (OSError, IndexError) as error:
        raise Unreadable(" ".join(words)) from error
    return (address & ~wild, wild), words[2:]


def _v4(text: str) -> int:
    return int.from_bytes(inet_pton(AF_INET, text), "big")


def by_wildcard(address: int, wild: int, lengths: range | list[int], permit: bool, line: int) -> tuple[PrefixEntry, ...]:
    """Prefixes of these lengths whose network address matches: a wildcard mask says nothing about the length."""
    if wild & (wild + 1):
        raise Unreadable("discontiguous wildcard")
    fixed = 32 - wild.bit_length()
    out: list[PrefixEntry] = []
    for length in lengths:
        if length >= fixed:
            out.append((address, fixed, length, length, permit, line))
        elif address & (1 << 32 - length) - 1 == 0:
            out.append((address, length, length, length, permit, line))
    return tuple(out)


def community_name(text: str, kind: CommunityKind = "standard") -> str:
    """Canonical text of one community literal; Unreadable when it is none (`internet` differs by version)."""
    if kind == "standard" and text in WELL_KNOWN:
        return WELL_KNOWN[text]
    parts = text.split(":")
    if kind == "standard" and len(parts) == 1:
        value = decimal(text)
        if value > 0xFFFFFFFF:
            raise Unreadable(text)
        return f"{value >> 16}:{value & 0xFFFF}"
    width = {"standard": (2, 65535), "large": (3, 0xFFFFFFFF), "extended": (2, 0xFFFFFFFF)}[kind]
    numbers = [decimal(one) for one in parts if not (kind == "extended" and "." in one)]
    if len(parts) != width[0] or any(one > width[1] for one in numbers):
        raise Unreadable(text)
    return ":".join(one if "." in one else str(int(one)) for one in parts)


def extended_names(words: list[str]) -> tuple[str, ...]:
    """Canonical texts of `rt A:B C:D soo E:F …`."""
    out: list[str] = []
    kind = ""
    for word in words:
        if word in ("rt", "soo"):
            kind = word
        elif kind:
            out.append(f"{kind}:{community_name(word, 'extended')}")
        else:
            raise Unreadable(word)
    return tuple(out)


def asn(text: str) -> int:
    """An AS number in plain or dotted notation; Unreadable otherwise."""
    high, dot, low = text.partition(".")
    value = (decimal(high) << 16) + decimal(low) if dot else decimal(high)
    if value > 0xFFFFFFFF or (dot and int(low) > 65535):
        raise Unreadable(text)
    return value


def regex(pattern: str) -> re.Pattern[str]:
    """A pattern (`_` is a delimiter) as one of Python; Unreadable when Python has no equal."""
    try:
        return re.compile(pattern.replace("_", "(?:^|[,{}() ]|$)"))
    except (re.error, OverflowError, RecursionError) as error:
        raise Unreadable(pattern) from error


def reads_names(pattern: str) -> bool:
    """Whether the pattern tells the printed name of a well-known community from its number: routers print the name."""
    compiled = regex(pattern)
    return any(bool(compiled.search(name)) != bool(compiled.search(number)) for name, number in WELL_KNOWN.items())


def deletes(list_: CommunityList, literal: str) -> bool:
    """Whether `set comm-list … delete` with this list can remove the community (true when in doubt)."""
    for entry in list_.entries:
        try:
            hit = regex(entry.regex).search(literal) is not None if entry.regex is not None else entry.literals in ((), (literal,))
        except Unreadable:
            return True
        if hit:
            return entry.permit
    return False
