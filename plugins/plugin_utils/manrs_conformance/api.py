"""The only door of the engine: audit, explain, gate, plan, push, bundle."""

from __future__ import annotations

import dataclasses
import getpass
import ipaddress
import secrets
import socket
import tempfile
import uuid
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import yaml

from . import checks, collect, evidence, gate, platforms
from .collect import Driver
from .errors import InputError, UsageError
from .model.intent import Intent, Waiver
from .model.policy import Rpki, Verdict
from .model.reference import Reference
from .model.result import AuditReport, DeviceScope, Finding, Status
from .model.route import Decision, Route
from .model.router import Router
from .model.snapshot import Snapshot
from .push import apply as protocol
from .push import device as pushing
from .push.journal import Journal
from .requirements import evaluate as norm_evaluate
from .requirements import norm as norms
from .requirements import waiving
from .sources import intent as intents
from .sources import reference as references
from .sources import waivers as waiver_files

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
    scope = _scope(by_host, routers, (*expected, *(() if alone else intent.devices)), dict(excluded or {}))
    findings = (*findings, *_unassessed(scope))
    waived = waiving.apply(findings, waivers, as_of)
    requirements = norm_evaluate.evaluate(waived.findings, intent, norms.load(NORM), as_of)
    report = AuditReport(
        norm=NORM,
        as_of=as_of,
        scope=scope,
        findings=tuple(sorted(waived.findings, key=checks.order)),
        requirements=requirements,
        verdict=verdict(waived.findings, scope),
    )
    return Assessment(report, by_host, routers, intent, reference, waived, tuple(waivers))


def _scope(
    snapshots: Mapping[str, Snapshot], routers: Mapping[str, Router], expected: Sequence[str], excluded: Mapping[str, str]
) -> tuple[DeviceScope, ...]:
    out = []
    for host in sorted({*snapshots, *expected, *excluded}):
        snapshot = snapshots.get(host)
        if host in excluded:
            out.append(DeviceScope(host, "excluded", excluded[host]))
        elif host in routers:
            router = routers[host]
            status = "assessed" if router.complete else "partial"
            out.append(DeviceScope(host, status, router.incomplete_because, router.platform))
        else:
            reason = (snapshot.error or "") if snapshot else "expected, but nothing was collected from it"
            out.append(DeviceScope(host, "unreachable", reason, snapshot.platform if snapshot else ""))
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


def explain(router: Router, text: str, neighbor: str, route: Route, *, direction: str, family: str | None, vrf: str) -> Decision:
    """What one session does with one route, step by step; UsageError lists the sessions when there is no such one."""
    from .analysis import concrete, passage

    wanted = family or ("ipv6-unicast" if route.afi == 6 else "ipv4-unicast")
    session = router.session(neighbor, wanted, vrf)
    if session is None:
        known = ", ".join(sorted(one.key for one in router.sessions)) or "none"
        raise UsageError(f"no session with {neighbor} in {wanted}, vrf {vrf}; sessions of this configuration: {known}")
    attachment = session.inbound if direction == "import" else session.outbound
    if session.shutdown:
        return Decision("reject", route, (), f"the session with {neighbor} is shut down: no route crosses it")
    decision = concrete.decide(attachment, replace(route, peer=route.peer or neighbor), called=attachment.called)
    lines = text.splitlines()
    steps = tuple(
        replace(step, text=step.text or (lines[step.line - 1].strip() if 0 < step.line <= len(lines) else ""))
        for step in passage.detailed(decision.trace, [attachment], decision.route)
    )
    if not attachment.filters and not decision.because:
        word = "accepts" if attachment.default is Verdict.ACCEPT else "rejects"
        return replace(decision, trace=steps, because=f"no {direction} policy is attached; the platform {word} everything")
    return replace(decision, trace=steps)


def saved(
    paths: Sequence[Path], platform: str | None, devices: Mapping[str, tuple[str, str]] | None = None
) -> tuple[Snapshot, ...]:
    """Snapshots of saved configurations named `HOST.PLATFORM.cfg`, beside an optional folder `HOST.PLATFORM.state` with `KEY.txt` files.

    `devices` maps a file name to (host, platform). A folder stands for every `*.cfg` and `*.conf` in it. InputError and UsageError name the file.
    """
    files: list[Path] = []
    for path in paths:
        files.extend(sorted(p for p in path.iterdir() if p.suffix in (".cfg", ".conf")) if path.is_dir() else [path])
    out = []
    for path in files:
        host, name = (devices or {}).get(path.name, (None, None))
        if host is None or name is None:
            parts = path.name.rsplit(".", 2)
            if platform:
                host, name = (parts[0] if len(parts) == 3 and parts[1] == platform else path.stem), platform
            elif len(parts) == 3:
                host, name = parts[0], parts[1]
            else:
                raise UsageError(f"{path}: the name tells no platform; name it HOST.PLATFORM.cfg or give --platform")
        platforms.load(name)
        try:
            config = path.read_text(encoding="utf-8", errors="replace")
        except OSError as error:
            raise InputError(f"{path}: cannot be read: {error.strerror}") from None
        folder = path.parent / f"{host}.{name}.state"
        state = (
            {one.stem: one.read_text(encoding="utf-8", errors="replace") for one in sorted(folder.glob("*.txt"))}
            if folder.is_dir()
            else {}
        )
        out.append(Snapshot(host=host, platform=name, config=config, state=state, transport="file"))
    return tuple(out)


def single(path: Path, platform: str, text: str) -> Snapshot:
    """A snapshot of one saved text."""
    return Snapshot(host=path.name.split(".")[0], platform=platform, config=text)


def devices(path: Path | None) -> dict[str, tuple[str, str]]:
    """The `--devices` file: file name to (host, platform); InputError says what is wrong with it."""
    if path is None:
        return {}
    try:
        data = yaml.safe_load(path.read_text("utf-8"))
        return {str(name): (str(one["host"]), str(one["platform"])) for name, one in data.items()}
    except (OSError, yaml.YAMLError, AttributeError, KeyError, TypeError) as error:
        raise InputError(f"{path}: expected `FILE: {{host: NAME, platform: OS}}` per line: {error}") from None


def route(prefix: str, as_path: str, communities: Sequence[str], rpki: Rpki) -> Route:
    """A concrete route from command line words; UsageError names the word."""
    try:
        network = ipaddress.ip_network(prefix)
        path = tuple(int(word) for word in as_path.split())
    except ValueError as error:
        raise UsageError(f"not a route: {error}") from None
    plain = frozenset(one for one in communities if one.count(":") == 1)
    large = frozenset(one for one in communities if one.count(":") == 2 and one.replace(":", "").isdigit())
    return Route(str(network), path, plain, large, frozenset(communities) - plain - large, rpki)


@dataclass(frozen=True, slots=True)
class Inputs:
    """What a run is judged by: intent, waivers and reference data, with the bytes they came from."""

    intent: Intent
    intent_bytes: bytes
    reference: Reference
    as_of: str
    waivers: tuple[Waiver, ...] = ()
    waivers_bytes: bytes | None = None

    @classmethod
    def read(cls, intent: Path, waivers: Path | None, sources: Path | None, as_of: str) -> Inputs:
        """Read the files; every error is an InputError that names file, place and remedy. Without `sources` the intent's own are asked."""
        declared = intents.load_intent(intent)
        found = references.load(sources or declared.sources, as_of, intent=declared, base=intent.parent)
        return cls(
            intent=declared,
            intent_bytes=intent.read_bytes(),
            reference=found,
            as_of=as_of,
            waivers=waiver_files.load_waivers(waivers) if waivers else (),
            waivers_bytes=waivers.read_bytes() if waivers else None,
        )


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


def report_json(report: AuditReport) -> dict[str, Any]:
    """A report as plain JSON data."""
    return dataclasses.asdict(report, dict_factory=_plain)


def _plain(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    return {key: sorted(value) if isinstance(value, frozenset) else value for key, value in pairs}


def gate_inputs(
    base: Sequence[Snapshot], candidate: Sequence[Snapshot], inputs: Inputs, *, strict: bool = False, ticket: str | None = None
) -> tuple[gate.GateReport, Assessment]:
    """Judge a change: both sides by the same intent, waivers and sources. Also gives the candidate's assessment, for exports."""
    before, after = audit_inputs(base, inputs), audit_inputs(candidate, inputs)
    sides = (gate.Side(before.routers, before.report.findings), gate.Side(after.routers, after.report.findings))
    return gate.judge(*sides, strict=strict, ticket=ticket), after


def renamed(snapshot: Snapshot, host: str) -> Snapshot:
    """The snapshot under its inventory name."""
    return replace(snapshot, host=host)


def collect_device(host: str, platform: str, driver: Driver, *, verified: bool | None = None) -> Snapshot:
    """Read one router by its platform's allow-list."""
    commands = platforms.load(platform).commands
    return collect.snapshot(host, platform, driver, commands.state, verified=verified)


def prepare_push(snapshot: Snapshot, inputs: Inputs, templates: Path | None = None) -> pushing.Prepared:
    """Plan, render and gate a push without touching the router."""
    return pushing.prepare(snapshot, inputs.intent, inputs.reference, templates=templates)


def push_device(
    snapshot: Snapshot,
    prepared: pushing.Prepared,
    connect: Callable[[], Any],
    inputs: Inputs,
    journal: Path,
    *,
    revert_in: int = 120,
    settle: float = 60.0,
    change_id: str = "",
) -> protocol.Pushed:
    """Push a prepared change by the whole protocol."""
    return pushing.push(
        snapshot,
        prepared,
        connect,
        inputs.intent,
        inputs.reference,
        Journal(journal),
        revert_in=revert_in,
        settle=settle,
        change_id=change_id,
    )


def safe_diff(snapshot: Snapshot, prepared: pushing.Prepared) -> str:
    """The planned difference without the secrets of the running configuration."""
    lines = snapshot.config.splitlines()
    values = {lines[one.line - 1][one.start : one.end] for one in parse(snapshot).secrets if one.line <= len(lines)}
    text = prepared.diff
    for value in sorted(values, key=len, reverse=True):
        text = text.replace(value, "<redacted>") if value.strip() else text
    return text


def brief(one: Finding) -> dict[str, Any]:
    """A finding as the few plain words that a face shows."""
    witness = one.witnesses[0] if one.witnesses else None
    return {
        "check": one.check,
        "device": one.device,
        "subject": one.subject,
        "status": one.status.value,
        "severity": one.severity.value,
        "message": one.message,
        "because": one.because,
        "remedy": one.remedy,
        "witness": witness.route.prefix if witness and witness.route else "",
        "lines": [line.line for line in one.lines],
        "fingerprint": one.fingerprint,
    }


def counts(findings: Sequence[Finding]) -> dict[str, int]:
    """How many findings have each status."""
    found = Counter(one.status.value for one in findings)
    return {status.value: found[status.value] for status in Status}


def summary_text(report: AuditReport) -> str:
    """The summary as plain text."""
    from rich.console import Console

    from .evidence import terminal

    console = Console(width=140, no_color=True, force_terminal=False)
    with console.capture() as capture:
        console.print(terminal.summary(report))
    return capture.get()


def write_bundle(
    path: Path,
    done: Assessment,
    inputs: Inputs,
    *,
    key: Path | None = None,
    argv: Sequence[str] = (),
    run_id: str | None = None,
    commitment_key: bytes | None = None,
) -> evidence.BuiltBundle:
    """Write the evidence bundle of an assessment into a new folder, signed when a key is given.

    The key of the commitments to the raw configurations is kept beside the bundle (`PATH.commitment-key`), never inside.
    """
    secret = commitment_key or secrets.token_bytes(32)
    run = evidence.RunInfo(
        run_id=run_id or str(uuid.uuid4()),
        as_of=inputs.as_of,
        started_at=inputs.as_of,
        finished_at=collect.now(),
        organisation=inputs.intent.organisation.name,
        asns=inputs.intent.asns,
        argv=tuple(argv),
        user=getpass.getuser(),
        host=socket.gethostname(),
        notes=tuple(f"{s.host}: the host key was not verified" for s in done.snapshots.values() if s.verified is False),
    )
    built = evidence.build(
        path,
        report=done.report,
        snapshots=done.snapshots,
        routers=done.routers,
        intent_bytes=inputs.intent_bytes,
        waivers_bytes=inputs.waivers_bytes,
        reference=inputs.reference,
        run=run,
        commitment_key=secret,
        signer=evidence.Signer(key) if key else None,
        previous_root=None,
    )
    if commitment_key is None:
        beside = path.with_name(path.name + ".commitment-key")
        beside.touch(mode=0o600)
        beside.write_text(secret.hex() + "\n", encoding="ascii")
    return built


def verify_bundle(path: Path, allowed_signers: Path | None) -> evidence.VerifyReport:
    """Check a bundle as hostile input."""
    return evidence.verify(path, allowed_signers=allowed_signers)


def replay_bundle(path: Path) -> tuple[tuple[str, ...], int]:
    """Evaluate a bundle again from itself alone: what differs (nothing, when it is sound), and how many results there are."""
    held = evidence.load_for_replay(path)
    with tempfile.TemporaryDirectory() as folder:
        base = Path(folder)
        (base / "manrs.yml").write_bytes(held.intent_bytes)
        names = {"vrps": "vrps.json", "irr": "irr.json", "bogons": "bogons.json"}
        for one in held.provenance:
            if one.source in names and one.sha256 in held.raw:
                (base / names[one.source]).write_bytes(held.raw[one.sha256])
        if held.waivers_bytes is not None:
            (base / "waivers.yml").write_bytes(held.waivers_bytes)
        waivers = base / "waivers.yml" if held.waivers_bytes is not None else None
        inputs = Inputs.read(base / "manrs.yml", waivers, base, str(held.run["as_of"]))
    excluded = {one.name: one.reason for one in held.scope if one.status == "excluded"}
    done = audit_inputs(tuple(held.snapshots.values()), inputs, expected=[one.name for one in held.scope], excluded=excluded)
    actual = evidence.results_bytes(done.report.findings, done.snapshots, done.routers)
    return evidence.differences(held.expected_results, actual), held.expected_results.count(b"\n")


def gate_text(report: gate.GateReport) -> str:
    """The gate's answer in at most forty lines, for a terminal or a merge request."""
    out = [f"Gate: {report.verdict.upper()}" + (f" (ticket {report.ticket})" if report.ticket else "")]
    out.append(f"new {len(report.new)}, unsure {len(report.unsure)}, fixed {len(report.fixed)}, known and unchanged {report.known}")
    out += [f"BLOCKED  {one}" for one in report.blocking[:8]]
    out += [f"NEW      {one.check} {one.device} {one.message}" for one in report.new[:10]]
    out += [f"UNSURE   {one.check} {one.device} {one.message}: {one.because}" for one in report.unsure[:6]]
    out += [f"UNSURE   {one}" for one in report.doubts[:4]]
    out += [f"FIXED    {one.check} {one.device} {one.subject}" for one in report.fixed[:6]]
    for change in report.changes[:4]:
        gained, lost = (
            ", ".join(w.route.prefix for w in some if w.route) for some in (change.newly_accepted, change.newly_rejected)
        )
        words = [f"accepts now {gained}"] if gained else []
        words += [f"no longer accepts {lost}"] if lost else []
        words += ["changes attributes"] if change.changed and not words else []
        out.append(f"MEANING  {change.device} {change.session} {change.direction}: {'; '.join(words)}")
    return "\n".join(out[:40])


def export(done: Assessment, name: str) -> bytes:
    """One export of an assessment by file name, such as `results.sarif` or `junit.xml`."""
    return evidence.single_export(name, done.report.findings, done.report.scope, done.snapshots, done.routers)
