"""The result of an audit at a terminal."""

from __future__ import annotations

from collections import Counter

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from ..model.result import AuditReport, Finding, Status
from .canonical import plain
from .compare import SEVERITY, STATUS_ORDER
from .redact import AFTER_KEYWORD, MARK
from .wording import LABEL, route_text

COLOUR = {
    "pass": "green",
    "met": "green",
    "fail": "bold red",
    "not_met": "bold red",
    "error": "red",
    "inconclusive": "yellow",
    "declared": "cyan",
    "waived": "cyan",
    "not_applicable": "dim",
}
OPEN = (Status.FAIL, Status.ERROR, Status.INCONCLUSIVE)
SHOWN = 100


def safe(text: object) -> str:
    """Text without control characters, so that a router or a bundle cannot steer the terminal."""
    return "".join(char if char.isprintable() else "\N{REPLACEMENT CHARACTER}" for char in str(text))


def _label(state: str) -> Text:
    return Text(LABEL[state], style=COLOUR.get(state, ""))


def summary(report: AuditReport) -> RenderableType:
    """Verdict, scope, requirements and open findings of a report, for rich to print."""
    states = Counter(one.status for one in report.scope)
    scope = f"{len(report.scope)} expected = " + " + ".join(
        f"{states[name]} {name}" for name in ("assessed", "partial", "unreachable", "excluded")
    )
    counts = Counter(str(one.status) for one in report.findings)
    parts: list[RenderableType] = [
        Text.assemble(("MANRS ", "bold"), _label(report.verdict), safe(f"  {report.norm} as of {report.as_of}")),
        Text(scope),
        Text(f"{len(report.findings)} results: " + ", ".join(f"{counts[state]} {LABEL[state].lower()}" for state in STATUS_ORDER)),
    ]
    if not report.findings or not states["assessed"] + states["partial"]:
        parts.append(Text("NOTHING WAS ASSESSED: this proves no conformance", style="bold yellow"))
    parts.extend(
        Text(safe(f"  {one.name}: {one.status} {one.reason}"), style="yellow") for one in report.scope if one.status != "assessed"
    )
    judged = [one for one in report.requirements if str(one.verdict) != "not_applicable"]
    if judged:
        table = Table("Requirement", "Verdict", "Because", title="Requirements", title_justify="left")
        for one in judged:
            table.add_row(Text(safe(f"{one.requirement} {one.title}")), _label(str(one.verdict)), Text(safe(one.because)))
        parts.append(table)
    shown = sorted((one for one in report.findings if one.status in OPEN), key=_order)
    parts.extend(_finding(one) for one in shown[:SHOWN])
    if len(shown) > SHOWN:
        parts.append(Text(f"{len(shown) - SHOWN} more findings; a bundle or --format json has all of them", style="dim"))
    return Group(*parts)


def _order(one: Finding) -> tuple[int, bool, int, str, str]:
    return STATUS_ORDER.index(str(one.status)), bool(one.waived_by), SEVERITY.index(str(one.severity)), one.check, one.device


def _finding(one: Finding) -> Text:
    state = "waived" if one.waived_by and one.status is Status.FAIL else str(one.status)
    text = Text.assemble(
        _label(state), f" {safe(one.check)} ", (safe(f"{one.device} {one.subject}"), "bold"), safe(f": {one.message}")
    )
    if one.because:
        text.append("\n    " + safe(one.because))
    for witness in one.witnesses[:1]:
        if witness.route:
            text.append("\n    route " + safe(route_text(plain(witness.route))), style="red")
        if witness.packet:
            text.append("\n    packet from " + safe(f"{witness.packet.source} on {witness.packet.interface}"), style="red")
    for line in one.lines[:3]:
        text.append(f"\n    line {line.line}: " + AFTER_KEYWORD.sub(rf"\1\2\3{MARK}", safe(line.text)), style="dim")
    return text
