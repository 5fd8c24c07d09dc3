"""Community ranges as classes: for every set of ranges that some community lies in, one community that stands for all of these."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import product

from ..model.policy import CommunityEntry, CommunityKind, CommunityList

LARGEST = {"standard": 0xFFFF, "large": 0xFFFFFFFF, "extended": 0}
WIDTH = {"standard": 2, "large": 3, "extended": 0}
Ranges = tuple[tuple[int, int], ...]


def inside(entry: CommunityEntry, community: str) -> bool:
    """Whether each number of a single community lies in the ranges given for it."""
    numbers = community.split(":")
    if len(numbers) != len(entry.ranges):
        return False
    return all(
        one.isdigit() and any(low <= int(one) <= high for low, high in some)
        for one, some in zip(numbers, entry.ranges, strict=True)
    )


def representatives(lists: Iterable[CommunityList], kind: CommunityKind, named: frozenset[str]) -> frozenset[str]:
    """For each class of communities that the ranges tell apart (the one in no range too), a community that is not among the `named`.

    A class whose every member is named needs none. Exact: presence of the representative stands for `some community of the class`.
    """
    patterns = list({entry.ranges for one in lists for entry in one.entries if len(entry.ranges) == WIDTH[kind] and entry.ranges})
    if not patterns:
        return frozenset()
    dimensions = [_intervals([one[place] for one in patterns], LARGEST[kind]) for place in range(WIDTH[kind])]
    classes: dict[int, list[tuple[Ranges, ...]]] = {}
    for cell in product(*dimensions):
        signature = -1
        for mask, _spans in cell:
            signature &= mask
        classes.setdefault(signature, []).append(tuple(spans for _mask, spans in cell))
    found = (_unnamed(cells, named) for cells in classes.values())
    return frozenset(one for one in found if one is not None)


def _intervals(groups: list[Ranges], largest: int) -> list[tuple[int, Ranges]]:
    """Numbers by the set of patterns they lie in: (mask of patterns, the intervals that have it)."""
    cuts = sorted({0, *(cut for some in groups for low, high in some for cut in (low, high + 1) if cut <= largest)})
    out: dict[int, list[tuple[int, int]]] = {}
    for at, low in enumerate(cuts):
        high = cuts[at + 1] - 1 if at + 1 < len(cuts) else largest
        mask = sum(1 << i for i, some in enumerate(groups) if any(a <= low <= b for a, b in some))
        out.setdefault(mask, []).append((low, high))
    return [(mask, tuple(spans)) for mask, spans in out.items()]


def _unnamed(cells: list[tuple[Ranges, ...]], named: frozenset[str]) -> str | None:
    return next((text for cell in cells for text in _texts(cell) if text not in named), None)


def _texts(cell: tuple[Ranges, ...], head: str = "") -> Iterator[str]:
    """Every community of a cell; lazily, so that only as many are made as are named."""
    for low, high in cell[0]:
        for number in range(low, high + 1):
            if len(cell) == 1:
                yield f"{head}{number}"
            else:
                yield from _texts(cell[1:], f"{head}{number}:")
