"""The gate over two folders of configurations: rules from the base side, exports with places in the candidate's files."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .. import evidence, gate
from ..errors import UsageError
from ..model.snapshot import Snapshot
from ..sources import waivers as waiver_files
from .assess import Assessment, Inputs, audit_inputs
from .bundles import version, write_bundle
from .files import Devices, named, saved
from .words import plain

RULES = "manrs.yml"
WAIVERS = "waivers.yml"


@dataclass(frozen=True, slots=True)
class Gated:
    """A judged change: the answer, the candidate's assessment, what it was judged by, and where each device's candidate text lies."""

    report: gate.GateReport
    done: Assessment
    inputs: Inputs
    places: Mapping[str, str]


def gate_files(
    base: Path,
    candidate: Path,
    *,
    intent: Path,
    waivers: Path | None,
    sources: Path | None,
    as_of: str,
    platform: str | None = None,
    devices: Devices | None = None,
    strict: bool = False,
    ticket: str | None = None,
) -> Gated:
    """Judge saved configurations; intent and waivers come from the base side, so that no change waives itself.

    Without `waivers` a file `waivers.yml` in the base folder is taken. UsageError when a rule file lies on the candidate side.
    """
    waivers = waivers or (base / WAIVERS if (base / WAIVERS).is_file() else None)
    for path in (intent, waivers):
        if path is not None and _inside(path, candidate) and not _inside(path, base):
            raise UsageError(
                f"{path}: lies on the candidate side; a change is judged by the rules of its base: give the base's file"
            )
    inputs = Inputs.read(intent, waivers, sources, as_of)
    before, after = (saved([side], platform, devices) for side in (base, candidate))
    report, done = gate_inputs(before, after, inputs, strict=strict, ticket=ticket, rules=_rules(base, candidate))
    places = {host: path.as_posix() for path, host, _platform in named([candidate], platform, devices)}
    return Gated(report, done, inputs, places)


def gate_inputs(
    base: Sequence[Snapshot],
    candidate: Sequence[Snapshot],
    inputs: Inputs,
    *,
    strict: bool = False,
    ticket: str | None = None,
    rules: Sequence[str] = (),
) -> tuple[gate.GateReport, Assessment]:
    """Judge a change: both sides by the same intent, waivers and sources. Also gives the candidate's assessment, for exports."""
    gate.selftest()
    before, after = audit_inputs(base, inputs), audit_inputs(candidate, inputs)
    sides = (gate.Side(before.routers, before.report.findings), gate.Side(after.routers, after.report.findings))
    digests = {one.host: hashlib.sha256(one.config.encode()).hexdigest() for one in candidate}
    judged = gate.judge(*sides, inputs.intent, inputs.reference, strict=strict, ticket=ticket, rules=rules, digests=digests)
    return judged, after


def _inside(path: Path, folder: Path) -> bool:
    return folder.is_dir() and path.resolve().is_relative_to(folder.resolve())


def _rules(base: Path, candidate: Path) -> list[str]:
    """How the candidate folder changes the rules it would be judged by, in words."""
    out: list[str] = []
    for name in (RULES, WAIVERS):
        old, new = ((side / name).read_bytes() if (side / name).is_file() else None for side in (base, candidate))
        if old == new or (new is None and old is None):
            continue
        verb = "adds" if old is None else "removes" if new is None else "changes"
        out.append(f"the change {verb} {name}; it was judged by the base's rules, and the new ones need a reviewer of their own")
    if (candidate / WAIVERS).is_file():
        held = {one.id: one for one in waiver_files.load_waivers(base / WAIVERS)} if (base / WAIVERS).is_file() else {}
        for one in waiver_files.load_waivers(candidate / WAIVERS):
            if held.get(one.id) != one:
                word = "changed" if one.id in held else "new"
                out.append(
                    f"{word} waiver {one.id}: {one.check} on {one.device} until {one.expires}, owner {one.owner}: {one.reason}"
                )
    return out


def gate_export(gated: Gated, name: str) -> bytes:
    """One export of a gate by file name: what the change brings is `new`, what it mends `absent`, the rest `unchanged`."""
    report, done = gated.report, gated.done
    changed = {one.fingerprint: one for one in (*report.new, *report.unsure)}
    fixed = {one.fingerprint for one in report.fixed}
    baseline = dict.fromkeys(changed, "new") | dict.fromkeys(fixed, "absent")
    findings = [changed.get(one.fingerprint, one) for one in done.report.findings if one.fingerprint not in fixed]
    return evidence.single_export(
        name,
        (*findings, *report.fixed),
        done.report.scope,
        done.snapshots,
        done.routers,
        verdict=report.verdict,
        tool_version=version(),
        places=gated.places,
        baseline=baseline,
    )


def gate_bundle(
    gated: Gated, path: Path, key: Path | None, argv: Sequence[str] = (), previous: Path | None = None
) -> evidence.BuiltBundle:
    """An evidence bundle of a gate: the candidate's assessment, with the gate's answer in `gate.json` and any override among the notes."""
    report = gated.report
    notes = [f"the gate's verdict was overridden by ticket {report.ticket}"] if report.verdict == "overridden" else []
    answer = json.dumps(gate_json(report), sort_keys=True, indent=1, ensure_ascii=False).encode() + b"\n"
    return write_bundle(
        path, gated.done, gated.inputs, key=key, argv=argv, extra={"gate.json": answer}, notes=notes, previous=previous
    )


def gate_json(report: gate.GateReport) -> dict[str, Any]:
    """The gate's answer as plain JSON data."""
    return dataclasses.asdict(report, dict_factory=plain)
