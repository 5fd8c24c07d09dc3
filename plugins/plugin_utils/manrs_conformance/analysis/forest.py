"""The laminar forest of a question's prefixes: one sort and one pass over the nodes finds every signature with a witness.

A node is a distinct prefix that some list names; its region is what it covers and no node under it does. Per list the lengths that are
permitted in a region are a bitmask, and the masks of all lists stand side by side in one integer, list `i` at bit `i * (bits + 1)`: joining,
comparing and remembering them costs one operation, however many lists there are.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from ..model.policy import PrefixEntry, PrefixList

Spans = Mapping[int, int]
"""By network << 8 | length the lengths that a list permits under that prefix, as a bitmask; the order of its entries does not matter."""
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
    children: list[int] = field(default_factory=list)
    filled: int = 0
    """Addresses that the children cover."""


@dataclass(slots=True)
class Forest:
    """One pass over the nodes of a family under these lists."""

    bits: int
    lists: Sequence[PrefixList]
    regions: Regions | None = None
    """Subtrees by length of their top and masks, if they are to be counted: what a child covers is taken from its parent's."""
    found: dict[int, tuple[int, int]] = field(default_factory=dict)
    """By signature the shortest witness (network, length) found first."""
    seen: set[tuple[int, int, int]] = field(default_factory=set)

    def walk(self, spans: Sequence[Spans | None]) -> None:
        """Visit every node, children before their parent; `spans` holds None for each list whose entries count in order."""
        permitted = self._permitted(spans)
        ordered = self._ordered(spans)
        keys = sorted(permitted.keys() | ordered.keys() if ordered else permitted)
        regions, leaves, bits = self.regions, set[tuple[int, int]](), self.bits
        covered = [1 << bits - length for length in range(bits + 1)]
        tails = [one - 1 << 8 | 255 for one in covered]
        top = _Node(0, tails[0], permitted.get(0, 0), {}, {})
        if 0 in ordered:
            self._apply(top, ordered[0])
        stack: list[_Node] = []
        after = iter(keys)
        key = next(after, None)
        if key == 0:
            key = next(after, None)
        # A list of an operator has hundreds of thousands of nodes, nearly all of them leaves that look like a leaf before: those cost one
        # union of masks and one look into a set, and no object of their own.
        while key is not None:
            while key > top.end:
                self._emit(top)
                top = stack.pop()
            top.children.append(key)
            top.filled += covered[key & 255]
            following = next(after, None)
            end = key | tails[key & 255]
            if key in ordered:
                node = _Node(key, end, top.masks | permitted.get(key, 0), top.chains, top.decided)
                self._apply(node, ordered[key])
                if following is not None and following <= end:
                    stack.append(top)
                    top = node
                else:
                    self._emit(node)
            elif following is not None and following <= end:
                stack.append(top)
                top = _Node(key, end, top.masks | permitted[key], top.chains, top.decided)
            else:
                leaf = (key & 255, top.masks | permitted[key])
                if regions is not None:
                    regions[leaf] += 1
                if leaf not in leaves:
                    leaves.add(leaf)
                    self._signatures(key, bits, leaf[1], ())
            key = following
        for node in (top, *reversed(stack)):
            self._emit(node)

    def _permitted(self, spans: Sequence[Spans | None]) -> dict[int, int]:
        """Masks by node, of all lists whose entries count in any order."""
        out: dict[int, int] = {}
        for number, one in enumerate(spans):
            shift = number * (self.bits + 1)
            if one and not out:
                out = {key: mask << shift for key, mask in one.items()} if shift else dict(one)
            elif one:
                known = out.get
                for key, mask in one.items():
                    out[key] = known(key, 0) | mask << shift
        return out

    def _ordered(self, spans: Sequence[Spans | None]) -> dict[int, list[tuple[int, int, PrefixEntry]]]:
        """Entries as (list, index, entry) by node, of all lists whose entries count in order."""
        out: dict[int, list[tuple[int, int, PrefixEntry]]] = {}
        for number, one in enumerate(self.lists):
            if spans[number] is None:
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
            old, longest = node.chains.get(number, ()), self.lists[number].order == "longest"
            if longest:
                # The longest prefix is chosen alone; several entries of it count in order.
                old = tuple(one for one in old if one[1][1] == length)
            if old and (longest or old[-1][0] > index):
                old = tuple(sorted((*old, (index, entry))))
                mask, node.decided[number] = _decide(old)
            else:
                span = span_of(entry)
                before = node.decided.get(number, 0) if old else 0
                mask = node.masks >> number * width & (1 << width) - 1 if old else 0
                mask |= span & ~before if entry[4] else 0
                node.decided[number] = before | span
                old = (*old, (index, entry))
            node.chains[number] = old
            node.masks = node.masks & ~((1 << width) - 1 << number * width) | mask << number * width

    def _emit(self, node: _Node) -> None:
        """Add the signatures of a node's own region: the prefixes under it that no child covers."""
        low, children = node.key & 255, node.children
        if self.regions is not None:
            self.regions[low, node.masks] += 1
            for child in children:
                self.regions[child & 255, node.masks] -= 1
        # Children that tile the whole node leave nothing from the length of the longest on.
        tiled = children and node.filled == 1 << (self.bits - low)
        top = max(child & 255 for child in children) - 1 if tiled else self.bits
        known = (low, top, node.masks)
        if known not in self.seen:  # the same signatures at the same lengths: no shorter witness
            self.seen.add(known)
            self._signatures(node.key, top, node.masks, children)

    def _signatures(self, key: int, top: int, masks: int, children: Sequence[int]) -> None:
        """Note each signature of a region from its own length to `top`, where that is shorter than what was found."""
        columns = [masks >> number * (self.bits + 1) for number in range(len(self.lists))]
        for length in range(key & 255, top + 1):
            signature = sum(1 << number for number, mask in enumerate(columns) if mask >> length & 1)
            known = self.found.get(signature)
            if known is None or length < known[1]:
                self.found[signature] = (_gap(key, children, length, self.bits), length)


def span_of(entry: PrefixEntry) -> int:
    """The lengths of an entry's range as a bitmask."""
    return (2 << entry[3]) - (1 << entry[2]) if entry[2] <= entry[3] else 0


def _decide(chain: Chain) -> tuple[int, int]:
    """Lengths that a chain of covering entries permits by first match, and those it decides either way, as bitmasks."""
    permitted = decided = 0
    for _index, entry in chain:
        span = span_of(entry)
        if entry[4]:
            permitted |= span & ~decided
        decided |= span
    return permitted, decided


def _gap(key: int, children: Sequence[int], length: int, bits: int) -> int:
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
