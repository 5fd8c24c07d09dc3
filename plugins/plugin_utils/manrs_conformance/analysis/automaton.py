"""Automata over a finite alphabet: which combinations of ordered, first-match lists are possible, with the shortest word for each.

A list is a sequence of groups (runs of entries with the same action); once a group matched, later groups of that list no longer matter, so their
states are dropped before determinising: that keeps lists of thousands of entries small.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Hashable, Iterator, Sequence
from dataclasses import dataclass, field

from . import sparse
from .regex import Alt, Chars, Digits, Mark, Repeat, Seq, characters

Symbol = Hashable
WORTH_MERGING = 400
"""Above this many states merging costs more than it saves (long lists of numbers, which are walked alone)."""
WIDE = 64
"""Above this many letters most of them lead to the same place, and only the others are written down."""


@dataclass(slots=True)
class Machine:
    """A nondeterministic automaton with begin and end assertions; states are bits."""

    moves: list[list[tuple[frozenset[Symbol], int]]] = field(default_factory=list)
    free: list[list[tuple[str, int]]] = field(default_factory=list)

    def state(self) -> int:
        """A new state."""
        self.moves.append([])
        self.free.append([])
        return len(self.moves) - 1

    def build(
        self, node: object, start: int, separators: frozenset[Symbol], symbols: Callable[[object], frozenset[Symbol] | None]
    ) -> int:
        """Add a syntax tree behind `start`; returns its end. `symbols` gives the letters of a leaf, or None if it is no leaf."""
        letters = symbols(node)
        if letters is not None:
            end = self.state()
            self.moves[start].append((letters, end))
            return end
        if isinstance(node, Mark):
            end = self.state()
            if node.kind == "delim":
                self.moves[start].append((separators, end))
            for kind in ("begin", "end") if node.kind == "delim" else (node.kind,):
                self.free[start].append((kind, end))
            return end
        if isinstance(node, Seq | Digits):
            for part in characters(node) if isinstance(node, Digits) else node.parts:
                start = self.build(part, start, separators, symbols)
            return start
        if isinstance(node, Alt):
            end = self.state()
            for part in node.parts:
                self.free[self.build(part, start, separators, symbols)].append(("", end))
            return end
        if isinstance(node, Repeat):
            return self._repeat(node, start, separators, symbols)
        raise TypeError(node)

    def _repeat(
        self, node: Repeat, start: int, separators: frozenset[Symbol], symbols: Callable[[object], frozenset[Symbol] | None]
    ) -> int:
        for _ in range(node.low):
            start = self.build(node.part, start, separators, symbols)
        if node.high is None:
            loop = self.state()
            self.free[start].append(("", loop))
            self.free[self.build(node.part, loop, separators, symbols)].append(("", loop))
            return loop
        end = self.state()
        self.free[start].append(("", end))
        for _ in range(node.high - node.low):
            start = self.build(node.part, start, separators, symbols)
            self.free[start].append(("", end))
        return end


@dataclass(frozen=True, slots=True)
class Group:
    """A run of patterns with one action: start state and accepting state in the machine, and whether it permits."""

    start: int
    accept: int
    permit: bool


def explore(
    machine: Machine,
    lists: Sequence[Sequence[Group]],
    alphabet: Sequence[Symbol],
    valid_start: Hashable,
    valid_step: Callable[[Hashable, Symbol], Hashable | None],
    valid_end: Callable[[Hashable], bool],
    limit: int,
    graph: sparse.Graph | None = None,
) -> dict[int, tuple[Symbol, ...]] | None:
    """Every possible signature (bit i: list i permits) with a shortest word; None when more than `limit` states would be visited.

    What was walked is left in `graph` when one is given.
    """
    closures = _Closures(machine)
    if len(alphabet) > WIDE:
        return sparse.explore(
            [_Walker(machine, groups, closures) for groups in lists], alphabet, valid_start, valid_step, valid_end, limit, graph
        )
    tables: list[Table] = []
    for groups in lists:
        table = _table(_Walker(machine, groups, closures), alphabet, limit)
        if table is None:
            return None
        tables.append(table)
    return _product(tables, alphabet, valid_start, valid_step, valid_end, limit, graph)


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


def _table(walker: _Walker, alphabet: Sequence[Symbol], limit: int) -> Table | None:
    """Determinise one list, then merge states that no word tells apart."""
    places = {walker.initial: 0}
    order = [walker.initial]
    rows: list[list[int]] = []
    for active in order:
        row = []
        for symbol in alphabet:
            after = walker.step(active, symbol)
            if after not in places:
                places[after] = len(order)
                order.append(after)
            row.append(places[after])
        rows.append(row)
        if len(order) > limit:
            return None
    accept = [walker.permits(active, first=False) for active in order]
    table = Table(0, rows, accept, walker.permits(walker.initial, first=True))
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
    """By state what it reaches by free moves of some kinds; worked out when it is asked for, since most states are never met at an end."""

    def __init__(self, machine: Machine, allowed: set[str]) -> None:
        super().__init__()
        self._free, self._allowed = machine.free, allowed

    def __missing__(self, state: int) -> int:
        """Close one state."""
        free = self._free[state]
        reached = _reach(state, lambda one: [t for kind, t in self._free[one] if kind in self._allowed]) if free else {state}
        made = self[state] = _bits(reached)
        return made


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

    def step(self, active: int, symbol: Symbol) -> int:
        """The subset after one letter."""
        out = 0
        for letters, target in self.moves(active):
            if symbol in letters:
                out |= 1 << target
        return self.settled(out)

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
    out, rest = active, active
    while rest:
        low = rest & -rest
        rest ^= low
        out |= closures[low.bit_length() - 1]
    return out


def leaf(node: object) -> frozenset[Symbol] | None:
    """Letters of a character leaf."""
    return frozenset(node.some) if isinstance(node, Chars) else None
