"""The part of the fault campaign that CI plays: a fixed seed, every fault on every driver (tests/campaigns/push.py plays thousands)."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
from manrs_wire import draws, trials

SEED = 64500


@pytest.fixture(scope="module")
def rows(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[trials.Row]]:
    """Every trial, played once."""
    place = tmp_path_factory.mktemp("trials")
    return {case: [played(trial, place) for trial in draws.each(SEED, case, trials.calibrate(place, case))] for case in draws.CASES}


def played(trial: trials.Trial, place: Path) -> trials.Row:
    """A trial; once more where its fault did not strike, such as when a busy machine resets a session before its first message."""
    row = trials.play(trial, place)
    return row if row.met or row.wrong else trials.play(trial, place)


@pytest.mark.parametrize("case", draws.CASES)
def test_every_router_ends_as_it_was_or_confirmed(case: str, rows: dict[str, list[trials.Row]]) -> None:
    bad = [f"{row.trial}: {row.said} ({row.because}): {'; '.join(row.wrong)}" for row in rows[case] if row.wrong]
    assert bad == []


@pytest.mark.parametrize("case", draws.CASES)
def test_every_fault_struck(case: str, rows: dict[str, list[trials.Row]]) -> None:
    assert [row.trial.what for row in rows[case] if row.met] == list(draws.FAULTS)


def test_the_trials_end_in_every_way(rows: dict[str, list[trials.Row]]) -> None:
    ends = Counter(row.end for some in rows.values() for row in some)
    assert set(ends) == {"unchanged", "confirmed", "rolled-back", "reverted"}
    assert min(ends.values()) >= 4, ends


def test_a_trial_notices_a_protocol_that_does_not_look(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from manrs_conformance.platforms.eos.session import EosSession

    monkeypatch.setattr(EosSession, "rollback", lambda _self: None)
    row = trials.play(trials.Trial("eos", "bgp lost"), tmp_path)
    assert row.said == "rolled-back"
    assert row.wrong == [] or "the controller says" in row.wrong[0]
    monkeypatch.setattr(
        EosSession, "commit_config", lambda self, message="", revert_in=None: self._text(f"configure session {self.change} commit")
    )
    row = trials.play(trials.Trial("eos", "bgp lost"), tmp_path)
    assert row.wrong


def test_who_follows_a_dead_controller_takes_its_commit_back_at_once(tmp_path: Path) -> None:
    """Junos names a commit when it is made: the name has to be in the journal."""
    row = trials.play(trials.Trial("junos", "killed", step="verifying"), tmp_path)
    assert (row.end, row.wrong) == ("rolled-back", [])


@pytest.mark.parametrize("absent", [False, True])
def test_a_timer_that_was_cut_short_while_it_was_set_is_removed(tmp_path: Path, absent: bool) -> None:
    """NX-OS: a job without a schedule never runs, and would be in the way of every later push."""
    at = 12  # the schedule of the job
    row = trials.play(trials.Trial("nxos", "killed within", message=at, absent=absent), tmp_path)
    assert (row.end, row.wrong) == ("unchanged", [])
    row = trials.play(trials.Trial("nxos", "refused", message=at, jump=60), tmp_path)
    assert (row.end, row.wrong) == ("unchanged", [])
