"""Deterministic automata over large alphabets: most letters lead to the same state, so only the others are written down."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Hashable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from .machine import Symbol

Row = tuple[int, dict[int, int]]
"""Where every letter leads, and where the letters lead that differ, by their index in the alphabet."""
Node = tuple[Hashable, tuple[int, ...]]


class Walker(Protocol):
    """One list as subsets of states of a nondeterministic automaton."""

    initial: int

    def moves(self, active: int) -> Iterator[tuple[frozenset[Symbol], int]]:
        """Letters and targets of every move out of a subset."""
        ...

    def settled(self, targets: int) -> int:
        """The subset that those targets of a letter make."""
        ...

    def permits(self, active: int, *, first: bool) -> bool:
        """Whether the list permits a word that ends here."""
        ...


@dataclass(frozen=True, slots=True)
class Table:
    """A deterministic automaton of one list."""

    rows: list[Row]
    accept: list[bool]
    empty: bool


@dataclass(slots=True)
class Graph:
    """What a walk saw: for each node the nodes that follow with the first letter to each, and the signature of a word that ends there."""

    edges: dict[Node, dict[Node, Symbol]] = field(default_factory=dict)
    signatures: dict[Node, int] = field(default_factory=dict)


class Letters:
    """The alphabet with, for each set of letters in use, its members or its few strangers by index."""

    def __init__(self, alphabet: Sequence[Symbol]) -> None:
        self.index = {one: number for number, one in enumerate(alphabet)}
        self._known: dict[frozenset[Symbol], tuple[bool, frozenset[int]]] = {}

    def split(self, letters: frozenset[Symbol]) -> tuple[bool, frozenset[int]]:
        """(False, members) of a small set, (True, those that are missing) of a large one."""
        found = self._known.get(letters)
        if found is None:
            members = frozenset(self.index[one] for one in letters)
            large = 2 * len(members) > len(self.index)
            found = (large, frozenset(self.index.values()) - members if large else members)
            self._known[letters] = found
        return found


def product(
    tables: Sequence[Table],
    alphabet: Sequence[Symbol],
    valid_start: Hashable,
    valid_step: Callable[[Hashable, Symbol], Hashable | None],
    valid_end: Callable[[Hashable], bool],
    limit: int,
    graph: Graph | None = None,
) -> dict[int, tuple[Symbol, ...]] | None:
    """Every possible signature (bit i: list i permits) with a shortest word; None when more than `limit` states would be visited.

    The last letter of the alphabet is the one that `valid_step` tells from the others.
    """
    special = len(alphabet) - 1
    start: Node = (valid_start, (0,) * len(tables))
    found: dict[int, tuple[Symbol, ...]] = {}
    if valid_end(valid_start):
        found[sum(one.empty << number for number, one in enumerate(tables))] = ()
    back: dict[Node, tuple[Node, Symbol] | None] = {start: None}
    queue = deque([start])
    while queue:
        node = queue.popleft()
        place, active = node
        if node is not start and valid_end(place):
            signature = sum(one.accept[state] << number for number, (one, state) in enumerate(zip(tables, active, strict=True)))
            if graph is not None:
                graph.signatures[node] = signature
            if signature not in found:
                found[signature] = word(back, node)
        here = [one.rows[state] for one, state in zip(tables, active, strict=True)]
        for letter in _telling(here, special):
            after = valid_step(place, alphabet[letter])
            if after is None:
                continue
            following = (after, tuple([own.get(letter, default) for default, own in here]))
            if graph is not None:
                graph.edges.setdefault(node, {}).setdefault(following, alphabet[letter])
            if following not in back:
                back[following] = (node, alphabet[letter])
                queue.append(following)
        if len(back) > limit:
            return None
    return found


def _telling(rows: Sequence[Row], special: int) -> list[int]:
    """Letters that matter here, in order: those with a way of their own, and the first of all the others."""
    own = {special}.union(*(one for _default, one in rows))
    if len(own) <= special:
        own.add(next(letter for letter in range(special) if letter not in own))
    return sorted(own)


def word(back: dict[Node, tuple[Node, Symbol] | None], node: Node) -> tuple[Symbol, ...]:
    """The letters on the way to a node."""
    out: list[Symbol] = []
    while (step := back[node]) is not None:
        node, symbol = step
        out.append(symbol)
    return tuple(reversed(out))


def table(walker: Walker, letters: Letters, limit: int) -> Table | None:
    """Determinise one list; None when it has more states than `limit`, or ten times as many ways that differ."""
    places = {walker.initial: 0}
    order = [walker.initial]
    rows: list[Row] = []
    settled: dict[int, int] = {}
    written = 0

    def place(targets: int) -> int:
        known = settled.get(targets)
        if known is None:
            after = walker.settled(targets)
            if after not in places:
                places[after] = len(order)
                order.append(after)
            known = settled[targets] = places[after]
        return known

    for active in order:
        default, own = _step(walker, active, letters)
        usual = place(default)
        row = {letter: there for letter, targets in own.items() if (there := place(targets)) != usual}
        rows.append((usual, row))
        written += len(own)
        if len(order) > limit or written > 10 * limit:
            return None
    accept = [walker.permits(active, first=False) for active in order]
    return Table(rows, accept, walker.permits(walker.initial, first=True))


def _step(walker: Walker, active: int, letters: Letters) -> Row:
    """Targets after every letter, and after those letters that differ."""
    large: dict[frozenset[int], int] = {}
    own: dict[int, int] = {}
    for some, target in walker.moves(active):
        wide, members = letters.split(some)
        if wide:
            large[members] = large.get(members, 0) | 1 << target
        else:
            for letter in members:
                own[letter] = own.get(letter, 0) | 1 << target
    default = 0
    for missing, targets in large.items():
        default |= targets
        for letter in missing:
            own.setdefault(letter, 0)
    for letter in own:
        for missing, targets in large.items():
            if letter not in missing:
                own[letter] |= targets
    return default, own
