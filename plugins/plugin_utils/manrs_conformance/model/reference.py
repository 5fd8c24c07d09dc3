"""Reference data from outside the router: values with their provenance."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from .policy import PrefixEntry
from .public import Announcements, Aspa, Events, Holding, Network, Registrations, SpoofTests


@dataclass(frozen=True, slots=True)
class Provenance:
    """Where bytes came from: file or URL, query, time (RFC 3339 UTC), validity, and SHA-256 of the exact bytes."""

    source: str
    location: str
    retrieved_at: str
    sha256: str
    query: str = ""
    serial: str | None = None
    valid_until: str | None = None
    stale: bool = False
    problem: str | None = None
    """Why this source must not be relied on; its dependants are inconclusive."""
    note: str = ""
    """What a reader must know of a good answer, such as that an older copy was used."""


@dataclass(frozen=True, slots=True)
class Vrp:
    """A validated ROA payload (RFC 6811)."""

    prefix: str
    max_length: int
    asn: int


@dataclass(frozen=True, slots=True)
class Bogons:
    """Special-purpose prefixes and AS numbers that must not be seen in the global table."""

    v4: tuple[PrefixEntry, ...]
    v6: tuple[PrefixEntry, ...]
    asns: tuple[tuple[int, int], ...]
    transit_free: tuple[int, ...]
    dated: str
    names: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Authorised:
    """What one neighbour may announce: ranges for both families and the reason for each prefix."""

    v4: tuple[PrefixEntry, ...]
    v6: tuple[PrefixEntry, ...]
    origins: tuple[int, ...] = ()
    reasons: Mapping[str, str] = field(default_factory=dict)
    problem: str | None = None


@dataclass(frozen=True, slots=True)
class Earlier:
    """What an earlier snapshot said, to see what changed: VRPs, and ASNs by as-set."""

    vrps: Sequence[Vrp] | None = None
    sets: Mapping[str, tuple[int, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Reference:
    """All reference data of a run; None where a source was not given."""

    bogons: Bogons
    vrps: Sequence[Vrp] | None = None
    provenance: tuple[Provenance, ...] = ()
    authorised: Mapping[str, Authorised] = field(default_factory=dict)
    """By as-set or ASN text, from IRR and RPKI."""
    raw: Mapping[str, bytes] = field(default_factory=dict)
    """Exact bytes used, by SHA-256, for the bundle."""

    aspas: tuple[Aspa, ...] | None = None
    expires: Mapping[Vrp, str] = field(default_factory=dict)
    """When payloads of own ASNs end (RFC 3339 UTC), where the validator says so."""
    registrations: Registrations | None = None
    peeringdb: Mapping[int, Network] | None = None
    rdap: Mapping[str, Holding] | None = None
    spoofer: Mapping[int, SpoofTests] | None = None
    ripestat: Mapping[int, Announcements] | None = None
    grip: Mapping[int, Events] | None = None
    fullbogons: Mapping[int, tuple[PrefixEntry, ...]] = field(default_factory=dict)
    """Full bogons by family (4, 6), each with all longer ones; a family that was not given, or whose list must not be relied on, is absent."""
    earlier: Earlier = field(default_factory=Earlier)

    def given(self, source: str) -> bool:
        """Whether the source was asked at all, with whatever success."""
        return any(one.source == source for one in self.provenance)

    def cited(self, *sources: str) -> tuple[str, ...]:
        """The named sources with the time they were asked, for findings."""
        found = [one for one in self.provenance if one.source in sources]
        return tuple(f"{one.source} {one.sha256[:16]}".strip() for one in found)

    def problem(self, source: str) -> str | None:
        """Why the named source must not be relied on, or None."""
        for one in self.provenance:
            if one.source == source and one.problem:
                return one.problem
        return None
