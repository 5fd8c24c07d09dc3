"""A configuration while it is read."""

from __future__ import annotations

from dataclasses import dataclass, field

from ...model.policy import Afi
from ...model.router import StaticRoute, Undefined
from .._acl import Acl
from .._block import Ledger, Statement
from .._lists import Lists
from .._routemap import Entry, RouteMap
from .bgp import Bgp


@dataclass(slots=True)
class Urpf:
    """`verify unicast` of one family on an interface."""

    mode: str
    allow_default: bool
    exceptions: str | None
    line: int


@dataclass(slots=True)
class Face:
    """An interface as written."""

    name: str
    lines: list[int] = field(default_factory=list)
    addresses: list[str] = field(default_factory=list)
    lenders: dict[Afi, str] = field(default_factory=dict)
    """By family the interface whose address an unnumbered one uses."""
    assigned: set[Afi] = field(default_factory=set)
    """Families with an address from elsewhere."""
    shutdown: bool = False
    vrf: str = "default"
    description: str = ""
    urpf: dict[Afi, Urpf] = field(default_factory=dict)
    unknown: set[Afi] = field(default_factory=set)
    """Families whose source validation has a line that was not understood."""
    acls: dict[tuple[Afi, str], tuple[str, int]] = field(default_factory=dict)
    """(family, `in` or `out`) -> name and line."""


@dataclass(slots=True)
class Draft:
    """A configuration while it is read."""

    ledger: Ledger
    lists: Lists = field(default_factory=Lists)
    acls: dict[tuple[Afi, str], Acl] = field(default_factory=dict)
    maps: dict[str, RouteMap] = field(default_factory=dict)
    clauses: list[tuple[RouteMap, Entry, Statement]] = field(default_factory=list)
    bgp: Bgp | None = None
    faces: dict[str, Face] = field(default_factory=dict)
    statics: list[StaticRoute] = field(default_factory=list)
    key_chains: set[str] = field(default_factory=set)
    """Names of key chains for TCP-AO (`key chain NAME tcp`)."""
    hostname: str | None = None
    version: str | None = None
    new_format: bool = False
    no_cef: set[Afi] = field(default_factory=set)
    """Families in which express forwarding, and with it uRPF, is switched off."""
    shown: bool = False
    ended: int = 0
    block: str = ""
    """The kind of block being read: `bgp`, `route-map`, `interface`, `acl`, `vrf`, `skip`, `unknown` or empty."""
    block_text: str = ""
    map: RouteMap | None = None
    entry: Entry | None = None
    face: Face | None = None
    acl: Acl | None = None
    statements: int = 0
    undefined: list[Undefined] = field(default_factory=list)
