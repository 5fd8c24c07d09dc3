"""From a misconfigured edge of each platform one push meets what a router can meet, a second changes nothing, removal gives the original back."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from manrs_conformance.push import apply, device
from manrs_conformance.push.text import statements
from manrs_wire import ManualClock, start
from nornir.core.plugins.connections import ConnectionPluginRegister

sys.path.insert(0, str(Path(__file__).parent))
import misconfigured
from misconfigured import CASES, CHANGES, PLATFORMS, Edge

Starter = Callable[[str], Edge]


@pytest.fixture
def edge(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Starter]:
    """A function that starts the router of a case, whose clock the push moves."""
    clock, hooks, running = ManualClock(), apply.Hooks, []
    monkeypatch.setattr(device.apply, "Hooks", lambda **given: hooks(**(given | {"clock": clock.now, "sleep": clock.advance})))
    ConnectionPluginRegister.auto_register()

    def begin(platform: str) -> Edge:
        running.append(start(misconfigured.router(platform, clock), folder=tmp_path / "wire"))
        return Edge(running[-1], tmp_path)

    yield begin
    for one in running:
        one.stop()
    ConnectionPluginRegister.deregister_all()


@pytest.mark.parametrize("platform", PLATFORMS)
def test_one_push_meets_a_second_changes_nothing_and_removal_restores(platform: str, edge: Starter) -> None:
    one = edge(platform)
    original = one.router.running
    assert misconfigured.table(one.report()) == (CASES / platform / "before.txt").read_text()
    base = one.shown()

    done = one.push()
    assert not done.failed, done.result
    assert (done.outcome, done.changed, done.saved, done.reverts) == ("confirmed", True, True, True)
    report = one.report()
    assert misconfigured.table(report) + misconfigured.remainder(done.left, report) == (CASES / platform / "after.txt").read_text()
    assert {row.verdict for row in report.requirements if row.requirement in misconfigured.ROWS} == {"met", "declared"}
    assert statements(one.router.startup) == statements(one.router.running)

    held, told = one.router.running, len(one.router.received)
    again = one.push()
    assert (again.failed, again.outcome, again.changed, again.diff) == (False, "unchanged", False, "")
    assert set(again.left) <= set(done.left)
    assert [said for said in one.router.received[told:] if CHANGES.search(said)] == []
    assert one.router.running == held

    one.take_away(base)
    assert statements(one.router.running) == statements(original)
    assert misconfigured.table(one.report()) == (CASES / platform / "before.txt").read_text()
    assert one.router.locked_by is None and one.router.pending is None
