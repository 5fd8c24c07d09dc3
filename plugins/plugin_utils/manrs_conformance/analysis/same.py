"""Whether two parts of a model are written alike: everything but the places they stand at."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from functools import cache

PLACES = frozenset({"line", "lines"})
ENTRY = 6


def same(one: object, two: object) -> bool:
    """Whether both hold the same, line numbers aside; what is the same means the same, whatever in it was not understood."""
    if one is two:
        return True
    if type(one) is not type(two):
        return False
    if isinstance(one, tuple) and isinstance(two, tuple):
        return len(one) == len(two) and _items(one, two)
    if isinstance(one, Mapping) and isinstance(two, Mapping):
        return one.keys() == two.keys() and all(same(one[key], two[key]) for key in one)
    if is_dataclass(one) and not isinstance(one, type):
        return all(same(getattr(one, name), getattr(two, name)) for name in _names(type(one)))
    return one == two


def _items(one: tuple[object, ...], two: tuple[object, ...]) -> bool:
    if len(one) == ENTRY and isinstance(one[4], bool):
        # A prefix entry ends in its line; half a million of them are the normal case, so they are compared whole.
        return one[:5] == two[:5]
    return all(same(first, second) for first, second in zip(one, two, strict=True))


@cache
def _names(kind: type) -> tuple[str, ...]:
    return tuple(one.name for one in fields(kind) if one.name not in PLACES)
