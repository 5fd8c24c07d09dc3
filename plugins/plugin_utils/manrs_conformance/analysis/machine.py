"""Nondeterministic automata of patterns, built from their ends: what several patterns of a run end with is there once."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass, field

from .regex import Alt, Chars, Digits, Mark, Repeat, Seq, characters

Symbol = Hashable
Letters = Callable[[object], frozenset[Symbol] | None]
"""The letters of a leaf of a syntax tree, or None if the node is no leaf."""


@dataclass(frozen=True, slots=True)
class Group:
    """A run of patterns with one action: start state and accepting state in the machine, and whether it permits."""

    start: int
    accept: int
    permit: bool


@dataclass(slots=True)
class Machine:
    """An automaton with begin and end assertions; states are bits.

    A thousand patterns `_N_.*[0-9]$` differ before `_.*[0-9]$` only. If each had an end of its own, what was seen of them would be one of
    2^1000 sets; equal ends are one state instead.
    """

    moves: list[list[tuple[frozenset[Symbol], int]]] = field(default_factory=list)
    free: list[list[tuple[str, int]]] = field(default_factory=list)
    _ends: dict[Hashable, int] = field(default_factory=dict)

    def state(self, moves: Iterable[tuple[frozenset[Symbol], int]] = (), free: Iterable[tuple[str, int]] = ()) -> int:
        """A new state."""
        self.moves.append(list(moves))
        self.free.append(list(free))
        return len(self.moves) - 1

    def search(
        self, node: object, permit: bool, everything: frozenset[Symbol], separators: frozenset[Symbol], letters: Letters
    ) -> Group:
        """A run that matches wherever its tree does, with anything before and behind it."""
        accept = self.state()
        self.moves[accept].append((everything, accept))
        start = self.state(free=[("", self.build(node, accept, separators, letters))])
        self.moves[start].append((everything, start))
        return Group(start, accept, permit)

    def build(self, node: object, end: int, separators: frozenset[Symbol], letters: Letters) -> int:
        """Add a syntax tree that leads to `end`; returns where it begins."""
        own = letters(node)
        if own is not None:
            return self._known((own, end), lambda: self.state([(own, end)]))
        if isinstance(node, Mark):
            kinds = ("begin", "end") if node.kind == "delim" else (node.kind,)
            moves = [(separators, end)] if node.kind == "delim" else []
            return self._known((node.kind, end), lambda: self.state(moves, [(kind, end) for kind in kinds]))
        if isinstance(node, Seq | Digits):
            for part in reversed(characters(node) if isinstance(node, Digits) else node.parts):
                end = self.build(part, end, separators, letters)
            return end
        if isinstance(node, Alt):
            begins = sorted({self.build(part, end, separators, letters) for part in node.parts})
            if len(begins) == 1:
                return begins[0]
            return self._known(tuple(begins), lambda: self.state(free=[("", one) for one in begins]))
        if isinstance(node, Repeat):
            return self._known((node, end), lambda: self._repeat(node, end, separators, letters))
        raise TypeError(node)

    def _known(self, key: Hashable, make: Callable[[], int]) -> int:
        found = self._ends.get(key)
        if found is None:
            found = self._ends[key] = make()
        return found

    def _repeat(self, node: Repeat, end: int, separators: frozenset[Symbol], letters: Letters) -> int:
        if node.high is None:
            begin = self.state(free=[("", end)])
            self.free[begin].append(("", self.build(node.part, begin, separators, letters)))
        else:
            begin = end
            for _ in range(node.high - node.low):
                begin = self.state(free=[("", end), ("", self.build(node.part, begin, separators, letters))])
        for _ in range(node.low):
            begin = self.build(node.part, begin, separators, letters)
        return begin


def leaf(node: object) -> frozenset[Symbol] | None:
    """Letters of a character leaf."""
    return frozenset(node.some) if isinstance(node, Chars) else None
