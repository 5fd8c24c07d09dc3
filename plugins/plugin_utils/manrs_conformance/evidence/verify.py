"""Verifying a bundle as hostile input: integrity, signer, and that its parts agree."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from ..analysis.collecting import uncollected
from ..errors import BundleError, UsageError
from . import bag as bags
from . import blocks, oscal, timestamp
from .canonical import read_document, read_lines
from .compare import OPEN
from .results import grouped
from .sshsig import AllowedSigner, Signer, check, identify, read_allowed

UNKNOWN_SIGNER = "integrity only, signer unknown"
STATUSES = frozenset({"pass", "fail", "inconclusive", "not_applicable", "error"})
SCOPES = frozenset({"assessed", "partial", "unreachable", "excluded"})
FIGURES = "data/figures.json"
REQUIRED = ("run", "scope", "requirements", "findings", "attestations", "waivers")


@dataclass(frozen=True, slots=True)
class VerifyReport:
    """Outcome of a verification: `ok` only without problems; `signer` is None unless a trusted key was found."""

    ok: bool
    signer: str | None
    problems: tuple[str, ...]
    notes: tuple[str, ...]
    root_sha256: str = ""
    verdict: str = ""
    """What the bundle says of the network, for information; says nothing while `ok` is false."""


@dataclass(frozen=True, slots=True)
class Trust:
    """What an auditor brings from outside the bundle: who may sign, how many must have, and which timestamp authority counts."""

    allowed_signers: Path | None = None
    principal: str | None = None
    signatures: int = 1
    """Good signatures by different keys that are asked for, where signers are given."""
    authority: Path | None = None
    """PEM file of the timestamp authority's root; given, there must be a timestamp."""


def verify(
    path: Path,
    *,
    allowed_signers: Path | None = None,
    principal: str | None = None,
    at: datetime | None = None,
    trust: Trust | None = None,
) -> VerifyReport:
    """Verify a bundle directory; what is trusted must come from outside it, `at` is the time keys must be valid (now by default).

    UsageError when the path is no directory or a file of trust is wrong; every doubt is a problem in the report.
    """
    return examine(path, trust or Trust(allowed_signers, principal), at)[0]


def sound(path: Path) -> bags.Bag:
    """A bundle that verifies, as it was read for that; BundleError when it does not."""
    report, bag = examine(path, Trust())
    if bag is None or not report.ok:
        raise BundleError(f"{path.name} does not verify: " + "; ".join(report.problems[:5]))
    return bag


def examine(path: Path, trust: Trust, at: datetime | None = None) -> tuple[VerifyReport, bags.Bag | None]:
    """Verify, and give the bundle as it was read; None where it cannot be."""
    allowed = None
    for file in (trust.allowed_signers, trust.authority):
        if file is not None and file.resolve().is_relative_to(path.resolve()):
            raise UsageError(f"{file.name} lies inside the bundle: it must come from the operator by another way")
    if trust.allowed_signers is not None:
        try:
            allowed = read_allowed(trust.allowed_signers.read_text())
        except (OSError, UnicodeDecodeError) as problem:
            raise UsageError(f"{trust.allowed_signers}: {problem}") from problem
    try:
        bag = bags.read(path)
    except OSError as problem:
        return VerifyReport(False, None, (f"cannot be read: {problem}",), ()), None
    problems, notes = list(bag.problems), list[str]()
    signer = _signatures(bag, allowed, trust, at or datetime.now(UTC), problems, notes)
    _timestamp(bag, trust, at, problems, notes)
    verdict = ""
    if not bag.problems:
        contents = _Contents(bag, problems)
        with uncollected():
            contents.check()
        verdict = contents.verdict
        notes.extend(contents.notes)
    return VerifyReport(not problems, signer if not problems else None, tuple(problems), tuple(notes), bag.root, verdict), bag


def _signatures(
    bag: bags.Bag, allowed: tuple[AllowedSigner, ...] | None, trust: Trust, at: datetime, problems: list[str], notes: list[str]
) -> str | None:
    signers: dict[bytes, str] = {}
    if not bag.signatures:
        (problems if allowed is not None else notes).append("bundle is not signed")
    for name, data in bag.signatures.items():
        try:
            signature = check(bag.root_bytes, data)
            if allowed is None:
                notes.append(f"{name}: signature fits, made by key {signature.fingerprint}")
                continue
            who = identify(signature, allowed, trust.principal if name == bags.SIGNATURE else None, at)
            if signature.key in signers:
                problems.append(f"{name}: a second signature by the same key")
            signers.setdefault(signature.key, who)
            notes.append(f"{name}: good signature by {who} with {signature.key_type} key {signature.fingerprint}")
        except BundleError as problem:
            problems.append(f"{name}: {problem}")
    if allowed is None:
        notes.append(UNKNOWN_SIGNER)
    elif bag.signatures and len(signers) < trust.signatures:
        problems.append(f"{len(signers)} good signatures, {trust.signatures} are asked for")
    return " and ".join(signers.values()) or None


def _timestamp(bag: bags.Bag, trust: Trust, at: datetime | None, problems: list[str], notes: list[str]) -> None:
    if bag.stamp is None:
        if trust.authority is not None:
            problems.append("there is no timestamp, and one is asked for")
        return
    try:
        stamp = timestamp.check(bag.signatures[bags.SIGNATURE], *bag.stamp, trust.authority, at)
    except BundleError as problem:
        problems.append(f"{bags.STAMP}: {problem}")
    except UsageError as problem:
        (problems if trust.authority else notes).append(f"{bags.STAMP}: not checked: {problem}")
    else:
        words = f"signed before {stamp.time.strftime('%Y-%m-%dT%H:%M:%SZ')}"
        words += " by a trusted authority" if stamp.trusted else ", authority unknown"
        notes.append(f"{bags.STAMP}: {words}" + ("; its certificate has ended since" if stamp.expired else ""))


class _Contents:
    """Checks of what the payload says, once every byte is what the manifest says."""

    def __init__(self, bag: bags.Bag, problems: list[str]) -> None:
        self.bag = bag
        self.problems = problems
        self.notes: list[str] = []
        self.verdict = ""
        self.json: dict[str, Any] = {}
        self.rows: list[dict[str, Any]] = []

    def check(self) -> None:
        """Run every check; a wrong shape of hostile JSON is a problem, never an exception."""
        for step in (
            self._load,
            self._results,
            self._scope,
            self._requirements,
            self._groups,
            self._devices,
            self._figures,
            self._sources,
            self._waivers,
            self._oscal,
            self._run,
        ):
            self._guard(step)

    def _guard(self, step: Callable[[], None]) -> None:
        try:
            step()
        except BundleError as problem:
            self.problems.append(str(problem))
        except (KeyError, TypeError, AttributeError, ValueError, IndexError) as problem:
            self.problems.append(f"{step.__name__.strip('_')}: not of the expected shape ({type(problem).__name__}: {problem})")

    def _expect(self, right: bool, problem: str) -> None:
        if not right:
            self.problems.append(problem)

    def _document(self, name: str) -> Any:
        try:
            return read_document(self.bag.read(name))
        except BundleError as problem:
            raise BundleError(f"{name}: {problem}") from problem

    def _load(self) -> None:
        for name in REQUIRED:
            self.json[name] = self._document(f"data/{name}.json")

    def _results(self) -> None:
        try:
            self.rows = read_lines(self.bag.read("data/results.jsonl", bags.MAX_FILE))
        except BundleError as problem:
            raise BundleError(f"results.jsonl {problem}") from problem
        used = set()
        for number, row in enumerate(self.rows, 1):
            if row["status"] not in STATUSES:
                self.problems.append(f"results.jsonl line {number}: unknown status")
            for identity in row["witness_ids"]:
                used.add(f"data/witnesses/{identity}.json")
                if f"data/witnesses/{identity}.json" not in self.bag.entries:
                    self.problems.append(f"results.jsonl line {number}: witness {identity} is missing")
        for name in self.bag.entries:
            if name.startswith("data/witnesses/"):
                self._expect(name in used, f"{name}: no result refers to this witness")
                named = name.rsplit("/", 1)[1].removesuffix(".json")
                self._expect(self.bag.entries[name][:32] == named, f"{name}: is not the witness it is named after")

    def _scope(self) -> None:
        scope = self.json["scope"]
        names = [one["name"] for one in scope["devices"]]
        self._expect(len(set(names)) == len(names) == scope["expected"], "scope.json: devices and their number do not agree")
        counted = Counter(one["status"] for one in scope["devices"])
        self._expect(
            set(counted) <= SCOPES and {k: v for k, v in scope["counts"].items() if v} == dict(counted),
            "scope.json: counts are wrong",
        )
        self._expect(
            sum(scope["counts"].values()) == scope["expected"],
            "scope.json: expected is not assessed + partial + unreachable + excluded",
        )
        known = {*names, *scope["other_subjects"]}
        excluded = {one["name"] for one in scope["devices"] if one["status"] == "excluded"}
        for row in self.rows:
            if row["device"] not in known:
                self.problems.append(f"results.jsonl: device {row['device']!r} is not in scope.json")
            if row["device"] in excluded and row["status"] in ("pass", "fail"):
                self.problems.append(f"results.jsonl: device {row['device']!r} is excluded but has a result")

    def _requirements(self) -> None:
        fingerprints = {row["fingerprint"] for row in self.rows}
        for one in self.json["requirements"]["requirements"]:
            for fingerprint in (*one["decided_by"], *one["supported_by"]):
                self._expect(fingerprint in fingerprints, f"requirement {one['requirement']}: finding {fingerprint} is missing")
        for one in self.json["waivers"]["applied"]:
            self._expect(one["fingerprint"] in fingerprints, f"waivers.json: finding {one['fingerprint']} is missing")

    def _groups(self) -> None:
        held = self.json["findings"]
        self._expect(grouped(self.rows) == held["by_check"], "findings.json: does not agree with results.jsonl")
        open_ones = {row["fingerprint"] for row in self.rows if row["status"] in OPEN}
        self._expect(set(held["first_seen"]) == open_ones, "findings.json: first_seen must name exactly the open findings")
        late = [one for one in held["first_seen"].values() if one > self.json["run"]["as_of"]]
        self._expect(not late, "findings.json: a finding was first seen after the run")
        older = [one for one in held["first_seen"].values() if one < self.json["run"]["as_of"]]
        self._expect(
            not older or self.json["run"]["previous_root"] is not None,
            "findings.json: a finding is older than the run, yet no previous bundle is named",
        )

    def _devices(self) -> None:
        full = self.json["run"]["mode"] != "lite"
        used: set[str] = set()
        doubted: set[str] = set()
        ends = {name.removeprefix(blocks.FOLDER + "/"): held for name, held in self.bag.lines.items()}
        for one in self.json["scope"]["devices"]:
            folder = f"data/devices/{one['folder']}"
            if one["status"] not in ("assessed", "partial"):
                continue
            meta = self._document(f"{folder}/meta.json")
            self._expect(meta["name"] == one["name"], f"{folder}/meta.json: is of another device")
            if not full:
                continue
            if meta.get("replay_differs"):
                doubted.add(meta["name"])
            named = blocks.names(folder, self.bag.entries.__contains__, self.bag.read)
            used.update(named)
            held = [ends[one] for one in named or [f"{folder}/config.redacted.txt"]]
            counted = sum(whole for whole, _rest in held) + held[-1][1]
            self._expect(counted == meta["coverage"]["lines"], f"{folder}: line count is wrong")
            for _item, file in meta["state"].values():
                self._expect(f"{folder}/state/{file}" in self.bag.entries, f"{folder}/state/{file}: missing")

        self._doubted(doubted)
        stored = {name.removeprefix(blocks.FOLDER + "/") for name in self.bag.entries if name.startswith(blocks.FOLDER + "/")}
        self._expect(stored == used, "objects: blocks are missing, or no configuration refers to them")
        for name in stored:
            self._expect(self.bag.entries[f"{blocks.FOLDER}/{name}"] == name, f"objects/{name}: is not the block it is named after")

    def _doubted(self, devices: set[str]) -> None:
        """Devices that a replay cannot judge: named by the run, and on each of their results."""
        self._expect(
            set(self.json["run"].get("not_replayable", ())) == devices, "run.json: not_replayable is not what the devices say"
        )
        for number, row in enumerate(self.rows, 1):
            if row.get("replayable", True) is (row["device"] in devices):
                self.problems.append(f"results.jsonl line {number}: replayable is not what the device says")
        self.notes.extend(f"{one}: not replayable, its results rest on the raw configuration" for one in sorted(devices))

    def _figures(self) -> None:
        if FIGURES not in self.bag.entries:
            return
        known = {one["name"] for one in self.json["scope"]["devices"]}
        held = self._document(FIGURES)["filters"]
        if not isinstance(held, dict) or not all(device in known and _sizes(families) for device, families in held.items()):
            raise BundleError("figures.json: a filter that is of no device, or not of the expected shape")

    def _sources(self) -> None:
        used = set()
        for one in self._document("data/sources/index.json"):
            if one["file"] is None:
                self.notes.append(f"source {one['source']}: no bytes in the bundle ({one['problem'] or 'none recorded'})")
                continue
            name = f"data/sources/{one['file']}"
            used.add(name)
            self._expect(self.bag.entries.get(name) == one["sha256"], f"{name}: is not what sources/index.json says")
        for name in self.bag.entries:
            if name.startswith("data/sources/raw/"):
                self._expect(name in used, f"{name}: no source refers to it")

    def _waivers(self) -> None:
        held = self.json["waivers"]
        applied = {(one["waiver"], one["fingerprint"]) for one in held["applied"]}
        right = {(row["waived_by"], row["fingerprint"]) for row in self.rows if row["waived_by"]}
        self._expect(applied == right, "waivers.json: does not agree with results.jsonl")
        late = {one["id"] for one in held["known"] if one["expires"] <= self.json["run"]["as_of"]}
        self._expect(not late & {name for name, _one in right}, "waivers.json: a waiver was applied after its end")

    def _oscal(self) -> None:
        names = ("catalog", "assessment-results")
        files = {name: self.bag.read(f"data/export/oscal/{name}.json") for name in names}
        self.problems.extend(oscal.problems(files, self.bag.entries))

    def _run(self) -> None:
        run, scope = self.json["run"], self.json["scope"]
        states = Counter(row["status"] for row in self.rows)
        right = {
            "devices": scope["expected"],
            "assessed": scope["counts"]["assessed"],
            "findings": len(self.rows),
            "requirements": len(self.json["requirements"]["requirements"]),
            "waived": sum(1 for row in self.rows if row["waived_by"]),
            **{state: states[state] for state in STATUSES},
        }
        self._expect(run["counts"] == right, "run.json: counts do not agree with the results")
        named = re.findall(r"(?m)^Previous-Root: (.*)$", bags.read_plain(self.bag.path / "bag-info.txt", bags.MAX_TAG).decode())
        self._expect(
            named == ([run["previous_root"]] if run["previous_root"] else []), "run.json: previous_root is not Previous-Root"
        )
        self.verdict = str(run["verdict"])
        self._expect(self.verdict in ("pass", "fail", "inconclusive", "overridden"), "run.json: unknown verdict")
        assessed = scope["counts"]["assessed"] + scope["counts"]["partial"]
        empty = not assessed or not (states["pass"] + states["fail"])
        self._expect(
            not empty or self.verdict == "inconclusive", "run.json: nothing was assessed, yet the verdict is not inconclusive"
        )
        failed = any(row["status"] == "fail" and not row["waived_by"] for row in self.rows)
        self._expect(not (failed and self.verdict == "pass"), "run.json: verdict is pass in spite of findings")
        if empty:
            self.notes.append("NOTHING WAS ASSESSED: this bundle proves no conformance")


def countersign(path: Path, signer: Signer) -> str:
    """Sign a bundle that verifies once more, such as by a reviewer; gives the name of the new file. BundleError or UsageError otherwise."""
    bag = sound(path)
    name = next(
        (one for one in (bags.SIGNATURE, *(f"{bags.SIGNATURE}.{n}" for n in range(2, 10))) if one not in bag.signatures), None
    )
    if name is None:
        raise UsageError(f"{path}: has nine signatures already")
    made = signer.sign(bag.root_bytes)
    key = check(bag.root_bytes, made).key
    if any(check(bag.root_bytes, data).key == key for data in bag.signatures.values()):
        raise UsageError(f"{path}: is signed by this key already")
    bags.add(path, {name: made})
    return name


def stamp(path: Path, chain: Path, *, url: str | None = None, answer: Path | None = None) -> timestamp.Stamp:
    """Keep a timestamp over the first signature with the chain of its authority, asked for over HTTP or given as a file."""
    bag = sound(path)
    if bags.SIGNATURE not in bag.signatures or bag.stamp is not None:
        raise UsageError(f"{path}: only a signed bundle without a timestamp can be stamped")
    signature = bag.signatures[bags.SIGNATURE]
    token = answer.read_bytes() if answer else timestamp.ask(url or "", timestamp.query(signature))
    authority = chain.read_bytes()
    made = timestamp.check(signature, token, authority, None)
    bags.add(path, {bags.STAMP: token, bags.CHAIN: authority})
    return made


def _sizes(families: object) -> bool:
    """Whether this is numbers of entries by name, by address family."""
    return (
        isinstance(families, dict)
        and families.keys() <= {"4", "6"}
        and all(isinstance(one, dict) and {*map(type, one.values())} <= {int} for one in families.values())
    )
