"""Classes of prefixes that no list of a question tells apart: a laminar forest of distinct prefixes with length masks per node.

A (prefix, length) pair lies in the region of the deepest node that covers it. Within a region only the length matters, so each node
needs one bitmask of lengths per list, and the classes are the distinct signatures over all regions. Cost is near-linear in the number
of entries (one sort, one sweep); work per node is shared through a cache keyed by its masks.
"""

from __future__ import annotations

import functools
import ipaddress
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from ..model.policy import PrefixEntry, PrefixList
from .collecting import uncollected

BITS = {4: 32, 6: 128}
Chain = tuple[tuple[int, PrefixEntry], ...]


@dataclass(frozen=True, slots=True)
class PrefixClasses:
    """Distinct signatures (bit i: list i permits) and one witness (network, length) for each, in a fixed order."""

    signatures: tuple[int, ...]
    witnesses: tuple[tuple[int, int], ...]


@dataclass(slots=True)
class _Node:
    network: int
    length: int
    chains: tuple[Chain, ...]
    """Per list the covering entries; kept only where a later entry can take away what they permit."""
    masks: tuple[int, ...]
    """Per list the lengths that are permitted."""
    decided: tuple[int, ...]
    """Per list the lengths that some covering entry permits or denies."""
    children: list[int] | None = None
    """Keys of the nodes right under this one."""


@functools.lru_cache(maxsize=65_536)
def parse(prefix: str) -> tuple[int, int, int]:
    """(family, network, length) of a prefix in text; ValueError when it is none or has host bits."""
    network = ipaddress.ip_network(prefix)
    return network.version, int(network.network_address), network.prefixlen


def text(afi: int, network: int, length: int) -> str:
    """A prefix as canonical text."""
    kind = ipaddress.IPv4Network if afi == 4 else ipaddress.IPv6Network
    return str(kind((network, length)))


def permits(one: PrefixList, network: int, length: int) -> bool:
    """Whether a list permits one prefix: entry by entry, for concrete routes."""
    bits = BITS[one.afi]
    if len(one.entries) > LONG:
        index = _indexed(one.entries)
        keys = ((network >> (bits - size) << (bits - size)) << 8 | size for size in range(length + 1))
        covering = [e for _number, e in sorted(pair for key in keys if key in index for pair in index[key])]
    else:
        covering = [e for e in one.entries if e[1] <= length and (network ^ e[0]) >> (bits - e[1]) == 0]
    if one.order == "longest":
        most = max((e[1] for e in covering), default=0)
        covering = [e for e in covering if e[1] == most]
    holding = [e[4] for e in covering if e[2] <= length <= e[3]]
    return any(holding) if one.order == "any" else bool(holding and holding[0])


LONG = 64
"""Entries from which on a list is looked up instead of read through: a witness asks the same list again and again."""
_indexes: dict[int, tuple[tuple[PrefixEntry, ...], dict[int, list[tuple[int, PrefixEntry]]]]] = {}


def _indexed(entries: tuple[PrefixEntry, ...]) -> dict[int, list[tuple[int, PrefixEntry]]]:
    """Entries with their numbers by network and length; the last few lists are remembered."""
    known = _indexes.get(id(entries))
    if known is None or known[0] is not entries:
        if len(_indexes) >= 8:
            del _indexes[next(iter(_indexes))]
        made: dict[int, list[tuple[int, PrefixEntry]]] = {}
        for number, entry in enumerate(entries):
            made.setdefault(entry[0] << 8 | entry[1], []).append((number, entry))
        known = _indexes[id(entries)] = (entries, made)
    return known[1]


def covers(inner: PrefixList, outer: PrefixList) -> tuple[int, int] | None:
    """A prefix that `inner` permits and `outer` does not, or None when `outer` covers it."""
    classes = prefix_classes((inner, outer), inner.afi)
    return next((w for s, w in zip(classes.signatures, classes.witnesses, strict=True) if s == 1), None)


def prefix_classes(lists: Sequence[PrefixList], afi: int) -> PrefixClasses:
    """The classes of all prefixes of a family under these lists; a list of the other family never permits."""
    with uncollected():
        return _sweep(lists, afi, None)


def sizes(lists: Sequence[PrefixList], afi: int) -> dict[int, int]:
    """By signature how many prefixes, pairs of network and length, it holds; together all 2**33 - 1 of IPv4 or 2**129 - 1 of IPv6."""
    regions: Counter[tuple[int, tuple[int, ...]]] = Counter()
    with uncollected():
        _sweep(lists, afi, regions)
    out: dict[int, int] = {}
    for (low, masks), times in regions.items():
        for length in range(low, BITS[afi] + 1) if times else ():
            signature = sum(1 << number for number, mask in enumerate(masks) if mask >> length & 1)
            out[signature] = out.get(signature, 0) + (times << (length - low))
    return {signature: size for signature, size in out.items() if size}


def _sweep(lists: Sequence[PrefixList], afi: int, regions: Counter[tuple[int, tuple[int, ...]]] | None) -> PrefixClasses:
    bits = BITS[afi]
    at = _places(lists, afi)
    found: dict[int, tuple[int, int]] = {}
    seen: set[tuple[int, int, tuple[int, ...]]] = set()
    orders = [_sort(one) for one in lists]
    stack = [_Node(0, 0, ((),) * len(lists), (0,) * len(lists), (0,) * len(lists))]
    for key in sorted(at):
        network, length = key >> 8, key & 255
        while (network ^ stack[-1].network) >> (bits - stack[-1].length):
            _emit(stack.pop(), bits, found, seen, regions)
        parent = stack[-1]
        masks, decided, chains = list(parent.masks), list(parent.decided), parent.chains
        for number, index, entry in at[key]:
            sort = orders[number]
            if sort == "any":
                if entry[4] and entry[2] <= entry[3]:
                    masks[number] |= (2 << entry[3]) - (1 << entry[2])
                continue
            old = chains[number]
            if sort == "longest":
                # The longest prefix is chosen alone; several entries of it count in order.
                old = tuple(one for one in old if one[1][1] == length)
            if old and (sort == "longest" or old[-1][0] > index):
                old = tuple(sorted((*old, (index, entry))))
                masks[number], decided[number] = _decide(old)
            else:
                span = (2 << entry[3]) - (1 << entry[2]) if entry[2] <= entry[3] else 0
                before = decided[number] if old else 0
                kept = masks[number] if old else 0
                masks[number] = kept | (span & ~before) if entry[4] else kept
                decided[number] = before | span
                old = (*old, (index, entry))
            chains = (*chains[:number], old, *chains[number + 1 :])
        if key == 0:
            parent.masks, parent.decided, parent.chains = tuple(masks), tuple(decided), chains
            continue
        if parent.children is None:
            parent.children = [key]
        else:
            parent.children.append(key)
        stack.append(_Node(network, length, chains, tuple(masks), tuple(decided)))
    while stack:
        _emit(stack.pop(), bits, found, seen, regions)
    ordered = sorted(found.items())
    return PrefixClasses(tuple(s for s, _ in ordered), tuple(w for _, w in ordered))


def _sort(one: PrefixList) -> str:
    """How the entries of a list decide; the order of entries that all permit does not matter."""
    return "any" if one.order == "first" and all(entry[4] for entry in one.entries) else one.order


def _places(lists: Sequence[PrefixList], afi: int) -> dict[int, list[tuple[int, int, PrefixEntry]]]:
    """Entries as (list, index, entry) by network and length, packed into one integer that sorts as they do."""
    at: dict[int, list[tuple[int, int, PrefixEntry]]] = {}
    for number, one in enumerate(lists):
        if one.afi != afi:
            continue
        longest = one.order == "longest"  # the longest prefix is chosen even when its range is empty
        for index, entry in enumerate(one.entries):
            if longest or entry[2] <= entry[3]:
                key = entry[0] << 8 | entry[1]
                if key in at:
                    at[key].append((number, index, entry))
                else:
                    at[key] = [(number, index, entry)]
    return at


def _decide(chain: Chain) -> tuple[int, int]:
    """Lengths that a chain of covering entries permits by first match, and those it decides either way, as bitmasks."""
    permitted = decided = 0
    for _index, (_network, _length, low, high, permit, _line) in chain:
        span = (2 << high) - (1 << low) if low <= high else 0
        if permit:
            permitted |= span & ~decided
        decided |= span
    return permitted, decided


def _emit(
    node: _Node,
    bits: int,
    found: dict[int, tuple[int, int]],
    seen: set[tuple[int, int, tuple[int, ...]]],
    regions: Counter[tuple[int, tuple[int, ...]]] | None,
) -> None:
    """Add the signatures of a node's own region: the prefixes under it that no child covers.

    `regions` counts subtrees by length of their top and masks: what a child covers is taken from its parent's.
    """
    children = [(key >> 8, key & 255) for key in node.children] if node.children else []
    if regions is not None:
        regions[node.length, node.masks] += 1
        for _network, length in children:
            regions[length, node.masks] -= 1
    top = _own_top(node.length, children, bits) if children else bits
    key = (node.length, top, node.masks)
    if key in seen:
        return  # the same signatures at the same lengths: no shorter witness
    seen.add(key)
    for signature, length in _signatures(node.length, top, node.masks):
        known = found.get(signature)
        if known is None or length < known[1]:
            found[signature] = (_gap(node, children, length, bits), length)


def _own_top(low: int, children: Sequence[tuple[int, int]], bits: int) -> int:
    """Greatest length at which the region still holds a prefix; children that tile the whole node leave nothing from there on."""
    longest = max(length for _network, length in children)
    filled = sum(1 << (longest - length) for _network, length in children)
    return longest - 1 if filled == 1 << (longest - low) else bits


def _signatures(low: int, top: int, masks: tuple[int, ...]) -> tuple[tuple[int, int], ...]:
    """Each distinct signature with the least length that has it."""
    seen: dict[int, int] = {}
    for length in range(low, top + 1):
        signature = 0
        for number, mask in enumerate(masks):
            if mask >> length & 1:
                signature |= 1 << number
        seen.setdefault(signature, length)
    return tuple(seen.items())


def _gap(node: _Node, children: Sequence[tuple[int, int]], length: int, bits: int) -> int:
    """The first network of `length` in the node that lies in no child."""
    step = 1 << (bits - length)
    at = node.network
    for network, size in children:
        if size > length:
            continue
        if at < network:
            return at
        at = max(at, network + (1 << (bits - size)))
        at = (at + step - 1) // step * step
    return at
