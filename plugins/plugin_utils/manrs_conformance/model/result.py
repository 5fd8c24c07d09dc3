"""Check results, requirement verdicts, and the witnesses behind them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from .route import Route, TraceStep


class Status(StrEnum):
    """Outcome of one check on one subject."""

    PASS = "pass"
    FAIL = "fail"
    INCONCLUSIVE = "inconclusive"
    NOT_APPLICABLE = "not_applicable"
    ERROR = "error"


class Severity(StrEnum):
    """Weight of a fail."""

    CRITICAL = "critical"
    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"
    INFO = "info"


class Met(StrEnum):
    """Verdict on a requirement."""

    MET = "met"
    NOT_MET = "not_met"
    INCONCLUSIVE = "inconclusive"
    DECLARED = "declared"
    NOT_APPLICABLE = "not_applicable"


@dataclass(frozen=True, slots=True)
class Packet:
    """A packet source that gets through an interface."""

    source: str
    interface: str


@dataclass(frozen=True, slots=True)
class Witness:
    """A concrete route or packet that proves a result, with the way it takes; `learned_from` and `sent_to` are session keys."""

    route: Route | None = None
    packet: Packet | None = None
    trace: tuple[TraceStep, ...] = ()
    learned_from: str | None = None
    sent_to: str | None = None
    verdict: str = "accept"
    replay: str = ""
    """A command that shows it on the router."""


@dataclass(frozen=True, slots=True)
class Line:
    """A configuration line a result rests on."""

    line: int
    text: str


@dataclass(frozen=True, slots=True)
class Finding:
    """One check on one subject of one device, whatever the outcome: a line of `results.jsonl`.

    `subject` is a session key, `interface NAME`, `list NAME`, `router` or an ASN or prefix. `cause` names policy and term and the class of
    witness, never line or sequence numbers: with check, device, subject and direction it makes the stable fingerprint.
    """

    check: str
    device: str
    subject: str
    status: Status
    severity: Severity
    message: str
    family: str | None = None
    direction: str | None = None
    cause: str = ""
    because: str = ""
    """Why an answer is inconclusive, not applicable or an error."""
    remedy: str = ""
    witnesses: tuple[Witness, ...] = ()
    lines: tuple[Line, ...] = ()
    sources: tuple[str, ...] = ()
    fingerprint: str = ""
    waived_by: str | None = None


@dataclass(frozen=True, slots=True)
class RequirementResult:
    """Verdict on one requirement of the norm, with how it was established (`router`, `public_data`, `declaration`)."""

    requirement: str
    action: str
    title: str
    kind: str
    phase: str
    verdict: Met
    methods: tuple[str, ...]
    because: str
    decided_by: tuple[str, ...] = ()
    """Fingerprints of the findings that decide."""
    supported_by: tuple[str, ...] = ()
    counts: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class DeviceScope:
    """What became of one expected device: `assessed`, `partial`, `unreachable` or `excluded`."""

    name: str
    status: str
    reason: str = ""
    platform: str = ""


@dataclass(frozen=True, slots=True)
class AuditReport:
    """The whole result of an audit, plain enough to be written as JSON."""

    norm: str
    as_of: str
    scope: tuple[DeviceScope, ...]
    findings: tuple[Finding, ...]
    requirements: tuple[RequirementResult, ...]
    verdict: str
    """`pass`, `fail` or `inconclusive` over everything that was asked."""
