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

from ..errors import BundleError
from . import bag as bags
from .canonical import loads
from .report import LABEL, SEVERITY, STATUS_ORDER, state
from .verify import verify

OPEN = ("fail", "error", "inconclusive")


@dataclass(frozen=True, slots=True)
class BundleDiff:
    """What changed between two bundles, by fingerprint: open findings new, fixed or changed; requirements; devices."""

    new: tuple[Mapping[str, Any], ...]
    fixed: tuple[Mapping[str, Any], ...]
    changed: tuple[tuple[Mapping[str, Any], Mapping[str, Any]], ...]
    requirements: tuple[tuple[str, str, str], ...]
    """(requirement, verdict before, verdict after)."""
    devices: tuple[tuple[str, str, str], ...]
    """(device, state before, state after)."""
    chained: bool
    text: str


def _load(path: Path) -> tuple[bags.Bag, dict[str, Any], dict[str, Any], list[dict[str, Any]], list[dict[str, Any]]]:
    checked = verify(path)
    if not checked.ok:
        raise BundleError(f"{path.name} does not verify: " + "; ".join(checked.problems[:5]))
    bag = bags.read(path)
    rows = [loads(line) for line in bag.read("data/results.jsonl", bags.MAX_FILE).split(b"\n")[:-1]]
    requirements = loads(bag.read("data/requirements.json"))["requirements"]
    return bag, loads(bag.read("data/run.json")), loads(bag.read("data/scope.json")), requirements, rows


def _console() -> tuple[Console, io.StringIO]:
    out = io.StringIO()
    return Console(file=out, width=120, color_system=None, force_terminal=False, highlight=False, markup=False), out


def _clean(value: object) -> Text:
    """Text of a hostile bundle without control characters, so that it cannot steer a terminal."""
    return Text("".join(char if char.isprintable() else "\N{REPLACEMENT CHARACTER}" for char in str(value)))


def show(path: Path) -> str:
    """A bundle on one screen; BundleError when it does not verify."""
    bag, run, scope, requirements, rows = _load(path)
    console, out = _console()
    counts = scope["counts"]
    console.print(_clean(f"{LABEL[run['verdict']].upper()}  {run['organisation']}  as of {run['as_of']}  run {run['run_id']}"))
    if run["verdict_because"]:
        console.print(_clean(f"{run['verdict_because']}: this bundle proves no conformance".upper()))
    console.print(
        _clean(
            f"{scope['expected']} expected = {counts['assessed']} assessed + {counts['partial']} partly"
            f" + {counts['unreachable']} unreachable + {counts['excluded']} excluded"
        )
    )
    console.print(_clean(f"root {bag.root}; " + ("signed, signer not checked here" if bag.signatures else "not signed")))
    table = Table("Requirement", "Verdict", "Because")
    for one in requirements:
        table.add_row(_clean(f"{one['requirement']} {one['title']}"), _clean(LABEL[one["verdict"]]), _clean(one["because"]))
    console.print(table)
    table = Table("Result", "Severity", "Check", "Device", "Subject", "Message")
    shown = sorted((one for one in rows if one["status"] in OPEN), key=_order)
    for one in shown[:200]:
        values = (LABEL[state(one)], one["severity"], one["check"], one["device"], one["subject"], one["message"])
        table.add_row(*(_clean(value) for value in values))
    console.print(table)
    if len(shown) > 200:
        console.print(_clean(f"{len(shown) - 200} more in results.jsonl"))
    return out.getvalue()


def _order(one: Mapping[str, Any]) -> tuple[int, int, str, str]:
    return STATUS_ORDER.index(one["status"]), SEVERITY.index(one["severity"]), one["check"], one["device"]


def _merged(rows: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """Rows by fingerprint, the worst one where several share it."""
    result: dict[str, dict[str, Any]] = {}
    for one in sorted(rows, key=_order, reverse=True):
        result[one["fingerprint"]] = one
    return result


def diff(a: Path, b: Path) -> BundleDiff:
    """What changed from bundle `a` to bundle `b`; BundleError when one does not verify."""
    bag_a, _run_a, scope_a, req_a, rows_a = _load(a)
    _bag_b, run_b, scope_b, req_b, rows_b = _load(b)
    before, after = _merged(rows_a), _merged(rows_b)
    new = tuple(
        one for key, one in sorted(after.items()) if one["status"] in OPEN and before.get(key, {"status": ""})["status"] not in OPEN
    )
    fixed = tuple(
        one
        for key, one in sorted(before.items())
        if one["status"] in OPEN and after.get(key, {"status": "gone"})["status"] not in OPEN
    )
    both = [(before[key], after[key]) for key in sorted(before.keys() & after.keys())]
    changed = tuple(
        pair for pair in both if pair[0]["status"] in OPEN and pair[1]["status"] in OPEN and state(pair[0]) != state(pair[1])
    )
    verdicts = _pairs({one["requirement"]: one["verdict"] for one in req_a}, {one["requirement"]: one["verdict"] for one in req_b})
    devices = _pairs(
        {one["name"]: one["status"] for one in scope_a["devices"]}, {one["name"]: one["status"] for one in scope_b["devices"]}
    )
    chained = run_b["previous_root"] == bag_a.root
    found = BundleDiff(new, fixed, changed, verdicts, devices, chained, "")
    return BundleDiff(new, fixed, changed, verdicts, devices, chained, _diff_text(found))


def _pairs(before: Mapping[str, str], after: Mapping[str, str]) -> tuple[tuple[str, str, str], ...]:
    names = sorted(before.keys() | after.keys())
    return tuple(
        (name, before.get(name, "absent"), after.get(name, "absent")) for name in names if before.get(name) != after.get(name)
    )


def _diff_text(found: BundleDiff) -> str:
    console, out = _console()
    console.print(
        _clean(
            "second bundle follows the first (Previous-Root)"
            if found.chained
            else "second bundle does not name the first as Previous-Root"
        )
    )
    for title, rows in (("requirement", found.requirements), ("device", found.devices)):
        for name, old, new in rows:
            console.print(_clean(f"{title} {name}: {old} -> {new}"))
    for title, results in (("new", found.new), ("fixed or gone", found.fixed)):
        for one in results:
            console.print(_clean(f"{title}: {one['status']} {one['check']} {one['device']} {one['subject']}: {one['message']}"))
    for old_row, new_row in found.changed:
        console.print(
            _clean(f"changed: {state(old_row)} -> {state(new_row)} {new_row['check']} {new_row['device']} {new_row['subject']}")
        )
    if not (found.requirements or found.devices or found.new or found.fixed or found.changed):
        console.print(_clean("no difference in results, requirements or scope"))
    return out.getvalue()
