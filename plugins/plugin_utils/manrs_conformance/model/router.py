"""What a router's configuration and state mean, vendor-neutral, with the lines they came from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from .policy import (
    AsPathList,
    Attachment,
    CommunityList,
    Policy,
    PrefixEntry,
    PrefixList,
    Rpki,
)

LineState = Literal["used", "irrelevant", "unsupported", "unrecognised"]


@dataclass(frozen=True, slots=True)
class Taint:
    """The object that an unread line may change: `router`, `policy NAME`, `list NAME`, `session ADDRESS`, `interface NAME`."""

    kind: Literal["router", "policy", "list", "session", "interface", "rpki"]
    name: str = ""

    def __str__(self) -> str:
        return f"{self.kind} {self.name}".strip()


@dataclass(frozen=True, slots=True)
class Unread:
    """A line that was not understood and may matter."""

    line: int
    text: str
    state: Literal["unsupported", "unrecognised"]
    taints: Taint
    where: str = ""
    """What was understood of the line (path-like languages only): words of structure, kept by a redaction."""
    derived: bool = False
    """Follows from another entry of the same line (the group that a session is a member of): a reader of the line works it out again."""


@dataclass(frozen=True, slots=True)
class Undefined:
    """A reference to something that does not exist, and what this platform makes of it."""

    kind: str
    name: str
    line: int
    effect: Literal["permit-all", "deny-all", "unknown"]


@dataclass(frozen=True, slots=True)
class Secret:
    """Where a secret stands: line (from 1) and columns [start, end) in that line."""

    line: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Session:
    """One BGP neighbour in one address family, inheritance resolved."""

    neighbor: str
    family: str
    remote_as: int | tuple[int, ...] | str
    """A number, a tuple for ranges of a dynamic neighbour, or `external` / `internal`."""
    kind: Literal["ebgp", "ibgp", "confed"]
    local_as: int
    inbound: Attachment
    outbound: Attachment
    vrf: str = "default"
    description: str = ""
    shutdown: bool = False
    group: str | None = None
    interface: str | None = None
    max_prefix: int | None = None
    max_prefix_action: Literal["shutdown", "warning", "restart", "discard"] | None = None
    role: str | None = None
    role_strict: bool = False
    gtsm: bool = False
    ebgp_multihop: int | None = None
    auth: Literal["md5", "tcp-ao", "none"] = "none"
    rr_client: bool = False
    next_hop_self: bool = False
    send_community: tuple[str, ...] = ()
    allowas_in: int = 0
    enforce_first_as: bool | None = True
    """None when the version that decides the default is unknown."""
    remove_private: bool = False
    as_override: bool = False
    default_originate: bool = False
    default_originate_policy: str | None = None
    soft_reconfiguration: bool = False
    route_server_client: bool = False
    rov: Literal["platform", "policy", "off"] = "off"
    platform_drops: frozenset[Rpki] = frozenset()
    """States that the platform itself keeps out of best path without a policy (IOS); empty elsewhere."""
    update_source: str | None = None
    timers: tuple[int, int] | None = None
    lines: tuple[int, ...] = ()

    @property
    def key(self) -> str:
        """Stable name of the session on its router."""
        return f"{self.vrf}/{self.neighbor}/{self.family}"

    @property
    def afi(self) -> int:
        """4 or 6."""
        return 6 if self.family.startswith("ipv6") else 4


Urpf = Literal["none", "loose", "strict", "feasible", "unknown"]


@dataclass(frozen=True, slots=True)
class SourceFilter:
    """A packet filter read as a set of permitted source ranges; `exact` is False when some rule could not be read."""

    name: str
    afi: Literal[4, 6]
    permits: tuple[PrefixEntry, ...]
    exact: bool = True
    line: int = 0


@dataclass(frozen=True, slots=True)
class Interface:
    """A layer-3 interface with what it does to source addresses."""

    name: str
    addresses: tuple[str, ...] = ()
    shutdown: bool = False
    vrf: str = "default"
    description: str = ""
    urpf_v4: Urpf = "none"
    urpf_v4_allow_default: bool = False
    urpf_v6: Urpf = "none"
    urpf_v6_allow_default: bool = False
    urpf_exceptions: str | None = None
    exceptions_v4: SourceFilter | None = None
    """Sources that pass although the reverse path check fails (the access list of `ip verify unicast`)."""
    exceptions_v6: SourceFilter | None = None
    acl_in_v4: str | None = None
    acl_in_v6: str | None = None
    acl_out_v4: str | None = None
    acl_out_v6: str | None = None
    sources_v4: SourceFilter | None = None
    sources_v6: SourceFilter | None = None
    leaving_v4: SourceFilter | None = None
    """Sources of forwarded packets that the outbound packet filter lets out; None where there is none, or where its platform's are not followed."""
    leaving_v6: SourceFilter | None = None
    lines: tuple[int, ...] = ()
    assigned: tuple[int, ...] = ()
    """Address families (4, 6) with an address that the configuration does not hold (DHCP, PPP, router advertisements)."""


@dataclass(frozen=True, slots=True)
class Origination:
    """A route that the router itself puts into BGP: `network`, `aggregate`, `redistribute` or `default`."""

    kind: Literal["network", "aggregate", "redistribute", "default"]
    family: str
    prefix: str | None = None
    protocol: str | None = None
    policy: Policy | None = None
    vrf: str = "default"
    line: int = 0
    summary_only: bool = False


@dataclass(frozen=True, slots=True)
class StaticRoute:
    """A static route; `discard` for a null or blackhole next hop."""

    prefix: str
    next_hop: str
    discard: bool = False
    vrf: str = "default"
    tag: int = 0
    line: int = 0


@dataclass(frozen=True, slots=True)
class RpkiCache:
    """A configured RTR cache."""

    address: str
    port: int
    transport: Literal["tcp", "ssh", "tls"] = "tcp"
    preference: int | None = None
    line: int = 0


@dataclass(frozen=True, slots=True)
class LiveRoute:
    """A route in the router's table: who sent it, its path, and the router's own validation state."""

    prefix: str
    neighbor: str
    as_path: tuple[int | tuple[int, ...], ...]
    best: bool
    rpki: Rpki = Rpki.UNVERIFIED
    communities: tuple[str, ...] = ()
    next_hop: str = ""
    """Empty where the listing does not tell."""


@dataclass(frozen=True, slots=True)
class LiveSession:
    """A session as the router runs it."""

    neighbor: str
    family: str
    remote_as: int
    established: bool
    received: int | None = None
    accepted: int | None = None
    sent: int | None = None
    route_refresh: bool | None = None
    vrf: str = "default"


@dataclass(frozen=True, slots=True)
class LiveCache:
    """An RTR session as the router runs it."""

    address: str
    port: int
    connected: bool


@dataclass(frozen=True, slots=True)
class Live:
    """Operational state at collection time; None where it was not collected."""

    sessions: tuple[LiveSession, ...] | None = None
    caches: tuple[LiveCache, ...] | None = None
    vrps: tuple[tuple[str, int, int], ...] | None = None
    """VRPs that the router holds: (prefix, maxLength, ASN)."""
    routes: tuple[LiveRoute, ...] | None = None
    """Paths of the BGP table where it is small enough to be read."""
    clock: str | None = None
    uptime: int | None = None
    drops: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Router:
    """Everything that checks need to know of one router."""

    platform: str
    hostname: str | None = None
    version: str | None = None
    local_as: int | None = None
    router_id: str | None = None
    sessions: tuple[Session, ...] = ()
    interfaces: tuple[Interface, ...] = ()
    policies: Mapping[str, Policy] = field(default_factory=dict)
    prefix_lists: tuple[PrefixList, ...] = ()
    as_path_lists: tuple[AsPathList, ...] = ()
    community_lists: tuple[CommunityList, ...] = ()
    other_lists: tuple[PrefixList, ...] = ()
    """Access lists used as route filters."""
    originations: tuple[Origination, ...] = ()
    statics: tuple[StaticRoute, ...] = ()
    caches: tuple[RpkiCache, ...] = ()
    validation: Mapping[str, bool] = field(default_factory=dict)
    """`ipv4` / `ipv6`: whether states are computed."""
    undefined: tuple[Undefined, ...] = ()
    unread: tuple[Unread, ...] = ()
    line_states: str = ""
    """One letter a line: u(sed), i(rrelevant), s (unsupported), ? (unrecognised)."""
    secrets: tuple[Secret, ...] = ()
    complete: bool = True
    """False when the text lacks its end or its head: every verdict is then inconclusive."""
    incomplete_because: str = ""
    facts: Mapping[str, str] = field(default_factory=dict)
    """Platform-wide switches worth showing (`ebgp-requires-policy`: `on`)."""
    live: Live | None = None

    def session(self, neighbor: str, family: str, vrf: str = "default") -> Session | None:
        """The session with this neighbour, or None."""
        for one in self.sessions:
            if (one.neighbor, one.family, one.vrf) == (neighbor, family, vrf):
                return one
        return None
