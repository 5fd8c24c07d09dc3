"""From snapshots to judged findings: the audit of a fleet as of a time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from .. import checks, platforms
from ..analysis.collecting import uncollected
from ..errors import InputError
from ..model.intent import Intent, Waiver
from ..model.reference import Reference
from ..model.result import AuditReport, DeviceScope, Finding, Status
from ..model.router import Router
from ..model.snapshot import Snapshot
from ..requirements import evaluate as norm_evaluate
from ..requirements import norm as norms
from ..requirements import waiving
from ..sources import intent as intents
from ..sources import reference as references
from ..sources import waivers as waiver_files

NORM = "manrs-netops-2.5.2"


@dataclass(frozen=True, slots=True)
class Assessment:
    """Everything an audit produced: the report and the values it came from."""

    report: AuditReport
    snapshots: Mapping[str, Snapshot]
    routers: Mapping[str, Router]
    intent: Intent
    reference: Reference
    waived: waiving.Waived
    waivers: tuple[Waiver, ...] = field(default=())


def parse(snapshot: Snapshot) -> Router:
    """The vendor-neutral model of a snapshot; UsageError names the known platforms when its own is not one."""
    return platforms.load(snapshot.platform).parse(snapshot.config, snapshot.state)


def audit(
    snapshots: Sequence[Snapshot],
    *,
    intent: Intent,
    reference: Reference,
    as_of: str,
    waivers: Sequence[Waiver] = (),
    expected: Sequence[str] = (),
    excluded: Mapping[str, str] | None = None,
    alone: bool = False,
) -> Assessment:
    """Audit routers from their snapshots against the intent; nothing assessed is never a pass.

    `expected` names the whole population (with what the intent lists, unless one router is judged `alone`); a device of it without a usable snapshot is reported as unreachable.
    `as_of` (RFC 3339 UTC) is the time the run is judged at.
    """
    by_host = {one.host: one for one in snapshots}
    if len(by_host) != len(snapshots):
        raise InputError("two snapshots carry the same host name; give every device its own")
    usable = {host: one for host, one in by_host.items() if one.error is None}
    routers = {host: parse(one) for host, one in sorted(usable.items())}
    texts = {host: tuple(usable[host].config.splitlines()) for host in routers}
    findings = checks.run_all(routers, texts, intent, reference)
    population = (*expected, *(() if alone else intent.devices))
    scope = _scope(by_host, routers, population, dict(excluded or {}), {})
    return _concluded(findings, scope, by_host, routers, intent, reference, as_of, waivers)


def conclude(
    findings: Sequence[Finding],
    snapshots: Mapping[str, Snapshot],
    routers: Mapping[str, Router],
    inputs: Inputs,
    *,
    expected: Sequence[str] = (),
    excluded: Mapping[str, str] | None = None,
    errors: Mapping[str, str] | None = None,
) -> Assessment:
    """The assessment of a fleet whose routers were judged already; `errors` says why others could not be."""
    scope = _scope(snapshots, routers, (*expected, *inputs.intent.devices), dict(excluded or {}), errors or {})
    with uncollected():
        return _concluded(findings, scope, snapshots, routers, inputs.intent, inputs.reference, inputs.as_of, inputs.waivers)


def _concluded(
    findings: Sequence[Finding],
    scope: tuple[DeviceScope, ...],
    snapshots: Mapping[str, Snapshot],
    routers: Mapping[str, Router],
    intent: Intent,
    reference: Reference,
    as_of: str,
    waivers: Sequence[Waiver],
) -> Assessment:
    unassessed = _unassessed(scope)
    waived = waiving.apply((*findings, *unassessed), waivers, as_of)
    report = AuditReport(
        norm=NORM,
        as_of=as_of,
        scope=scope,
        findings=tuple(sorted(waived.findings, key=checks.order)) if unassessed else waived.findings,
        requirements=norm_evaluate.evaluate(waived.findings, intent, norms.load(NORM), as_of),
        verdict=verdict(waived.findings, scope),
    )
    return Assessment(report, snapshots, routers, intent, reference, waived, tuple(waivers))


def _scope(
    snapshots: Mapping[str, Snapshot],
    routers: Mapping[str, Router],
    expected: Sequence[str],
    excluded: Mapping[str, str],
    errors: Mapping[str, str],
) -> tuple[DeviceScope, ...]:
    out = []
    for host in sorted({*snapshots, *expected, *excluded}):
        if host in excluded:
            out.append(DeviceScope(host, "excluded", excluded[host]))
        elif host in routers:
            router = routers[host]
            status = "assessed" if router.complete else "partial"
            out.append(DeviceScope(host, status, router.incomplete_because, router.platform))
        elif host in snapshots:
            snapshot = snapshots[host]
            out.append(DeviceScope(host, "unreachable", errors.get(host) or snapshot.error or "", snapshot.platform))
        else:
            out.append(DeviceScope(host, "unreachable", "expected, but nothing was collected from it"))
    return tuple(out)


def _unassessed(scope: Sequence[DeviceScope]) -> tuple[Finding, ...]:
    """A device that could not be read is an `error` line of its own, so that no sum hides it."""
    return tuple(checks.unreachable(one.name, one.reason) for one in scope if one.status == "unreachable")


def verdict(findings: Sequence[Finding], scope: Sequence[DeviceScope]) -> str:
    """`fail` with any unwaived fail, `inconclusive` with any doubt or when nothing was assessed, else `pass`."""
    if any(one.status is Status.FAIL and one.waived_by is None for one in findings):
        return "fail"
    assessed = [one for one in scope if one.status == "assessed"]
    doubt = any(one.status in (Status.INCONCLUSIVE, Status.ERROR) for one in findings)
    missing = any(one.status in ("unreachable", "partial") for one in scope)
    judged = any(one.status in (Status.PASS, Status.FAIL) for one in findings)
    return "inconclusive" if doubt or missing or not assessed or not judged else "pass"


EXIT = {"pass": 0, "fail": 1, "inconclusive": 2}


def exit_code(report: AuditReport) -> int:
    """The exit code of a report: 0 pass, 1 findings, 2 only inconclusive or nothing assessed."""
    return EXIT[report.verdict]


@dataclass(frozen=True, slots=True)
class Inputs:
    """What a run is judged by: intent, waivers and reference data, with the bytes they came from."""

    intent: Intent
    intent_bytes: bytes
    reference: Reference
    as_of: str
    waivers: tuple[Waiver, ...] = ()
    waivers_bytes: bytes | None = None
    folder: Path | None = None
    """Where the intent lies."""

    @classmethod
    def read(cls, intent: Path, waivers: Path | None, sources: Path | None, as_of: str, *, before: Path | None = None) -> Inputs:
        """Read the files; every error is an InputError that names file, place and remedy. Without `sources` the intent's own are asked.

        `before` is a folder with an earlier state of the sources, for the checks that look at what changed.
        """
        declared = intents.load_intent(intent)
        astray = norm_evaluate.unknown_declarations(declared, norms.load(NORM))
        if astray:
            raise InputError(f"{intent}: declarations: {', '.join(astray)}: no requirement of {NORM} has this id")
        found = references.load(sources or declared.sources, as_of, intent=declared, base=intent.parent, before=before)
        return cls(
            intent=declared,
            intent_bytes=intent.read_bytes(),
            reference=found,
            as_of=as_of,
            waivers=waiver_files.load_waivers(waivers) if waivers else (),
            waivers_bytes=waivers.read_bytes() if waivers else None,
            folder=intent.parent,
        )

    def earlier(self, sources: Path) -> Inputs:
        """The same rules with an earlier state of the sources, whatever its age."""
        limits = replace(self.intent.limits, source_max_age_hours=references.ALWAYS)
        found = references.load(sources, self.as_of, intent=replace(self.intent, limits=limits), base=self.folder or Path())
        return replace(self, reference=found)


def audit_inputs(
    snapshots: Sequence[Snapshot],
    inputs: Inputs,
    *,
    expected: Sequence[str] = (),
    excluded: Mapping[str, str] | None = None,
    alone: bool = False,
) -> Assessment:
    """`audit` with everything a run needs in one value."""
    return audit(
        snapshots,
        intent=inputs.intent,
        reference=inputs.reference,
        as_of=inputs.as_of,
        waivers=inputs.waivers,
        expected=expected,
        excluded=excluded,
        alone=alone,
    )
