"""A push that is cut short at any step, by any means, ends with the router unchanged, confirmed, or reverted by itself; nothing else."""

from __future__ import annotations

import pytest
from manrs_lab import Lab
from push_cases import Row, both
from push_trials import STEPS, held

KILLED = [f"kill at {step}" for step in (*STEPS, "rolling-back", "rolled-back")] + [
    "kill within committing",
    "kill within confirming",
]
CUT = [f"session cut at {step}" for step in ("loading", "comparing", "committing", "refreshing", "verifying", "confirming")]
BROKEN = ["link cut at committing", "link cut at verifying", "change drops a BGP session", "change drops management"]


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
