"""The prefixes that lists name, in order: the nodes of a forest as columns, sorted once a list."""

from __future__ import annotations

import bisect
import functools
import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from operator import eq

from ..model.policy import PrefixEntry

Spans = Mapping[int, int]
"""By network << 8 | length the lengths that a list permits under that prefix, as a bitmask; the order of its entries does not matter."""
FEW = 4
"""A list is long when it has so many times the nodes of the others: theirs are put among its own, else all are gone through together."""
PART = 1_000
"""Entries that are sorted together: with what is made of them they stay in the processor's cache, so that half a million cost as much each as some."""


@dataclass(frozen=True, slots=True)
class Rows:
    """The nodes of a family in order, a column each: network << 8 | length, length, greatest key under it, and masks of permitted lengths."""

    keys: list[int] = field(default_factory=list)
    lengths: list[int] = field(default_factory=list)
    ends: list[int] = field(default_factory=list)
    masks: list[int] = field(default_factory=list)
    whole: bool = False
    """Whether each mask is all that is permitted under its key, with what the keys over it bring; else it adds to that."""

    @classmethod
    def made(cls, keys: Sequence[int], masks: Sequence[int], bits: int, *, whole: bool = False) -> Rows:
        """The rows of keys in order."""
        out = Rows(whole=whole)
        out._add(keys, masks, tails(bits))
        return out

    @classmethod
    def of(cls, masks: Spans, bits: int) -> Rows:
        """The rows of masks by key."""
        keys = sorted(masks)
        return cls.made(keys, [masks[key] for key in keys], bits)

    @classmethod
    def read(cls, entries: Sequence[PrefixEntry], bits: int) -> Rows:
        """The rows of the entries that permit, whose order does not matter; one prefix may have several."""
        out, ends, masks = Rows(), tails(bits), ranges(bits)
        codes = [a << 24 | b << 16 | low << 8 | high for a, b, low, high, permit, _line in entries if permit and low <= high]
        for part in parts(codes):
            part.sort()
            out._add([code >> 16 for code in part], [masks[code & 0xFFFF] for code in part], ends)
        return out if not any(map(eq, out.keys, itertools.islice(out.keys, 1, None))) else out._distinct(bits)

    def _distinct(self, bits: int) -> Rows:
        """With the masks of equal keys in one."""
        out: dict[int, int] = {}
        for key, mask in zip(self.keys, self.masks, strict=True):
            out[key] = out.get(key, 0) | mask
        return Rows.of(out, bits)

    def _add(self, keys: Sequence[int], masks: Sequence[int], ends: Sequence[int]) -> None:
        """Append keys, with what the pass over the nodes would otherwise work out at each of them in each question."""
        lengths = [key & 255 for key in keys]
        self.keys.extend(keys)
        self.lengths.extend(lengths)
        self.ends.extend([key | ends[length] for key, length in zip(keys, lengths, strict=True)])
        self.masks.extend(masks)

    def joined(self, keys: Sequence[int], masks: Sequence[int], bits: int) -> Rows:
        """These rows with the masks of more keys, which are in order too."""
        return (self._with_few if FEW * len(keys) <= len(self.keys) else self._with_many)(keys, masks, bits)

    def _with_few(self, keys: Sequence[int], masks: Sequence[int], bits: int) -> Rows:
        """What lies between the keys is copied as it is."""
        out, ends, start, last = Rows(), tails(bits), 0, len(self.keys)
        for key, mask in zip(keys, masks, strict=True):
            at = bisect.bisect_left(self.keys, key, start)
            out._extend(self, start, at)
            here = at < last and self.keys[at] == key
            out._add((key,), (mask | self.masks[at] if here else mask,), ends)
            start = at + 1 if here else at
        out._extend(self, start, last)
        return out

    def _with_many(self, keys: Sequence[int], masks: Sequence[int], bits: int) -> Rows:
        """One step a key, through both in order: no dictionary of half a million keys, whose places lie anywhere."""
        out: tuple[list[int], list[int]] = ([], [])
        end = 1 << bits + 8
        add, put, more = out[0].append, out[1].append, zip((*keys, end), (*masks, 0), strict=True)
        other, theirs = next(more)
        for key, mask in zip(self.keys, self.masks, strict=True):
            while other < key:
                add(other)
                put(theirs)
                other, theirs = next(more)
            if other == key:
                mask |= theirs
                other, theirs = next(more)
            add(key)
            put(mask)
        while other < end:
            add(other)
            put(theirs)
            other, theirs = next(more)
        return Rows.made(*out, bits)

    def _extend(self, more: Rows, start: int, stop: int) -> None:
        """Append some of other rows."""
        self.keys.extend(more.keys[start:stop])
        self.lengths.extend(more.lengths[start:stop])
        self.ends.extend(more.ends[start:stop])
        self.masks.extend(more.masks[start:stop])


def parts(codes: list[int]) -> Iterator[list[int]]:
    """Numbers in parts, all of one smaller than those of the next."""
    if len(codes) <= 2 * PART:
        yield codes
        return
    least = min(codes)
    span = max(codes) - least
    shift = max(0, span.bit_length() - (len(codes) // PART).bit_length() - 1)
    out: list[list[int]] = [[] for _ in range((span >> shift) + 1)]
    put = [one.append for one in out]
    for code in codes:
        put[code - least >> shift](code)
    yield from out


def in_order(codes: list[int]) -> Iterator[int]:
    """Numbers in order; the parts are sorted one by one as they are come to."""
    return itertools.chain.from_iterable(map(sorted, parts(codes)))


@functools.cache
def tails(bits: int) -> list[int]:
    """By length the bits that a key of that length leaves to the keys under it."""
    return [(1 << bits - length) - 1 << 8 | 255 for length in range(bits + 1)]


@functools.cache
def ranges(bits: int) -> list[int]:
    """By low << 8 | high the lengths between them as a bitmask."""
    return [(2 << high) - (1 << low) if low <= high <= bits else 0 for low in range(bits + 2) for high in range(256)]
