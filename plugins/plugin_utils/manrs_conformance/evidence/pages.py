"""The plain pages: the report as Markdown, and drafts for the application form in which every sentence says what stands behind it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from typing import Any

from .report import SECTION, View, worded
from .wording import LABEL, route_text

DOUBTED = "its results rest on the raw configuration and cannot be evaluated again from this bundle"


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
    out += [f"- {_md(one['name'])}: {DOUBTED} ({_md(', '.join(one['parts']))})" for one in left["doubted"]]
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
                worded(one["because"]),
            )
            out.append("| " + " | ".join(_md(cell) for cell in cells) + " |")
        out.append("")
    if page["trend"]:
        trend = page["trend"]
        out += ["## Since the previous bundle", "", f"Beside the run as of {_md(trend['as_of'])}:", ""]
        out += [f"- {count} {name}" for name, count in trend["counts"].items()] + [""]
    out.append("## Findings by cause")
    for group in page["groups"]:
        one = group["example"]
        out += ["", f"### {LABEL[group['state']]}: {_md(group['check'])} {_md(group['title'])}", ""]
        if group["cause"]:
            out.append(f"Cause: {_md(group['cause'])}. ")
        out.append(f"{group['count']} results on {len(group['devices'])} devices, severity {group['severity']}. For example:")
        out += ["", f"- {_md(one['device'])} {_md(one['subject'])}: {_md(one['message'])} {_md(one['because'])}".rstrip()]
        out += [f"  - gets through: {_md(route_text(w['route']))}" for w in one["witnesses"][:1] if w["route"]]
        rest = [row for row in group["rows"] if row["fingerprint"] != one["fingerprint"]]
        out += [f"- also {_md(row['device'])} {_md(row['subject'])}" for row in rest[:20]]
        out += [f"- and {group['count'] - 21} more"] * (group["count"] > 21)
    out += ["", "How to verify this report: see VERIFY.txt beside the data folder.", ""]
    return "\n".join(out).encode("utf-8")


BESIDE = "; beside it fail"
"""What follows in a reason is support, and stands in the report."""


QUESTIONS = {
    "A1.J1": ("How are prefix filters made?", ("CUS-01", "CUS-03")),
    "A1.J2": ("How often are they renewed?", ("CUS-04",)),
    "A1.J3": ("How is it verified that customers hold what they announce?", ("CUS-05", "IRR-01")),
}
"""What the form asks about Action 1, with the checks whose results stand beside the operator's word."""


class _Draft:
    """Text of one action with its footnotes."""

    def __init__(self, page: View) -> None:
        self.page = page
        self.notes: list[str] = []
        self.statements = {one["requirement"]: one for one in page["statements"]}

    def note(self, text: str) -> str:
        """A footnote mark for a text; the same text has the same mark."""
        if text not in self.notes:
            self.notes.append(text)
        return f"[^{self.notes.index(text) + 1}]"

    def results(self, check: str) -> str:
        """A footnote to the results of a check."""
        counts = self.page["statuses"][check]
        said = ", ".join(f"{counts[name]} {LABEL[name].lower()}" for name in LABEL if counts.get(name))
        return self.note(f'results.jsonl, lines with `"check":"{check}"`: {said}.')

    def claim(self, one: Mapping[str, Any]) -> str:
        """What may be said of a requirement that is met or declared."""
        if one["verdict"] == "declared":
            held = self.statements.get(one["requirement"])
            words = _md(held["statement"]).rstrip(".") if held else _md(one["title"])
            often = f" ({_md(held['frequency'])})" if held and held["frequency"] else ""
            mark = self.note(
                f"The operator's declaration, not measured: attestations.json, {one['requirement']}; {_md(one['because'])}."
            )
            return f"{words}{often}.{mark}"
        marks = "".join(self.results(check) for check in self.page["decided"].get(one["requirement"], ()))
        return f"{_md(one['title'])}.{marks or self.requirement(one)}"

    def requirement(self, one: Mapping[str, Any]) -> str:
        """A footnote to the verdict on a requirement."""
        return self.note(f"requirements.json, {one['requirement']}: {LABEL[one['verdict']].lower()}, {_md(one['because'])}.")

    def answers(self, rows: Mapping[str, Mapping[str, Any]]) -> list[str]:
        """What the form asks about filters: the operator's word where there is one, and beside it what was measured."""
        out = []
        for name, (question, checks) in QUESTIONS.items():
            if (one := rows.get(name)) is None:
                continue
            held = self.statements.get(name)
            mark = (
                self.note(f"The operator's declaration, not measured: attestations.json, {name}.")
                if held
                else self.requirement(one)
            )
            said = _md(held["statement"]).rstrip(".") if held else "The operator has not said so"
            out += [f"**{question}**", "", f"- {said}.{mark}"]
            out += [f"- Measured beside it: {self.result(check)}" for check in checks if self.asked(check)]
            if name == "A1.J2" and (drift := self.page["drift"]):
                mark = self.note("figures.json of this bundle and of the one that bag-info.txt names as Previous-Root.")
                since = _md(self.page["trend"]["as_of"])
                out.append(
                    f"- Measured beside it: {drift['changed']} of {drift['compared']} prefix lists changed in size since {since}.{mark}"
                )
            out.append("")
        return out

    def asked(self, check: str) -> int:
        """How many answers a check came to, doubts among them."""
        counts = self.page["statuses"].get(check, {})
        return sum(counts.get(name, 0) for name in ("pass", "fail", "waived", "inconclusive", "error"))

    def result(self, check: str) -> str:
        """What a check found, in one sentence with its footnote."""
        counts = self.page["statuses"][check]
        doubt = counts["inconclusive"] + counts["error"]
        tail = f"; {doubt} could not be decided" if doubt else ""
        title = _md(self.page["checks"][check]["title"]).rstrip(".")
        return f"{title}: holds for {counts['pass']} of {self.asked(check)}{tail}.{self.results(check)}"

    def measured(self, action: str) -> list[str]:
        """One sentence for each check of the action that came to answers."""
        known = self.page["checks"]
        mine = [check for check in self.page["statuses"] if check in known and known[check]["action"] == action]
        return [f"- {self.result(check)}" for check in mine if self.asked(check)]

    def sources(self) -> list[str]:
        """Sentences on the reference data of the run."""
        out = []
        for one in self.page["sources"]:
            if one["sha256"] and not one["problem"]:
                mark = self.note(f"sources/index.json, SHA-256 `{one['sha256'][:16]}…`, {_md(one['location'])}.")
                when = f", retrieved {one['retrieved_at']}" if one["retrieved_at"] else ""
                out.append(f"- Reference data used in this audit: {_md(one['source'])}{when}.{mark}")
        return out


def application(page: View) -> dict[str, bytes]:
    """Draft text for the application form, one page an action: what may be said, what was measured, and what must not be claimed."""
    result = {}
    for action in page["actions"]:
        draft = _Draft(page)
        said = [one for one in action["rows"] if one["verdict"] in ("met", "declared")]
        left = [one for one in action["rows"] if one["verdict"] in ("not_met", "inconclusive")]
        mark = draft.note(f"requirements.json, action {action['id']}: {_md(action['because']) or 'the worst of its requirements'}.")
        out = [f"# {_md(action['name'])}", "", f"Verdict of the audit: {LABEL[action['verdict']]}.{mark}", ""]
        out += ["## What may be said", ""]
        out += [f"- {draft.claim(one)}" for one in said] or ["Nothing yet: no requirement of this action is met or declared."]
        if answers := draft.answers({one["requirement"]: one for one in action["rows"]}):
            out += ["", "## What the form asks", "", *answers[:-1]]
        if measured := draft.measured(action["id"]):
            out += ["", "## What was measured", "", *measured]
        if action["id"] == "A1" and page["filters"]:
            count, entries = len(page["filters"]), sum(one["entries"] for one in page["filters"])
            mark = draft.note("The prefix lists of devices/*/config.redacted.txt, as REPORT.html draws them.")
            out += [f"- The assessed routers hold {count} prefix filters with {entries} entries.{mark}", *draft.sources()]
        if left:
            out += ["", "## What must not be claimed", ""]
            words = {"not_met": "Not met", "inconclusive": "Not shown"}
            out += [
                f"- {words[one['verdict']]} ({one['requirement']}): {_md(one['title'])}. {_md(worded(one['because']).split(BESIDE)[0])}.{draft.requirement(one)}"
                for one in left
            ]
        counts = Counter(one["verdict"] for one in action["rows"])
        out += [
            "",
            "---",
            f"{counts['met']} met, {counts['declared']} declared, {len(left)} open. Run {_md(page['run']['run_id'])}.",
        ]
        out += ["", *(f"[^{number}]: {text}" for number, text in enumerate(draft.notes, 1)), ""]
        name = SECTION.fullmatch(action["id"])
        file = f"action-{name[1]}" if name else _file(action["id"])
        result[f"data/application/{file}.md"] = "\n".join(out).encode("utf-8")
    return result


def _file(name: str) -> str:
    return {"G": "general"}.get(name) or re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-") or "other"
