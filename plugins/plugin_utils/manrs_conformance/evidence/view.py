"""Looking at bundles at a prompt: show one, tell two apart."""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from .compare import OPEN, Comparison, Row, compare, order, state
from .previous import contents
from .terminal import safe
from .wording import LABEL


@dataclass(frozen=True, slots=True)
class BundleDiff:
    """What changed between two bundles: results by fingerprint, requirements, devices."""

    results: Comparison
    requirements: tuple[tuple[str, str, str], ...]
    """(requirement, verdict before, verdict after)."""
    devices: tuple[tuple[str, str, str], ...]
    """(device, state before, state after)."""
    chained: bool
    text: str


def _clean(value: object) -> Text:
    return Text(safe(value))


def _line(out: io.StringIO, words: str) -> None:
    """A line stays one, however long: it may be looked for."""
    out.write(safe(words) + "\n")


def show(path: Path) -> str:
    """A bundle on one screen; BundleError when it does not verify."""
    held = contents(path)
    run, scope = held.run, held.scope
    out = io.StringIO()
    console = Console(file=out, width=120, color_system=None, force_terminal=False, highlight=False, markup=False)
    counts = scope["counts"]
    _line(out, f"{LABEL[run['verdict']].upper()}  {run['organisation']}  as of {run['as_of']}  run {run['run_id']}")
    if run["verdict_because"]:
        _line(out, f"{run['verdict_because']}: this bundle proves no conformance".upper())
    _line(
        out,
        f"{scope['expected']} expected = {counts['assessed']} assessed + {counts['partial']} partly"
        f" + {counts['unreachable']} unreachable + {counts['excluded']} excluded",
    )
    _line(out, f"root {held.root}; " + ("signed, signer not checked here" if held.signed else "not signed"))
    if run["previous_root"]:
        _line(out, f"follows {run['previous_root']}")
    table = Table("Requirement", "Verdict", "Because")
    for one in held.requirements["requirements"]:
        table.add_row(_clean(f"{one['requirement']} {one['title']}"), _clean(LABEL[one["verdict"]]), _clean(one["because"]))
    console.print(table)
    table = Table("Result", "Since", "Severity", "Check", "Device", "Subject", "Message")
    shown = sorted((one for one in held.rows if one["status"] in OPEN), key=order)
    for one in shown[:200]:
        since = held.seen.get(one["fingerprint"], "")[:10]
        values = (LABEL[state(one)], since, one["severity"], one["check"], one["device"], one["subject"], one["message"])
        table.add_row(*(_clean(value) for value in values))
    console.print(table)
    if len(shown) > 200:
        _line(out, f"{len(shown) - 200} more in results.jsonl")
    return out.getvalue()


def diff(a: Path, b: Path) -> BundleDiff:
    """What changed from bundle `a` to bundle `b`; BundleError when one does not verify."""
    before, after = contents(a), contents(b)
    results = compare(before.rows, after.rows, after.assessed)
    verdicts = _pairs(*({one["requirement"]: one["verdict"] for one in x.requirements["requirements"]} for x in (before, after)))
    devices = _pairs(*({one["name"]: one["status"] for one in x.scope["devices"]} for x in (before, after)))
    chained = after.run["previous_root"] == before.root
    return BundleDiff(results, verdicts, devices, chained, _diff_text(results, verdicts, devices, chained))


def _pairs(before: Mapping[str, str], after: Mapping[str, str]) -> tuple[tuple[str, str, str], ...]:
    names = sorted(before.keys() | after.keys())
    return tuple(
        (name, before.get(name, "absent"), after.get(name, "absent")) for name in names if before.get(name) != after.get(name)
    )


def _name(one: Row) -> str:
    return f"{one['check']} {one['device']} {one['subject']}: {one['message']}"


def _diff_text(results: Comparison, requirements: Any, devices: Any, chained: bool) -> str:
    out = io.StringIO()
    word = "follows" if chained else "does not name"
    _line(out, f"second bundle {word} the first" + (" (Previous-Root)" if chained else " as Previous-Root"))
    counted = [
        (len(rows), name)
        for rows, name in (
            (results.new, "new"),
            (results.worsened, "worsened"),
            (results.expired, "waiver expired"),
            (results.fixed, "fixed"),
            (results.gone, "no longer assessed"),
            (results.waived, "waived"),
            (results.changed, "otherwise changed"),
        )
    ]
    _line(out, ", ".join(f"{count} {name}" for count, name in counted) + f", {results.unchanged} unchanged")
    for title, rows in (("requirement", requirements), ("device", devices)):
        for name, old, new in rows:
            _line(out, f"{title} {name}: {LABEL.get(old, old)} -> {LABEL.get(new, new)}")
    for one in results.new:
        _line(out, f"new: {one['status']} {_name(one)}")
    for title, pairs in (("worsened", results.worsened), ("waiver expired", results.expired)):
        for old_row, row in pairs:
            _line(out, f"{title}: {_state(old_row)} -> {_state(row)} {_name(row)}")
    for title, gone in (("fixed", results.fixed), ("no longer assessed", results.gone)):
        for one in gone:
            _line(out, f"{title}: {one['status']} {_name(one)}")
    for title, pairs in (("waived", results.waived), ("changed", results.changed)):
        for old_row, row in pairs:
            _line(out, f"{title}: {_state(old_row)} -> {_state(row)} {_name(row)}")
    if not (requirements or devices or any(count for count, _name_ in counted)):
        _line(out, "no difference in results, requirements or scope")
    return out.getvalue()


def _state(one: Row) -> str:
    by = f" by {one['waived_by']}" if one["waived_by"] else ""
    return f"{state(one)}{by} ({one['severity']})"
