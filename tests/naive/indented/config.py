"""Abstract policies of a tiny world: plain data that printers write as configuration text and `judge` interprets."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class PrefixLine:
    """`permit|deny NETWORK [ge] [le]`."""

    permit: bool
    network: str
    ge: int | None = None
    le: int | None = None


@dataclass(frozen=True)
class PathLine:
    """`permit|deny REGEX`."""

    permit: bool
    regex: str


@dataclass(frozen=True)
class CommunityLine:
    """`permit|deny A B …` of a standard list, or `permit|deny REGEX` of an expanded one."""

    permit: bool
    values: tuple[str, ...] = ()
    regex: str | None = None


@dataclass(frozen=True)
class AclLine:
    """`permit|deny ADDRESS WILDCARD` of a standard access list; `bits` are those that must agree."""

    permit: bool
    network: str
    bits: int


@dataclass(frozen=True)
class Match:
    """One match line; kind is `ip`, `ipv6` (prefix lists), `acl`, `as-path`, `community`, `rpki` or `metric`."""

    kind: str
    names: tuple[str, ...]
    exact: bool = False


@dataclass(frozen=True)
class Set:
    """One set line; kind is `community`, `additive`, `delete`, `local-pref`, `metric` or `prepend`."""

    kind: str
    values: tuple[str, ...]


@dataclass(frozen=True)
class Entry:
    """One entry of a route-map; `go_on` is None, 0 (`continue`) or a number (`continue N`)."""

    seq: int
    permit: bool
    matches: tuple[Match, ...] = ()
    sets: tuple[Set, ...] = ()
    go_on: int | None = None


@dataclass(frozen=True)
class Config:
    """One router with one eBGP neighbour in two families; `filters` are (kind, name) of one direction, by family.

    Kinds of filters are `route-map`, `prefix-list` and `filter-list`. Knobs switch what else stands in the configuration.
    """

    os: str
    direction: str = "in"
    prefixes: Mapping[tuple[int, str], tuple[PrefixLine, ...]] = field(default_factory=dict)
    paths: Mapping[str, tuple[PathLine, ...]] = field(default_factory=dict)
    communities: Mapping[str, tuple[CommunityLine, ...]] = field(default_factory=dict)
    acls: Mapping[str, tuple[AclLine, ...]] = field(default_factory=dict)
    maps: Mapping[str, tuple[Entry, ...]] = field(default_factory=dict)
    filters: Mapping[int, tuple[tuple[str, str], ...]] = field(default_factory=dict)
    knobs: frozenset[str] = frozenset()


@dataclass(frozen=True)
class NaiveRoute:
    """A route of the tiny world; an inner tuple of the path is an AS_SET."""

    prefix: str
    path: tuple[int | tuple[int, ...], ...]
    communities: frozenset[str]
    rpki: str
    med: int | None = None

    @property
    def afi(self) -> int:
        """4 or 6."""
        return 6 if ":" in self.prefix else 4
