"""Boxes split by communities: one atom, or at least one of many, is one bit of a box."""

from __future__ import annotations

from typing import Protocol

from ..model.policy import CommunityList
from . import communities
from .space import Box, Universe

Split = tuple[list[Box], list[Box], list[Box]]


class Written(Protocol):
    """Atoms that were set or removed on the way: `care` says which, `value` how."""

    @property
    def care(self) -> int: ...

    @property
    def value(self) -> int: ...


class Splitter:
    """Splits boxes of one universe; `doubts` collects (line, why) of what was not understood."""

    def __init__(self, space: Universe, doubts: set[tuple[int, str]]) -> None:
        self.space = space
        self.doubts = doubts
        self._formulas: dict[tuple[int, str], tuple[CommunityList, communities.Formula]] = {}

    def formula(self, one: CommunityList, mode: str) -> communities.Formula:
        """When a list holds, over the atoms; worked out once."""
        known = self._formulas.get((id(one), mode))
        if known is None or known[0] is not one:
            known = self._formulas[(id(one), mode)] = (one, communities.formula(one, mode, self.space.known[one.kind]))
        return known[1]

    def split(self, kind: str, formula: communities.Formula, box: Box, state: Written, line: int) -> Split:
        """The parts of a box where a formula holds, does not hold, and where that is unknown."""
        if isinstance(formula, communities.Fixed):
            if formula.value is None:
                self.doubts.add((line, "a community pattern is not supported"))
                return [], [], [box]
            return ([box], [], []) if formula.value else ([], [box], [])
        if isinstance(formula, communities.Present):
            return self._present(box, state, self.space.atoms[(kind, formula.community)])
        if isinstance(formula, communities.Negated):
            yes, no, unknown = self.split(kind, formula.part, box, state, line)
            return no, yes, unknown
        if isinstance(formula, communities.Some):
            mask = self._atoms(kind, formula)
            if mask is not None:
                return self._present(box, state, mask)
            negated = communities.Every(tuple(communities.Negated(one) for one in formula.parts))
            yes, no, unknown = self.split(kind, negated, box, state, line)
            return no, yes, unknown
        if all(isinstance(part, communities.Negated) for part in formula.parts):
            inner = communities.Some(tuple(part.part for part in formula.parts if isinstance(part, communities.Negated)))
            mask = self._atoms(kind, inner)
            if mask is not None:
                yes, no, unknown = self._present(box, state, mask)
                return no, yes, unknown
        yes, no, unknown = [box], [], []
        for part in formula.parts:
            still: list[Box] = []
            doubt: list[Box] = []
            for group, sure in ((yes, True), (unknown, False)):
                for one in group:
                    a, b, c = self.split(kind, part, one, state, line)
                    (still if sure else doubt).extend(a)
                    no += b
                    doubt += c
            yes, unknown = still, doubt
        return yes, no, unknown

    def _atoms(self, kind: str, formula: communities.Formula) -> int | None:
        """Atoms of which one is enough for a formula to hold; None when it is not of that form."""
        if isinstance(formula, communities.Present):
            return self.space.atoms[(kind, formula.community)]
        if isinstance(formula, communities.Fixed) and formula.value is False:
            return 0
        if isinstance(formula, communities.Every) and len(formula.parts) == 1:
            return self._atoms(kind, formula.parts[0])
        if not isinstance(formula, communities.Some):
            return None
        mask = 0
        for part in formula.parts:
            one = self._atoms(kind, part)
            if one is None:
                return None
            mask |= one
        return mask

    def _present(self, box: Box, state: Written, mask: int) -> Split:
        """The parts of a box where at least one of the atoms is present, and where none is."""
        if state.value & mask:
            return [box], [], []
        mask &= ~state.care
        if box.care & box.value & mask:
            return [box], [], []
        if not mask & ~(box.care & ~box.value):
            return [], [box], []
        bit = mask if mask & (mask - 1) == 0 else self.space.some_bit(mask)
        if box.care & bit:
            return ([box], [], []) if box.value & bit else ([], [box], [])
        yes = Box(box.masks, box.care | bit, box.value | bit)
        no = Box(box.masks, box.care | bit, box.value)
        consistent = self.space.consistent
        return ([yes] if consistent(yes) else []), ([no] if consistent(no) else []), []
