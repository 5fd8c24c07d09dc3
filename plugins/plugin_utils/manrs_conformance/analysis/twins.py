"""Numbers of a cone that no question tells apart but by being equal: two of them stand for all.

A list of a cone has a pattern `^N(_N)*$` for each of its members. Two members that are named nowhere else, and lie in the same of all other
expressions, may be exchanged in every path without a change of any answer. A path with three of them is answered like the one that has
the second in place of the third: neither is a path of one number. So the classes of paths are those over two members of each such kind.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping

from .lifting import Member, indexes
from .regex import Node

Shape = tuple[tuple[tuple[bool, tuple[Node, ...]], ...], ...]
ENOUGH = 2
"""Members of a kind: a path of one number, and one of different numbers."""


def fewer(shape: Shape, place: Mapping[int, int], numbers: tuple[int, ...]) -> tuple[Shape, tuple[int, ...]]:
    """The patterns and the classes of numbers without those for which others stand.

    `place` says by the index of an expression its bit in the signatures of `numbers`.
    """
    alone, elsewhere = _members(shape)
    where = {place[index]: at for index, (at, times) in alone.items() if times == 1 and index not in elsewhere}
    kinds = _kinds(where, numbers)
    dropped = {bit: number for some in kinds.values() for bit, number in some[ENOUGH:]}
    if not dropped:
        return shape, numbers
    gone = set(dropped.values())

    def stays(part: Node) -> bool:
        return not isinstance(part, Member) or place[part.number.index] not in dropped

    left = tuple(tuple((permit, tuple(filter(stays, parts))) for permit, parts in groups) for groups in shape)
    return left, tuple(one for one in numbers if one not in gone)


def _members(shape: Shape) -> tuple[dict[int, tuple[tuple[int, int], int]], set[int]]:
    """Expressions that are a member's, with list and run of their pattern and in how many patterns they are; and those in other patterns."""
    found: dict[int, tuple[int, int]] = {}
    times: Counter[int] = Counter()
    elsewhere: set[int] = set()
    for at, groups in enumerate(shape):
        for run, (_permit, parts) in enumerate(groups):
            for part in parts:
                if isinstance(part, Member):
                    found[part.number.index] = (at, run)
                    times[part.number.index] += 1
                else:
                    elsewhere.update(indexes(part))
    return {index: (one, times[index]) for index, one in found.items()}, elsewhere


def _kinds(where: Mapping[int, tuple[int, int]], numbers: tuple[int, ...]) -> dict[tuple[object, ...], list[tuple[int, int]]]:
    """Members by what tells them apart but for being equal, as bit and class: those that are one class, in which no other such member is."""
    held: Counter[int] = Counter(bit for one in numbers for bit in _bits(one) if bit in where)
    kinds: dict[tuple[object, ...], list[tuple[int, int]]] = {}
    for one in numbers:
        own = [bit for bit in _bits(one) if held[bit] == 1]
        if len(own) == 1:
            kinds.setdefault((where[own[0]], one ^ 1 << own[0]), []).append((own[0], one))
    return kinds


def _bits(number: int) -> Iterator[int]:
    while number:
        low = number & -number
        number ^= low
        yield low.bit_length() - 1
