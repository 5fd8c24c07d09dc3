"""Every change to a signed bundle is noticed."""

from __future__ import annotations

import os
import random
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from manrs_conformance.errors import UsageError
from manrs_conformance.evidence import bag, verify
from manrs_conformance.evidence.canonical import document, loads

from .conftest import PRINCIPAL, Signed, write_key

ROUNDS = 300


def files(path: Path) -> list[Path]:
    return sorted(one for one in path.rglob("*") if one.is_file())


def flip(path: Path, dice: random.Random) -> None:
    target = dice.choice([one for one in files(path) if one.stat().st_size])
    data = bytearray(target.read_bytes())
    data[dice.randrange(len(data))] ^= 1 << dice.randrange(8)
    target.write_bytes(data)


def cut(path: Path, dice: random.Random) -> None:
    target = dice.choice([one for one in files(path) if one.stat().st_size])
    target.write_bytes(target.read_bytes()[: dice.randrange(target.stat().st_size)])


def delete(path: Path, dice: random.Random) -> None:
    dice.choice(files(path)).unlink()


def add(path: Path, dice: random.Random) -> None:
    folder = dice.choice([path, *(one for one in path.rglob("*") if one.is_dir())])
    (folder / dice.choice(["extra.txt", ".hidden", "tagmanifest-sha256.txt.sig.tsr", "results.jsonl.bak"])).write_text("x")


def empty_folder(path: Path, dice: random.Random) -> None:
    (path / dice.choice(["data/new", "more", "data/devices/edge7"])).mkdir()


def rename(path: Path, dice: random.Random) -> None:
    target = dice.choice(files(path))
    target.rename(target.with_name(target.name.upper() + "x"))


def swap(path: Path, dice: random.Random) -> None:
    first, second = dice.sample(files(path), 2)
    one, two = first.read_bytes(), second.read_bytes()
    if one == two:
        one += b"x"
    first.write_bytes(two)
    second.write_bytes(one)


def link(path: Path, dice: random.Random) -> None:
    target = dice.choice(files(path))
    copy = path.parent / "outside"
    copy.write_bytes(target.read_bytes())
    target.unlink()
    target.symlink_to(copy)


def forge(path: Path, dice: random.Random) -> None:
    """Change a result and make every digest right again, without the key."""
    target = path / "data" / dice.choice(["results.jsonl", "run.json", "REPORT.md", "scope.json"])
    target.write_bytes(target.read_bytes().replace(b"fail", b"pass").replace(b"e", b"E", 1))
    reseal(path)


def resign(path: Path, dice: random.Random) -> None:
    """Sign again by a key that nobody trusts."""
    forge(path, dice)
    key = write_key(path.parent / "other")
    (path / bag.SIGNATURE).write_bytes(key.sign((path / bag.TAGS).read_bytes()))


def second_signature(path: Path, _dice: random.Random) -> None:
    key = write_key(path.parent / "other")
    (path / (bag.SIGNATURE + ".2")).write_bytes(key.sign((path / bag.TAGS).read_bytes()))


def reseal(path: Path) -> None:
    payload = {one.relative_to(path).as_posix(): one.read_bytes() for one in (path / "data").rglob("*") if one.is_file()}
    (path / bag.PAYLOAD).write_bytes(bag.manifest(payload))
    lines = (path / "bag-info.txt").read_text().splitlines()
    oxum = f"Payload-Oxum: {sum(map(len, payload.values()))}.{len(payload)}"
    (path / "bag-info.txt").write_text("\n".join(oxum if one.startswith("Payload-Oxum") else one for one in lines) + "\n")
    (path / bag.TAGS).write_bytes(bag.manifest({name: (path / name).read_bytes() for name in bag.COVERED}))


MUTATIONS: tuple[Callable[[Path, random.Random], None], ...] = (
    flip,
    flip,
    flip,
    cut,
    delete,
    add,
    empty_folder,
    rename,
    swap,
    link,
    forge,
    resign,
    second_signature,
)


def test_every_mutation_is_noticed(signed: Signed, tmp_path: Path) -> None:
    dice = random.Random(64500)
    for number in range(ROUNDS):
        change = MUTATIONS[number % len(MUTATIONS)]
        work = tmp_path / "work"
        shutil.copytree(signed.path, work / "bundle")
        change(work / "bundle", dice)
        report = verify(work / "bundle", allowed_signers=signed.allowed, principal=PRINCIPAL)
        assert not report.ok and report.problems and report.signer is None, (number, change.__name__)
        shutil.rmtree(work)


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
