"""The Observatory's figures against what its framework publishes."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from manrs_conformance.analysis.observatory import Figure, coefficient, decayed, figures, merged
from manrs_conformance.sources.intent import load_intent
from manrs_conformance.sources.reference import load

WORLD = Path(__file__).parents[1] / "checks" / "public" / "world"
MINUTE, HOUR, DAY = 60, 3600, 86400


def test_the_published_example() -> None:
    """29 minutes, 13 hours and 25 hours give 3.5."""
    assert [coefficient(one) for one in (29 * MINUTE, 13 * HOUR, 25 * HOUR)] == [0.5, 1, 2]


@pytest.mark.parametrize(
    ("seconds", "weight"),
    [(0, 0), (1, 0.5), (30 * MINUTE - 1, 0.5), (30 * MINUTE, 1), (DAY - 1, 1), (DAY, 2), (2 * DAY - 1, 2), (2 * DAY, 3)],
)
def test_weights_at_their_limits(seconds: int, weight: float) -> None:
    assert coefficient(seconds) == weight


def test_overlapping_and_touching_events_are_one_incident() -> None:
    assert merged([(10, 20), (0, 5), (5, 8), (19, 30), (40, 41)]) == [(0, 8), (10, 30), (40, 41)]


@pytest.mark.parametrize(("raw", "percent"), [(0, 100), (0.5, 60), (1, 49), (2, 36)])
def test_the_three_published_scores(raw: float, percent: int) -> None:
    assert round(decayed(raw)) == percent


def scored(tmp_path: Path, *changes: tuple[str, list[Any], Any]) -> dict[str, Figure]:
    folder = Path(shutil.copytree(WORLD, tmp_path / "world"))
    for name, path, value in changes:
        data = json.loads((folder / name).read_text(encoding="utf-8"))
        place = data
        for step in path[:-1]:
            place = place[step]
        place[path[-1]] = value
        (folder / name).write_text(json.dumps(data), encoding="utf-8")
    intent = load_intent(folder / "manrs.yml")
    return {one.metric: one for one in figures(intent, load(folder, "2026-11-24T06:00:00Z", intent=intent))}


def test_a_clean_network(tmp_path: Path) -> None:
    found = scored(tmp_path)
    assert {name: one.score for name, one in found.items()} == dict.fromkeys(("M2", "M5", "M7IRR", "M7RPKI", "M8"), 100)
    assert {name for name, one in found.items() if one.certain} == {"M5", "M7IRR", "M7RPKI"}
    assert found["M7IRR"].items == found["M7RPKI"].items == ()
    assert found["M8"].items[0].startswith("registry: NOC-EX")


def test_an_invalid_route_weighs_ten_times(tmp_path: Path) -> None:
    found = scored(tmp_path, ("vrps.json", ["roas", 0, "asn"], 64999))["M7RPKI"]
    assert found.value == (1 - 10) / 2 and found.score == 0 and found.items == ("192.0.2.0/24 invalid",)


def test_a_less_specific_object_counts_for_the_observatory(tmp_path: Path) -> None:
    text = "route: 192.0.0.0/16\norigin: AS64500\nsource: RIPE"
    assert scored(tmp_path, ("irr.json", ["answers", "r192.0.2.0/24,L"], text))["M7IRR"].score == 100


def test_an_unregistered_route_is_listed(tmp_path: Path) -> None:
    found = scored(tmp_path, ("irr.json", ["answers", "r192.0.2.0/24,L"], None))["M7IRR"]
    assert found.score == 50 and found.items == ("192.0.2.0/24",)


def test_spoofed_packets(tmp_path: Path) -> None:
    place = ["answers", "sessions?asn4=64500", "body", "hydra:member", 0, "routedspoof"]
    found = scored(tmp_path, ("spoofer.json", place, "received"))["M5"]
    assert found.value == 1 and round(found.score or 0) == 49 and found.items == ("192.0.2.0/25",) and not found.certain


@pytest.mark.parametrize(
    ("name", "metrics"),
    [
        ("ripestat.json", {"M7IRR", "M7RPKI"}),
        ("vrps.json", {"M7RPKI"}),
        ("irr.json", {"M7IRR"}),
        ("spoofer.json", {"M5"}),
        ("grip.json", {"M2"}),
    ],
)
def test_without_its_source_there_is_no_score(tmp_path: Path, name: str, metrics: set[str]) -> None:
    stamp = ["metadata", "buildtime"] if name == "vrps.json" else ["retrieved_at"]
    found = scored(tmp_path, (name, stamp, "2026-10-01T00:00:00Z"))
    assert {one for one in found if found[one].score is None} == metrics
    assert all("hours old" in found[one].because for one in metrics)
