"""Bundles: same bytes for same inputs, no secrets, nothing empty is green, replay gives the same results."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from types import ModuleType

import manrs_conformance
import pytest
from manrs_conformance.errors import BundleError, UsageError
from manrs_conformance.evidence import UNKNOWN_SIGNER, build, differences, load_for_replay, results_bytes, show, verify
from manrs_conformance.evidence.canonical import document, loads
from manrs_conformance.evidence.devices import slugs
from manrs_conformance.model.router import Router, Secret
from manrs_conformance.model.snapshot import Snapshot

from .conftest import PRINCIPAL, SAMPLE, Signed

ENGINE = Path(manrs_conformance.__file__).parent.parent


def tree(path: Path) -> dict[str, bytes]:
    return {one.relative_to(path).as_posix(): one.read_bytes() for one in path.rglob("*") if one.is_file()}


def test_same_inputs_same_bytes(sample: ModuleType, tmp_path: Path) -> None:
    first = build(tmp_path / "here", **sample.inputs())
    for number, (zone, seed, mask, cwd) in enumerate(
        [("Pacific/Auckland", "1", 0o077, tmp_path), ("America/Caracas", "77", 0o002, Path("/"))]
    ):
        target = tmp_path / f"there{number}"
        env = {"PATH": os.environ["PATH"], "TZ": zone, "PYTHONHASHSEED": seed, "PYTHONPATH": str(ENGINE), "LC_ALL": "C"}
        done = subprocess.run(
            [sys.executable, str(SAMPLE), str(target)], env=env, cwd=cwd, umask=mask, capture_output=True, text=True, check=True
        )
        assert done.stdout.strip() == first.root_sha256
        assert tree(target) == tree(first.path)
        assert {oct(one.stat().st_mode & 0o777) for one in target.rglob("*") if one.is_file()} == {"0o644"}


def test_order_of_findings_does_not_matter(sample: ModuleType, tmp_path: Path) -> None:
    turned = replace(sample.report(), findings=sample.findings()[::-1])
    assert build(tmp_path / "a", **sample.inputs()).root_sha256 == build(tmp_path / "b", **sample.inputs(report=turned)).root_sha256


def test_no_secret_and_true_line_numbers(sample: ModuleType, signed: Signed) -> None:
    for name, data in tree(signed.path).items():
        for secret in sample.SECRETS:
            if secret == "hunter" and not name.startswith("data/devices"):
                continue
            assert secret.encode() not in data, name
        assert b"Other5ecretHere" not in data and b"quantum-state" not in data and b"frobnicate" not in data, name
    lines = (signed.path / "data/devices/edge1/config.redacted.txt").read_text().split("\n")
    assert lines[10:14] == [
        "!",
        "route-map CUST-IN permit 10",
        " !manrs-redacted unsupported policy CUST-IN match",
        " !manrs-redacted unsupported policy CUST-IN set",
    ]
    assert (
        lines[7] == " neighbor 192.0.2.1 password <redacted>"
        and lines[15] == ""
        and lines[16] == "!manrs-redacted unrecognised router"
    )
    assert "<redacted>" in (signed.path / "data/devices/edge1/state/bgp_summary.txt").read_text()


@pytest.mark.parametrize(
    "leak",
    [
        {"intent_bytes": b"comment: was Sup3rS3cret! once\n"},
        {"intent_bytes": b"login_password: Tr0ub4dor3xyz\n"},
        {"intent_bytes": b"key: $6$abcdefgh$0123456789abcdef\n"},
        {"waivers_bytes": b"-----BEGIN OPENSSH PRIVATE KEY-----\n"},
    ],
)
def test_canary_stops_a_leak(sample: ModuleType, tmp_path: Path, leak: dict[str, bytes]) -> None:
    with pytest.raises(BundleError, match="secret"):
        build(tmp_path / "b", **sample.inputs(**leak))
    assert not list(tmp_path.iterdir())


def test_secret_that_no_span_names_is_taken_out_behind_a_keyword(sample: ModuleType, signed: Signed, tmp_path: Path) -> None:
    """Where a text is damaged, a password may stand on a line that its parser kept for another reason."""
    router = replace(sample.router(), secrets=())
    built = build(tmp_path / "b", **sample.inputs(routers={"edge1": router}))
    name = "data/devices/edge1/config.redacted.txt"
    assert tree(built.path)[name] == tree(signed.path)[name]


def test_secret_that_no_span_names_is_found_by_shape(sample: ModuleType, tmp_path: Path) -> None:
    text = sample.CONFIG.replace("description was Sup3rS3cret! once", "description $6$abcdefgh$0123456789abcdef")
    router = replace(sample.router(), secrets=())
    with pytest.raises(BundleError, match=r"config\.redacted\.txt"):
        build(tmp_path / "b", **sample.inputs(snapshots={"edge1": sample.snapshot(config=text)}, routers={"edge1": router}))


def test_lines_out_of_step_are_refused(sample: ModuleType, tmp_path: Path) -> None:
    router = replace(sample.router(), line_states="u")
    with pytest.raises(BundleError, match="line states"):
        build(tmp_path / "b", **sample.inputs(routers={"edge1": router}))


def test_redaction_is_stable_under_itself(sample: ModuleType, signed: Signed) -> None:
    """Parsing the redacted text gives the same states and no secret; results must then be the same bytes."""
    replay = load_for_replay(signed.path)
    again = replace(
        sample.router(),
        secrets=tuple(_spans(replay.snapshots["edge1"])),
        unread=_unread(sample.router(), replay.snapshots["edge1"]),
    )
    lines = replay.snapshots["edge1"].config.splitlines()
    found = []
    for one in sample.findings():
        rows = tuple(replace(line, text=lines[line.line - 1]) for line in one.lines)
        witnesses = tuple(
            replace(w, trace=tuple(replace(step, text=lines[step.line - 1]) for step in w.trace)) for w in one.witnesses
        )
        because = one.because.replace("match quantum-state entangled", lines[12].strip()).replace(
            "set colour k9-Xy77", lines[13].strip()
        )
        found.append(replace(one, lines=rows, witnesses=witnesses, because=because))
    actual = results_bytes(found, replay.snapshots, {"edge1": again})
    assert differences(replay.expected_results, actual) == ()
    assert actual == replay.expected_results
    assert replay.raw == {sample.SHA: sample.RAW} and replay.intent_bytes == sample.INTENT and replay.waivers_bytes == b"[]\n"
    assert {one.name: one.status for one in replay.scope} == {"edge1": "assessed", "edge2": "unreachable", "lab9": "excluded"}
    assert differences(replay.expected_results, results_bytes(found[1:], replay.snapshots, {"edge1": again}))


def _spans(snapshot: Snapshot) -> list[Secret]:
    rows = enumerate(snapshot.config.splitlines(), 1)
    return [Secret(n, text.index("<redacted>"), text.index("<redacted>") + 10) for n, text in rows if "password <redacted>" in text]


def _unread(router: Router, snapshot: Snapshot) -> tuple[object, ...]:
    return tuple(replace(one, text=snapshot.config.splitlines()[one.line - 1].strip()) for one in router.unread)


def test_commitment_needs_the_key(sample: ModuleType, tmp_path: Path) -> None:
    build(tmp_path / "a", **sample.inputs())
    build(tmp_path / "b", **sample.inputs(commitment_key=b"x" * 32))
    first, second = (json.loads((tmp_path / one / "data/devices/edge1/meta.json").read_text()) for one in "ab")
    assert first["raw_commitment"] != second["raw_commitment"]
    with pytest.raises(UsageError):
        build(tmp_path / "c", **sample.inputs(commitment_key=b"short"))


@pytest.mark.parametrize("empty", ["findings", "scope", "only_not_applicable"])
def test_nothing_assessed_is_never_green(sample: ModuleType, tmp_path: Path, empty: str) -> None:
    changes = {"verdict": "pass", "requirements": (), "findings": ()} | ({"scope": ()} if empty == "scope" else {})
    report = replace(sample.report(), **changes)
    inputs = sample.inputs(report=report) | ({"snapshots": {}, "routers": {}} if empty == "scope" else {})
    built = build(tmp_path / "b", **inputs)
    assert built.verdict == "inconclusive"
    assert verify(built.path).ok and verify(built.path).verdict == "inconclusive"
    assert "proves no conformance" in (built.path / "data/REPORT.html").read_text()
    assert "PROVES NO CONFORMANCE" in show(built.path)
    assert "error" in (built.path / "data/export/junit.xml").read_text()


def test_never_overwrites(sample: ModuleType, tmp_path: Path) -> None:
    (tmp_path / "b").mkdir()
    build(tmp_path / "b", **sample.inputs())
    before = tree(tmp_path / "b")
    with pytest.raises(UsageError, match="exists"):
        build(tmp_path / "b", **sample.inputs())
    assert tree(tmp_path / "b") == before and [one.name for one in tmp_path.iterdir()] == ["b"]


def test_dangling_requirement_is_refused(sample: ModuleType, tmp_path: Path) -> None:
    report = sample.report()
    broken = replace(report, requirements=(replace(report.requirements[0], decided_by=("nowhere",)),))
    with pytest.raises(BundleError, match="nowhere"):
        build(tmp_path / "b", **sample.inputs(report=broken))


def test_source_bytes_must_be_the_bytes(sample: ModuleType, tmp_path: Path) -> None:
    reference = replace(sample.inputs()["reference"], raw={sample.SHA: b"other"})
    with pytest.raises(BundleError, match="SHA-256"):
        build(tmp_path / "b", **sample.inputs(reference=reference))
    with pytest.raises(BundleError, match="missing"):
        build(tmp_path / "b", **sample.inputs(reference=replace(reference, raw={})))


def test_stock_tools_accept(signed: Signed) -> None:
    commands = [line.strip() for line in (signed.path / "VERIFY.txt").read_text().splitlines() if line.startswith("     ")]
    stock = [one for one in commands if one.startswith(("sha256sum", "ssh-keygen"))]
    assert len(stock) == 3
    for one in stock:
        command = one.replace("-f allowed_signers", f"-f {signed.allowed}")
        assert subprocess.run(["bash", "-c", command], cwd=signed.path, capture_output=True, check=False).returncode == 0, one
    oxum = subprocess.run(
        ["bash", "-c", next(one for one in commands if one.startswith("find"))],
        cwd=signed.path,
        capture_output=True,
        text=True,
        check=True,
    )
    assert f"Payload-Oxum: {oxum.stdout.strip()}" in (signed.path / "bag-info.txt").read_text()


def test_verify_says_who(signed: Signed) -> None:
    report = verify(signed.path, allowed_signers=signed.allowed, principal=PRINCIPAL)
    assert report.ok and report.signer == PRINCIPAL and report.verdict == "fail"
    nobody = verify(signed.path)
    assert nobody.ok and nobody.signer is None and UNKNOWN_SIGNER in nobody.notes


def test_lite_holds_excerpts_only(sample: ModuleType, tmp_path: Path) -> None:
    built = build(tmp_path / "b", **sample.inputs(), mode="lite")
    assert verify(built.path).ok
    assert not (built.path / "data/devices/edge1/config.redacted.txt").exists()
    assert loads((built.path / "data/devices/edge1/excerpts.json").read_bytes())["12"] == "route-map CUST-IN permit 10"
    with pytest.raises(BundleError, match="lite"):
        load_for_replay(built.path)


def test_hostile_device_names(sample: ModuleType, tmp_path: Path) -> None:
    names = ["../../etc/passwd", "EDGE1", "edge1", "a b<script>", "-rf", "..", "é", "x" * 300]
    found = slugs(set(names))
    assert len({one.lower() for one in found.values()}) == len(names) and not any(
        "/" in one or ".." in one for one in found.values()
    )
    inputs = sample.inputs(
        snapshots={name: sample.snapshot(host=name) for name in names}, routers={name: sample.router() for name in names}
    )
    scope = tuple(replace(sample.report().scope[0], name=name) for name in (*names, "edge2"))
    inputs["report"] = replace(
        sample.report(), scope=tuple(replace(one, status="unreachable") if one.name == "edge2" else one for one in scope)
    )
    built = build(tmp_path / "b", **inputs)
    assert verify(built.path).ok
    assert b"<script>" not in (built.path / "data/REPORT.html").read_bytes()


def test_report_asks_nothing_of_the_outside(signed: Signed) -> None:
    page = (signed.path / "data/REPORT.html").read_text()
    for word in ("http://", "https://", "<script", "@import", "url("):
        assert word not in page


@pytest.mark.parametrize("value", [1.0, float("nan"), 1 << 53, {"é": 1}, b"x", object()])
def test_canonical_json_refuses(value: object) -> None:
    with pytest.raises(BundleError):
        document({"a": value})


@pytest.mark.parametrize("text", [b'{"a":1,"a":2}', b"1.5", b"NaN", b"[" * 100_000, b"\xff"])
def test_hostile_json_is_refused(text: bytes) -> None:
    with pytest.raises(BundleError):
        loads(text)
