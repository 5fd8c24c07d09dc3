"""Ways to tamper with a signed bundle, each drawn from dice; files of the copy are linked, so every change replaces a file."""

from __future__ import annotations

import os
import random
from collections.abc import Callable
from pathlib import Path

from manrs_conformance.evidence import bag
from manrs_conformance.evidence.canonical import document, dumps, loads

from .conftest import write_key

Mutation = Callable[[Path, random.Random, Path], None]
"""Changes the bundle; the last path is another bundle by the same signer."""


def files(path: Path) -> list[Path]:
    return sorted(one for one in path.rglob("*") if one.is_file())


def copy(source: Path, target: Path) -> None:
    """A copy whose files are links to those of the source."""
    target.mkdir(parents=True)
    for one in sorted(source.rglob("*")):
        there = target / one.relative_to(source)
        there.mkdir() if one.is_dir() else os.link(one, there)


def put(path: Path, data: bytes) -> None:
    """Write a file without touching what it is linked to."""
    path.unlink(missing_ok=True)
    path.write_bytes(data)


def _some(path: Path, dice: random.Random) -> Path:
    return dice.choice([one for one in files(path) if one.stat().st_size])


def flip(path: Path, dice: random.Random, _other: Path) -> None:
    target = _some(path, dice)
    data = bytearray(target.read_bytes())
    data[dice.randrange(len(data))] ^= 1 << dice.randrange(8)
    put(target, bytes(data))


def cut(path: Path, dice: random.Random, _other: Path) -> None:
    target = _some(path, dice)
    put(target, target.read_bytes()[: dice.randrange(target.stat().st_size)])


def grow(path: Path, dice: random.Random, _other: Path) -> None:
    target = dice.choice(files(path))
    put(target, target.read_bytes() + dice.choice([b"\n", b" ", b"x", b"\0"]))


def delete(path: Path, dice: random.Random, _other: Path) -> None:
    dice.choice(files(path)).unlink()


def add(path: Path, dice: random.Random, _other: Path) -> None:
    folder = dice.choice([path, *(one for one in path.rglob("*") if one.is_dir())])
    name = dice.choice(["extra.txt", ".hidden", bag.STAMP, bag.CHAIN, "results.jsonl.bak", f"{dice.getrandbits(32):08x}"])
    put(folder / name, b"x")


def empty_folder(path: Path, dice: random.Random, _other: Path) -> None:
    (path / dice.choice(["data/new", "more", "data/devices/edge7"])).mkdir()


def rename(path: Path, dice: random.Random, _other: Path) -> None:
    target = dice.choice(files(path))
    target.rename(target.with_name(target.name.upper() + "x"))


def swap(path: Path, dice: random.Random, _other: Path) -> None:
    first, second = dice.sample(files(path), 2)
    one, two = first.read_bytes(), second.read_bytes()
    put(first, two)
    put(second, one + b"x" if one == two else one)


def link(path: Path, dice: random.Random, other: Path) -> None:
    target = dice.choice(files(path))
    away = path.parent / "outside"
    put(away, target.read_bytes())
    target.unlink()
    target.symlink_to(dice.choice([away, other / "bagit.txt"]))


def from_other(path: Path, dice: random.Random, other: Path) -> None:
    """A file of another bundle by the same signer takes the place of its namesake."""
    names = [one.relative_to(path) for one in files(path) if (other / one.relative_to(path)).is_file()]
    target = dice.choice([one for one in names if (path / one).read_bytes() != (other / one).read_bytes()])
    put(path / target, (other / target).read_bytes())


def stale_signature(path: Path, _dice: random.Random, other: Path) -> None:
    put(path / bag.SIGNATURE, (other / bag.SIGNATURE).read_bytes())


def other_tags(path: Path, dice: random.Random, other: Path) -> None:
    """Tag files and signature of another bundle before the payload of this one."""
    names = (*bag.COVERED, bag.TAGS, bag.SIGNATURE)
    for name in names if dice.random() < 0.5 else names[-3:]:
        put(path / name, (other / name).read_bytes())


def reseal(path: Path) -> None:
    """Make every digest right again."""
    payload = {one.relative_to(path).as_posix(): one.read_bytes() for one in (path / "data").rglob("*") if one.is_file()}
    put(path / bag.PAYLOAD, bag.manifest(payload))
    lines = (path / "bag-info.txt").read_text().splitlines()
    oxum = f"Payload-Oxum: {sum(map(len, payload.values()))}.{len(payload)}"
    put(path / "bag-info.txt", ("\n".join(oxum if one.startswith("Payload-Oxum") else one for one in lines) + "\n").encode())
    put(path / bag.TAGS, bag.manifest({name: (path / name).read_bytes() for name in bag.COVERED}))


def forge(path: Path, dice: random.Random, _other: Path) -> None:
    """Change a result and make every digest right again, without the key."""
    target = path / "data" / dice.choice(["results.jsonl", "run.json", "REPORT.md", "scope.json", "REPORT.html"])
    put(target, target.read_bytes().replace(b"fail", b"pass").replace(b"e", b"E", 1))
    reseal(path)


def whitewash(path: Path, dice: random.Random, _other: Path) -> None:
    """Turn a fail into a pass with counts, groups and ages all in step, as someone would who knows the format."""
    data = path / "data"
    rows = [loads(line) for line in (data / "results.jsonl").read_bytes().splitlines()]
    row = dice.choice([one for one in rows if one["status"] == "fail"])
    for identity in row["witness_ids"]:
        (data / f"witnesses/{identity}.json").unlink(missing_ok=True)
    row.update(status="pass", waived_by=None, witness_ids=[])
    put(data / "results.jsonl", b"".join(dumps(one) + b"\n" for one in rows))
    grouped: dict[str, dict[str, list[str]]] = {}
    for one in rows:
        grouped.setdefault(one["check"], {}).setdefault(one["status"], []).append(one["fingerprint"])
    found = loads((data / "findings.json").read_bytes())
    found.update(by_check=grouped)
    found["first_seen"].pop(row["fingerprint"], None)
    put(data / "findings.json", document(found))
    run = loads((data / "run.json").read_bytes())
    run["counts"].update(fail=run["counts"]["fail"] - 1, **{"pass": run["counts"]["pass"] + 1})
    put(data / "run.json", document(run))
    reseal(path)


def resign(path: Path, dice: random.Random, other: Path) -> None:
    """A forgery signed by a key that nobody trusts."""
    dice.choice([forge, whitewash])(path, dice, other)
    key = write_key(path.parent / "other")
    put(path / bag.SIGNATURE, key.sign((path / bag.TAGS).read_bytes()))


def unsign(path: Path, dice: random.Random, other: Path) -> None:
    """A forgery without any signature."""
    dice.choice([forge, whitewash])(path, dice, other)
    (path / bag.SIGNATURE).unlink()


def second_signature(path: Path, _dice: random.Random, _other: Path) -> None:
    key = write_key(path.parent / "other")
    put(path / (bag.SIGNATURE + ".2"), key.sign((path / bag.TAGS).read_bytes()))


def listed(path: Path, dice: random.Random, _other: Path) -> None:
    """A line of a manifest is added, repeated, dropped or leads elsewhere."""
    target = path / dice.choice([bag.PAYLOAD, bag.TAGS])
    lines = target.read_bytes().splitlines(keepends=True)
    at = dice.randrange(len(lines))
    evil = dice.choice([lines[at], lines[at][:66] + b"../outside\n", lines[at][:66] + lines[at][66:].upper(), b""])
    put(target, b"".join([*lines[:at], evil, *lines[at + (evil == b"") :]]))


MUTATIONS: tuple[Mutation, ...] = (
    *(flip, flip, flip, cut, grow, delete, add, empty_folder, rename, swap, link, from_other, stale_signature, other_tags),
    *(forge, whitewash, resign, unsign, second_signature, listed),
)


def one(number: int, seed: int, source: Path, other: Path, work: Path) -> str:
    """Make mutation `number` of a campaign in a new folder; gives the name of its kind."""
    change = MUTATIONS[number % len(MUTATIONS)]
    copy(source, work)
    change(work, random.Random(f"{seed}/{number}"), other)
    return change.__name__
