"""The laminar forest of a question's prefixes: one sort and one pass over the nodes finds every signature with a witness.

A node is a distinct prefix that some list names; its region is what it covers and no node under it does. Per list the lengths that are
permitted in a region are a bitmask, and the masks of all lists stand side by side in one integer, list `i` at bit `i * (bits + 1)`: joining,
comparing and remembering them costs one operation, however many lists there are.
"""

from __future__ import annotations

import bisect
import itertools
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from .rows import Rows, tails

Regions = Counter[tuple[int, int]]


@dataclass(slots=True)
class _Node:
    key: int
    end: int
    """Greatest key of a prefix that this one covers."""
    masks: int
    at: int
    """Place of the node among all nodes; what it covers comes right after it."""


@dataclass(slots=True)
class Forest:
    """One pass over the nodes of a family under these lists."""

    bits: int
    regions: Regions | None = None
    """Subtrees by length of their top and masks, if they are to be counted: what a child covers is taken from its parent's."""
    found: dict[int, tuple[int, int]] = field(default_factory=dict)
    """By signature the shortest witness (network, length) found first."""
    seen: set[tuple[int, int]] = field(default_factory=set)
    """Length and masks of regions whose signatures were noted up to the longest length."""
    shifts: list[int] = field(default_factory=list)
    """By list where its lengths stand in the masks."""
    rows: Rows = field(default_factory=Rows)

    def walk(self, found: Sequence[Rows]) -> None:
        """Visit every node, children before their parent; `found` holds the rows of each list."""
        bits, regions, seen, ends = self.bits, self.regions, self.seen, tails(self.bits)
        self.rows = rows = self._rows(found)
        first = 1 if rows.keys and rows.keys[0] == 0 else 0
        top = _Node(0, ends[0], rows.masks[0] if first else 0, first - 1)
        stack: list[_Node] = []
        limit, masks = top.end, top.masks
        following_keys = itertools.chain(rows.keys[1:], (limit + 1,))
        columns = (rows.keys, rows.masks, self._keeps(found), following_keys)
        nodes = itertools.islice(enumerate(zip(*columns, strict=False)), first, None)
        # A list of an operator has hundreds of thousands of nodes, nearly all of them leaves that look like a leaf before: those cost one
        # union of masks and one look into a set, and no object of their own. Children are looked up only where a region is new.
        for at, (key, own, keep, following) in nodes:
            while key > limit:
                self._emit(top)
                top = stack.pop()
                limit, masks = top.end, top.masks
            length = key & 255
            end = key | ends[length]
            if regions is not None:
                regions[length, masks] -= 1
            if following > end:
                leaf = (length, masks & keep | own)
                if regions is not None:
                    regions[leaf] += 1
                if leaf not in seen:
                    seen.add(leaf)
                    self._signatures(key, bits, leaf[1], ())
                continue
            stack.append(top)
            top, limit, masks = _Node(key, end, masks & keep | own, at), end, masks & keep | own
        for node in (top, *reversed(stack)):
            self._emit(node)

    def _rows(self, found: Sequence[Rows]) -> Rows:
        """All nodes with the masks of all lists; those of the longest list stand first, unshifted.

        Lists with the very same rows (one list, asked for twice) stand in one place.
        """
        order = sorted(range(len(found)), key=lambda number: len(found[number].keys), reverse=True)
        places: dict[int, int] = {}
        for number in order:
            places.setdefault(id(found[number]), len(places) * (self.bits + 1))
        self.shifts = [places[id(one)] for one in found]
        longest = found[order[0]] if found else Rows()
        rest = [number for number in order[1:] if found[number] is not longest]
        if len(rest) == 1:
            other, shift = found[rest[0]], self.shifts[rest[0]]
            return longest.joined(other, map(shift.__rlshift__, other.masks))  # mask << shift, one by one as they are put in
        masks: dict[int, int] = {}
        before = masks.get
        for number in rest:
            shift = self.shifts[number]
            for key, mask in zip(found[number].keys, found[number].masks, strict=True):
                masks[key] = before(key, 0) | mask << shift
        more = Rows.of(masks)
        return longest.joined(more, more.masks)

    def _keeps(self, found: Sequence[Rows]) -> Iterable[int]:
        """By node what of the masks over it holds under it, too: not those of a list with whole masks that has a key here."""
        whole = {self.shifts[number]: one for number, one in enumerate(found) if one.whole}
        if not whole:
            return itertools.repeat(-1)
        out = [-1] * len(self.rows.keys)
        for shift, one in whole.items():
            keep, own = ~((1 << self.bits + 1) - 1 << shift), iter(one.keys)
            key = next(own, -1)
            for at, here in enumerate(self.rows.keys):
                if here == key:
                    out[at] &= keep
                    key = next(own, -1)
        return out

    def _emit(self, node: _Node) -> None:
        """Add the signatures of a node's own region: the prefixes under it that no child covers."""
        low = node.key & 255
        if self.regions is not None:
            self.regions[low, node.masks] += 1
        # The same signatures at the same lengths, up to the longest, were found before: there is no shorter witness.
        if (low, node.masks) in self.seen:
            return
        children = self._children(node)
        top = self.bits
        if self._tiled(node, children):
            # They leave nothing from the length of the longest on.
            top = max(child & 255 for child in children) - 1
        else:
            self.seen.add((low, node.masks))
        self._signatures(node.key, top, node.masks, children)

    def _tiled(self, node: _Node, children: Sequence[int]) -> bool:
        """Whether the children cover the whole node."""
        if not children or children[0] >> 8 != node.key >> 8 or children[-1] | tails(self.bits)[children[-1] & 255] != node.end:
            return False
        return sum(1 << self.bits - (child & 255) for child in children) == 1 << self.bits - (node.key & 255)

    def _children(self, node: _Node) -> list[int]:
        """The nodes right under a node, in order."""
        keys, ends, at, out = self.rows.keys, tails(self.bits), node.at + 1, []
        while at < len(keys) and keys[at] <= node.end:
            out.append(keys[at])
            end = keys[at] | ends[keys[at] & 255]
            at += 1
            if at < len(keys) and keys[at] <= end:
                at = bisect.bisect_right(keys, end, at)
        return out

    def _signatures(self, key: int, top: int, masks: int, children: Sequence[int]) -> None:
        """Note each signature of a region from its own length to `top`, where that is shorter than what was found."""
        columns = [masks >> shift for shift in self.shifts]
        for length in range(key & 255, top + 1):
            signature = sum(1 << number for number, mask in enumerate(columns) if mask >> length & 1)
            known = self.found.get(signature)
            if known is None or length < known[1]:
                self.found[signature] = (gap(key, children, length, self.bits), length)


def gap(key: int, children: Sequence[int], length: int, bits: int) -> int:
    """The first network of `length` in the node that lies in no child."""
    step = 1 << (bits - length)
    at = key >> 8
    for child in children:
        size = child & 255
        if size > length:
            continue
        if at < child >> 8:
            return at
        at = max(at, (child >> 8) + (1 << (bits - size)))
        at = (at + step - 1) // step * step
    return at
