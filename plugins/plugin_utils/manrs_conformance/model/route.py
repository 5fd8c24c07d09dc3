"""A concrete route as a policy sees it."""

from __future__ import annotations

from dataclasses import dataclass, field

from .policy import Rpki


@dataclass(frozen=True, slots=True)
class Route:
    """One route with the attributes that policies read and write.

    `prefix` is canonical text. `as_path` holds ASNs left to right; a tuple inside is an AS_SET. Communities are canonical text (see
    `policy.CommunityEntry`). `protocol` is where the route came from; `bgp` for a received one.
    """

    prefix: str
    as_path: tuple[int | tuple[int, ...], ...] = ()
    communities: frozenset[str] = frozenset()
    large: frozenset[str] = frozenset()
    extended: frozenset[str] = frozenset()
    rpki: Rpki = Rpki.UNVERIFIED
    next_hop: str | None = None
    peer: str | None = None
    origin: str = "igp"
    med: int | None = None
    local_pref: int | None = None
    tag: int = 0
    weight: int = 0
    protocol: str = "bgp"
    otc: int | None = None
    mark: str = "unverified"
    """Validation state that a policy wrote (Junos); `rpki` is what a lookup finds."""

    @property
    def afi(self) -> int:
        """4 or 6."""
        return 6 if ":" in self.prefix else 4


@dataclass(frozen=True, slots=True)
class TraceStep:
    """One step of the way of a route: the configuration line and what it did."""

    line: int
    text: str
    effect: str
    policy: str = ""
    term: str = ""


@dataclass(frozen=True, slots=True)
class Decision:
    """What happened to one route: `verdict` is `accept`, `reject` or `inconclusive`, `because` one sentence for a person."""

    verdict: str
    route: Route
    trace: tuple[TraceStep, ...] = ()
    because: str = ""
    after: Route | None = field(default=None)
    """The route with changed attributes when accepted."""
    unknown: frozenset[str] = frozenset()
    """Attributes of `after` that nobody knows: `as_path`, `standard`, `large`, `extended`, `med`, …"""
