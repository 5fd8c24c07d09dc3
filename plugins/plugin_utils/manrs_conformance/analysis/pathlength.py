"""Bounds on the number of ASNs beside other patterns: counted over the steps of their automaton instead of by an automaton each.

An automaton for `longer than 100` has a hundred states, and each of them would meet every state of the other lists.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from ..model.policy import AsPathEntry
from .machine import Symbol
from .sparse import Graph, Node

LONGER = re.compile(r"\^\(\[0-9\]\+_\)\{(\d+)\}\[0-9\]\+")
Word = tuple[Symbol, ...]
Layer = dict[Node, tuple[Node, Word]]
"""Nodes after some number of ASNs, each with the node before it and the letters between them."""


def bound(entries: Sequence[AsPathEntry]) -> int | None:
    """The N of a list that permits exactly the paths of more than N ASNs (`aspath.longer_than`), or None for any other list."""
    if len(entries) != 1 or not entries[0].permit or entries[0].dialect != "frr":
        return None
    found = LONGER.fullmatch(entries[0].pattern)
    return int(found[1]) if found else None


def classes(graph: Graph, start: Node, empty: int, bounds: Sequence[int], limit: int) -> dict[tuple[int, int], Word] | None:
    """Every possible pair of a signature of the walked lists and one of the bounds (bit i: longer than `bounds[i]`) with a shortest word.

    `empty` is the signature of the empty path. None when more than `limit` steps would be taken.
    """
    found: dict[tuple[int, int], Word] = {(empty, 0): ()}
    layers: list[Layer] = []
    ahead: dict[Node, list[tuple[Node, Word]]] = {}
    seen: set[frozenset[Node]] = set()
    layer: Layer = {node: (start, (letter,)) for node, letter in graph.edges.get(start, {}).items()}
    taken = 0
    while layer:
        layers.append(layer)
        length = len(layers)
        over = sum(1 << number for number, one in enumerate(bounds) if length > one)
        for node in layer:
            key = (graph.signatures[node], over)
            if key not in found:
                found[key] = _word(layers, node)
        if length > max(bounds):
            nodes = frozenset(layer)
            if nodes in seen:
                break
            seen.add(nodes)
        following, steps = _following(graph, layer, ahead)
        taken += steps
        if taken > limit:
            return None
        if following == layer:
            # From here on every further ASN leads to the same nodes in the same way: only the next bound brings something new.
            layers += [layer] * (min((one for one in bounds if one >= length), default=length) - length)
        layer = following
    return found


def _following(graph: Graph, layer: Layer, ahead: dict[Node, list[tuple[Node, Word]]]) -> tuple[Layer, int]:
    """Nodes one ASN further, with the first way to each; and how many steps were looked at."""
    out: Layer = {}
    steps = 0
    for node in layer:
        if node not in ahead:
            ahead[node] = list(_numbers_after(graph, node))
        for then, letters in ahead[node]:
            out.setdefault(then, (node, letters))
        steps += len(ahead[node])
    return out, steps


def _numbers_after(graph: Graph, node: Node) -> Iterator[tuple[Node, Word]]:
    """Nodes one ASN further, each once, with the separator and the ASN that lead there."""
    known: set[Node] = set()
    for gap, separator in graph.edges.get(node, {}).items():
        for then, number in graph.edges.get(gap, {}).items():
            if then not in known:
                known.add(then)
                yield then, (separator, number)


def _word(layers: Sequence[Layer], node: Node) -> Word:
    out: list[Word] = []
    for layer in reversed(layers):
        node, letters = layer[node]
        out.append(letters)
    return tuple(letter for letters in reversed(out) for letter in letters)
