"""The part of the fault campaign that CI plays: a fixed seed, every driver, every fault (tests/campaigns/push.py plays thousands)."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
from manrs_wire import trials

SEED = 64500
NUMBERS = {
    "eos": range(22),
    "nxos": range(100, 122),
    "ios": range(200, 206),
    "nxos_ssh": range(300, 304),
    "iosxr": range(400, 406),
    "junos": range(500, 506),
}


@pytest.fixture(scope="module")
def rows(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[trials.Row]]:
    """Every trial, played once."""
    place = tmp_path_factory.mktemp("trials")
    out = {}
    for case, numbers in NUMBERS.items():
        messages = trials.calibrate(place, (case,))
        out[case] = [trials.play(trials.draw(SEED, number, messages, (case,)), place) for number in numbers]
    return out


@pytest.mark.parametrize("case", list(NUMBERS))
def test_every_router_ends_as_it_was_or_confirmed(case: str, rows: dict[str, list[trials.Row]]) -> None:
    bad = [f"{row.trial}: {row.said} ({row.because}): {'; '.join(row.wrong)}" for row in rows[case] if row.wrong]
    assert bad == []


def test_the_trials_differ(rows: dict[str, list[trials.Row]]) -> None:
    every = [row for some in rows.values() for row in some]
    faults = Counter(row.trial.what for row in every)
    assert len(every) == 66
    assert len(faults) >= 12, faults
    ends = Counter(row.router for row in every)
    assert min(ends["before"], ends["after"]) >= 10, ends


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
