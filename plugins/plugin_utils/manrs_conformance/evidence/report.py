"""The pages people read: one HTML file without any outside request, Markdown, and drafts for the application form."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template

from . import blocks
from .compare import order, state

LABEL = {
    "pass": "Pass",
    "fail": "Fail",
    "inconclusive": "Inconclusive",
    "not_applicable": "Not applicable",
    "error": "Error",
    "waived": "Fail, waived",
    "met": "Met",
    "not_met": "Not met",
    "declared": "Declared",
    "overridden": "Overridden",
    "assessed": "Assessed",
    "partial": "Partly assessed",
    "unreachable": "Unreachable",
    "excluded": "Excluded",
}
SHORT = {"pass": "ok", "fail": "FAIL", "inconclusive": "?", "not_applicable": "n/a", "error": "ERR", "waived": "waived", "": "–"}
WORST = ("not_met", "inconclusive", "declared", "met", "not_applicable")
CONTEXT = 2
MAX_SHOWN = 2_000
"""Findings that the page shows in full; the rest stay in results.jsonl, and the page says so."""

View = dict[str, Any]


def view(
    facts: Mapping[str, Any],
    findings: Sequence[Mapping[str, Any]],
    devices: Sequence[Mapping[str, Any]],
    files: Mapping[str, bytes],
    sessions: Mapping[str, Sequence[str]],
) -> View:
    """Everything the pages show, as plain values."""
    folders = {one["name"]: one["slug"] for one in devices}
    configs = {name: _config(files, slug) for name, slug in folders.items()}
    shown = [one for one in findings if one["status"] in ("fail", "error", "inconclusive")]
    shown.sort(key=order)
    groups: dict[str, list[View]] = {}
    for one in shown[:MAX_SHOWN]:
        groups.setdefault(one["check"], []).append(
            {**one, "state": state(one), "excerpt": _excerpt(one, configs.get(one["device"], []))}
        )
    return {
        "run": facts["run"],
        "scope": facts["scope"],
        "norm": facts["requirements"]["norm"],
        "actions": actions(facts["requirements"]["requirements"], facts["requirements"]["actions"]),
        "groups": groups,
        "left_off": max(0, len(shown) - MAX_SHOWN),
        "not_assessed": _not_assessed(facts["scope"], findings, devices),
        "matrix": matrix(findings, sessions),
        "devices": devices,
        "sources": _sources(files),
        "statuses": _by_check(findings),
        "label": LABEL,
        "short": SHORT,
    }


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
        title = f"Action {name[1:]}: {said['title']}" if said and re.fullmatch(r"A\d", name) else (said["title"] if said else name)
        result.append(
            {
                "name": title,
                "kind": said["kind"] if said else "",
                "because": said["because"] if said else "",
                "verdict": said["verdict"] if said else worst,
                "rows": sorted(rows, key=lambda one: one["requirement"]),
                "counts": Counter(one["verdict"] for one in rows),
            }
        )
    return result


def matrix(findings: Sequence[Mapping[str, Any]], sessions: Mapping[str, Sequence[str]]) -> list[View]:
    """Per device: sessions by checks, each cell the worst state."""
    result = []
    for device, keys in sorted(sessions.items()):
        known = set(keys)
        rows: dict[str, dict[str, str]] = {key: {} for key in sorted(known)}
        for one in findings:
            if one["device"] == device and one["subject"] in known:
                cells = rows[one["subject"]]
                order = ("fail", "error", "inconclusive", "waived", "pass", "not_applicable")
                cells[one["check"]] = min((state(one), cells.get(one["check"], "not_applicable")), key=order.index)
        checks = sorted({check for cells in rows.values() for check in cells})
        if rows:
            result.append({"device": device, "checks": checks, "rows": rows})
    return result


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
        "unverified": [one["name"] for one in devices if one["verified"] is False],
    }


def _sources(files: Mapping[str, bytes]) -> Any:
    from .canonical import loads

    return loads(files["data/sources/index.json"])


def _by_check(findings: Sequence[Mapping[str, Any]]) -> dict[str, Counter[str]]:
    result: dict[str, Counter[str]] = {}
    for one in findings:
        result.setdefault(one["check"], Counter())[state(one)] += 1
    return dict(sorted(result.items()))


def route_text(route: Mapping[str, Any]) -> str:
    """A route in one line, as an engineer would say it."""
    path = " ".join("{" + ",".join(map(str, hop)) + "}" if isinstance(hop, list) else str(hop) for hop in route["as_path"])
    parts = [route["prefix"], f"AS path {path or '(empty)'}", f"RPKI {route['rpki']}"]
    for kind in ("communities", "large", "extended"):
        if route[kind]:
            parts.append(f"{kind.replace('communities', 'community')} {' '.join(route[kind])}")
    parts.extend(
        f"{key.replace('_', '-')} {route[key]}" for key in ("med", "local_pref", "otc", "next_hop") if route[key] is not None
    )
    return ", ".join(parts)


@cache
def _template() -> Template:
    folder = Path(__file__).resolve().parent.parent / "data"
    environment = Environment(
        loader=FileSystemLoader(folder), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters["route"] = route_text
    return environment.get_template("report.html.j2")


def html(page: View) -> bytes:
    """`REPORT.html`."""
    return (_template().render(page) + "\n").encode("utf-8")


def _md(text: object) -> str:
    return re.sub(r"([\\`*_\[\]<>|#])", r"\\\1", " ".join(str(text).split()))


def markdown(page: View) -> bytes:
    """`REPORT.md`."""
    run, scope = page["run"], page["scope"]
    counts = scope["counts"]
    out = [
        f"# MANRS conformance: {LABEL[run['verdict']].upper()}",
        "",
        f"{_md(run['organisation'])} — judged as of {_md(run['as_of'])} by {_md(page['norm'])}, run {_md(run['run_id'])}.",
        *(
            ["", f"**{_md(run['verdict_because']).capitalize()}: this report proves no conformance.**"]
            if run["verdict_because"]
            else []
        ),
        "",
        f"{scope['expected']} devices expected = {counts['assessed']} assessed + {counts['partial']} partly assessed + "
        f"{counts['unreachable']} unreachable + {counts['excluded']} excluded.",
        "",
        "## What was not assessed",
        "",
    ]
    left = page["not_assessed"]
    out += [f"- {_md(one['name'])}: {LABEL[one['status']]} {_md(one['reason'])}" for one in left["devices"]]
    out += [f"- {_md(one['device'])} line {one['line']}: {one['state']}, may change {_md(one['taints'])}" for one in left["unread"]]
    out += [f"- {left['inconclusive']} inconclusive and {left['errors']} error results", ""]
    for action in page["actions"]:
        out += [
            f"## {_md(action['name'])}: {LABEL[action['verdict']]}",
            "",
            "| Requirement | Kind | Verdict | How | Why |",
            "|---|---|---|---|---|",
        ]
        for one in action["rows"]:
            cells = (
                f"{one['requirement']} {one['title']}",
                one["kind"],
                LABEL[one["verdict"]],
                ", ".join(one["methods"]),
                one["because"],
            )
            out.append("| " + " | ".join(_md(cell) for cell in cells) + " |")
        out.append("")
    out.append("## Findings")
    for check, rows in page["groups"].items():
        out += ["", f"### {_md(check)}", ""]
        for one in rows:
            why = f"{_md(one['message'])} {_md(one['because'])}"
            out.append(f"- **{LABEL[one['state']]}** {_md(one['device'])} {_md(one['subject'])}: {why}".rstrip())
            out += [f"  - gets through: {_md(route_text(w['route']))}" for w in one["witnesses"] if w["route"]]
    out += ["", "How to verify this report: see VERIFY.txt beside the data folder.", ""]
    return "\n".join(out).encode("utf-8")


def application(page: View) -> dict[str, bytes]:
    """Draft text for the application form, one page an action."""
    result = {}
    for number, action in enumerate(page["actions"], 1):
        out = [f"# {_md(action['name'])}", "", f"Verdict: {LABEL[action['verdict']]}", ""]
        for one in action["rows"]:
            said = f"{LABEL[one['verdict']]}. {_md(one['because'])}"
            evidence = ", ".join(one["decided_by"][:5]) or "none"
            out += [f"**{_md(one['title'])}** ({_md(one['requirement'])}): {said}", ""]
            out += [f"Established by {_md(', '.join(one['methods']) or 'nothing')}; findings: {_md(evidence)}", ""]
        result[f"data/application/action-{number}.md"] = "\n".join(out).encode("utf-8")
    return result
