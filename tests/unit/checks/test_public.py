"""Checks on public data: a world in which everything is in order, and what each check says when one thing in it is different."""

from __future__ import annotations

import copy
import json
import re
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml
from manrs_conformance import checks, platforms
from manrs_conformance.model.result import Finding, Status
from manrs_conformance.sources._bytes import SourceError
from manrs_conformance.sources.intent import load_intent
from manrs_conformance.sources.reference import FILES, WEB, load

HERE = Path(__file__).parent / "public"
AS_OF = "2026-11-24T06:00:00Z"
CASES: dict[str, dict[str, dict[str, Any]]] = yaml.safe_load((HERE / "cases.yml").read_text(encoding="utf-8"))
EACH = [(check, name) for check, cases in CASES.items() for name in cases]


@pytest.fixture
def world(tmp_path: Path) -> Path:
    return Path(shutil.copytree(HERE / "world", tmp_path / "world"))


def findings(folder: Path, routers: Mapping[str, str] | None = None) -> tuple[Finding, ...]:
    """All findings of a world and of the FRR configurations of its routers."""
    intent, texts = load_intent(folder / "manrs.yml"), routers or {}
    read = {name: platforms.load("frr").parse(text, {}) for name, text in texts.items()}
    return checks.run_all(
        read, {name: text.splitlines() for name, text in texts.items()}, intent, load(folder, AS_OF, intent=intent)
    )


def change(folder: Path, name: str, path: list[Any], value: Any) -> None:
    file = folder / name
    read, write = (json.loads, json.dumps) if file.suffix == ".json" else (yaml.safe_load, yaml.safe_dump)
    data = read(file.read_text(encoding="utf-8"))
    place = data
    for step in path[:-1]:
        place = place[step]
    if value == "drop":
        del place[path[-1]]
    else:
        place[path[-1]] = value
    file.write_text(write(data), encoding="utf-8")


def test_the_world_is_in_order(world: Path) -> None:
    found = findings(world)
    assert [(one.check, one.subject, one.message, one.because) for one in found if one.status is not Status.PASS] == []
    silent = {"ROA-04", "ROA-05", "ROA-08"}
    assert {one.check for one in found} >= set(CASES) - silent
    assert all(one.sources for one in found)


@pytest.mark.parametrize(("check", "name"), EACH, ids=[f"{check}: {name}" for check, name in EACH])
def test_case(world: Path, check: str, name: str) -> None:
    case = CASES[check][name]
    for one in case["change"]:
        change(world, *one)
    found = [one for one in findings(world) if one.check == check]
    shown = [(one.subject, one.status.value, one.message, one.because) for one in found]
    for subject, wanted in case["expected"].items():
        status, *words = [wanted] if isinstance(wanted, str) else wanted
        hits = [one for one in found if one.subject == subject]
        assert {one.status.value for one in hits} == {status}, shown
        text = " ".join(f"{one.message} {one.because} {one.cause}" for one in hits)
        assert all(any(part in text for part in word.split("|")) for word in words), shown
        if status == "fail":
            assert all(one.remedy and one.cause for one in hits), shown
        if status in ("inconclusive", "not_applicable"):
            assert all(one.because for one in hits), shown


@pytest.mark.parametrize("source", ["vrps", "irr", *WEB])
def test_a_source_that_was_not_given_passes_nothing(world: Path, source: str) -> None:
    before = {(one.check, one.subject) for one in findings(world) if source in " ".join(one.sources).split()}
    (world / FILES[source][0]).unlink()
    after = {(one.check, one.subject): one for one in findings(world)}
    assert before
    for key in before:
        assert key not in after or source not in " ".join(after[key].sources).split()


@pytest.mark.parametrize("source", ["vrps", "irr", *WEB])
@pytest.mark.parametrize(
    "content",
    ["", "{", "[]", '{"answers": {}, "retrieved_at": "2026-11-24T05:00:00Z"}', '{"roas": []}', "<html>busy</html>", "stale"],
)
def test_a_damaged_source_passes_nothing(world: Path, source: str, content: str) -> None:
    """Whatever rests on it is inconclusive, with a reason."""
    alone = {"CON-01": "rdap", "CON-02": "peeringdb", "CON-05": "peeringdb", "IRR-06": "peeringdb", "SAV-15": "spoofer", "SAV-16": "spoofer", "ROA-01": "vrps", "ROA-02": "vrps",
             "IRR-01": "irr", "IRR-09": "irr", "IRR-02": "irr", "IRR-03": "irr", "IRR-04": "irr", "IRR-05": "irr", "IRR-07": "irr", "IRR-08": "irr",
             "RIS-01": "ripestat", "RIS-02": "ripestat", "RIS-03": "ripestat"}  # fmt: skip
    if content == "stale":
        content = (world / FILES[source][0]).read_text(encoding="utf-8").replace("2026-11-24T05", "2026-11-20T05")
    (world / FILES[source][0]).write_text(content, encoding="utf-8")
    found = findings(world)
    resting = [one for one in found if alone.get(one.check) == source]
    assert resting or source == "grip"
    assert {one.status for one in resting} <= {Status.INCONCLUSIVE}, [(one.check, one.subject, one.message) for one in resting]
    assert all(one.because for one in resting)
    if source == "grip":
        assert {one.status for one in found if one.check == "RIS-02"} == {Status.INCONCLUSIVE}


def places(value: Any, way: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Where lists and mappings that hold something are."""
    if value and isinstance(value, dict | list) and way:
        yield way
    for key, inner in value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ():
        yield from places(inner, (*way, key))


@pytest.mark.parametrize("name", sorted(file.name for file in (HERE / "world").glob("*.json")))
def test_nothing_passes_because_there_is_nothing_to_look_at(world: Path, name: str) -> None:
    """Each list and mapping of a source emptied, one at a time."""
    whole = json.loads((world / name).read_text(encoding="utf-8"))
    for way in places(whole):
        place = data = copy.deepcopy(whole)
        for step in way[:-1]:
            place = place[step]
        place[way[-1]] = type(place[way[-1]])()
        (world / name).write_text(json.dumps(data), encoding="utf-8")
        try:
            found = findings(world)
        except SourceError:
            continue
        assert [one.message for one in found if one.status is Status.PASS and re.search(r"\b0 (?!of)[a-z]", one.message)] == [], way


@pytest.mark.parametrize(
    ("vrf", "remote", "status"),
    [
        ("", "64501", "pass"),
        ("", "64777", "fail"),
        ("", "external", "inconclusive"),
        (" vrf VPN", "64777", "pass"),
        (" vrf OTHER", "64777", "inconclusive"),
        ("", "64501\n neighbor 192.0.2.10 remote-as external", "inconclusive"),
        ("", "64501\n neighbor 192.0.2.10 remote-as 64502", "pass"),
    ],
)
def test_sessions_tell_the_as_of_a_neighbour_that_is_selected_by_address(world: Path, vrf: str, remote: str, status: str) -> None:
    """Those of private VRFs belong to no as-set; of a VRF that is not declared nothing is known."""
    change(world, "manrs.yml", ["neighbours", 0, "select"], {"address": "192.0.2.8/30"})
    change(world, "manrs.yml", ["vrfs"], {"VPN": "private"})
    text = f"frr version 8.4.4\nhostname edge1\nrouter bgp 64500{vrf}\n neighbor 192.0.2.9 remote-as {remote}\nexit\nend\n"
    found = [one for one in findings(world, {"edge1": text}) if one.check == "IRR-05"]
    assert [one.status.value for one in found] == [status], found
    assert ("AS64777" in found[0].message) == (status == "fail")
