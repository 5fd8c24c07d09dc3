"""Results as plain data and text, for the faces."""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Sequence
from typing import Any

from ..model.result import AuditReport, Finding, Status


def report_json(report: AuditReport) -> dict[str, Any]:
    """A report as plain JSON data."""
    return dataclasses.asdict(report, dict_factory=plain)


def plain(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Pairs of a dataclass as a dictionary for JSON."""
    return {key: sorted(value) if isinstance(value, frozenset) else value for key, value in pairs}


def brief(one: Finding) -> dict[str, Any]:
    """A finding as the few plain words that a face shows."""
    witness = one.witnesses[0] if one.witnesses else None
    return {
        "check": one.check,
        "device": one.device,
        "subject": one.subject,
        "status": one.status.value,
        "severity": one.severity.value,
        "message": one.message,
        "because": one.because,
        "remedy": one.remedy,
        "witness": witness.route.prefix if witness and witness.route else "",
        "lines": [line.line for line in one.lines],
        "fingerprint": one.fingerprint,
    }


def counts(findings: Sequence[Finding]) -> dict[str, int]:
    """How many findings have each status."""
    found = Counter(one.status.value for one in findings)
    return {status.value: found[status.value] for status in Status}


def summary_text(report: AuditReport) -> str:
    """The summary as plain text."""
    from rich.console import Console

    from ..evidence import terminal

    console = Console(width=140, no_color=True, force_terminal=False)
    with console.capture() as capture:
        console.print(terminal.summary(report))
    return capture.get()
