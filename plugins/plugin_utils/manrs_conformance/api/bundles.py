"""Writing, verifying and replaying evidence bundles."""

from __future__ import annotations

import dataclasses
import getpass
import json
import secrets
import socket
import tempfile
import uuid
from collections.abc import Mapping, Sequence
from importlib import metadata
from pathlib import Path, PurePosixPath
from typing import NamedTuple

import yaml

from .. import collect, evidence
from ..analysis import observatory
from ..errors import InputError
from ..model.result import AuditReport
from ..requirements import history, rules
from ..requirements import norm as norms
from ..sources import reference as references
from . import circumstances
from .assess import Assessment, Inputs, audit_inputs, parse

FLEET = 50
"""Devices above which configurations are stored in blocks."""


def version() -> str:
    """The version of the tool as installed, or as `galaxy.yml` says where it runs from a collection or a checkout."""
    try:
        return metadata.version("routesec-manrs")
    except metadata.PackageNotFoundError:
        galaxy = Path(__file__).parents[4] / "galaxy.yml"
        manifest = Path(__file__).parents[4] / "MANIFEST.json"
        if galaxy.is_file():
            return str(yaml.safe_load(galaxy.read_text("utf-8"))["version"])
        return str(json.loads(manifest.read_text("utf-8"))["collection_info"]["version"]) if manifest.is_file() else ""


def write_bundle(
    path: Path,
    done: Assessment,
    inputs: Inputs,
    *,
    key: Path | None = None,
    argv: Sequence[str] = (),
    run_id: str | None = None,
    commitment_key: bytes | None = None,
    extra: Mapping[str, bytes] | None = None,
    notes: Sequence[str] = (),
    previous: Path | None = None,
    scope_source: str = "",
    mode: evidence.Mode | None = None,
) -> evidence.BuiltBundle:
    """Write the evidence bundle of an assessment into a new folder, signed when a key is given.

    `previous` is the bundle before this one: its root is named, and findings keep the day they were first seen. `scope_source` says where
    the expected population comes from; `mode` is blocks above 50 devices and full below. The key of the commitments to the raw configurations is kept beside the bundle (`PATH.commitment-key`), never inside.
    """
    before = evidence.contents(previous) if previous else None
    secret = commitment_key or secrets.token_bytes(32)
    run = evidence.RunInfo(
        run_id=run_id or str(uuid.uuid4()),
        as_of=inputs.as_of,
        tool_version=version(),
        started_at=inputs.as_of,
        finished_at=collect.now(),
        organisation=inputs.intent.organisation.name,
        asns=inputs.intent.asns,
        argv=tuple(argv),
        user=getpass.getuser(),
        host=socket.gethostname(),
        contact=_contact(inputs),
        ci_job=circumstances.ci_job(),
        commit=circumstances.commit(inputs.folder),
        versions=circumstances.versions(),
        clock=circumstances.clock(),
        scope_source=scope_source,
        notes=(*notes, *(f"{s.host}: the host key was not verified" for s in done.snapshots.values() if s.verified is False)),
    )
    report, earlier = _with_history(done.report, before, inputs.as_of)
    built = evidence.build(
        path,
        report=report,
        snapshots=done.snapshots,
        routers=done.routers,
        intent_bytes=inputs.intent_bytes,
        waivers_bytes=inputs.waivers_bytes,
        reference=inputs.reference,
        waivers=done.waivers,
        declarations=inputs.intent.declarations,
        run=run,
        commitment_key=secret,
        signer=evidence.Signer(key) if key else None,
        before=before,
        mode=mode or ("blocks" if len(done.routers) > FLEET else "full"),
        extra={**_observatory(inputs), **earlier, **(extra or {})},
        read=parse,
    )
    if commitment_key is None:
        beside = path.with_name(path.name + ".commitment-key")
        beside.touch(mode=0o600)
        beside.write_text(secret.hex() + "\n", encoding="ascii")
    return built


def _with_history(report: AuditReport, before: evidence.Contents | None, as_of: str) -> tuple[AuditReport, dict[str, bytes]]:
    """The report with what lapses over months judged by the runs before, and those runs as a file of the bundle."""
    if before is None or before.run["as_of"] > as_of or report.norm not in norms.known():
        return report, {}
    rows = history.recent(before.earlier, as_of)
    results = rules.with_history(report.requirements, norms.load(report.norm), rows, as_of)
    content = json.dumps([dataclasses.asdict(one) for one in rows], indent=1, sort_keys=True).encode() + b"\n"
    return dataclasses.replace(report, requirements=results), {PurePosixPath(evidence.HISTORY).name: content}


def _observatory(inputs: Inputs) -> dict[str, bytes]:
    """The Observatory's figures as a file of the bundle, where any source for them was asked."""
    found = [one for one in observatory.figures(inputs.intent, inputs.reference) if one.value is not None]
    if not found:
        return {}
    content = [dataclasses.asdict(one) for one in observatory.figures(inputs.intent, inputs.reference)]
    return {"observatory.json": json.dumps(content, indent=1, sort_keys=True, ensure_ascii=False).encode() + b"\n"}


def _contact(inputs: Inputs) -> str:
    """The first contact that the intent names, as `Contact-Name` of the bag."""
    for one in inputs.intent.organisation.contacts:
        if found := one.get("email") or one.get("name"):
            return str(found)
    return ""


def verify_bundle(
    path: Path, allowed_signers: Path | None, *, signatures: int = 1, authority: Path | None = None
) -> evidence.VerifyReport:
    """Check a bundle as hostile input, by signers and a timestamp authority that come from outside it."""
    return evidence.verify(path, trust=evidence.Trust(allowed_signers, signatures=signatures, authority=authority))


def opens_commitment(path: Path, device: str, raw: Path, key: Path) -> bool:
    """Whether a raw configuration (or a saved snapshot) is what a device's commitment in a bundle was made of, under the kept key."""
    text = collect.load(raw).config if raw.name.endswith(".snapshot.json") else raw.read_text(encoding="utf-8", errors="replace")
    try:
        secret = bytes.fromhex(key.read_text(encoding="ascii").strip())
    except ValueError:
        raise InputError(f"{key}: not a commitment key: hexadecimal digits are expected") from None
    return evidence.opens(path, device, text, secret)


class Replayed(NamedTuple):
    """What a replay came to: differences (none, when the bundle is sound), results, and devices that it could not judge again."""

    differences: tuple[str, ...]
    results: int
    doubted: tuple[str, ...]


def replay_bundle(path: Path) -> Replayed:
    """Evaluate a bundle again from itself alone."""
    held = evidence.load_for_replay(path)
    with tempfile.TemporaryDirectory() as folder:
        base = Path(folder)
        (base / "manrs.yml").write_bytes(held.intent_bytes)
        references.write(held.provenance, held.raw, base)
        if held.waivers_bytes is not None:
            (base / "waivers.yml").write_bytes(held.waivers_bytes)
        waivers = base / "waivers.yml" if held.waivers_bytes is not None else None
        inputs = Inputs.read(base / "manrs.yml", waivers, base, str(held.run["as_of"]))
    excluded = {one.name: one.reason for one in held.scope if one.status == "excluded"}
    done = audit_inputs(tuple(held.snapshots.values()), inputs, expected=[one.name for one in held.scope], excluded=excluded)
    actual = evidence.results_bytes(done.report.findings, done.snapshots, done.routers)
    found = evidence.differences(held.expected_results, actual, held.doubted)
    return Replayed(found, held.expected_results.count(b"\n"), tuple(sorted(held.doubted)))
