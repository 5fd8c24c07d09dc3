"""A configuration while it is read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from ...model.router import Interface, RpkiCache, StaticRoute, Undefined
from .._block import Ledger, Statement
from .._lists import Lists
from .bgp import Bgp
from .routemap import Entry, RouteMap


@dataclass(slots=True)
class Draft:
    """A configuration while it is read."""

    ledger: Ledger
    lists: Lists = field(default_factory=Lists)
    maps: dict[str, RouteMap] = field(default_factory=dict)
    clauses: list[tuple[RouteMap, Entry, list[str], Statement]] = field(default_factory=list)
    instances: list[Bgp] = field(default_factory=list)
    interfaces: dict[str, dict[str, object]] = field(default_factory=dict)
    statics: list[StaticRoute] = field(default_factory=list)
    caches: list[RpkiCache] = field(default_factory=list)
    hostname: str | None = None
    version: tuple[int, ...] | None = None
    version_text: str | None = None
    datacenter: bool = False
    shown: bool = False
    ended: int = 0
    closed: int = 0
    """Blocks that `exit` closed."""
    loose: bool = False
    """Whether another statement closed one, as before FRR 8 and by hand."""
    block: str = ""
    """The kind of block being read: `bgp`, `route-map`, `interface`, `rpki`, `vrf`, `skip` or empty."""
    vrf: str = "default"
    bgp: Bgp | None = None
    map: RouteMap | None = None
    entry: Entry | None = None
    interface: dict[str, object] = field(default_factory=dict)
    statements: int = 0
    undefined: list[Undefined] = field(default_factory=list)


def make_interface(one: Mapping[str, object]) -> Interface:
    """The interface of a draft."""
    return Interface(
        name=str(one["name"]),
        addresses=tuple(one["addresses"]),  # type: ignore[arg-type]
        shutdown=bool(one["shutdown"]),
        vrf=str(one["vrf"]),
        description=str(one["description"]),
        urpf_v4="unknown",
        urpf_v6="unknown",
        lines=tuple(one["lines"]),  # type: ignore[arg-type]
    )
