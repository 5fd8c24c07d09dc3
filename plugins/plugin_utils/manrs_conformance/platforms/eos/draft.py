"""A configuration while it is read: objects as written, and the blocks that are open."""

from __future__ import annotations

from dataclasses import dataclass, field

from ...model.policy import Afi
from ...model.router import RpkiCache, StaticRoute, Taint, Urpf
from .._acl import Acl
from .._block import Ledger, Statement
from .._lists import Lists
from .._routemap import Entry, RouteMap
from .bgp import Bgp


@dataclass(slots=True)
class Face:
    """An interface as written."""

    name: str
    lines: list[int] = field(default_factory=list)
    addresses: list[str] = field(default_factory=list)
    assigned: set[Afi] = field(default_factory=set)
    """Families with an address from elsewhere."""
    unnumbered: str | None = None
    shutdown: bool = False
    vrf: str = "default"
    description: str = ""
    urpf: dict[Afi, Urpf] = field(default_factory=dict)
    allow_default: dict[Afi, bool] = field(default_factory=dict)
    acl_in: dict[Afi, tuple[str, int]] = field(default_factory=dict)
    acl_out: dict[Afi, tuple[str, int]] = field(default_factory=dict)
    judged_elsewhere: bool = False
    """A traffic policy looks at packets too: what it does to sources is not read."""


@dataclass(slots=True)
class Cache:
    """An `rpki cache` block."""

    name: str
    line: int
    host: str = ""
    port: int | None = None
    transport: str = "tcp"
    preference: int | None = None


@dataclass(slots=True)
class PeerFilter:
    """A `peer-filter`: ranges of ASNs in order, and whether they are accepted."""

    entries: list[tuple[int, int, int, bool]] = field(default_factory=list)
    tainted: bool = False


@dataclass(slots=True)
class Block:
    """An open block: how deep its header stands, what it is, and what its lines belong to."""

    indent: int
    kind: str
    thing: object = None
    name: str = ""


@dataclass(slots=True)
class Draft:
    """A configuration while it is read."""

    ledger: Ledger
    blocks: list[Block] = field(default_factory=list)
    lists: Lists = field(default_factory=Lists)
    origins: dict[str, list[str]] = field(default_factory=dict)
    """Origin word of each entry of an AS-path list, where one is not `any`."""
    string_mode: bool | None = None
    acls: dict[tuple[Afi, str], Acl] = field(default_factory=dict)
    maps: dict[str, RouteMap] = field(default_factory=dict)
    clauses: list[tuple[RouteMap, Entry, Statement]] = field(default_factory=list)
    main: Bgp | None = None
    instances: list[Bgp] = field(default_factory=list)
    peer_filters: dict[str, PeerFilter] = field(default_factory=dict)
    functions: set[str] = field(default_factory=set)
    """Names of routing control functions whose code the text shows."""
    hidden_functions: bool = False
    """Code units come from a place that the text does not show."""
    faces: dict[str, Face] = field(default_factory=dict)
    statics: list[StaticRoute] = field(default_factory=list)
    caches: list[Cache] = field(default_factory=list)
    validates: dict[str, int] = field(default_factory=dict)
    """`ebgp` -> line of `ebgp local` under `rpki origin-validation`."""
    leaks: list[tuple[str, list[str], int]] = field(default_factory=list)
    """(VRF, words, line) of routes leaked between VRFs."""
    model: str | None = None
    """`ribd` or `multi-agent` as the text says, or None."""
    hostname: str | None = None
    device: bool = False
    version_text: str | None = None
    ended: int = 0
    statements: int = 0
    text_until: str = ""
    """Free text is being read, up to this line."""
    text_is_code: bool = False

    @property
    def top(self) -> Block | None:
        """The innermost open block."""
        return self.blocks[-1] if self.blocks else None

    def open(self, at: Statement, kind: str, thing: object = None, name: str = "") -> None:
        """Lines that stand deeper than this one belong to it."""
        self.blocks.append(Block(at.indent, kind, thing, name))

    def taint(self, number: int, kind: str, name: str = "", state: str = "unsupported") -> None:
        """The line was not understood and may change an object."""
        self.ledger.miss(number, state, Taint(kind, name))  # type: ignore[arg-type]


def rpki_caches(draft: Draft) -> tuple[RpkiCache, ...]:
    """The caches that have a host; EOS asks port 323, over SSH port 22."""
    return tuple(
        RpkiCache(
            one.host,
            one.port if one.port is not None else 22 if one.transport == "ssh" else 323,
            one.transport,  # type: ignore[arg-type]
            one.preference,
            one.line,
        )
        for one in draft.caches
        if one.host
    )
