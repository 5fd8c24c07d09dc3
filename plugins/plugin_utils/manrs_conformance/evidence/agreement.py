"""What a bundle says of itself: its records agree with each other, once every byte is what the manifest says."""

from __future__ import annotations

import contextlib
import re
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

from ..errors import BundleError
from . import bag as bags
from . import blocks, oscal
from .canonical import read_document, read_lines
from .compare import OPEN
from .results import grouped

STATUSES = frozenset({"pass", "fail", "inconclusive", "not_applicable", "error"})
SCOPES = frozenset({"assessed", "partial", "unreachable", "excluded"})
FIGURES = "data/figures.json"
REQUIRED = ("run", "scope", "requirements", "findings", "attestations", "waivers")


class Agreement:
    """Checks of what the payload says; every contradiction is a problem."""

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

    def _documents(self, names: Sequence[str]) -> list[Any]:
        """Many small files, read at once, and one by one only to name the one that is wrong."""
        texts = [self.bag.read(name) for name in names]
        if all(text.endswith(b"\n") and text.count(b"\n") == 1 for text in texts):
            with contextlib.suppress(BundleError):
                return read_lines(b"".join(texts))
        return [self._document(name) for name in names]

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
        whole = {name: held[0] for name, held in ends.items()}
        read = [one for one in self.json["scope"]["devices"] if one["status"] in ("assessed", "partial")]
        folders = [f"data/devices/{one['folder']}" for one in read]
        metas = self._documents([f"{folder}/meta.json" for folder in folders])
        for one, folder, meta in zip(read, folders, metas, strict=True):
            self._expect(meta["name"] == one["name"], f"{folder}/meta.json: is of another device")
            if not full:
                continue
            if meta.get("replay_differs"):
                doubted.add(meta["name"])
            named = blocks.names(folder, self.bag.entries.__contains__, self.bag.read)
            used.update(named)
            parts = named or [f"{folder}/config.redacted.txt"]
            counted = sum(map(whole.__getitem__, parts)) + ends[parts[-1]][1]
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


def _sizes(families: object) -> bool:
    """Whether this is numbers of entries by name, by address family."""
    return (
        isinstance(families, dict)
        and families.keys() <= {"4", "6"}
        and all(isinstance(one, dict) and {*map(type, one.values())} <= {int} for one in families.values())
    )
