"""Classes of prefixes that no list of a question tells apart: a laminar forest of distinct prefixes with length masks per node.

A (prefix, length) pair lies in the region of the deepest node that covers it. Within a region only the length matters, so each node
needs one bitmask of lengths per list, and the classes are the distinct signatures over all regions. Cost is near-linear in the number
of entries (one sort, one sweep); work per node is shared through a cache keyed by its masks.
"""

from __future__ import annotations

import functools
import ipaddress
from collections.abc import Sequence
from dataclasses import dataclass

from ..model.policy import PrefixEntry, PrefixList

BITS = {4: 32, 6: 128}


@dataclass(frozen=True, slots=True)
class PrefixClasses:
    """Distinct signatures (bit i: list i permits) and one witness (network, length) for each, in a fixed order."""

    signatures: tuple[int, ...]
    witnesses: tuple[tuple[int, int], ...]


@dataclass(slots=True)
class _Node:
    network: int
    length: int
    chains: list[tuple[tuple[int, PrefixEntry], ...]]
    masks: tuple[int, ...]
    children: list[tuple[int, int]]


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
    covering = [e for e in one.entries if e[1] <= length and (network ^ e[0]) >> (bits - e[1]) == 0]
    if one.order == "longest":
        most = max((e[1] for e in covering), default=0)
        covering = [e for e in covering if e[1] == most]
    holding = [e[4] for e in covering if e[2] <= length <= e[3]]
    return any(holding) if one.order == "any" else bool(holding and holding[0])


def covers(inner: PrefixList, outer: PrefixList) -> tuple[int, int] | None:
    """A prefix that `inner` permits and `outer` does not, or None when `outer` covers it."""
    classes = prefix_classes((inner, outer), inner.afi)
    return next((w for s, w in zip(classes.signatures, classes.witnesses, strict=True) if s == 1), None)


def prefix_classes(lists: Sequence[PrefixList], afi: int) -> PrefixClasses:
    """The classes of all prefixes of a family under these lists; a list of the other family never permits."""
    bits = BITS[afi]
    at: dict[tuple[int, int], dict[int, list[tuple[int, PrefixEntry]]]] = {(0, 0): {}}
    for number, one in enumerate(lists):
        if one.afi != afi:
            continue
        for index, entry in enumerate(one.entries):
            if entry[2] <= entry[3] or one.order == "longest":  # the longest prefix is chosen even when its range is empty
                at.setdefault((entry[0], entry[1]), {}).setdefault(number, []).append((index, entry))
    found: dict[int, tuple[int, int]] = {}
    shapes: dict[tuple[int, int, tuple[int, ...]], tuple[tuple[int, int], ...]] = {}
    spans: dict[tuple[bool, tuple[tuple[int | bool, ...], ...]], int] = {}
    orders = [one.order for one in lists]
    stack: list[_Node] = []
    for place in sorted(at):
        network, length = place
        while stack and (network ^ stack[-1].network) >> (bits - stack[-1].length):
            _emit(stack.pop(), bits, found, shapes)
        if stack:
            parent = stack[-1]
            parent.children.append(place)
            chains, values = parent.chains.copy(), list(parent.masks)
        else:
            chains, values = [()] * len(lists), [0] * len(lists)
        for number, entries in at[place].items():
            order, chain = orders[number], chains[number]
            new = tuple(entries) if order == "longest" or not chain else tuple(sorted((*chain, *entries)))
            chains[number] = new
            shape = (order == "any", tuple([entry[2:5] for _index, entry in new]))
            value = spans.get(shape)
            values[number] = spans[shape] = _mask(new, order) if value is None else value
        stack.append(_Node(network, length, chains, tuple(values), []))
    while stack:
        _emit(stack.pop(), bits, found, shapes)
    ordered = sorted(found.items())
    return PrefixClasses(tuple(s for s, _ in ordered), tuple(w for _, w in ordered))


def _mask(chain: tuple[tuple[int, PrefixEntry], ...], order: str) -> int:
    """Lengths that a chain of covering entries permits, as a bitmask."""
    permitted = decided = 0
    for _index, (_network, _length, low, high, permit, _line) in chain:
        span = (1 << (high + 1)) - (1 << low) if low <= high else 0
        if order == "any":
            permitted |= span if permit else 0
            continue
        if permit:
            permitted |= span & ~decided
        decided |= span
    return permitted


def _emit(
    node: _Node,
    bits: int,
    found: dict[int, tuple[int, int]],
    shapes: dict[tuple[int, int, tuple[int, ...]], tuple[tuple[int, int], ...]],
) -> None:
    """Add the signatures of a node's own region: the prefixes under it that no child covers."""
    top = _own_top(node, bits)
    key = (node.length, top, node.masks)
    shape = shapes.get(key)
    if shape is None:
        shape = shapes[key] = _signatures(node.length, top, node.masks)
    for signature, length in shape:
        known = found.get(signature)
        if known is None or length < known[1]:
            found[signature] = (_gap(node, length, bits), length)


def _own_top(node: _Node, bits: int) -> int:
    """Greatest length at which the region still holds a prefix; children that tile the whole node leave nothing from there on."""
    if not node.children:
        return bits
    longest = max(length for _network, length in node.children)
    filled = sum(1 << (longest - length) for _network, length in node.children)
    return longest - 1 if filled == 1 << (longest - node.length) else bits


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


def _gap(node: _Node, length: int, bits: int) -> int:
    """The first network of `length` in the node that lies in no child."""
    step = 1 << (bits - length)
    at = node.network
    for network, size in node.children:
        if size > length:
            continue
        if at < network:
            return at
        at = max(at, network + (1 << (bits - size)))
        at = (at + step - 1) // step * step
    return at
