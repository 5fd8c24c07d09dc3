"""What a gate looks at and what it answers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from ..model.reference import Reference
from ..model.result import Finding
from ..model.route import Decision, Route
from ..model.router import Router


def _at(origins: Mapping[str, Mapping[int, str]], device: str, line: int) -> str:
    plain = f"line {line} after the merge" if device in origins else f"line {line}"
    return origins.get(device, {}).get(line, plain)


@dataclass(frozen=True, slots=True)
class Side:
    """One side of a change: models and findings by device, judged with the same rules and intent.

    `reference` is what the sources said on this side, where it is not what they say on the other one. `origins` says by device, in words, where lines of the text come from that a fragment brought.
    """

    routers: Mapping[str, Router]
    findings: Sequence[Finding]
    origins: Mapping[str, Mapping[int, str]] = field(default_factory=dict)
    reference: Reference | None = None

    def at(self, device: str, line: int) -> str:
        """A line of a device's text in words: where it stands in what was handed in."""
        return _at(self.origins, device, line)


@dataclass(frozen=True, slots=True)
class Shown:
    """One route that tells two filters apart, with the way it takes through each."""

    route: Route
    before: Decision
    after: Decision


@dataclass(frozen=True, slots=True)
class Change:
    """What one session and direction does differently with routes: up to three examples of each kind, and how much it is."""

    device: str
    session: str
    direction: Literal["import", "export"]
    newly_accepted: tuple[Shown, ...] = ()
    newly_rejected: tuple[Shown, ...] = ()
    changed: tuple[Shown, ...] = ()
    prefixes: Mapping[str, int] = field(default_factory=dict)
    """How many prefixes (pairs of network and length) have a route that is now `accepted`, now `rejected`, or leaves `changed`."""
    exact: bool = True
    """Whether `prefixes` are exact; else they are upper bounds, because a part of the filter could not be followed."""


@dataclass(frozen=True, slots=True)
class Unclear:
    """A filter that changed, and why the difference could not be followed exactly."""

    device: str
    session: str
    direction: Literal["import", "export"]
    because: str

    def __str__(self) -> str:
        return f"{self.device} {self.session} {self.direction}: {self.because}"


@dataclass(frozen=True, slots=True)
class GateReport:
    """The gate's answer: `pass`, `fail`, `inconclusive` or `overridden` (let through by a ticket).

    `unsure` are findings that cannot be decided and that the change brought or may hide in; `blocking` what stops a change whatever the
    base held; `rules` how the candidate side changes the rules it would be judged by (they are read from the base side).
    """

    verdict: str
    new: tuple[Finding, ...] = ()
    unsure: tuple[Finding, ...] = ()
    fixed: tuple[Finding, ...] = ()
    known: int = 0
    blocking: tuple[str, ...] = ()
    changes: tuple[Change, ...] = ()
    doubts: tuple[str, ...] = ()
    ticket: str | None = None
    rules: tuple[str, ...] = ()
    waivers: tuple[str, ...] = ()
    """What the waivers do, in words: those that cover something, those that ran out, and those that cover nothing."""
    candidate: Mapping[str, str] = field(default_factory=dict)
    """SHA-256 of what each device would be given (configuration or fragment, UTF-8): what a push may demand."""
    candidate_sha256: str = ""
    """SHA-256 of the whole change: of lines `DIGEST  DEVICE`, sorted by device, as `sha256sum` writes them."""
    origins: Mapping[str, Mapping[int, str]] = field(default_factory=dict)
    """By device and line of the candidate: the place in the fragment that brought the line, for every line that is named here;
    a device without a fragment is absent."""

    def at(self, device: str, line: int) -> str:
        """A line of the candidate in words: where it stands in what was handed in."""
        return _at(self.origins, device, line)
