"""Functions for people: the result of an audit at a terminal."""

from __future__ import annotations

from nornir.core.task import AggregatedResult, MultiResult
from rich.console import Console
from rich.table import Table
from rich.text import Text

COLOUR = {
    "pass": "green",
    "confirmed": "green",
    "unchanged": "green",
    "read": "green",
    "fail": "bold red",
    "inconclusive": "yellow",
}


def print_conformance(result: AggregatedResult, console: Console | None = None) -> None:
    """Print one line per host and one per finding; a failed host has a line too, and an empty result says that it proves nothing."""
    out = console or Console()
    if not result:
        out.print(Text("NOTHING WAS ASSESSED: this proves no conformance", style="bold yellow"))
        return
    table = Table("Host", "Verdict", "Results", title=f"MANRS: {result.name}", title_justify="left")
    for host, one in sorted(result.items()):
        verdict, counts = _verdict(one)
        table.add_row(Text(_safe(host)), Text(verdict, style=COLOUR.get(verdict.split(":", maxsplit=1)[0], "red")), Text(counts))
    out.print(table)
    for host, one in sorted(result.items()):
        for finding in _findings(one):
            where = f" {host} {finding.get('subject', '')}: "
            words = (str(finding.get("status", "")), " ", str(finding.get("check", "")), where, str(finding.get("message", "")))
            out.print(Text(_safe("".join(words)), style=COLOUR.get(words[0], "red")))


def _verdict(results: MultiResult) -> tuple[str, str]:
    """Verdict and counts of one host."""
    for one in reversed(results):
        verdict = getattr(one, "verdict", None) or getattr(one, "outcome", None)
        if verdict:
            counts = one.result.get("counts", {}) if isinstance(one.result, dict) else {}
            return str(verdict), ", ".join(f"{number} {_safe(name)}" for name, number in counts.items())
    error = next((one.exception for one in reversed(results) if one.exception is not None), None)
    words = str(error).strip().splitlines() if error is not None else []
    return "not assessed" + (f": {_safe(words[0])}" if words else ""), ""


def _findings(results: MultiResult) -> list[dict[str, object]]:
    return [finding for one in results if isinstance(one.result, dict) for finding in one.result.get("findings", [])]


def _safe(text: object) -> str:
    """Text without control characters, so that a router cannot steer the terminal."""
    return "".join(char if char.isprintable() else "\N{REPLACEMENT CHARACTER}" for char in str(text))
