"""What policies did to the attributes of the routes in a box, and what happens to them between two sessions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from ..model.policy import AnyOf, Cond, NumberMatch
from ..model.route import Route
from .concrete import FIELDS
from .space import NUMBERS, PLACE, TEXTS, Box, Universe

UNKNOWN = -1


@dataclass(frozen=True, slots=True)
class State:
    """How the attributes of the routes in a box differ from what came in: `over` maps a dimension to the mask it has now (or UNKNOWN),
    `care`/`value` the community atoms that are set or removed, `unknown` the attributes that nobody knows any more."""

    over: tuple[tuple[int, int], ...] = ()
    care: int = 0
    value: int = 0
    unknown: frozenset[str] = frozenset()
    prepended: tuple[int, ...] = ()

    def with_over(self, place: int, mask: int) -> State:
        """The state with one dimension set."""
        return replace(self, over=tuple(sorted({**dict(self.over), place: mask}.items())))

    def result(self, space: Universe, route: Route) -> tuple[object, ...]:
        """Comparable attributes of a route that left in this state."""
        over = dict(self.over)
        names = set()
        for (kind, text), bit in space.atoms.items():
            there = bool(self.value & bit) if self.care & bit else text in getattr(route, FIELDS[kind])
            if there:
                names.add((kind, text))
        masks = {name: over.get(PLACE[name]) for name in ("rpki", *TEXTS)}
        fixed = tuple((name, over.get(PLACE[name], _class(space, name, getattr(route, name) or 0))) for name in NUMBERS)
        texts = tuple((k, v) for k, v in sorted(masks.items()) if v is not None)
        return (fixed, texts, frozenset(names), self.unknown, self.prepended)


def _class(space: Universe, name: str, number: int) -> int:
    return 1 << max(i for i, least in enumerate(space.numbers[name]) if least <= number)


@dataclass(frozen=True, slots=True)
class Place:
    """Some routes, in some state."""

    box: Box
    state: State


@dataclass(frozen=True, slots=True)
class Transfer:
    """What happens to routes between the import on one session and the export on another: kinds of communities that are not sent,
    attributes that are reset, ASNs put in front."""

    strip: tuple[str, ...] = ()
    reset: Mapping[str, int] | None = None
    unknown: tuple[str, ...] = ()
    peer: str | None = None

    def cond(self) -> Cond:
        """A condition that makes the space know every value this sets."""
        return AnyOf(tuple(NumberMatch(name, ((value, value),)) for name, value in sorted((self.reset or {}).items())))  # type: ignore[arg-type]

    def change(self, space: Universe, state: State) -> State:
        """The state after the transfer."""
        for (kind, _text), bit in space.atoms.items():
            if kind in self.strip:
                state = replace(state, care=state.care | bit, value=state.value & ~bit)
        for name, value in (self.reset or {}).items():
            state = state.with_over(PLACE[name], space.number_mask(name, ((value, value),)))
        return replace(state, unknown=state.unknown | frozenset(self.unknown))

    def apply(self, route: Route) -> Route:
        """A concrete route after the transfer."""
        for kind in self.strip:
            route = replace(route, **{FIELDS[kind]: frozenset()})  # type: ignore[arg-type]
        for name, value in (self.reset or {}).items():
            route = replace(route, **{name: value})  # type: ignore[arg-type]
        return route
