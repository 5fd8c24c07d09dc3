"""What a push wants a router to hold, vendor-neutral: each platform renders it in its own words."""

from __future__ import annotations

import re
from dataclasses import dataclass

from .policy import PrefixEntry

OWNED = "MANRS-"
"""How every name begins that a plan owns; `is_owned` says of a name whether it does."""
_GENERATED = re.compile(rf"{OWNED}[A-Z][A-Z-]*[46]?(?:-[0-9a-f]+-\d+)?-[0-9a-f]{{8}}")
_OWN_NAME = re.compile(rf"{OWNED}(?:IN|OUT)[46]-(?:(?:[0-9a-f]{{0,4}}-)+?|N[0-9a-f]{{8}}-)[0-9a-f]{{8}}(?:-(\S+))?")


def is_owned(name: str) -> bool:
    """Whether a plan made a name: it ends in the digest of a content, or goes on with the operator's policy behind. An operator may begin names
    of their own alike."""
    return name.startswith(OWNED) and (_GENERATED.fullmatch(name) is not None or _OWN_NAME.fullmatch(name) is not None)


def behind(name: str) -> str | None:
    """The operator's policy that goes on deciding in or behind an owned one, where the name tells it:
    `MANRS-IN4-192-0-2-1-0123abcd-OPERATORS` (direction, family, neighbour, digest of the content)."""
    found = _OWN_NAME.fullmatch(name)
    return found[1] if found else None


@dataclass(frozen=True, slots=True)
class ImportPlan:
    """An owned import policy in front of the operator's: it only denies, then leaves the rest to `existing`."""

    allow: tuple[PrefixEntry, ...] | None = None
    """Only these ranges pass (customers); None where no allow-list is asked."""
    origins: tuple[int, ...] | None = None
    """Only these ASNs may stand in the path."""
    refuse_prefixes: tuple[PrefixEntry, ...] = ()
    """Bogons, default, too long, own prefixes."""
    refuse_asns: tuple[tuple[int, int], ...] = ()
    refuse_transit_free: tuple[int, ...] = ()
    refuse_invalid: bool = True
    first_as: int | None = None
    longest_path: int | None = None
    blackhole: tuple[str, ...] = ()
    """Communities of the agreed RTBH service: host routes inside `allow` may carry them."""
    scrub: tuple[str, ...] = ()
    tag: str | None = None
    existing: str | None = None
    """The operator's own policy that goes on deciding behind this one."""


@dataclass(frozen=True, slots=True)
class ExportPlan:
    """An owned export policy: only own routes and tagged customer routes leave (or everything clean, towards customers)."""

    refuse_prefixes: tuple[PrefixEntry, ...] = ()
    refuse_asns: tuple[tuple[int, int], ...] = ()
    own: tuple[PrefixEntry, ...] = ()
    customer_tag: str | None = None
    everything: bool = False
    existing: str | None = None


@dataclass(frozen=True, slots=True)
class SessionPlan:
    """Desired statements of one session; None leaves that side alone."""

    neighbor: str
    family: str
    vrf: str
    inbound: ImportPlan | None = None
    outbound: ExportPlan | None = None
    max_prefix: int | None = None
    role: str | None = None
    gtsm: bool = False

    @property
    def afi(self) -> int:
        """4 or 6."""
        return 6 if self.family.startswith("ipv6") else 4


@dataclass(frozen=True, slots=True)
class SourceValidation:
    """Strict source validation on one interface, for the families named."""

    interface: str
    families: tuple[int, ...]
    permits: tuple[str, ...] = ()
    """Networks whose addresses are rightful sources here: connected ones, declared ones, and what customers behind it may announce."""


@dataclass(frozen=True, slots=True)
class Plan:
    """All desired statements of one device, and what was left undone with its reason."""

    device: str
    platform: str
    local_as: int
    sessions: tuple[SessionPlan, ...] = ()
    sources: tuple[SourceValidation, ...] = ()
    requires_policy: bool = False
    """Turn on the platform's RFC 8212 behaviour."""
    caches: tuple[tuple[str, int], ...] = ()
    """RPKI caches to ask: address and port."""
    left: tuple[str, ...] = ()
    cannot: tuple[str, ...] = ()
    """Checks that fail and that the platform has no means against: the same fault may come with a new prefix of an allow-list."""

    @property
    def empty(self) -> bool:
        """Whether there is nothing to do."""
        return not (self.sessions or self.sources or self.requires_policy or self.caches)


@dataclass(frozen=True, slots=True)
class Rendered:
    """A candidate text and the plan that it carries out: what the platform cannot do has gone from `plan` to `plan.left`."""

    text: str
    plan: Plan
