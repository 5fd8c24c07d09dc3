"""The laminar forest of a question's prefixes: one sort and one pass over the nodes finds every signature with a witness.

A node is a distinct prefix that some list names; its region is what it covers and no node under it does. Per list the lengths that are
permitted in a region are a bitmask, and the masks of all lists stand side by side in one integer, list `i` at bit `i * (bits + 1)`: joining,
comparing and remembering them costs one operation, however many lists there are.
"""

from __future__ import annotations

import bisect
import itertools
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

from ..model.policy import PrefixEntry, PrefixList
from .rows import Rows, span_of, tails

Chain = tuple[tuple[int, PrefixEntry], ...]
Regions = Counter[tuple[int, int]]


@dataclass(slots=True)
class _Node:
    key: int
    end: int
    """Greatest key of a prefix that this one covers."""
    masks: int
    chains: dict[int, Chain]
    """By list the covering entries; kept only where the order of entries matters."""
    decided: dict[int, int]
    """By list the lengths that some covering entry permits or denies."""
    at: int
    """Place of the node among all nodes; what it covers comes right after it."""


@dataclass(slots=True)
class Forest:
    """One pass over the nodes of a family under these lists."""

    bits: int
    lists: Sequence[PrefixList]
    regions: Regions | None = None
    """Subtrees by length of their top and masks, if they are to be counted: what a child covers is taken from its parent's."""
    found: dict[int, tuple[int, int]] = field(default_factory=dict)
    """By signature the shortest witness (network, length) found first."""
    seen: set[tuple[int, int]] = field(default_factory=set)
    """Length and masks of regions whose signatures were noted up to the longest length."""
    shifts: list[int] = field(default_factory=list)
    """By list where its lengths stand in the masks."""
    rows: Rows = field(default_factory=Rows)

    def walk(self, found: Sequence[Rows | None]) -> None:
        """Visit every node, children before their parent; `found` holds the rows of each list, None where its entries count in order."""
        bits, regions, seen, ordered = self.bits, self.regions, self.seen, self._ordered(found)
        self.rows = rows = self._rows(found, ordered)
        first = 1 if rows.keys and rows.keys[0] == 0 else 0
        top = _Node(0, tails(bits)[0], rows.masks[0] if first else 0, {}, {}, first - 1)
        if 0 in ordered:
            self._apply(top, ordered[0])
        stack: list[_Node] = []
        limit, masks = top.end, top.masks
        columns = (rows.keys, rows.lengths, rows.ends, rows.masks, itertools.chain(rows.keys[1:], (limit + 1,)))
        nodes = itertools.islice(enumerate(zip(*columns, strict=False)), first, None)
        # A list of an operator has hundreds of thousands of nodes, nearly all of them leaves that look like a leaf before: those cost one
        # union of masks and one look into a set, and no object of their own. Children are looked up only where a region is new.
        for at, (key, length, end, own, following) in nodes:
            while key > limit:
                self._emit(top)
                top = stack.pop()
                limit, masks = top.end, top.masks
            if regions is not None:
                regions[length, masks] -= 1
            if following > end and (not ordered or key not in ordered):
                leaf = (length, masks | own)
                if regions is not None:
                    regions[leaf] += 1
                if leaf not in seen:
                    seen.add(leaf)
                    self._signatures(key, bits, leaf[1], ())
                continue
            node = _Node(key, end, masks | own, top.chains, top.decided, at)
            if key in ordered:
                self._apply(node, ordered[key])
            if following <= end:
                stack.append(top)
                top, limit, masks = node, end, node.masks
            else:
                self._emit(node)
        for node in (top, *reversed(stack)):
            self._emit(node)

    def _rows(self, found: Sequence[Rows | None], ordered: Collection[int]) -> Rows:
        """All nodes with the masks of the lists whose entries count in any order; the masks of the longest list stand first, unshifted.

        Lists with the very same rows (one list, asked for twice) stand in one place.
        """
        held = [Rows() if one is None else one for one in found]
        order = sorted(range(len(held)), key=lambda number: len(held[number].keys), reverse=True)
        places: dict[int, int] = {}
        for number in order:
            places.setdefault(id(held[number]), len(places) * (self.bits + 1))
        self.shifts = [places[id(one)] for one in held]
        longest = held[order[0]] if held else Rows()
        rest = [number for number in order[1:] if held[number] is not longest]
        if len(rest) == 1 and not ordered:
            other, shift = held[rest[0]], self.shifts[rest[0]]
            return longest.joined(other.keys, [mask << shift for mask in other.masks], self.bits)
        masks = dict.fromkeys(ordered, 0)
        before = masks.get
        for number in rest:
            shift = self.shifts[number]
            for key, mask in zip(held[number].keys, held[number].masks, strict=True):
                masks[key] = before(key, 0) | mask << shift
        keys = sorted(masks)
        return longest.joined(keys, [masks[key] for key in keys], self.bits)

    def _ordered(self, found: Sequence[Rows | None]) -> dict[int, list[tuple[int, int, PrefixEntry]]]:
        """Entries as (list, index, entry) by node, of all lists whose entries count in order."""
        out: dict[int, list[tuple[int, int, PrefixEntry]]] = {}
        for number, one in enumerate(self.lists):
            if found[number] is None:
                longest = one.order == "longest"  # the longest prefix is chosen even when its range is empty
                for index, entry in enumerate(one.entries):
                    if longest or entry[2] <= entry[3]:
                        out.setdefault(entry[0] << 8 | entry[1], []).append((number, index, entry))
        return out

    def _apply(self, node: _Node, entries: Sequence[tuple[int, int, PrefixEntry]]) -> None:
        """Take entries that count in order into the masks of their node."""
        node.chains, node.decided = dict(node.chains), dict(node.decided)
        length, width = node.key & 255, self.bits + 1
        for number, index, entry in entries:
            old, longest, shift = node.chains.get(number, ()), self.lists[number].order == "longest", self.shifts[number]
            if longest:
                # The longest prefix is chosen alone; several entries of it count in order.
                old = tuple(one for one in old if one[1][1] == length)
            if old and (longest or old[-1][0] > index):
                old = tuple(sorted((*old, (index, entry))))
                mask, node.decided[number] = _decide(old)
            else:
                span = span_of(entry)
                before = node.decided.get(number, 0) if old else 0
                mask = node.masks >> shift & (1 << width) - 1 if old else 0
                mask |= span & ~before if entry[4] else 0
                node.decided[number] = before | span
                old = (*old, (index, entry))
            node.chains[number] = old
            node.masks = node.masks & ~((1 << width) - 1 << shift) | mask << shift

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
        keys, ends, at, out = self.rows.keys, self.rows.ends, node.at + 1, []
        while at < len(keys) and keys[at] <= node.end:
            out.append(keys[at])
            end = ends[at]
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


def _decide(chain: Chain) -> tuple[int, int]:
    """Lengths that a chain of covering entries permits by first match, and those it decides either way, as bitmasks."""
    permitted = decided = 0
    for _index, entry in chain:
        span = span_of(entry)
        if entry[4]:
            permitted |= span & ~decided
        decided |= span
    return permitted, decided


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
