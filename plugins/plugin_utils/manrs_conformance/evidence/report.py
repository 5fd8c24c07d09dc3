"""The report that people read: one HTML file without any outside request."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from functools import cache, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .. import checks
from . import blocks, charts
from .canonical import loads
from .compare import OPEN, Comparison, order, state
from .previous import Contents
from .wording import LABEL, route_text

if TYPE_CHECKING:
    from jinja2 import Template

SHORT = {"pass": "ok", "fail": "FAIL", "inconclusive": "?", "not_applicable": "n/a", "error": "ERR", "waived": "waived", "": "–"}
WORST = ("not_met", "inconclusive", "declared", "met", "not_applicable")
CONTEXT = 2
MAX_SHOWN = 10_000
"""Findings that the page groups by cause; the rest stay in results.jsonl, and the page says so."""
MATRICES = 50
"""Devices whose sessions are drawn: a page for a thousand of them would have tens of megabytes."""
MAX_ROWS = 200
"""Places that a group lists."""
SECTION = re.compile(r"A(\d)")
CODE = re.compile(r"\b(?:not_met|not_applicable|met|declared|inconclusive)\b")

View = dict[str, Any]


def view(
    facts: Mapping[str, Any],
    findings: Sequence[Mapping[str, Any]],
    devices: Sequence[Mapping[str, Any]],
    files: Mapping[str, bytes],
    figures: Sequence[charts.Drawn],
    before: Contents | None = None,
    found: Comparison | None = None,
) -> View:
    """Everything the pages show, as plain values."""
    slugs = {one["name"]: one["slug"] for one in devices}
    configs = lru_cache(4)(lambda name: _config(files, slugs[name]) if name in slugs else [])
    seen = loads(files["data/findings.json"])["first_seen"]
    shown = sorted((one for one in findings if one["status"] in OPEN), key=order)
    requirements = facts["requirements"]
    by = {one["fingerprint"]: one["check"] for one in findings}
    sessions, sessions_left = matrix(findings, {one.device: one.sessions for one in figures})
    return {
        "run": facts["run"],
        "scope": facts["scope"],
        "norm": requirements["norm"],
        "actions": actions(requirements["requirements"], requirements["actions"]),
        "groups": groups(shown[:MAX_SHOWN], seen, configs),
        "left_off": max(0, len(shown) - MAX_SHOWN),
        "not_assessed": _not_assessed(facts["scope"], findings, devices),
        "matrix": sessions,
        "matrices_left": sessions_left,
        "devices": devices,
        "sources": loads(files["data/sources/index.json"]),
        "statuses": _by_check(findings),
        "decided": {
            one["requirement"]: sorted({by[name] for name in one["decided_by"] if name in by})
            for one in requirements["requirements"]
        },
        "statements": facts["attestations"]["statements"],
        "checks": {
            one.id: {"title": one.title, "action": f"A{one.action}" if one.action.isdigit() else one.action}
            for one in checks.catalogue()
        },
        "trend": charts.trend(before, found, findings) if before and found else None,
        "filters": charts.filters(figures),
        "drift": charts.drift(before, figures) if before else None,
        "coverage": charts.coverage(findings),
        "sources_checked": charts.source_validation(figures),
        "waivers": facts["waivers"],
        "label": LABEL,
        "short": SHORT,
    }


def groups(shown: Sequence[Mapping[str, Any]], seen: Mapping[str, str], configs: Callable[[str], Sequence[str]]) -> list[View]:
    """Open findings by check and cause, worst first: how many, where, and the first with its witness and lines."""
    titles = {one.id: one.title for one in checks.catalogue()}
    by: dict[tuple[str, ...], list[Mapping[str, Any]]] = {}
    for one in shown:
        by.setdefault((one["check"], one["cause"] or one["because"], state(one), one["severity"]), []).append(one)
    out = []
    for (check, cause, kind, severity), rows in by.items():
        example = next((one for one in rows if one["witnesses"]), rows[0])
        out.append(
            {
                "check": check,
                "title": titles.get(check, ""),
                "cause": cause,
                "state": kind,
                "severity": severity,
                "count": len(rows),
                "devices": sorted({one["device"] for one in rows}),
                "since": min((seen[one["fingerprint"]] for one in rows if one["fingerprint"] in seen), default=""),
                "example": {**example, "excerpt": _excerpt(example, configs(example["device"]))},
                "rows": [{**one, "since": seen.get(one["fingerprint"], "")} for one in rows[:MAX_ROWS]],
            }
        )
    return out


def worded(text: str) -> str:
    """A reason in words, not in codes."""
    return CODE.sub(lambda match: LABEL[match[0]].lower(), text)


def _norm_order(one: Mapping[str, Any]) -> tuple[str, int, str]:
    """Requirements of the norm first, then what is discussed, what joining asks, and what goes on."""
    group, _dot, rest = one["requirement"].partition(".")
    return group, "NDJOX".find(rest[:1]) % 9, rest


def actions(requirements: Sequence[Mapping[str, Any]], verdicts: Sequence[Mapping[str, Any]]) -> list[View]:
    """Requirements by MANRS action, each with the verdict of the norm (or its worst requirement where the norm is not known)."""
    grouped: dict[str, list[Mapping[str, Any]]] = {one["action"]: [] for one in verdicts}
    for one in requirements:
        grouped.setdefault(one["action"], []).append(one)
    known = {one["action"]: one for one in verdicts}
    result = []
    for name, rows in sorted(grouped.items(), key=lambda item: (not item[0].startswith("A"), item[0])):
        said = known.get(name)
        worst = min((one["verdict"] for one in rows), key=WORST.index, default="inconclusive")
        number = SECTION.fullmatch(name)
        title = f"Action {number[1]}: {said['title']}" if said and number else (said["title"] if said else name)
        result.append(
            {
                "id": name,
                "name": title,
                "kind": said["kind"] if said else "",
                "because": worded(said["because"]) if said else "",
                "verdict": said["verdict"] if said else worst,
                "rows": sorted(rows, key=_norm_order),
                "counts": {name: count for name in WORST if (count := sum(one["verdict"] == name for one in rows))},
            }
        )
    return result


def matrix(findings: Sequence[Mapping[str, Any]], sessions: Mapping[str, Sequence[str]]) -> tuple[list[View], int]:
    """Per device: sessions by checks, each cell the worst state; and how many devices are left out, none of which is worse than one that is drawn."""
    order = ("fail", "error", "inconclusive", "waived", "pass", "not_applicable")
    held: dict[str, dict[str, dict[str, str]]] = {
        device: {key: {} for key in sorted(set(keys))} for device, keys in sorted(sessions.items()) if keys
    }
    for one in findings:
        cells = held.get(one["device"], {}).get(one["subject"])
        if cells is not None:
            cells[one["check"]] = min((state(one), cells.get(one["check"], "not_applicable")), key=order.index)
    bad = Counter(
        {device: sum(cell in OPEN for cells in rows.values() for cell in cells.values()) for device, rows in held.items()}
    )
    shown = sorted(name for name, _count in bad.most_common(MATRICES))
    drawn = [
        {"device": device, "checks": sorted({check for cells in held[device].values() for check in cells}), "rows": held[device]}
        for device in shown
    ]
    return drawn, len(held) - len(shown)


def _config(files: Mapping[str, bytes], slug: str) -> list[str]:
    text = blocks.text(f"data/devices/{slug}", files.__contains__, files.__getitem__)
    return text.split("\n") if text else []


def _excerpt(one: Mapping[str, Any], config: Sequence[str]) -> list[View]:
    marked = {line["line"]: line["text"] for line in one["lines"] if line["line"] > 0}
    wanted = sorted({at for line in list(marked)[:12] for at in range(line - CONTEXT, line + CONTEXT + 1)})
    rows: list[View] = []
    for number in wanted:
        text = config[number - 1] if 0 < number <= len(config) else marked.get(number, "")
        if text.strip() or number in marked:
            gap = bool(rows) and number > rows[-1]["number"] + 1
            rows.append({"number": number, "text": text, "marked": number in marked, "gap": gap})
    return rows


def _not_assessed(scope: Mapping[str, Any], findings: Sequence[Mapping[str, Any]], devices: Sequence[Mapping[str, Any]]) -> View:
    return {
        "devices": [one for one in scope["devices"] if one["status"] != "assessed"],
        "inconclusive": sum(1 for one in findings if one["status"] == "inconclusive"),
        "errors": sum(1 for one in findings if one["status"] == "error"),
        "unread": [{"device": one["name"], **line} for one in devices for line in one.get("unread", [])],
        "doubted": [{"name": one["name"], "parts": one["replay_differs"]} for one in devices if one.get("replay_differs")],
        "unverified": [one["name"] for one in devices if one["verified"] is False],
    }


def _by_check(findings: Sequence[Mapping[str, Any]]) -> dict[str, Counter[str]]:
    result: dict[str, Counter[str]] = {}
    for one in findings:
        result.setdefault(one["check"], Counter())[state(one)] += 1
    return dict(sorted(result.items()))


@cache
def _template() -> Template:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined  # a summary at a terminal needs none

    folder = Path(__file__).resolve().parent.parent / "data"
    environment = Environment(
        loader=FileSystemLoader(folder), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters["route"] = route_text
    environment.filters["worded"] = worded
    return environment.get_template("report.html.j2")


def html(page: View) -> bytes:
    """`REPORT.html`."""
    return (_template().render(page) + "\n").encode("utf-8")
