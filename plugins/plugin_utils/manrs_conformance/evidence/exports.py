"""Exports of results for other tools: SARIF, JUnit, GitLab code quality, CSV. Derived, never authoritative."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote
from xml.sax.saxutils import escape, quoteattr

from .. import checks
from .compare import OPEN, SEVERITY, STATUS_ORDER, Comparison, Row

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
MAX_RESULTS = 5_000
"""What GitHub code scanning keeps of one run."""

LEVEL = {"critical": "error", "high": "error", "medium": "warning", "low": "note", "info": "note"}
KIND = {"pass": "pass", "fail": "fail", "inconclusive": "open", "not_applicable": "notApplicable", "error": "review"}
QUALITY = {"critical": "blocker", "high": "critical", "medium": "major", "low": "minor", "info": "info"}
COLUMNS = (
    "check",
    "device",
    "subject",
    "family",
    "direction",
    "status",
    "severity",
    "waived_by",
    "message",
    "because",
    "remedy",
    "lines",
    "fingerprint",
)


@dataclass(frozen=True, slots=True)
class Place:
    """Where the text of a device lies. What a fragment brought is annotated in the fragment: `lines` has its line for a line of the text.

    A text that is nowhere on disk has no `uri`; annotations outside the fragment's own lines then stand on its first line.
    """

    uri: str
    fragment: str = ""
    lines: Mapping[int, int] = field(default_factory=dict)

    def of(self, lines: Sequence[int]) -> tuple[str, int]:
        """(URI, line) for a result that rests on these lines: the first that the fragment brought, else the first of all."""
        own = next((self.lines[one] for one in lines if one in self.lines), None)
        if own is not None:
            return self.fragment, own
        return (self.uri, next(iter(lines), 1)) if self.uri else (self.fragment, 1)


def all_of(
    facts: Mapping[str, Any],
    findings: Sequence[Row],
    places: Mapping[str, Place] | None = None,
    compared: Sequence[Row] = (),
) -> dict[str, bytes]:
    """Every export by file name; `places` says where the text of each device lies, the bundle's own copy by default.

    `compared` are the findings beside those of the run before, for SARIF.
    """
    if places is None:
        places = {one["name"]: Place(f"data/devices/{one['folder']}/config.redacted.txt") for one in facts["scope"]["devices"]}
    waivers = {one["id"]: one for one in facts.get("waivers", {}).get("known", ())}
    return {
        "results.sarif": sarif(facts["run"], compared or findings, places, waivers),
        "junit.xml": junit(findings, facts["scope"]),
        "gl-code-quality-report.json": gitlab(findings, places),
        "results.csv": table(findings),
    }


def located(one: Row, places: Mapping[str, Place]) -> tuple[str, int]:
    """URI and line of the place in a configuration that a finding is shown at."""
    held = places.get(one["device"])
    if held is None:
        return "data/scope.json", 1
    uri, line = held.of([line["line"] for line in one["lines"] if line["line"] > 0])
    return quote(uri), line


def _json(value: object) -> bytes:
    return json.dumps(value, sort_keys=True, indent=1, ensure_ascii=False).encode() + b"\n"


def _rank(one: Row) -> tuple[int, int, int, str]:
    first = 0 if one.get("baseline") in (None, "new") else 1
    return first, STATUS_ORDER.index(one["status"]), SEVERITY.index(one["severity"]), one["fingerprint"]


def sarif(run: Mapping[str, Any], findings: Sequence[Row], places: Mapping[str, Place], waivers: Mapping[str, Row]) -> bytes:
    """SARIF 2.1.0: one run for the fleet, worst results first, cut at what code scanning keeps (the cut is said in the run)."""
    rules = sorted({one["check"] for one in findings})
    kept = sorted(findings, key=_rank)[:MAX_RESULTS]
    results = [_sarif_result(one, rules.index(one["check"]), places, waivers) for one in kept]
    notes = (
        []
        if len(kept) == len(findings)
        else [{"level": "warning", "message": {"text": f"{len(findings) - len(kept)} results left off"}}]
    )
    titles = {one.id: one for one in checks.catalogue()}
    driver = {"name": "manrs", "version": run["tool_version"] or "0", "rules": [_rule(one, titles.get(one)) for one in rules]}
    invocation = {"executionSuccessful": run["verdict"] != "inconclusive", "toolExecutionNotifications": notes}
    body: dict[str, Any] = {
        "tool": {"driver": driver},
        "results": results,
        "invocations": [invocation],
        "columnKind": "unicodeCodePoints",
        "properties": {"verdict": run["verdict"]},
    }
    if run.get("run_id"):
        body["automationDetails"] = {"id": f"manrs/{run['run_id']}", "guid": run["run_id"]}
    return _json({"$schema": SCHEMA, "version": "2.1.0", "runs": [body]})


def _rule(name: str, check: checks.Check | None) -> dict[str, Any]:
    title = (check.title if check else name).rstrip(".") + "."
    rule: dict[str, Any] = {"id": name, "shortDescription": {"text": title}, "fullDescription": {"text": title}}
    if check:
        rule["defaultConfiguration"] = {"level": LEVEL[str(check.severity)]}
        rule["properties"] = {"tags": ["routing-security", f"MANRS action {check.action}"]}
    return rule


def _sarif_result(one: Row, index: int, places: Mapping[str, Place], waivers: Mapping[str, Row]) -> dict[str, Any]:
    uri, line = located(one, places)
    place = {"artifactLocation": {"uri": uri}, "region": {"startLine": line}}
    text = ": ".join(part for part in (f"{one['device']} {one['subject']}".strip(), one["message"]) if part)
    result = {
        "ruleId": one["check"],
        "ruleIndex": index,
        "kind": KIND[one["status"]],
        "level": LEVEL[one["severity"]] if one["status"] == "fail" else "none",
        "message": {"text": one.get("prefix", "") + " — ".join(part for part in (text, one["because"]) if part) or one["check"]},
        "locations": [
            {
                "physicalLocation": place,
                "logicalLocations": [{"name": one["subject"], "fullyQualifiedName": f"{one['device']}/{one['subject']}"}],
            }
        ],
        "partialFingerprints": {"manrs/v1": one["fingerprint"] or "none"},
    }
    if one.get("baseline"):
        result["baselineState"] = one["baseline"]
    if one["waived_by"]:
        why = waiver_text(one["waived_by"], waivers)
        result["suppressions"] = [{"kind": "external", "status": "accepted", "justification": why}]
    return result


def waiver_text(name: str, waivers: Mapping[str, Row]) -> str:
    """A waiver in one sentence, with its end."""
    held = waivers.get(name)
    if held is None:
        return f"waiver {name}"
    return f"waiver {name} until {held['expires']}, owner {held['owner']}, approved by {held['approver']}: {held['reason']}"


def baseline(findings: Sequence[Row], found: Comparison | None, before: Sequence[Row] = ()) -> list[Row]:
    """Rows with what each is to SARIF beside the previous bundle. What was fixed is `absent`; what was merely no longer assessed stays."""
    if found is None:
        return list(findings)
    known = {one["fingerprint"] for one in before}
    updated = {new["fingerprint"] for pairs in (found.worsened, found.expired, found.waived, found.changed) for _old, new in pairs}

    def word(one: Row) -> str:
        if one["fingerprint"] in updated:
            return "updated"
        return "unchanged" if one["fingerprint"] in known else "new"

    gone = "not assessed again in this run; found before: "
    return [
        *({**one, "baseline": word(one)} for one in findings),
        *({**one, "baseline": "absent"} for one in found.fixed),
        *({**one, "baseline": "unchanged", "prefix": gone} for one in found.gone),
    ]


def _xml(text: str) -> str:
    """Text without the characters that XML 1.0 cannot hold."""
    return re.sub(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]", "\N{REPLACEMENT CHARACTER}", text)


def junit(findings: Sequence[Row], scope: Mapping[str, Any]) -> bytes:
    """JUnit XML: a suite a device; what could not be assessed is an error, never skipped, and nothing at all is an error too.

    Of a gate what stood before the change is skipped, and what it mends left out.
    """
    suites: dict[str, list[Row]] = {one["name"]: [] for one in scope["devices"]}
    for one in findings:
        if one.get("baseline") != "absent":
            suites.setdefault(one["device"], []).append(one)
    out = ['<?xml version="1.0" encoding="UTF-8"?>', '<testsuites name="manrs">']
    reasons = {one["name"]: one for one in scope["devices"]}
    for name, rows in sorted(suites.items()):
        cases = [_case(one) for one in rows]
        scoped = reasons.get(name)
        if scoped and scoped["status"] in ("unreachable", "partial"):
            cases.append(_testcase("scope", name, f"<error message={quoteattr(_xml(scoped['status'] + ' ' + scoped['reason']))}/>"))
        elif scoped and not rows and scoped["status"] == "assessed":
            cases.append(_testcase("scope", name, '<error message="no check was evaluated"/>'))
        counts = {tag: sum(f"<{tag}" in case for case in cases) for tag in ("failure", "error", "skipped")}
        head = f'tests="{len(cases)}" failures="{counts["failure"]}" errors="{counts["error"]}" skipped="{counts["skipped"]}"'
        out += [f"<testsuite name={quoteattr(_xml(name))} {head}>", *cases, "</testsuite>"]
    if not suites:
        out += [
            '<testsuite name="manrs" tests="1" failures="0" errors="1" skipped="0">',
            _testcase("scope", "fleet", '<error message="nothing was assessed"/>'),
            "</testsuite>",
        ]
    return "\n".join([*out, "</testsuites>", ""]).encode("utf-8")


def _testcase(group: str, name: str, inner: str) -> str:
    return f"<testcase classname={quoteattr(_xml(group))} name={quoteattr(_xml(name))}>{inner}</testcase>"


def _case(one: Row) -> str:
    name = " ".join(part for part in (one["subject"], one["family"], one["direction"]) if part)
    text = _xml(one["message"] + (f" ({one['because']})" if one["because"] else ""))
    inner = ""
    if one["status"] in OPEN and one.get("baseline") == "unchanged":
        inner = f"<skipped message={quoteattr('known before the change: ' + text)}/>"
    elif one["status"] == "fail":
        shown = f"[waived by {one['waived_by']}] {text}" if one["waived_by"] else text
        tag = "skipped" if one["waived_by"] else "failure"
        inner = f"<{tag} message={quoteattr(_xml(shown))}>" + escape(_xml(one["remedy"])) + f"</{tag}>"
    elif one["status"] in ("inconclusive", "error"):
        inner = f"<error type={quoteattr(one['status'])} message={quoteattr(text)}/>"
    elif one["status"] == "not_applicable":
        inner = f"<skipped message={quoteattr(text)}/>"
    return _testcase(f"{one['device']}.{one['check']}", name, inner)


def gitlab(findings: Sequence[Row], places: Mapping[str, Place]) -> bytes:
    """GitLab code quality report: open findings that no waiver covers; of a gate those that the change brings."""
    rows = []
    for one in findings:
        if one["status"] not in OPEN or one["waived_by"] or one.get("baseline") in ("unchanged", "absent"):
            continue
        uri, line = located(one, places)
        rows.append(
            {
                "description": f"{one['status']}: {one['device']} {one['subject']}: {one['message']}",
                "check_name": one["check"],
                "fingerprint": one["fingerprint"] or "none",
                "severity": QUALITY[one["severity"]],
                "location": {"path": uri, "lines": {"begin": line}},
            }
        )
    return _json(rows)


def table(findings: Sequence[Row]) -> bytes:
    """CSV for a spreadsheet; cells that a spreadsheet would take for a formula are quoted with an apostrophe."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for one in findings:
        values = {**one, "lines": " ".join(str(line["line"]) for line in one["lines"])}
        writer.writerow([_cell(values[name]) for name in COLUMNS])
    return out.getvalue().encode("utf-8")


def _cell(value: object) -> str:
    text = "" if value is None else str(value)
    return "'" + text if text[:1] in ("=", "+", "-", "@", "\t", "\r") else text
