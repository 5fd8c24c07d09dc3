"""Loading `waivers.yml`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from manrs_conformance.errors import InputError
from manrs_conformance.sources.waivers import load_waivers

GOOD = {
    "id": "W-1",
    "check": "MAX-01",
    "reason": "The peer renumbers.",
    "owner": "Alex",
    "approver": "Sam",
    "expires": "2026-12-31",
    "device": "edge1",
}


def waivers(*changes: dict[str, Any]) -> dict[str, Any]:
    return {"waivers": [{**GOOD, **one} for one in changes]}


def test_example_loads() -> None:
    (one,) = load_waivers(Path(__file__).resolve().parents[3] / "inventory/example/waivers.yml")
    assert one.id == "W-2026-001" and one.expires == "2026-12-31T00:00:00Z"


@pytest.mark.parametrize(
    ("content", "part"),
    [
        (waivers({"approver": " ALEX "}), "other than the owner"),
        (waivers({"device": "*"}), "covers everything"),
        (waivers({}, {}), "already the id"),
        (waivers({"expires": "2026-02-30"}), "calendar"),
        (waivers({"expires": "never"}), "UTC date"),
        (waivers({"check": "everything"}), "a check id"),
        ({"waivers": [{k: v for k, v in GOOD.items() if k != "expires"}]}, "expires is missing"),
        ({}, "waivers is missing"),
    ],
)
def test_errors(content: dict[str, Any], part: str) -> None:
    with pytest.raises(InputError, match=part):
        load_waivers(content)
