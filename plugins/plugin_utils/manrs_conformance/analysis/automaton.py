"""Automata over a finite alphabet: which combinations of ordered, first-match lists are possible, with the shortest word for each.

A list is a sequence of groups (runs of entries with the same action); once a group matched, later groups of that list no longer matter, so their
states are dropped before determinising: that keeps lists of thousands of entries small.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Hashable, Iterator, Sequence
from dataclasses import dataclass

from . import sparse
from .machine import Group, Machine, Symbol

STATES = 100_000
"""States of one list from which on it is not decided."""
NODES = 200_000
"""The same of all lists of a question together."""
WORTH_MERGING = 400
"""Above this many states merging costs more than it saves (long lists of numbers, which are walked alone)."""
WIDE = 64
"""Above this many letters most of them lead to the same place, and only the others are written down."""


class Exploding(Exception):
    """A list with too many states to be decided, by its number among the lists."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.number = number


def explore(
    machine: Machine,
    lists: Sequence[Sequence[Group]],
    alphabet: Sequence[Symbol],
    valid_start: Hashable,
    valid_step: Callable[[Hashable, Symbol], Hashable | None],
    valid_end: Callable[[Hashable], bool],
    graph: sparse.Graph | None = None,
    nodes: int = NODES,
) -> dict[int, tuple[Symbol, ...]]:
    """Every possible signature (bit i: list i permits) with a shortest word. What was walked is left in `graph` when one is given.

    Exploding when a list has more than `STATES` states, or all of them together more than `nodes`: then it names the one with most states.
    """
    closures = _Closures(machine)
    letters = sparse.Letters(alphabet)
    tables: list[sparse.Table] = []
    for number, groups in enumerate(lists):
        made = sparse.table(_Walker(machine, groups, closures), letters, STATES)
        if made is None:
            raise Exploding(number)
        tables.append(made)
    if len(alphabet) > WIDE:
        found = sparse.product(tables, alphabet, valid_start, valid_step, valid_end, nodes, graph)
    else:
        found = _product([_dense(one, len(alphabet)) for one in tables], alphabet, valid_start, valid_step, valid_end, nodes, graph)
    if found is None:
        raise Exploding(max(range(len(tables)), key=lambda number: len(tables[number].rows)))
    return found


def _product(
    tables: Sequence[Table],
    alphabet: Sequence[Symbol],
    valid_start: Hashable,
    valid_step: Callable[[Hashable, Symbol], Hashable | None],
    valid_end: Callable[[Hashable], bool],
    limit: int,
    graph: sparse.Graph | None,
) -> dict[int, tuple[Symbol, ...]] | None:
    """Walk all tables at once, breadth first; this loop is where the time goes: one tuple of small integers per step."""
    start: sparse.Node = (valid_start, tuple(one.start for one in tables))
    rows = [one.rows for one in tables]
    ends = [[accept << number for accept in one.accept] for number, one in enumerate(tables)]
    found: dict[int, tuple[Symbol, ...]] = {}
    if valid_end(valid_start):
        found[sum(one.empty << number for number, one in enumerate(tables))] = ()
    back: dict[sparse.Node, tuple[sparse.Node, Symbol] | None] = {start: None}
    queue = deque([start])
    while queue:
        node = queue.popleft()
        place, active = node
        if node is not start and valid_end(place):
            signature = sum(end[state] for end, state in zip(ends, active, strict=True))
            if graph is not None:
                graph.signatures[node] = signature
            if signature not in found:
                found[signature] = sparse.word(back, node)
        here = [row[state] for row, state in zip(rows, active, strict=True)]
        for index, symbol in enumerate(alphabet):
            after = valid_step(place, symbol)
            if after is None:
                continue
            following = (after, tuple([row[index] for row in here]))
            if graph is not None:
                graph.edges.setdefault(node, {}).setdefault(following, symbol)
            if following not in back:
                back[following] = (node, symbol)
                queue.append(following)
        if len(back) > limit:
            return None
    return found


@dataclass(frozen=True, slots=True)
class Table:
    """A deterministic, minimal automaton of one list: rows by state, whether it permits a word that ends there, and the empty word."""

    start: int
    rows: list[list[int]]
    accept: list[bool]
    empty: bool


def _dense(one: sparse.Table, letters: int) -> Table:
    """With every letter written down; states that no word tells apart are merged."""
    rows = [[own.get(letter, usual) for letter in range(letters)] for usual, own in one.rows]
    table = Table(0, rows, one.accept, one.empty)
    return _minimal(table) if len(rows) <= WORTH_MERGING else table


def _minimal(table: Table) -> Table:
    block = [int(one) for one in table.accept]
    count = len(set(block))
    while True:
        keys: dict[tuple[int, ...], int] = {}
        block = [keys.setdefault((block[i], *(block[n] for n in row)), len(keys)) for i, row in enumerate(table.rows)]
        if len(keys) == count:
            break
        count = len(keys)
    rows: list[list[int]] = [[] for _ in range(count)]
    accept = [False] * count
    for state, row in enumerate(table.rows):
        rows[block[state]] = [block[n] for n in row]
        accept[block[state]] = table.accept[state]
    return Table(block[table.start], rows, accept, table.empty)


class _Closures:
    """What each state reaches without a letter, inside a word and at its ends."""

    def __init__(self, machine: Machine) -> None:
        self.inner = {True: _Closure(machine, {"", "begin"}), False: _Closure(machine, {""})}
        self.outer = {True: _Closure(machine, {"", "begin", "end"}), False: _Closure(machine, {"", "end"})}


class _Closure(dict[int, int]):
    """By state what it reaches by free moves of some kinds; worked out when it is asked for, since most states are never met at an end.

    Only states that lead on count, by a letter or at the end, and those that nothing follows: a thousand patterns that begin with `^` are
    else carried along behind every letter.
    """

    def __init__(self, machine: Machine, allowed: set[str]) -> None:
        super().__init__()
        self._moves, self._free, self._allowed = machine.moves, machine.free, allowed

    def __missing__(self, state: int) -> int:
        """Close one state."""
        free = self._free[state]
        reached = _reach(state, lambda one: [t for kind, t in self._free[one] if kind in self._allowed]) if free else {state}
        made = self[state] = _bits({one for one in reached if self._leads(one)})
        return made

    def _leads(self, state: int) -> bool:
        free = self._free[state]
        return bool(self._moves[state]) or not free or any(kind == "end" for kind, _ in free)


def _reach(start: int, following: Callable[[int], list[int]]) -> set[int]:
    seen, stack = {start}, [start]
    while stack:
        for target in following(stack.pop()):
            if target not in seen:
                seen.add(target)
                stack.append(target)
    return seen


def _bits(states: set[int]) -> int:
    return sum(1 << one for one in states)


class _Walker:
    """One list as subsets of states, held as integers; groups behind one that matched are dropped."""

    def __init__(self, machine: Machine, groups: Sequence[Group], closures: _Closures) -> None:
        self.machine = machine
        self.groups = groups
        self.closures = closures
        self._inside = [(1 << g.accept, _bits(_reach(g.start, self._following))) for g in groups]
        self.initial = self._prune(_close(_bits({g.start for g in groups}), closures.inner[True]))

    def _following(self, state: int) -> list[int]:
        return [target for _, target in (*self.machine.free[state], *self.machine.moves[state])]

    def _prune(self, active: int) -> int:
        for number, (accept, inside) in enumerate(self._inside):
            if active & accept:
                active &= ~(inside & ~accept)
                for _accept, later in self._inside[number + 1 :]:
                    active &= ~later
                break
        return active

    def moves(self, active: int) -> Iterator[tuple[frozenset[Symbol], int]]:
        """Letters and targets of every move out of a subset."""
        while active:
            low = active & -active
            active ^= low
            yield from self.machine.moves[low.bit_length() - 1]

    def settled(self, targets: int) -> int:
        """The subset that those targets of a letter make."""
        return self._prune(_close(targets, self.closures.inner[False]))

    def permits(self, active: int, *, first: bool) -> bool:
        """Whether the list permits a word that ends here (`first`: the empty word)."""
        at_end = _close(active, self.closures.outer[first])
        hit = next((one for one in self.groups if at_end >> one.accept & 1), None)
        return hit is not None and hit.permit


def _close(active: int, closures: _Closure) -> int:
    out, rest = 0, active
    while rest:
        low = rest & -rest
        rest ^= low
        out |= closures[low.bit_length() - 1]
    return out
