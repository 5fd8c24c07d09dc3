"""The gate's answer in words: at most forty lines, for a terminal or a merge request."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ..analysis.explain import route_text
from ..model.result import Finding
from ..model.route import Decision
from .model import Change, GateReport
from .worse import WEIGHT

MOST_LINES = 40
WITNESSES = 3
NAMED = 4
"""Checks that lack the same and are named."""
READABLE = 10_000_000
ADVICE = {
    "pass": "Nothing gets worse.",
    "fail": "The change is blocked: it makes routing less safe. Mend what is listed, or have it waived first.",
    "inconclusive": "The change is blocked: whether it is safe cannot be told. Mend what is not understood or missing.",
    "overridden": "The change would be blocked; a ticket lets it through, and this is on record.",
}


def text(report: GateReport) -> str:
    """For a terminal."""
    head = [
        f"Gate: {report.verdict.upper()}" + (f" (ticket {report.ticket})" if report.ticket else ""),
        f"new or worse {len(report.new)}, unsure {len(report.unsure) + len(report.doubts)}, fixed {len(report.fixed)}, "
        f"known and unchanged {report.known}",
    ]
    return "\n".join(_limited(head, _items(report)))


def markdown(report: GateReport) -> str:
    """For a comment on a merge request."""
    mark = {"pass": "✅", "overridden": "⚠️"}.get(report.verdict, "❌")
    ticket = f", ticket {report.ticket}" if report.ticket else ""
    head = [
        f"### {mark} MANRS gate: {report.verdict}{ticket}",
        "",
        ADVICE[report.verdict],
        "",
        f"| new or worse | unsure | fixed | known, unchanged |\n|---|---|---|---|\n"
        f"| {len(report.new)} | {len(report.unsure) + len(report.doubts)} | {len(report.fixed)} | {report.known} |",
        "",
    ]
    words = ((kind, line.replace("`", "'")) for kind, line in _items(report))
    return "\n".join(_limited(head, ((f"- **{kind}**", line) for kind, line in words), used=3)) + "\n"


def _limited(head: list[str], items: Iterable[tuple[str, str]], used: int = 0) -> list[str]:
    lines = [f"{kind:<8} {line}" for kind, line in items]
    room = MOST_LINES - len(head) - used - 1
    if len(lines) > room:
        lines = [*lines[:room], f"... and {len(lines) - room} more; --format json has everything"]
    return [*head, *lines]


def _items(report: GateReport) -> Iterator[tuple[str, str]]:
    """What to tell, most urgent first."""
    yield from (("BLOCKED", one) for one in report.blocking)
    yield from (("NEW", _finding(one, report)) for one in sorted(report.new, key=lambda one: WEIGHT[one.severity]))
    yield from (("RULES", one) for one in report.rules)
    yield from (("WAIVER", one) for one in report.waivers)
    yield from (("UNSURE", one) for one in _doubtful(report))
    yield from (("UNSURE", one) for one in report.doubts)
    for number in range(WITNESSES):
        for one in report.changes:
            yield from _change(one, number, report)
    yield from (("FIXED", f"{one.check} {one.device} {one.subject}") for one in report.fixed)


def _doubtful(report: GateReport) -> Iterator[str]:
    """Findings that are not decided; those of one session that lack the same are one line: an undeclared neighbour lacks it for every check."""
    alike: dict[tuple[str, str, str, str], list[Finding]] = {}
    for one in report.unsure:
        alike.setdefault((one.device, one.subject, one.message, one.because), []).append(one)
    for some in alike.values():
        checks = list(dict.fromkeys(one.check for one in some))
        rest = f" and {len(checks) - NAMED} more" if len(checks) > NAMED else ""
        yield f"{_finding(some[0], report, ', '.join(checks[:NAMED]) + rest)}: {some[0].because}"


def _finding(one: Finding, report: GateReport, checks: str = "") -> str:
    if one.device in report.origins:
        lines = ", ".join(report.at(one.device, line.line) for line in one.lines[-3:])
    else:
        lines = ("line " if one.lines else "") + ", ".join(str(line.line) for line in one.lines[-3:])
    return f"{checks or one.check} {one.device} {one.message}" + (f" [{lines}]" if lines else "")


def _change(one: Change, number: int, report: GateReport) -> Iterator[tuple[str, str]]:
    """The witness of that number of each kind; the first says how many prefixes are treated so."""
    where = f"{one.device} {one.session} {one.direction}"
    for some, kind, word in (
        (one.newly_accepted, "accepted", "now accepts"),
        (one.newly_rejected, "rejected", "no longer accepts"),
    ):
        for shown in some[number : number + 1]:
            told = f"{word} {_many(one, kind)}, such as" if number == 0 else word
            before, now = _way(shown.before), _way(shown.after, one.device, report)
            yield "MEANING", f"{where}: {told} {route_text(shown.route)}; before: {before}, now: {now}"
    for shown in one.changed[number : number + 1]:
        told = f"changes {_many(one, 'changed')}, such as " if number == 0 else ""
        before, now = (route_text(d.after) if d.after else "?" for d in (shown.before, shown.after))
        yield "MEANING", f"{where}: {told}{shown.route.prefix} leaves as {now}; before: {before}"


def _many(one: Change, kind: str) -> str:
    """How many prefixes, short enough to be read: all of IPv6 are 2**129."""
    count = one.prefixes.get(kind, 0)
    words = f"{count:,}" if count < READABLE else f"about {count:.1e}"
    return f"{'' if one.exact else 'at most '}{words} prefix{'' if count == 1 else 'es'}"


def _way(decision: Decision, device: str = "", report: GateReport | None = None) -> str:
    """How a filter decides and the lines on the way, the deciding one last; the candidate's as what was handed in has them."""
    lines = list(dict.fromkeys(one.line for one in decision.trace if one.line))
    if not lines:
        return f"{decision.verdict} by default"
    if report is not None and device in report.origins:
        return f"{decision.verdict} at {', '.join(report.at(device, line) for line in lines)}"
    return f"{decision.verdict} at line {', '.join(map(str, lines))}"
