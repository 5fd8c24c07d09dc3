"""What public databases say of an operator: contacts, registrations, tests and what route collectors see.

Each value knows when its source was asked (`at`, RFC 3339 UTC), because ages count from there, and has a `problem` where nothing came.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Contact:
    """A way to reach somebody: roles as the database names them, in lower case."""

    roles: tuple[str, ...]
    name: str = ""
    emails: tuple[str, ...] = ()
    phones: tuple[str, ...] = ()
    visible: str = "Public"
    updated: str | None = None


@dataclass(frozen=True, slots=True)
class Network:
    """The PeeringDB entry of an ASN; `complete` says whether contacts for registered users only were visible too.

    `siblings` are the ASNs of all networks of its organisation, None where they were not had.
    """

    asn: int
    at: str
    listed: bool = False
    complete: bool = False
    name: str = ""
    as_set: str = ""
    looking_glass: str = ""
    prefixes_v4: int | None = None
    prefixes_v6: int | None = None
    updated: str | None = None
    contacts: tuple[Contact, ...] = ()
    siblings: tuple[int, ...] | None = None
    problem: str | None = None


@dataclass(frozen=True, slots=True)
class Holding:
    """A registry's record (RDAP) of an ASN (`AS64500`) or prefix; `wide` when it covers so much that it is the registry's own."""

    resource: str
    at: str
    registered: bool = False
    wide: bool = False
    handle: str = ""
    registry: str = ""
    status: tuple[str, ...] = ()
    changed: str | None = None
    contacts: tuple[Contact, ...] = ()
    problem: str | None = None


@dataclass(frozen=True, slots=True)
class SpoofTest:
    """One family of one session of the CAIDA Spoofer project."""

    session: str
    when: str
    asn: int
    client: str
    nat: bool
    routed: str
    private: str


@dataclass(frozen=True, slots=True)
class SpoofTests:
    """All tests found from one ASN in the year before `at`."""

    asn: int
    at: str
    tests: tuple[SpoofTest, ...] = ()
    problem: str | None = None


@dataclass(frozen=True, slots=True)
class Seen:
    """A prefix that collectors saw from an origin: first and last time, as far back as the source was asked, and the times between."""

    prefix: str
    first: str
    last: str
    spans: tuple[tuple[str, str], ...] = ()
    """Each time it was seen without a break (begin, end)."""


@dataclass(frozen=True, slots=True)
class Visible:
    """Who sees a prefix: full-table peers of the collectors, and collectors with at least one such peer."""

    prefix: str
    peers: int = 0
    of_peers: int = 0
    collectors: int = 0
    of_collectors: int = 0
    problem: str | None = None


@dataclass(frozen=True, slots=True)
class Announcements:
    """What route collectors see of an ASN: announced now (two weeks) and over the history; None where it was not asked."""

    asn: int
    at: str
    announced: tuple[Seen, ...] | None = None
    history: tuple[Seen, ...] | None = None
    first_seen: str | None = None
    last_seen: str | None = None
    peers_v4: tuple[int, int] | None = None
    """Full peers that see it, of how many."""
    peers_v6: tuple[int, int] | None = None
    neighbours: tuple[tuple[int, bool, bool], ...] = ()
    """(ASN, seen in BGP, in the registered policy)."""
    visible: tuple[Visible, ...] | None = None
    """Who sees the prefixes announced now, of the first hundreds of them."""
    problem: str | None = None


@dataclass(frozen=True, slots=True)
class Event:
    """A suspicious event that names the ASN as attacker."""

    id: str
    kind: str
    began: str
    seconds: int
    prefixes: tuple[str, ...]
    suspicion: int | None
    explanation: str = ""


@dataclass(frozen=True, slots=True)
class Events:
    """Events of the ninety days before `at` that name the ASN as attacker."""

    asn: int
    at: str
    events: tuple[Event, ...] = ()
    problem: str | None = None


@dataclass(frozen=True, slots=True)
class RouteObject:
    """A route or route6 object."""

    prefix: str
    origin: int
    registry: str
    maintainers: tuple[str, ...] = ()
    invalid: bool = False
    """RPKI invalid, as the server says: registries leave such an object out of filters, and show it only when asked to."""


@dataclass(frozen=True, slots=True)
class AutNum:
    """An aut-num object: whether it names contacts, and the ASNs its policy imports from and exports to."""

    asn: int
    registered: bool
    contacts: bool = False
    imports: tuple[int, ...] = ()
    exports: tuple[int, ...] = ()
    registries: tuple[str, ...] = ()
    maintainers: tuple[tuple[str, str], ...] = ()
    """(registry, maintainer) of each object."""
    problem: str | None = None


@dataclass(frozen=True, slots=True)
class SetFacts:
    """What a registry says of an as-set."""

    name: str
    exists: bool
    asns: tuple[int, ...] = ()
    missing: tuple[str, ...] = ()
    registries: tuple[str, ...] = ()
    problem: str | None = None


@dataclass(frozen=True, slots=True)
class Registrations:
    """What the routing registry holds: route objects that cover each prefix, aut-nums and as-sets; a prefix that failed is in `problems`."""

    routes: Mapping[str, tuple[RouteObject, ...]]
    aut_nums: Mapping[int, AutNum]
    sets: Mapping[str, SetFacts]
    problems: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Aspa:
    """An Autonomous System Provider Authorisation."""

    customer: int
    providers: tuple[int, ...]
