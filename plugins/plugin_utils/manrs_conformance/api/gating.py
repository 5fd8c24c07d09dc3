"""The gate over two folders of configurations: rules from the base side, exports with places in the candidate's files."""

from __future__ import annotations

import dataclasses
import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from .. import evidence, gate
from ..analysis import prefixcache
from ..analysis.collecting import uncollected
from ..errors import UsageError
from ..model.snapshot import Snapshot
from ..sources import waivers as waiver_files
from . import fragments as fragment_files
from .assess import Assessment, Inputs, audit_inputs
from .bundles import version, write_bundle
from .files import Devices, named, saved, sha256
from .words import plain

RULES = "manrs.yml"
WAIVERS = "waivers.yml"


@dataclass(frozen=True, slots=True)
class Gated:
    """A judged change: the answer, the candidate's assessment, what it was judged by, and where each device's candidate text lies."""

    report: gate.GateReport
    done: Assessment
    inputs: Inputs
    places: Mapping[str, evidence.Place]


def gate_files(
    base: Path,
    candidate: Path | None,
    *,
    intent: Path,
    waivers: Path | None,
    sources: Path | None,
    as_of: str,
    platform: str | None = None,
    devices: Devices | None = None,
    strict: bool = False,
    ticket: str | None = None,
    fragments: Sequence[Path] = (),
    merged: Path | None = None,
    sources_before: Path | None = None,
) -> Gated:
    """Judge saved configurations; intent and waivers come from the base side, so that no change waives itself.

    The change is a set of whole configurations, of fragments that are loaded onto the base, or of both for different devices. With fragments
    alone every other device stays as it is. The configurations after the fragments are written into `merged`.
    `sources_before` is what the sources said when the base was judged: then what changed in them is part of the change.
    Without `waivers` a file `waivers.yml` in the base folder is taken. UsageError when a rule file lies on the candidate side.
    """
    changed = [one for one in (candidate, *fragments) if one is not None]
    if not changed:
        raise UsageError("nothing to judge: give whole configurations (candidate), fragments, or both")
    waivers = waivers or (base / WAIVERS if (base / WAIVERS).is_file() else None)
    for path in (intent, waivers):
        if path is not None and any(_inside(path, one) for one in changed) and not _inside(path, base):
            raise UsageError(
                f"{path}: lies on the candidate side; a change is judged by the rules of its base: give the base's file"
            )
    inputs = Inputs.read(intent, waivers, sources, as_of, before=sources_before)
    before = saved([base], platform, devices)
    loaded = fragment_files.load(fragments, before, platform, devices)
    whole = named([candidate], platform, devices) if candidate is not None else ()
    after = _together(before, saved([candidate], platform, devices) if candidate is not None else None, loaded)
    places = {host: evidence.Place(path.as_posix()) for path, host, _platform in whole}
    places |= {one.snapshot.host: _place(one, merged) for one in loaded}
    rules = _rules(base, candidate, fragments)
    earlier = inputs.earlier(sources_before) if sources_before is not None else None
    report, done = gate_inputs(before, after, inputs, earlier=earlier, strict=strict, ticket=ticket, rules=rules, loaded=loaded)
    return Gated(report, done, inputs, places)


def gate_fragment(
    before: Snapshot, fragment: Path, inputs: Inputs, *, strict: bool = False, ticket: str | None = None
) -> gate.GateReport:
    """Judge one device and a fragment that would be loaded onto it; errors as `fragments.merged` raises them."""
    loaded = fragment_files.merged(fragment, before)
    return gate_inputs([before], [loaded.snapshot], inputs, strict=strict, ticket=ticket, loaded=[loaded])[0]


def gate_inputs(
    base: Sequence[Snapshot],
    candidate: Sequence[Snapshot],
    inputs: Inputs,
    *,
    strict: bool = False,
    ticket: str | None = None,
    rules: Sequence[str] = (),
    loaded: Sequence[fragment_files.Loaded] = (),
    earlier: Inputs | None = None,
) -> tuple[gate.GateReport, Assessment]:
    """Judge a change: both sides by the same intent, waivers and sources. Also gives the candidate's assessment, for exports.

    `loaded` are the candidates that a fragment led to: their lines are named where the fragment has them, and the digest is the fragment's.
    `earlier` are the inputs of the base where its sources said something else.
    """
    gate.selftest()
    # In one process, one after the other: what analysis keeps by content (lists, paths, communities) is paid once for what both sides say.
    entries = sum(one.config.count("\n") for one in (*base, *candidate))
    with uncollected(), prefixcache.remembering(entries):
        before, after = audit_inputs(base, earlier or inputs), audit_inputs(candidate, inputs)
        origins = {one.snapshot.host: _origins(one) for one in loaded}
        sides = (
            gate.Side(before.routers, before.report.findings, reference=before.reference),
            gate.Side(after.routers, after.report.findings, origins),
        )
        digests = {one.host: sha256(one.config) for one in candidate} | {one.snapshot.host: sha256(one.text) for one in loaded}
        judged = gate.judge(*sides, inputs.intent, inputs.reference, strict=strict, ticket=ticket, rules=rules, digests=digests)
    return dataclasses.replace(judged, waivers=tuple(_waivers(after))), after


def _waivers(done: Assessment) -> Iterator[str]:
    """What each waiver does to the candidate side; one for devices that are not judged here says nothing."""
    covered = Counter(one.waived_by for one in done.report.findings)
    for one in done.waivers:
        what = f"{one.id} ({one.check} on {one.device})"
        if one.id in done.waived.expired:
            yield f"{what} expired {one.expires}: what it covered counts again"
        elif one.id in done.waived.applied:
            yield f"{what} covers {covered[one.id]} until {one.expires}, approved by {one.approver}: {one.reason}"
        elif any(fnmatchcase(host, one.device) for host in done.routers):
            yield f"{what} covers nothing: take it out of the waivers"


def _together(
    before: Sequence[Snapshot], whole: Sequence[Snapshot] | None, loaded: Sequence[fragment_files.Loaded]
) -> tuple[Snapshot, ...]:
    """The candidate side: without whole configurations every device that no fragment speaks of stays as it is."""
    hosts = {one.snapshot.host for one in loaded}
    if whole is None:
        rest = [one for one in before if one.host not in hosts]
    else:
        rest = list(whole)
        both = sorted(hosts & {one.host for one in whole})
        if both:
            raise UsageError(f"{', '.join(both)}: a whole configuration and a fragment were given; one device takes one of them")
    return (*rest, *(one.snapshot for one in loaded))


def _place(one: fragment_files.Loaded, merged: Path | None) -> evidence.Place:
    """Where annotations of a fragment stand; its configuration is written for the lines that are not its own."""
    if merged is None:
        return evidence.Place("", one.path.as_posix(), one.lines)
    path = merged / f"{one.snapshot.host}.{one.snapshot.platform}.cfg"
    try:
        merged.mkdir(parents=True, exist_ok=True)
        path.write_text(one.snapshot.config, encoding="utf-8")
    except OSError as error:
        raise UsageError(f"{path}: could not be written: {error.strerror}") from None
    return evidence.Place(path.as_posix(), one.path.as_posix(), one.lines)


def _origins(one: fragment_files.Loaded) -> dict[int, str]:
    return {line: f"line {own} of {one.path.name}" for line, own in one.lines.items()}


def _inside(path: Path, folder: Path) -> bool:
    return folder.is_dir() and path.resolve().is_relative_to(folder.resolve())


def _rules(base: Path, candidate: Path | None, fragments: Sequence[Path]) -> list[str]:
    """How the candidate side changes the rules it would be judged by, in words; fragments change only what lies beside them."""
    sides = [(candidate, True)] if candidate is not None else []
    sides += [(one, False) for one in fragments if one.is_dir() and one.resolve() != base.resolve()]
    return [text for folder, whole in sides for text in _changed_rules(base, folder, whole)]


def _changed_rules(base: Path, folder: Path, whole: bool) -> list[str]:
    out: list[str] = []
    for name in (RULES, WAIVERS):
        old, new = ((side / name).read_bytes() if (side / name).is_file() else None for side in (base, folder))
        if old == new or (new is None and not whole):
            continue
        verb = "adds" if old is None else "removes" if new is None else "changes"
        out.append(f"the change {verb} {name}; it was judged by the base's rules, and the new ones need a reviewer of their own")
    if (folder / WAIVERS).is_file():
        held = {one.id: one for one in waiver_files.load_waivers(base / WAIVERS)} if (base / WAIVERS).is_file() else {}
        for one in waiver_files.load_waivers(folder / WAIVERS):
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
