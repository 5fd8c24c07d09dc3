"""The prefixes that lists name, in order: the nodes of a forest as columns, sorted once a list."""

from __future__ import annotations

import bisect
import functools
import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence
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
    """The nodes of a family in order, a column each: network << 8 | length, and masks of permitted lengths."""

    keys: list[int] = field(default_factory=list)
    masks: list[int] = field(default_factory=list)
    whole: bool = False
    """Whether each mask is all that is permitted under its key, with what the keys over it bring; else it adds to that."""

    @classmethod
    def of(cls, masks: Spans) -> Rows:
        """The rows of masks by key."""
        keys = sorted(masks)
        return cls(keys, [masks[key] for key in keys])

    @classmethod
    def read(cls, entries: Sequence[PrefixEntry], bits: int) -> Rows:
        """The rows of the entries that permit, whose order does not matter; one prefix may have several."""
        out, masks = Rows(), ranges(bits)
        codes = [a << 24 | b << 16 | low << 8 | high for a, b, low, high, permit, _line in entries if permit and low <= high]
        for part in parts(codes):
            part.sort()
            out.keys.extend([code >> 16 for code in part])
            out.masks.extend([masks[code & 0xFFFF] for code in part])
        return out if not any(map(eq, out.keys, itertools.islice(out.keys, 1, None))) else out._distinct()

    def _distinct(self) -> Rows:
        """With the masks of equal keys in one."""
        out: dict[int, int] = {}
        for key, mask in zip(self.keys, self.masks, strict=True):
            out[key] = out.get(key, 0) | mask
        return Rows.of(out)

    def joined(self, more: Rows, masks: Iterable[int]) -> Rows:
        """These rows with the keys of more, to which these masks belong there."""
        return (self._with_few if FEW * len(more.keys) <= len(self.keys) else self._with_many)(more, masks)

    def _with_few(self, more: Rows, masks: Iterable[int]) -> Rows:
        """What lies between the keys is copied as it is."""
        out, start, last = Rows(), 0, len(self.keys)
        for key, mask in zip(more.keys, masks, strict=True):
            at = bisect.bisect_left(self.keys, key, start)
            out._extend(self, start, at)
            here = at < last and self.keys[at] == key
            out.keys.append(key)
            out.masks.append(mask | self.masks[at] if here else mask)
            start = at + 1 if here else at
        out._extend(self, start, last)
        return out

    def _with_many(self, more: Rows, masks: Iterable[int]) -> Rows:
        """One step a key, through both in order. Columns are taken over, not made again: that would be memory to wait for."""
        out = Rows()
        add, put = out.keys.append, out.masks.append
        rest = zip(more.keys, masks, strict=True)
        none = max((*self.keys[-1:], *more.keys[-1:]), default=0) + 1, 0
        other, theirs = next(rest, none)
        for key, mask in zip(self.keys, self.masks, strict=True):
            while other < key:
                add(other)
                put(theirs)
                other, theirs = next(rest, none)
            if other == key:
                mask |= theirs
                other, theirs = next(rest, none)
            add(key)
            put(mask)
        while other < none[0]:
            add(other)
            put(theirs)
            other, theirs = next(rest, none)
        return out

    def _extend(self, more: Rows, start: int, stop: int) -> None:
        """Append some of other rows."""
        self.keys.extend(more.keys[start:stop])
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
