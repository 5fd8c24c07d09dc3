"""Building an evidence bundle: same inputs, same bytes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from .. import checks
from ..errors import BundleError, UsageError
from ..model.intent import Declaration, Waiver
from ..model.reference import Reference
from ..model.result import AuditReport, DeviceScope
from ..model.router import Router
from ..model.snapshot import Snapshot
from ..requirements import norm as norms
from ..requirements.evaluate import action_verdicts
from . import bag, canary, charts, exports, intoto, oscal, pages, previous, proof, report, texts, tool
from .agreement import FIGURES
from .canonical import document, dumps, map_text, plain
from .devices import SAFE_NAME, Mode, Parts, slugs, write_devices
from .faithful import Read
from .redact import Scrubber, secret_values
from .results import grouped, record
from .sshsig import Signer
from .writing import Writer

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
    read: Read | None = None,
) -> BuiltBundle:
    """Write a bundle to a new directory, with `extra` files below `data/`; BundleError when it would carry a secret or contradict itself, UsageError if it exists.

    `read` parses a snapshot: each redacted configuration is read again, and marked where it does not mean what the raw one did.
    """
    if len(commitment_key) < MINIMUM_KEY:
        raise UsageError(f"the commitment key must have at least {MINIMUM_KEY} bytes")
    previous_root = previous.follow(before, run.as_of, run.asns)
    scrubber = Scrubber(secret_values(snapshots, routers))
    names = slugs({*snapshots, *(one.name for one in report.scope)})
    with Writer(directory, canary.Canary(scrubber).look) as out:
        parts = write_devices(out, names, snapshots, routers, report.findings, scrubber, commitment_key, mode, read)
        out.add(record(parts.findings))
        seen = previous.first_seen(parts.findings, before, run.as_of)
        out.add({"data/findings.json": document({"by_check": grouped(parts.findings), "first_seen": seen})})
        out.add({FIGURES: document({"filters": charts.sizes(parts.figures)})})
        _inputs(out, intent_bytes, waivers_bytes, reference)
        _tool(out, run.tool_version, wheels, replayable=mode != "lite")
        out.add({f"data/{name}": data for name, data in (extra or {}).items()})
        if report.norm in norms.known():
            out.add({"data/policy/norm.json": (norms.DATA / "norms" / f"{report.norm}.json").read_bytes()})
        facts = _summary(out, parts, report, run, scrubber, mode, previous_root, sorted(names.items()), waivers, declarations)
        _derived(out, parts, facts, before)
        labels = {
            "Bag-Software-Agent": f"routesec.manrs {run.tool_version}".strip(),
            "Bagging-Date": run.as_of[:10],
            "Contact-Name": run.contact,
            "External-Identifier": f"urn:uuid:{run.run_id}",
            "MANRS-ASN": " ".join(f"AS{asn}" for asn in run.asns),
            "Previous-Root": previous_root or "",
            "Source-Organization": run.organisation,
        }
        root = out.finish(labels, texts.verify_text(signer), signer)
    return BuiltBundle(directory, root, facts["run"]["counts"], facts["run"]["verdict"])


def _inputs(out: Writer, intent: bytes, waivers: bytes | None, reference: Reference) -> None:
    out.add({"data/policy/intent.yml": intent} | ({} if waivers is None else {"data/policy/waivers.yml": waivers}))
    index = []
    for one in sorted(reference.provenance, key=lambda item: dumps(plain(item))):
        raw = reference.raw.get(one.sha256)
        stored = None
        if raw is not None:
            if bag.digest(raw) != one.sha256:
                raise BundleError(f"source {one.source} {one.location}: bytes do not match their SHA-256")
            stored = f"raw/{one.sha256}"
            out.add({f"data/sources/{stored}": raw})
        elif one.problem is None and one.sha256:
            raise BundleError(f"source {one.source} {one.location}: its bytes are missing, so nobody could replay this audit")
        index.append({**plain(one), "file": stored})
    out.add({"data/sources/index.json": document(index)})


def _tool(out: Writer, version: str, wheels: Sequence[Path], *, replayable: bool) -> None:
    """Add the engine with what it needs, the checks it knows and the schemas of what it reads."""
    held = dict([tool.wheel(version)]) if replayable else {}
    for wheel in sorted(wheels, key=lambda path: path.name):
        if not SAFE_NAME.fullmatch(wheel.name.replace("+", "_")):
            raise UsageError(f"wheel {wheel.name}: unsafe file name")
        held[wheel.name.replace("+", "_")] = wheel.read_bytes()
    out.add({f"data/tool/wheels/{name}": data for name, data in held.items()})
    out.add({"data/tool/requirements.lock": tool.lock(), "data/tool/sbom.cdx.json": tool.bill(version)})
    stored = [{"file": name, "sha256": bag.digest(data)} for name, data in sorted(held.items())]
    out.add({"data/tool/engine.json": document({"files": tool.engine(), "wheels": stored, "sha256": tool.engine_digest()})})
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
    out.add({"data/policy/checks.json": document({"checks": known, "engine_sha256": tool.engine_digest()})})
    out.add({f"data/policy/schemas/{one.name}": one.read_bytes() for one in sorted((norms.DATA / "schemas").glob("*.json"))})


def _summary(
    out: Writer,
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
    held = proof.Held.of(out)
    stated = {one.requirement for one in declarations}
    requirements: dict[str, Any] = {
        "norm": audit.norm,
        "requirements": sorted(
            ({**plain(one), "evidence": proof.files(plain(one), by_name, dict(names), held, stated)} for one in audit.requirements),
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
            "not_replayable": [one["name"] for one in parts.devices if one.get("replay_differs")],
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
        out.add({f"data/{name}.json": document(cleaned[name])})
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


def _derived(out: Writer, parts: Parts, facts: dict[str, Any], before: previous.Contents | None) -> None:
    """Add everything that people and other tools read; none of it is authoritative."""
    digests = dict(out.digests)
    found = previous.changes(parts.findings, before, previous.assessed(facts["scope"]))
    compared = exports.baseline(parts.findings, found, before.rows if before else ())
    made = exports.all_of(facts, parts.findings, compared=compared)
    made["test-result.intoto.json"] = intoto.statement(facts["run"], parts.findings, digests)
    made |= oscal.all_of(facts, parts.findings, digests)
    out.add({f"data/export/{name}": data for name, data in made.items()})
    view = report.view(facts, parts.findings, parts.devices, out, parts.figures, before, found)
    out.add({"data/REPORT.html": report.html(view), "data/REPORT.md": pages.markdown(view), **pages.application(view)})
    out.add({"data/REPLAY.txt": texts.replay_text(bool(facts["run"]["replayable"]))})
