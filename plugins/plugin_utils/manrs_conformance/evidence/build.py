"""Building an evidence bundle: same inputs, same bytes."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from .. import checks
from ..errors import BundleError, UsageError
from ..model.intent import Declaration, Waiver
from ..model.reference import Reference
from ..model.result import AuditReport, DeviceScope
from ..model.router import Router
from ..model.snapshot import Snapshot
from ..requirements import norm as norms
from ..requirements.evaluate import action_verdicts
from . import bag, blocks, canary, clocks, exports, intoto, oscal, pages, previous, proof, report, texts, tool
from .canonical import document, dumps, map_text, plain
from .redact import Device, Scrubber, commitment, redact, secret_values
from .results import finding_values, grouped, record
from .sshsig import Signer

Mode = Literal["full", "lite", "blocks"]
"""Redacted configurations as files, excerpts only, or configurations cut into blocks that are stored once."""
SAFE_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")
UNASSESSED = ("partial", "unreachable", "excluded")
MINIMUM_KEY = 16


@dataclass(frozen=True, slots=True)
class RunInfo:
    """Who ran what, when and where: inputs, nothing is read from the clock; RFC 3339 UTC, `argv` without secrets."""

    run_id: str
    as_of: str
    tool_version: str = ""
    started_at: str = ""
    finished_at: str = ""
    organisation: str = ""
    asns: tuple[int, ...] = ()
    contact: str = ""
    argv: tuple[str, ...] = ()
    user: str = ""
    host: str = ""
    ci_job: str = ""
    commit: str = ""
    versions: Mapping[str, str] = field(default_factory=dict)
    """Of Python and of each package that the engine needs."""
    clock: Mapping[str, Any] = field(default_factory=dict)
    """What the controller's kernel says of its clock."""
    scope_source: str = ""
    """Where the expected population comes from, such as an inventory file or query."""
    notes: tuple[str, ...] = ()
    """What an auditor must know: bypassed host key checks, overrides by ticket."""


@dataclass(frozen=True, slots=True)
class BuiltBundle:
    """A finished bundle: where it is, its root (SHA-256 of the tag manifest) and what it counts."""

    path: Path
    root_sha256: str
    counts: Mapping[str, int]
    verdict: str


@dataclass(slots=True)
class Parts:
    """What a bundle is made of, while it is being made."""

    files: dict[str, bytes] = field(default_factory=dict)
    findings: list[dict[str, Any]] = field(default_factory=list)
    devices: list[dict[str, Any]] = field(default_factory=list)


def build(
    directory: Path,
    *,
    report: AuditReport,
    snapshots: Mapping[str, Snapshot],
    routers: Mapping[str, Router],
    intent_bytes: bytes,
    waivers_bytes: bytes | None,
    reference: Reference,
    run: RunInfo,
    waivers: Sequence[Waiver] = (),
    declarations: Sequence[Declaration] = (),
    commitment_key: bytes,
    mode: Mode = "full",
    signer: Signer | None = None,
    before: previous.Contents | None = None,
    wheels: Sequence[Path] = (),
    extra: Mapping[str, bytes] | None = None,
) -> BuiltBundle:
    """Write a bundle to a new directory, with `extra` files below `data/`; BundleError when it would carry a secret or contradict itself, UsageError if it exists."""
    if len(commitment_key) < MINIMUM_KEY:
        raise UsageError(f"the commitment key must have at least {MINIMUM_KEY} bytes")
    previous_root = previous.follow(before, run.as_of, run.asns)
    scrubber = Scrubber(secret_values(snapshots, routers))
    devices = {name: redact(snapshots[name], router, scrubber) for name, router in sorted(routers.items()) if name in snapshots}
    parts = Parts()
    parts.findings = finding_values(report.findings, devices, scrubber)
    parts.files |= record(parts.findings)
    seen = previous.first_seen(parts.findings, before, run.as_of)
    parts.files["data/findings.json"] = document({"by_check": grouped(parts.findings), "first_seen": seen})
    names = slugs({*snapshots, *(one.name for one in report.scope)})
    for name, slug in names.items():
        _device(parts, name, slug, snapshots.get(name), routers.get(name), devices.get(name), scrubber, commitment_key, mode)
    _inputs(parts, intent_bytes, waivers_bytes, reference)
    _tool(parts, run.tool_version, wheels, replayable=mode != "lite")
    parts.files.update({f"data/{name}": data for name, data in (extra or {}).items()})
    if report.norm in norms.known():
        parts.files["data/policy/norm.json"] = (norms.DATA / "norms" / f"{report.norm}.json").read_bytes()
    facts = _summary(parts, report, run, scrubber, mode, previous_root, sorted(names.items()), waivers, declarations)
    _derived(parts, facts, routers, before)
    labels = {
        "Bag-Software-Agent": f"routesec.manrs {run.tool_version}".strip(),
        "Bagging-Date": run.as_of[:10],
        "Contact-Name": run.contact,
        "External-Identifier": f"urn:uuid:{run.run_id}",
        "MANRS-ASN": " ".join(f"AS{asn}" for asn in run.asns),
        "Previous-Root": previous_root or "",
        "Source-Organization": run.organisation,
    }
    files, root = bag.seal(parts.files, labels, texts.verify_text(signer))
    if leaks := canary.scan(files.items(), scrubber):
        raise BundleError("bundle not written, it would publish secrets: " + "; ".join(leaks[:20]))
    if signer:
        files[bag.SIGNATURE] = signer.sign(files[bag.TAGS])
    bag.write(directory, files)
    return BuiltBundle(directory, root, facts["run"]["counts"], facts["run"]["verdict"])


def slugs(names: set[str]) -> dict[str, str]:
    """A safe folder name for each device name; names that are hostile or differ only in case get a digest appended."""
    folded = Counter(name.lower() for name in names)
    result = {}
    for name in sorted(names):
        if SAFE_NAME.fullmatch(name) and folded[name.lower()] == 1 and ".." not in name:
            result[name] = name
        else:
            body = re.sub(r"[^A-Za-z0-9-]", "-", name)[:60].strip("-") or "device"
            result[name] = f"{body}-{bag.digest(name.encode('utf-8', 'backslashreplace'))[:12]}"
    return result


def _device(
    parts: Parts,
    name: str,
    slug: str,
    snapshot: Snapshot | None,
    router: Router | None,
    device: Device | None,
    scrubber: Scrubber,
    key: bytes,
    mode: Mode,
) -> None:
    if snapshot is None:
        return
    meta: dict[str, Any] = {
        "name": name,
        "platform": snapshot.platform,
        "collected_at": snapshot.collected_at,
        "device_clock": snapshot.device_clock,
        "skew_seconds": clocks.skew(snapshot),
        "clock_distrusted": clocks.distrusted(snapshot.device_clock),
        "transport": snapshot.transport,
        "address": snapshot.address,
        "verified": snapshot.verified,
        "facts": sorted([k, v] for k, v in snapshot.facts.items()),
        "error": snapshot.error,
        "raw_commitment": commitment(key, name, snapshot.config),
        "raw_commitment_method": "HMAC-SHA256(run key, 'manrs-raw' NUL device NUL configuration)",
        "mode": mode,
        "state": {},
        "version": None,
        "unread": [],
    }
    folder = f"data/devices/{slug}"
    if router is not None and device is not None:
        counted = Counter(router.line_states)
        meta["version"] = router.version
        meta["complete"] = router.complete
        meta["incomplete_because"] = router.incomplete_because
        meta["coverage"] = {
            "lines": len(device.lines),
            "used": counted["u"],
            "irrelevant": counted["i"],
            "unsupported": counted["s"],
            "unrecognised": counted["?"],
        }
        meta["unread"] = [
            {"line": one.line, "text": device.line(one.line), "state": one.state, "taints": str(one.taints)}
            for one in router.unread
        ]
        ending = "\n" if snapshot.config.endswith(("\n", "\r")) else ""
        text = "\n".join(device.lines) + ending
        if mode == "full":
            parts.files[f"{folder}/config.redacted.txt"] = text.encode("utf-8", "backslashreplace")
        elif mode == "blocks":
            parts.files |= blocks.store(folder, text)
        else:
            parts.files[f"{folder}/excerpts.json"] = document(_excerpts(parts, device))
        for number, (item, text) in enumerate(sorted(snapshot.state.items())):
            file = (
                f"{item}.txt" if SAFE_NAME.fullmatch(item) and item == item.lower() and ".." not in item else f"state-{number}.txt"
            )
            meta["state"][str(number)] = [item, file]
            if mode != "lite":
                parts.files[f"{folder}/state/{file}"] = scrubber.text(text).encode("utf-8", "backslashreplace")
    cleaned = map_text(plain(meta), scrubber.text)
    parts.files[f"{folder}/meta.json"] = document(cleaned)
    parts.devices.append({**cleaned, "slug": slug})


def _excerpts(parts: Parts, device: Device) -> dict[str, str]:
    wanted: set[int] = set()
    for one in parts.findings:
        if one["device"] == device.name:
            wanted.update(line["line"] for line in one["lines"])
            wanted.update(step["line"] for witness in one["witnesses"] for step in witness["trace"])
    return {str(number): device.line(number) for number in sorted(wanted) if device.line(number)}


def _inputs(parts: Parts, intent: bytes, waivers: bytes | None, reference: Reference) -> None:
    parts.files["data/policy/intent.yml"] = intent
    if waivers is not None:
        parts.files["data/policy/waivers.yml"] = waivers
    index = []
    for one in sorted(reference.provenance, key=lambda item: dumps(plain(item))):
        raw = reference.raw.get(one.sha256)
        stored = None
        if raw is not None:
            if bag.digest(raw) != one.sha256:
                raise BundleError(f"source {one.source} {one.location}: bytes do not match their SHA-256")
            stored = f"raw/{one.sha256}"
            parts.files[f"data/sources/{stored}"] = raw
        elif one.problem is None and one.sha256:
            raise BundleError(f"source {one.source} {one.location}: its bytes are missing, so nobody could replay this audit")
        index.append({**plain(one), "file": stored})
    parts.files["data/sources/index.json"] = document(index)


def _tool(parts: Parts, version: str, wheels: Sequence[Path], *, replayable: bool) -> None:
    """Add the engine with what it needs, the checks it knows and the schemas of what it reads."""
    held = dict([tool.wheel(version)]) if replayable else {}
    for wheel in sorted(wheels, key=lambda path: path.name):
        if not SAFE_NAME.fullmatch(wheel.name.replace("+", "_")):
            raise UsageError(f"wheel {wheel.name}: unsafe file name")
        held[wheel.name.replace("+", "_")] = wheel.read_bytes()
    parts.files |= {f"data/tool/wheels/{name}": data for name, data in held.items()}
    parts.files["data/tool/requirements.lock"] = tool.lock()
    parts.files["data/tool/sbom.cdx.json"] = tool.bill(version)
    stored = [{"file": name, "sha256": bag.digest(data)} for name, data in sorted(held.items())]
    parts.files["data/tool/engine.json"] = document({"files": tool.engine(), "wheels": stored, "sha256": tool.engine_digest()})
    known = [
        {
            "id": one.id,
            "action": one.action,
            "title": one.title,
            "severity": one.severity,
            "scope": one.scope,
            "direction": one.direction,
        }
        for one in checks.catalogue()
    ]
    parts.files["data/policy/checks.json"] = document({"checks": known, "engine_sha256": tool.engine_digest()})
    for schema in sorted((norms.DATA / "schemas").glob("*.json")):
        parts.files[f"data/policy/schemas/{schema.name}"] = schema.read_bytes()


def _summary(
    parts: Parts,
    audit: AuditReport,
    run: RunInfo,
    scrubber: Scrubber,
    mode: Mode,
    previous: str | None,
    names: list[tuple[str, str]],
    waivers: Sequence[Waiver],
    declarations: Sequence[Declaration],
) -> dict[str, Any]:
    """Write scope, requirements, attestations and run; give them back for what is derived from them."""
    known = {one.name for one in audit.scope}
    others = sorted({one["device"] for one in parts.findings} - known)
    states = Counter(one.status for one in audit.scope)
    scope: dict[str, Any] = {
        "source": run.scope_source,
        "devices": [
            {**plain(one), "folder": slug}
            for one in sorted(audit.scope, key=lambda item: item.name)
            for n, slug in names
            if n == one.name
        ],
        "other_subjects": others,
        "expected": len(audit.scope),
        "counts": {state: states[state] for state in ("assessed", *UNASSESSED)},
    }
    fingerprints = {one["fingerprint"] for one in parts.findings}
    for one in audit.requirements:
        if missing := {*one.decided_by, *one.supported_by} - fingerprints:
            raise BundleError(f"requirement {one.requirement} rests on a finding that is not there: {sorted(missing)[0]}")
    by_name = {one["fingerprint"]: one for one in parts.findings}
    raw = [path for path in parts.files if path.startswith((proof.RAW, "data/devices/"))]
    stated = {one.requirement for one in declarations}
    requirements: dict[str, Any] = {
        "norm": audit.norm,
        "requirements": sorted(
            ({**plain(one), "evidence": proof.files(plain(one), by_name, dict(names), raw, stated)} for one in audit.requirements),
            key=dumps,
        ),
    }
    requirements["actions"] = (
        [plain(one) for one in action_verdicts(audit.requirements, norms.load(audit.norm))] if _known(audit) else []
    )
    declared = [one for one in requirements["requirements"] if "declaration" in one["methods"]]
    verdict, because = _verdict(audit.verdict, audit.scope, parts.findings)
    states = Counter(one["status"] for one in parts.findings)
    counts = {
        "devices": len(audit.scope),
        "assessed": scope["counts"]["assessed"],
        "findings": len(parts.findings),
        "requirements": len(audit.requirements),
        "waived": sum(1 for one in parts.findings if one["waived_by"]),
        **{state: states[state] for state in ("pass", "fail", "inconclusive", "not_applicable", "error")},
    }
    facts = {
        "scope": scope,
        "requirements": requirements,
        "attestations": {"declared": declared, "statements": [plain(one) for one in declarations]},
        "run": {
            **plain(run),
            "norm": audit.norm,
            "verdict": verdict,
            "verdict_because": because,
            "audit_verdict": audit.verdict,
            "mode": mode,
            "replayable": mode != "lite",
            "previous_root": previous,
            "counts": counts,
            "engine_sha256": tool.engine_digest(),
            "skew_seconds": [{"device": one["name"], "skew": one["skew_seconds"]} for one in parts.devices],
            "format": "manrs-bundle-1",
        },
    }
    waived = [
        {"waiver": one["waived_by"], **{name: one[name] for name in ("fingerprint", "check", "device", "subject")}}
        for one in parts.findings
        if one["waived_by"]
    ]
    facts["waivers"] = {
        "applied": waived,
        "known": [plain(one) for one in sorted(waivers, key=lambda item: item.id)],
        "expired": sorted(one.id for one in waivers if one.expires <= run.as_of),
        "unused": sorted({one.id for one in waivers if one.expires > run.as_of} - {one["waiver"] for one in waived}),
    }
    cleaned: dict[str, Any] = {}
    for name, value in facts.items():
        cleaned[name] = map_text(plain(value), scrubber.text)
        parts.files[f"data/{name}.json"] = document(cleaned[name])
    return cleaned


def _known(audit: AuditReport) -> bool:
    """Whether the norm is shipped and its actions are those of the results."""
    return audit.norm in norms.known() and {one.action for one in audit.requirements} <= {
        one.id for one in norms.load(audit.norm).actions
    }


def _verdict(verdict: str, scope: Sequence[DeviceScope], findings: list[dict[str, Any]]) -> tuple[str, str]:
    """The audit's verdict, unless nothing was really assessed."""
    if not any(one.status in ("assessed", "partial") for one in scope):
        return "inconclusive", "no device was assessed"
    if not any(one["status"] in ("pass", "fail") for one in findings):
        return "inconclusive", "no check came to an answer"
    return verdict, ""


def _derived(parts: Parts, facts: dict[str, Any], routers: Mapping[str, Router], before: previous.Contents | None) -> None:
    """Add everything that people and other tools read; none of it is authoritative."""
    digests = {name: bag.digest(data) for name, data in parts.files.items()}
    found = previous.changes(parts.findings, before, previous.assessed(facts["scope"]))
    compared = exports.baseline(parts.findings, found, before.rows if before else ())
    made = exports.all_of(facts, parts.findings, compared=compared)
    made["test-result.intoto.json"] = intoto.statement(facts["run"], parts.findings, digests)
    made |= oscal.all_of(facts, parts.findings, digests)
    parts.files.update({f"data/export/{name}": data for name, data in made.items()})
    view = report.view(facts, parts.findings, parts.devices, parts.files, routers, before, found)
    parts.files["data/REPORT.html"] = report.html(view)
    parts.files["data/REPORT.md"] = pages.markdown(view)
    parts.files.update(pages.application(view))
    parts.files["data/REPLAY.txt"] = texts.replay_text(bool(facts["run"]["replayable"]))
