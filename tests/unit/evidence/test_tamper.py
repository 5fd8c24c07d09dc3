"""Every change to a signed bundle is noticed."""

from __future__ import annotations

import os
import random
import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from types import ModuleType

import pytest
from manrs_conformance.errors import UsageError
from manrs_conformance.evidence import bag, build, verify
from manrs_conformance.evidence.canonical import document, loads

from . import mutations
from .conftest import PRINCIPAL, Signed
from .mutations import reseal

ROUNDS = 200


@pytest.fixture(scope="module")
def other(sample: ModuleType, signed: Signed, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A later bundle by the same signer."""
    run = replace(sample.RUN, run_id="00000000-0000-4000-8000-000000000009", as_of="2026-01-05T00:00:00Z")
    folder = tmp_path_factory.mktemp("other") / "bundle"
    return build(folder, **sample.inputs(run=run, report=sample.report(as_of=run.as_of)), signer=signed.signer).path


def test_every_mutation_is_noticed(signed: Signed, other: Path, tmp_path: Path) -> None:
    """A fixed part of the campaign (tests/campaigns/tamper.py)."""
    for number in range(ROUNDS):
        work = tmp_path / "work"
        kind = mutations.one(number, 64500, signed.path, other, work / "bundle")
        report = verify(work / "bundle", allowed_signers=signed.allowed, principal=PRINCIPAL)
        assert not report.ok and report.problems and report.signer is None, (number, kind)
        shutil.rmtree(work)
    assert verify(signed.path, allowed_signers=signed.allowed, principal=PRINCIPAL).ok


def test_how_files_are_read_changes_nothing(signed: Signed, other: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Compared in threads and never held, or in turn and held: the same problems."""
    for number in range(len(mutations.MUTATIONS) * 2):
        mutations.one(number, 6811, signed.path, other, tmp_path / "work")
        usual = verify(tmp_path / "work", allowed_signers=signed.allowed, principal=PRINCIPAL)
        with monkeypatch.context() as patched:
            patched.setattr(bag, "LARGE", -1)
            patched.setattr(bag, "MAX_HELD", 0)
            assert verify(tmp_path / "work", allowed_signers=signed.allowed, principal=PRINCIPAL) == usual
        shutil.rmtree(tmp_path / "work")


def test_a_whitewashed_bundle_agrees_with_itself(signed: Signed, other: Path, tmp_path: Path) -> None:
    """The forgery of one who knows the format shows in the signature, not only by a slip."""
    mutations.copy(signed.path, tmp_path / "bundle")
    mutations.whitewash(tmp_path / "bundle", random.Random(1), other)
    report = verify(tmp_path / "bundle", allowed_signers=signed.allowed, principal=PRINCIPAL)
    assert any("signature does not match" in one for one in report.problems)


@pytest.fixture
def copy(signed: Signed, tmp_path: Path) -> Iterator[Path]:
    """A bundle to be changed by someone who holds the key or needs none: no signature, digests made right again."""
    shutil.copytree(signed.path, tmp_path / "bundle")
    (tmp_path / "bundle" / bag.SIGNATURE).unlink()
    yield tmp_path / "bundle"


def edit(path: Path, name: str, change: Callable[[dict[str, object]], object]) -> None:
    value = loads((path / "data" / name).read_bytes())
    change(value)
    (path / "data" / name).write_bytes(document(value))
    reseal(path)


@pytest.mark.parametrize(
    ("name", "change", "problem"),
    [
        ("run.json", lambda value: value["counts"].update(findings=99), "counts"),
        ("run.json", lambda value: value.update(verdict="pass"), "verdict is pass"),
        ("run.json", lambda value: value.update(verdict="fine"), "unknown verdict"),
        ("run.json", lambda value: value.pop("counts"), "shape"),
        ("scope.json", lambda value: value.update(expected=1), "expected"),
        ("scope.json", lambda value: value["devices"].pop(0), "scope"),
        ("scope.json", lambda value: value["counts"].update(assessed=9), "counts"),
        ("scope.json", lambda value: value["devices"][0].update(folder="../../etc"), "not in the manifest"),
        ("requirements.json", lambda value: value["requirements"][0].update(decided_by=["zz"]), "zz"),
        ("findings.json", lambda value: value["by_check"].pop("BOG-01"), "findings.json"),
        ("findings.json", lambda value: value["first_seen"].pop("f1"), "first_seen"),
        ("findings.json", lambda value: value["first_seen"].update(f1="2027-01-01T00:00:00Z"), "after the run"),
        ("findings.json", lambda value: value["first_seen"].update(f1="2025-01-01T00:00:00Z"), "no previous"),
        ("run.json", lambda value: value.update(previous_root="0" * 64), "Previous-Root"),
        ("waivers.json", lambda value: value["applied"][0].update(fingerprint="zz"), "zz"),
        ("devices/edge1/meta.json", lambda value: value.update(name="edge9"), "another device"),
        ("devices/edge1/meta.json", lambda value: value["coverage"].update(lines=2), "line count"),
        ("sources/index.json", lambda value: value[1].update(file="raw/gone"), "sources"),
    ],
)
def test_contradictions_are_noticed(copy: Path, name: str, change: Callable[[dict[str, object]], object], problem: str) -> None:
    edit(copy, name, change)
    report = verify(copy)
    assert not report.ok and any(problem in one for one in report.problems), report.problems


def test_missing_witness_is_noticed(copy: Path) -> None:
    next((copy / "data/witnesses").iterdir()).unlink()
    reseal(copy)
    assert any("missing" in one for one in verify(copy).problems)


@pytest.mark.parametrize(
    "evil", ["../outside", "/etc/passwd", "data/../../x", "data/./x", "data//x", "data/a\\b", "data/~x", "data/" + "a/" * 40 + "x"]
)
def test_hostile_manifest_paths(copy: Path, evil: str) -> None:
    manifest = copy / bag.PAYLOAD
    manifest.write_text(manifest.read_text() + f"{'0' * 64}  {evil}\n")
    (copy / bag.TAGS).write_bytes(bag.manifest({name: (copy / name).read_bytes() for name in bag.COVERED}))
    assert any("unsafe" in one for one in verify(copy).problems)


def test_duplicate_and_case_collision(copy: Path) -> None:
    manifest = copy / bag.PAYLOAD
    line = manifest.read_text().splitlines()[0]
    for extra in (line, line[:66] + "data/" + line[71:].upper()):
        text = manifest.read_text()
        manifest.write_text(text + extra + "\n")
        assert any("listed twice" in one for one in verify(copy).problems)
        manifest.write_text(text)


def test_size_bomb_and_special_files(copy: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bag, "MAX_FILE", 1000)
    assert any("larger than" in one for one in verify(copy).problems)
    monkeypatch.undo()
    (copy / "data/REPORT.md").unlink()
    os.mkfifo(copy / "data/REPORT.md")
    assert any("regular" in one or "neither" in one for one in verify(copy).problems)


def test_not_a_bundle(tmp_path: Path, signed: Signed) -> None:
    with pytest.raises(UsageError):
        verify(tmp_path / "nowhere")
    (tmp_path / "empty").mkdir()
    assert not verify(tmp_path / "empty").ok
    inside = signed.path / "VERIFY.txt"
    with pytest.raises(UsageError, match="inside"):
        verify(signed.path, allowed_signers=inside)


def test_unsigned_is_refused_where_a_signer_is_asked_for(copy: Path, signed: Signed) -> None:
    assert verify(copy).ok
    assert "bundle is not signed" in verify(copy, allowed_signers=signed.allowed).problems
