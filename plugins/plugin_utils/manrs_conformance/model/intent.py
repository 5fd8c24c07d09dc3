"""What the operator declares in `manrs.yml`, validated and resolved to plain values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

Relationship = Literal[
    "customer", "peer", "provider", "route_server", "route_server_client", "sibling", "internal", "collector", "complex"
]


@dataclass(frozen=True, slots=True)
class PrefixRange:
    """A prefix with the lengths allowed under it."""

    prefix: str
    ge: int | None = None
    le: int | None = None


@dataclass(frozen=True, slots=True)
class Selector:
    """Which sessions a neighbour entry speaks of; None means any. The most specific entry wins."""

    device: str | None = None
    vrf: str | None = None
    address: str | None = None
    group: str | None = None
    asn: int | None = None
    family: str | None = None


@dataclass(frozen=True, slots=True)
class Neighbour:
    """Declared facts of the neighbour on the sessions that `select` covers."""

    select: Selector
    relationship: Relationship
    name: str = ""
    as_set: str | None = None
    prefixes: tuple[PrefixRange, ...] | None = None
    """Pinned authorised prefixes; None means that they come from IRR/RPKI, an empty tuple that none are authorised."""
    origins: tuple[int, ...] | None = None
    """ASNs the neighbour may originate or carry; None means its own ASN only for a stub, else unknown."""
    stub: bool = False
    single_homed: bool = False
    default_agreed: bool = False
    full_table: bool = False
    max_prefix: int | None = None
    max_prefix_v6: int | None = None
    blackhole: tuple[str, ...] = ()
    """Communities of the agreed RTBH service; empty when there is none."""
    private_asn: bool = False
    coordinated: str | None = None
    """Ticket under which bilateral changes (roles, GTSM, MD5) were agreed with the other side."""
    own_prefixes_agreed: bool = False
    more_specifics_v4: int | None = None
    """Length down to which it may announce parts of what registries authorise; None means as they say."""
    more_specifics_v6: int | None = None
    exclude: tuple[str, ...] = ()
    """Prefixes that it may not announce, nor anything longer, whatever registries say."""


@dataclass(frozen=True, slots=True)
class InterfaceClass:
    """Class of the interfaces whose name matches `pattern` (shell wildcard) on `device` (wildcard), or over which a session runs."""

    klass: str
    pattern: str | None = None
    device: str | None = None
    sources: tuple[str, ...] = ()
    """Legitimate source prefixes beyond the connected ones."""


@dataclass(frozen=True, slots=True)
class Tagging:
    """The tagging contract of the AS: what a community on a route means (`learned_from_customer` …)."""

    customer: str | None = None
    peer: str | None = None
    provider: str | None = None
    route_server: str | None = None
    own: str | None = None


@dataclass(frozen=True, slots=True)
class Declaration:
    """A statement only the operator can make, by requirement id."""

    requirement: str
    statement: str
    updated: str
    by: str
    frequency: str = ""
    attachment: str | None = None


@dataclass(frozen=True, slots=True)
class Organisation:
    """Who is audited."""

    name: str
    contacts: tuple[Mapping[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Limits:
    """Thresholds the operator may set."""

    longest_v4: int = 24
    longest_v6: int = 48
    longest_path: int = 100
    source_max_age_hours: int = 24
    max_filter_change: float = 0.2
    """Share by which an owned allow-list may grow or shrink in one push."""
    max_lost_routes: float = 0.5
    """Share of a session's routes that a push may block because they stand on no allow-list."""
    max_prefix_headroom: float = 1.5


@dataclass(frozen=True, slots=True)
class Cache:
    """An RPKI cache that routers ask over RTR (RFC 8210) without transport security; `device` is a wildcard."""

    address: str
    port: int = 323
    device: str = "*"


@dataclass(frozen=True, slots=True)
class Intent:
    """The operator's declaration, resolved."""

    organisation: Organisation
    asns: tuple[int, ...]
    prefixes: tuple[PrefixRange, ...]
    neighbours: tuple[Neighbour, ...]
    devices: tuple[str, ...] = ()
    """Expected population; empty means what the inventory gives."""
    as_sets: tuple[str, ...] = ()
    never_customers: tuple[int, ...] = ()
    """ASNs that can stand in no customer's as-set, beyond transit-free networks, peers and providers."""
    legacy: tuple[str, ...] = ()
    delegated: tuple[PrefixRange, ...] = ()
    vrfs: Mapping[str, Literal["internet", "private"]] = field(default_factory=dict)
    interfaces: tuple[InterfaceClass, ...] = ()
    tagging: Tagging | None = None
    declarations: tuple[Declaration, ...] = ()
    limits: Limits = field(default_factory=Limits)
    sources: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    management: tuple[str, ...] = ()
    """Prefixes from which routers are managed; never filtered by a push."""
    change_windows: tuple[str, ...] = ()
    """When a push may change routers; at any time where empty."""
    rpki_caches: tuple[Cache, ...] = ()
    """Caches that a push configures on a router which asks none."""
    digest: str = ""


@dataclass(frozen=True, slots=True)
class Waiver:
    """An accepted fail, for a while: scoped to (check, device, session, prefix), approved by someone else than its owner."""

    id: str
    check: str
    reason: str
    owner: str
    approver: str
    expires: str
    device: str = "*"
    session: str = "*"
    prefix: str | None = None
    ticket: str = ""
