"""AS-path patterns over whole ASNs: numbers that stand between delimiters become letters of a small alphabet of ASN classes."""

from __future__ import annotations

import functools
from collections.abc import Hashable, Sequence

from . import pathlength
from .asnspans import numbered, spans
from .automaton import NODES, Exploding, explore
from .lifting import Alphabet, Member, NotTokens, Number, Space, indexes, lifted
from .machine import Group, Machine, Symbol, leaf
from .regex import DIGITS, Alt, Chars, Mark, Node, Repeat, Seq, factored, flat
from .sparse import Graph
from .twins import fewer

SEPARATOR = "_"


def classes(
    trees: Sequence[Sequence[tuple[bool, list[Node]]]], bounds: Sequence[int]
) -> dict[tuple[int, int], tuple[int, ...]] | None:
    """Signatures of all paths, over the patterns and over bounds of the length, with a shortest witness each.

    None when a pattern is not over whole ASNs, or numbers and lengths are too many to be told apart; Exploding when a list is.
    """
    alphabet = Alphabet()
    try:
        lists = [
            [(permit, _merged([lifted(one, alphabet) for one in parts], alphabet)) for permit, parts in groups] for groups in trees
        ]
    except NotTokens:
        return None
    place, expressions = _used(lists, alphabet)
    numbers = _numbers(expressions)
    if numbers is None:
        return None
    shape = tuple(tuple((permit, tuple(parts)) for permit, parts in groups) for groups in lists)
    words = _words(shape, tuple(place.items()), tuple(numbers), tuple(bounds))
    if words is None:
        return None
    return {s: tuple(numbers[one] for one in word) for s, word in words.items()}


@functools.lru_cache(maxsize=1024)
def _words(
    shape: tuple[tuple[tuple[bool, tuple[Node, ...]], ...], ...],
    places: tuple[tuple[int, int], ...],
    numbers: tuple[int, ...],
    bounds: tuple[int, ...],
) -> dict[tuple[int, int], tuple[int, ...]] | None:
    """Shortest words of classes of ASNs: which ASN stands for a class does not matter, so neighbours with filters of one shape share them."""
    place = dict(places)
    shape, numbers = fewer(shape, place, numbers)
    letters: list[Symbol] = [*numbers, SEPARATOR]
    everything = frozenset(letters)
    machine = Machine()

    members: dict[int, frozenset[Symbol]] = {}
    inside: dict[int, list[int]] = {}
    for one in numbers:
        bits = one
        while bits:
            low = bits & -bits
            bits ^= low
            inside.setdefault(low.bit_length() - 1, []).append(one)

    def letters_of(node: object) -> frozenset[Symbol] | None:
        if isinstance(node, Chars):
            return everything
        if isinstance(node, Number):
            index = place[node.index]
            if index not in members:
                members[index] = frozenset(inside.get(index, ()))
            return members[index]
        if isinstance(node, Space):
            return frozenset({SEPARATOR})
        return None

    lists = []
    for groups in shape:
        made = []
        for permit, parts in groups:
            written = tuple([one.written() if isinstance(one, Member) else one for one in parts])
            made.append(machine.search(Alt(written), permit, everything, frozenset({SEPARATOR}), letters_of))
        lists.append(made)
    graph = Graph() if bounds else None
    found = explore(machine, lists, letters, "start", _step, lambda place: place != "gap", graph)
    words: dict[tuple[int, int], tuple[Symbol, ...]] | None = {(s, 0): word for s, word in found.items()}
    if graph is not None:
        words = pathlength.classes(graph, next(iter(graph.edges)), next(iter(found)), bounds, NODES)
    if words is None:
        return None
    return {s: tuple(one for one in word if isinstance(one, int)) for s, word in words.items()}


def _used(lists: Sequence[Sequence[tuple[bool, list[Node]]]], alphabet: Alphabet) -> tuple[dict[int, int], list[Node]]:
    """New places of the digit expressions that are still referred to, and these expressions in order."""
    seen: dict[int, int] = {}
    for groups in lists:
        for _permit, parts in groups:
            for part in parts:
                for index in indexes(part):
                    seen.setdefault(index, len(seen))
    trees = list(alphabet.expressions)
    return seen, [trees[index] for index in seen]


def _step(place: Hashable, symbol: Symbol) -> Hashable | None:
    if symbol == SEPARATOR:
        return "gap" if place == "number" else None
    return None if place == "number" else "number"


def _merged(patterns: list[Node], alphabet: Alphabet) -> list[Node]:
    """Patterns of one run that differ in one number only become one pattern over the union of their numbers."""
    shapes: dict[tuple[object, ...], list[Number]] = {}
    rest: list[Node] = []
    trees = {index: tree for tree, index in alphabet.expressions.items()}
    for one in patterns:
        parts: tuple[object, ...] = one.parts if isinstance(one, Seq) else ()
        places = [i for i, part in enumerate(parts) if isinstance(part, Number)]
        if len(places) == 1 and all(isinstance(part, Mark | Number) for part in parts):
            key = tuple("#" if isinstance(part, Number) else part for part in parts)
            shapes.setdefault(key, []).append(parts[places[0]])  # type: ignore[arg-type]
        else:
            rest.append(one)
    for key, numbers in shapes.items():
        some = tuple(dict.fromkeys(trees[one.index] for one in numbers))
        union = alphabet.number(_union(some))
        rest.append(Seq(tuple(union if part == "#" else part for part in key)))  # type: ignore[misc]
    return rest


def _union(some: tuple[Node, ...]) -> Node:
    """Any of the digit expressions; digits that may stand around all of them are written once, or a subset of them would be a state each."""
    if len(some) == 1:
        return some[0]
    digits = Repeat(Chars(DIGITS), 0, None)
    rows = [flat(one) for one in some]
    if not any(isinstance(part, Repeat) for row in rows for part in row):
        return Alt(some)
    head: list[Node] = [digits] if all(len(row) > 1 and row[0] == digits for row in rows) else []
    tail: list[Node] = [digits] if all(len(row) > 1 + len(head) and row[-1] == digits for row in rows) else []
    core = factored([row[len(head) : len(row) - len(tail)] for row in rows])
    return Seq((*head, core, *tail)) if head or tail else core


def _numbers(expressions: list[Node]) -> dict[int, int] | None:
    """Signature over all expressions -> smallest-word ASN that has it."""
    from .aspath import LARGEST, step_number

    found_spans = [spans(one) for one in expressions]
    if all(one is not None for one in found_spans):
        return numbered([one or [] for one in found_spans], int(LARGEST))
    machine = Machine()
    lists = []
    for one in expressions:
        accept = machine.state()
        start = machine.build(one, machine.state(free=[("end", accept)]), frozenset(), leaf)
        lists.append([Group(start, accept, True)])
    try:
        found = explore(
            machine,
            lists,
            sorted(DIGITS),
            ("start", 0, ""),
            lambda place, char: step_number(place, str(char)),  # type: ignore[arg-type]
            lambda place: place[0] == "number",  # type: ignore[index]
            nodes=NODES // len(lists),
        )
    except Exploding:
        return None  # many expressions that overlap are decided over characters instead
    return {s: int("".join(str(c) for c in word)) for s, word in found.items()}
