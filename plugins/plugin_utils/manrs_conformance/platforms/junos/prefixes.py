"""Prefix lists and route filters of Junos as ranges: match types, longest match, and what only two readings can tell."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from socket import AF_INET6, inet_aton, inet_pton
from typing import NamedTuple

from ...model.policy import AllOf, AnyOf, Cond, Const, PrefixEntry, PrefixList, PrefixMatch
from .._lists import Unreadable, decimal

BITS = {4: 32, 6: 128}
MASKS = {afi: [(1 << bits) - (1 << bits - n) for n in range(bits + 1)] for afi, bits in BITS.items()}
LEAST = {"exact": 0, "orlonger": 0, "longer": 1}
TYPES = frozenset({"exact", "longer", "orlonger", "upto", "prefix-length-range", "through", "address-mask"})


class Filter(NamedTuple):
    """One route filter: family, range as an entry, the far end of `through`, and the key of its own action (empty: the term's)."""

    afi: int
    entry: PrefixEntry
    through: tuple[int, int] | None = None
    action: str = ""


def number(text: str) -> tuple[int, int, int]:
    """(family, network, length) of a prefix; an address by itself is a host. Unreadable when it is neither."""
    address, slash, length_text = text.partition("/")
    try:
        if ":" in address:
            afi, network = 6, int.from_bytes(inet_pton(AF_INET6, address), "big")
        elif address.count(".") == 3:
            afi, network = 4, int.from_bytes(inet_aton(address), "big")
        else:
            raise Unreadable(text)
        length = int(length_text) if slash else BITS[afi]
        return afi, network & MASKS[afi][length], length
    except (OSError, ValueError, IndexError) as error:
        raise Unreadable(text) from error


def members(first: int, rows: Sequence[str]) -> tuple[list[PrefixEntry], list[PrefixEntry]]:
    """Exact entries of both families from the members of a prefix list on consecutive lines; Unreadable names a bad one."""
    v4: list[PrefixEntry] = []
    v6: list[PrefixEntry] = []
    masks, of_bytes = MASKS[4], int.from_bytes
    for line, text in enumerate(rows, first):
        address, slash, length_text = text.partition("/")
        if slash and address.count(".") == 3 and length_text.isdecimal():
            try:
                length = int(length_text)
                v4.append((of_bytes(inet_aton(address), "big") & masks[length], length, length, length, True, line))
            except (OSError, ValueError, IndexError) as error:
                raise Unreadable(text) from error
            continue
        afi, network, length = number(text)
        (v4 if afi == 4 else v6).append((network, length, length, length, True, line))
    return v4, v6


def ranged(entries: Iterable[PrefixEntry], afi: int, how: str) -> tuple[PrefixEntry, ...]:
    """Exact entries widened to a match type of `prefix-list-filter`."""
    top = BITS[afi]
    if how == "exact":
        return tuple(entries)
    more = 1 if how == "longer" else 0
    return tuple((net, size, size + more, top, permit, line) for net, size, _low, _high, permit, line in entries)


def _length(text: str, low: int, top: int) -> int:
    value = decimal(text[1:]) if text.startswith("/") else -1
    if not low <= value <= top:
        raise Unreadable(text)
    return value


def route_filter(words: Sequence[str], line: int) -> tuple[Filter, Sequence[str]]:
    """A route filter from `PREFIX TYPE …`, and the words of its own action; Unreadable where it is not modelled."""
    if len(words) < 2 or words[1] not in TYPES or words[1] == "address-mask":
        raise Unreadable(" ".join(words))
    afi, network, length = number(words[0])
    how, top, rest = words[1], BITS[afi], words[2:]
    low, high = length, length
    through = None
    if how in ("upto", "prefix-length-range", "through"):
        if not rest:
            raise Unreadable(how)
        bound, rest = rest[0], rest[1:]
        if how == "upto":
            high = _length(bound, length, top)
        elif how == "prefix-length-range":
            least, dash, most = bound.partition("-")
            if not dash:
                raise Unreadable(bound)
            low, high = _length(least, length, top), _length(most, 0, top)
        else:
            family, far, size = number(bound)
            if family != afi or size < length or far & MASKS[afi][length] != network:
                raise Unreadable(bound)
            high, through = size, (far, size)
    elif how != "exact":
        low, high = length + (how == "longer"), top
    return Filter(afi, (network, length, low, high, True, line), through), rest


def masked(prefix: str, pattern: str, line: int) -> Filter:
    """`PREFIX address-mask MASK`: routes as long as the prefix that agree with it in the bits of the mask (Junos routing policies guide,
    route list match types). Unreadable for a mask whose bits are not contiguous."""
    afi, network, length = number(prefix)
    family, bits, _ = number(pattern)
    if family != afi or bits not in MASKS[afi]:
        raise Unreadable(pattern)
    size = min(MASKS[afi].index(bits), length)
    return Filter(afi, (network & MASKS[afi][size], size, length, length, True, line))


def fast_ranges(first: int, rows: Sequence[str]) -> tuple[list[PrefixEntry], list[PrefixEntry]] | None:
    """Route filters of both families on consecutive lines, without actions of their own; None when one of them needs the slow way."""
    v4: list[PrefixEntry] = []
    v6: list[PrefixEntry] = []
    masks, of_bytes, least = MASKS[4], int.from_bytes, LEAST
    for line, text in enumerate(rows, first):
        prefix, _, how = text.partition(" ")
        address, slash, length_text = prefix.partition("/")
        if how in least and slash and address.count(".") == 3:
            try:
                length = int(length_text)
                network = of_bytes(inet_aton(address), "big") & masks[length]
            except (OSError, ValueError, IndexError):
                return None
            v4.append((network, length, length + least[how], length if how == "exact" else 32, True, line))
            continue
        try:
            made, rest = route_filter(text.split(), line)
        except Unreadable:
            return None
        if rest or made.through is not None:
            return None
        (v4 if made.afi == 4 else v6).append(made.entry)
    return v4, v6


def plain(name: str, v4: Sequence[PrefixEntry], v6: Sequence[PrefixEntry], line: int) -> Cond:
    """Route filters that all belong to the term itself: the longest one that covers the route decides."""
    lists = [
        PrefixList(name, afi, tuple(some), tuple([entry[5] for entry in some]), "longest", "route-filter")  # type: ignore[arg-type]
        for afi, some in ((4, v4), (6, v6))
        if some
    ]
    return PrefixMatch(tuple(lists), line)


def as_filters(v4: Sequence[PrefixEntry], v6: Sequence[PrefixEntry]) -> list[Filter]:
    """Plain ranges as route filters, in the order of their lines."""
    out = [*(Filter(4, entry) for entry in v4), *(Filter(6, entry) for entry in v6)]
    return sorted(out, key=lambda one: one.entry[5]) if v4 and v6 else out


def longest(name: str, filters: Sequence[Filter], wanted: Callable[[Filter], bool], line: int) -> Cond:
    """The longest filter that covers the route is one of the wanted ones and its match type holds.

    Juniper, "How prefix order affects route list evaluation": the longest prefix is looked up first, whatever the match types.
    """
    far = [one for one in filters if one[2] is not None]
    places = [(one.afi, one.entry[0], one.entry[1]) for one in filters] if far else []
    if any(places.count((one.afi, one.entry[0], one.entry[1])) > 1 for one in far):
        return Const(None, "`through` beside another route filter of the same prefix", line)
    found: list[Cond] = [_matched(name, filters, lambda one: one.through is None and wanted(one), line)]
    for one in far:
        if wanted(one):
            chosen = _matched(name, filters, lambda other, one=one: other is one, line)  # type: ignore[misc]
            found.append(AllOf((chosen, PrefixMatch((_path(name, one),), one.entry[5]))))
    return found[0] if len(found) == 1 else AnyOf(tuple(found))


def _matched(name: str, filters: Sequence[Filter], wanted: Callable[[Filter], bool], line: int) -> Cond:
    lists = []
    for afi in (4, 6):
        some = [one for one in filters if one[0] == afi]
        if all(map(wanted, some)):
            entries = tuple([one[1] for one in some])
        else:
            entries = tuple([one.entry if wanted(one) else (*one.entry[:4], False, one.entry[5]) for one in some])
        if entries:
            lines = tuple(sorted([entry[5] for entry in entries]))
            lists.append(PrefixList(name, afi, entries, lines, "longest", "route-filter"))
    return PrefixMatch(tuple(lists), line)


def _path(name: str, one: Filter) -> PrefixList:
    """The prefixes on the straight way from a filter's prefix down to the far end of `through`, both included."""
    assert one.through is not None
    far, _size = one.through
    _network, length, _low, high, _permit, line = one.entry
    entries = tuple((far & MASKS[one.afi][n], n, n, n, True, line) for n in range(length, high + 1))
    return PrefixList(name, one.afi, entries, (line,), "any", "route-filter")  # type: ignore[arg-type]


def either_reading(one: Cond, two: Cond, why: str, line: int) -> Cond:
    """True or false where both readings agree, unknown where they differ."""
    return AnyOf((AllOf((one, two)), AllOf((AnyOf((one, two)), Const(None, why, line)))))


def widened(one: PrefixList, how: str) -> PrefixList:
    """A prefix list as `prefix-list-filter NAME TYPE` reads it."""
    return replace(one, entries=ranged(one.entries, one.afi, how), order="longest")
