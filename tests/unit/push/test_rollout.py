"""A rollout over simulated routers: one that fails at every position, a controller that is killed at every record, and how it goes on."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from manrs_conformance.errors import InputError, UsageError
from manrs_conformance.push.fleet import Ended, Hooks, Progress, Rollout, roll_out
from manrs_conformance.push.ledger import Ledger

HOSTS = tuple(f"edge{number}" for number in range(1, 10))


class Killed(BaseException):
    """The controller dies."""


class World:
    """Nine routers that live on while controllers come and go."""

    def __init__(self, fails: str = "", unhealthy_at: int = -1) -> None:
        self.fails, self.unhealthy_at = fails, unhealthy_at
        self.holds: set[str] = set()
        self.pushes: list[str] = []
        self.looks: list[tuple[str, ...]] = []
        self.said: list[Progress] = []

    def push(self, host: str) -> Ended:
        self.pushes.append(host)
        if host == self.fails:
            return Ended("rolled-back", "a session went down")
        self.holds.add(host)
        return Ended("confirmed")

    def recover(self, host: str) -> Ended:
        return Ended("confirmed" if host in self.holds else "rolled-back", "the controller had died")

    def take_back(self, host: str) -> Ended:
        self.holds.discard(host)
        return Ended("taken-back")

    def healthy(self, hosts: tuple[str, ...]) -> tuple[str, ...]:
        self.looks.append(hosts)
        return ("the fleet lost its exit",) if len(hosts) == self.unhealthy_at else ()

    def hooks(self, each: Callable[..., None] | None = None) -> Hooks:
        more = {"each": each} if each else {}
        return Hooks(self.push, self.recover, self.take_back, self.healthy, say=self.said.append, **more)


class Dying(Ledger):
    """A record after whose n-th line the controller dies."""

    def __init__(self, path: Path, number: int) -> None:
        super().__init__(path)
        self.left = number

    def write(self, event: str, about: str = "", outcome: str = "", because: str = "", **facts: str) -> None:
        super().write(event, about, outcome, because, **facts)
        self.left -= 1
        if self.left == 0:
            raise Killed


def plan(**more: object) -> Rollout:
    return Rollout(HOSTS, canary=("edge3", "edge7"), batches=("2", "50%"), **more)  # type: ignore[arg-type]


def test_the_order_is_canaries_then_batches() -> None:
    assert plan().order() == (("edge3",), ("edge7",), ("edge1", "edge2"), ("edge4", "edge5", "edge6", "edge8"), ("edge9",))


@pytest.mark.parametrize("bad", [{"canary": ("nobody",)}, {"batches": ("0",)}, {"batches": ("a few",)}, {"hosts": ()}])
def test_a_wrong_plan_is_refused(bad: dict[str, object]) -> None:
    with pytest.raises(UsageError):
        Rollout(**({"hosts": HOSTS} | bad)).order()  # type: ignore[arg-type]


def test_everything_goes_well(tmp_path: Path) -> None:
    world = World()
    report = roll_out(plan(), world.hooks(), Ledger(tmp_path / "rollout.jsonl"))
    assert (report.verdict, world.holds) == ("done", set(HOSTS))
    assert [len(one) for one in world.looks] == [1, 2, 4, 8, 9], "the whole is looked at after every batch"
    assert (world.said[-1].batch, world.said[-1].batches, world.said[-1].hosts) == (5, 5, 9)


@pytest.mark.parametrize("fails", HOSTS)
@pytest.mark.parametrize("on_failure", ["stop", "rollback", "continue"])
def test_one_that_fails_at_every_position(fails: str, on_failure: str, tmp_path: Path) -> None:
    world, rollout = World(fails), plan(on_failure=on_failure, max_failed=1)
    report = roll_out(rollout, world.hooks(), Ledger(tmp_path / "rollout.jsonl"))
    line = [host for batch in rollout.order() for host in batch]
    before = line[: line.index(fails)]
    assert report.hosts[fails].outcome == "rolled-back"
    if on_failure == "continue":
        assert (report.verdict, world.holds) == ("done", set(HOSTS) - {fails})
        return
    assert world.pushes == [*before, fails], "nobody is pushed to after the failure"
    assert fails in report.because
    assert world.holds == (set() if on_failure == "rollback" else set(before))
    nobody = on_failure == "rollback" or not before
    assert report.verdict == ("rolled-back" if nobody else "stopped")
    assert all(report.hosts[host].outcome == "skipped" for host in line[len(before) + 1 :])


def test_more_failures_than_allowed_stop_it(tmp_path: Path) -> None:
    world = World()
    world.push = lambda host: world.pushes.append(host) or Ended("refused", "no")  # type: ignore[method-assign,func-returns-value]
    report = roll_out(plan(on_failure="continue", max_failed=2), world.hooks(), Ledger(tmp_path / "rollout.jsonl"))
    assert (report.verdict, len(world.pushes)) == ("rolled-back", 3)


@pytest.mark.parametrize(("at", "holds"), [(1, {"edge3"}), (4, {"edge3", "edge7", "edge1", "edge2"})])
def test_an_unhealthy_fleet_stops_it(at: int, holds: set[str], tmp_path: Path) -> None:
    world = World(unhealthy_at=at)
    report = roll_out(plan(), world.hooks(), Ledger(tmp_path / "rollout.jsonl"))
    assert (report.verdict, world.holds) == ("stopped", holds)
    assert "lost its exit" in report.because


@pytest.mark.parametrize("fails", ["", "edge3", "edge2", "edge9"])
@pytest.mark.parametrize("on_failure", ["stop", "rollback", "continue"])
def test_a_controller_killed_at_every_record_is_gone_on_with(fails: str, on_failure: str, tmp_path: Path) -> None:
    rollout = plan(on_failure=on_failure, max_failed=1)
    whole = World(fails)
    expected = roll_out(rollout, whole.hooks(), Ledger(tmp_path / "whole.jsonl"))
    lines = len(Ledger(tmp_path / "whole.jsonl").events())
    assert lines >= 5
    for number in range(1, lines):
        world, path = World(fails), tmp_path / f"{number}.jsonl"
        with pytest.raises(Killed):
            roll_out(rollout, world.hooks(), Dying(path, number))
        report = roll_out(rollout, world.hooks(), Ledger(path))
        assert len(world.pushes) == len(set(world.pushes)), f"pushed to twice, killed at {number}"
        assert (report.verdict, world.holds) == (expected.verdict, whole.holds), f"killed at {number}"
        assert {host: one.outcome for host, one in report.hosts.items()} == {
            host: one.outcome for host, one in expected.hosts.items()
        }


def test_a_router_that_kept_the_change_when_the_controller_died_counts_as_confirmed(tmp_path: Path) -> None:
    world, path = World(), tmp_path / "rollout.jsonl"
    world.holds.add("edge3")
    with pytest.raises(Killed):
        roll_out(plan(), world.hooks(), Dying(path, 2))
    report = roll_out(plan(), world.hooks(), Ledger(path))
    assert (report.verdict, world.holds) == ("done", set(HOSTS))
    assert "edge3" not in world.pushes


def test_another_plan_or_an_ended_one_is_not_gone_on_with(tmp_path: Path) -> None:
    path = tmp_path / "rollout.jsonl"
    roll_out(plan(), World().hooks(), Ledger(path))
    with pytest.raises(UsageError, match="ended"):
        roll_out(plan(), World().hooks(), Ledger(path))
    with pytest.raises(InputError, match="another rollout"):
        roll_out(plan(on_failure="rollback"), World().hooks(), Ledger(path))


def test_a_line_that_a_crash_cut_short_is_none_and_a_damaged_one_is_named(tmp_path: Path) -> None:
    path = tmp_path / "rollout.jsonl"
    ledger = Ledger(path)
    ledger.write("begun", outcome="x")
    with path.open("a") as file:
        file.write('{"event": "push')
    assert [one.event for one in ledger.events()] == ["begun"]
    path.write_text("nonsense\n")
    with pytest.raises(InputError, match=":1"):
        ledger.events()


def test_a_router_that_cannot_be_taken_back_is_named_and_keeps_none_from_it(tmp_path: Path) -> None:
    world = World("edge9")
    stuck = world.take_back
    world.take_back = lambda host: Ended("not-taken-back", "out of reach") if host == "edge7" else stuck(host)  # type: ignore[method-assign]
    report = roll_out(plan(on_failure="rollback"), world.hooks(), Ledger(tmp_path / "rollout.jsonl"))
    assert (report.verdict, world.holds) == ("mixed", {"edge7"})
    assert report.hosts["edge7"].because == "out of reach"


def test_several_at_once_stop_too(tmp_path: Path) -> None:
    from concurrent.futures import ThreadPoolExecutor

    def at_once(call: Callable[[str], None], hosts: Sequence[str]) -> None:
        with ThreadPoolExecutor(4) as pool:
            list(pool.map(call, hosts))

    world = World("edge1")
    report = roll_out(plan(), world.hooks(at_once), Ledger(tmp_path / "rollout.jsonl"))
    assert report.verdict == "stopped"
    assert not set(world.pushes) & {"edge4", "edge5", "edge6", "edge8", "edge9"}
