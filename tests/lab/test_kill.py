"""A push that is cut short at any step, by any means, ends with the router unchanged, confirmed, or reverted by itself; nothing else."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from manrs_lab import Lab
from push_campaign import Lane
from push_cases import Row, both
from push_faults import Fault
from push_trials import STEPS, held

KILLED = [f"kill at {step}" for step in (*STEPS, "rolling-back", "rolled-back")] + [
    "kill within committing",
    "kill within confirming",
]
CUT = [f"session cut at {step}" for step in ("loading", "comparing", "committing", "refreshing", "verifying", "confirming")]
BROKEN = ["link cut at committing", "link cut at verifying", "change drops a BGP session", "change drops management"]
MESSAGES = 380
"""Fewer than a push sends."""
STRUCK = {
    "edge1": (
        Fault("cut", 0.4, "", 0.0, 0.0, 20),
        Fault("noise", 0.9, "", 0.0, 0.0, 20),
        Fault("delay", 0.6, "", 0.0, 1.0, 20),
        Fault("locked", 0.0, "checked", 0.0, 1.0, 20),
        Fault("full", 0.0, "comparing", 0.0, 0.0, 8),
    ),
    "edge2": (
        Fault("lose", 0.5, "", 0.0, 0.0, 20),
        Fault("garble", 0.8, "", 0.0, 0.0, 20),
        Fault("hang", 0.2, "", 0.0, 1.0, 20),
        Fault("refused", 0.6, "", 0.0, 1.0, 20),
        Fault("agent killed", 0.0, "comparing", 0.1, 0.0, 8),
        Fault("bad line", 0.0, "", 0.0, 0.0, 8),
    ),
}
"""What the trials above do not do: the campaign (push_campaign.py) does it at random."""


@pytest.fixture(scope="module")
def struck(lab: Lab, tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Any]]:
    """Every fault of the connection and of the router, played once."""
    folder = tmp_path_factory.mktemp("struck")

    def lane(edge: str) -> list[dict[str, Any]]:
        one = Lane(lab, folder / edge, edge)
        one.messages = MESSAGES
        try:
            return [one.play(fault) for fault in STRUCK[edge]]
        finally:
            one.close()

    with ThreadPoolExecutor(2) as pool:
        return {row["what"]: row for rows in pool.map(lane, STRUCK) for row in rows}


@pytest.mark.parametrize("what", [one.what for some in STRUCK.values() for one in some])
def test_a_fault_leaves_the_router_unchanged_confirmed_or_reverted(struck: dict[str, dict[str, Any]], what: str) -> None:
    assert (struck[what]["wrong"], struck[what]["met"]) == ([], True), struck[what]


@pytest.fixture(scope="module")
def rows(lab: Lab, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Row]:
    """Every trial, played once; the routers are as before afterwards."""
    before = {name: held(lab, name) for name in lab.edges}
    folder = tmp_path_factory.mktemp("kill")
    found = {one.name: one for one in both(lab, folder)}
    assert {name: held(lab, name) for name in lab.edges} == before
    for path in folder.rglob("*.jsonl"):
        assert "CANARY" not in path.read_text(), path
    return found


def test_every_trial_was_played(rows: dict[str, Row]) -> None:
    assert sorted(rows) == sorted([*KILLED, *CUT, *BROKEN])


@pytest.mark.parametrize("name", [*KILLED, *CUT, *BROKEN])
def test_the_router_is_unchanged_confirmed_or_reverted(rows: dict[str, Row], name: str) -> None:
    row = rows[name]
    assert row.router in row.allowed, row
    assert row.sessions, row
    assert "CANARY" not in row.because


@pytest.mark.parametrize("name", KILLED)
def test_the_controller_was_killed_where_it_says(rows: dict[str, Row], name: str) -> None:
    assert (rows[name].controller, rows[name].last_step) == ("killed", name.rsplit(" ", 1)[1])


@pytest.mark.parametrize("name", [*CUT, *BROKEN])
def test_a_controller_that_lives_tells_how_it_ended(rows: dict[str, Row], name: str) -> None:
    row = rows[name]
    nothing = name.endswith(("at loading", "at comparing"))
    assert row.controller == ("refused" if nothing else "rolled-back"), row
    assert ("nothing was changed" in row.because) == nothing
    assert row.last_step == ("unchanged" if nothing else "rolled-back")
    if name == "change drops a BGP session":
        assert "went down" in row.because
    if name == "change drops management":
        assert "no SSH connection" in row.because or "session was lost" in row.because
