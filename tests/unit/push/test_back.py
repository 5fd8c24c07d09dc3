"""The way back: what a new controller does about a push whose controller died, and texts compared by what they configure."""

from __future__ import annotations

from pathlib import Path

import pytest
from manrs_conformance.errors import PushError
from manrs_conformance.model.plan import ImportPlan, Plan, SessionPlan
from manrs_conformance.model.policy import Attachment
from manrs_conformance.model.router import Live, LiveSession, Router, Session
from manrs_conformance.push import apply, refresh
from manrs_conformance.push.back import recover
from manrs_conformance.push.bare import Bare, Committed
from manrs_conformance.push.journal import Journal
from manrs_conformance.push.text import comes_from, digest, statements

CANDIDATE = apply.Candidate("edge1", "ip prefix-list NEW permit any", "base\n", Router("frr"))
AFTER = "base\nip prefix-list NEW permit any\n"


class Driver:
    """A router as a new controller finds it."""

    def __init__(self, running: str, pending: str = "") -> None:
        self.running, self.pending, self.change = running, pending, ""
        self.calls: list[str] = []

    def has_pending_commit(self) -> bool:
        return bool(self.pending)

    def rollback(self) -> None:
        if self.change != self.pending:
            raise PushError("not of this push")
        self.calls.append("rollback")
        self.running, self.pending = "base\n", ""

    def save(self) -> None:
        self.calls.append("save")

    def restore(self) -> None:
        self.calls.append("restore")
        self.running = "base\n"

    def discard_config(self) -> None:
        self.calls.append("discard")

    def close(self) -> None:
        pass


def found(driver: Driver, tmp_path: Path, *steps: str, **known: str) -> tuple[str, Journal]:
    journal, now = Journal(tmp_path / "journal.jsonl"), iter(range(10_000))
    journal.write("planned", base=digest("base\n"), revert_in="60", change="mine", **known)
    for step in steps:
        journal.write(step)
    commands: list[tuple[str, ...]] = []
    hooks = apply.Hooks(
        connect=lambda: driver,  # type: ignore[arg-type,return-value]
        observe=lambda one: (one.running, Router("frr")),  # type: ignore[attr-defined]
        judge=lambda _router: (),
        run=lambda _driver, some: commands.append(some),
        clock=lambda: float(next(now)),
        sleep=lambda _seconds: None,
    )
    said = recover(CANDIDATE, hooks, journal)
    driver.calls += [f"run {one}" for some in commands for one in some]
    return said, journal


def test_a_pending_commit_of_the_dead_controller_is_taken_back(tmp_path: Path) -> None:
    driver = Driver(AFTER, "mine")
    said, journal = found(driver, tmp_path, "committing", "verifying", refresh="clear 192.0.2.1")
    assert (said, driver.running) == ("rolled-back", "base\n")
    assert "run clear 192.0.2.1" in driver.calls, "the routes pass the old policy again"
    assert journal.entries()[-1].step == "rolled-back"


def test_somebody_else_s_commit_is_left_alone(tmp_path: Path) -> None:
    driver = Driver(AFTER, "theirs")
    with pytest.raises(PushError, match="not of this push"):
        found(driver, tmp_path, "committing")
    assert driver.running == AFTER


def test_a_confirmation_that_had_arrived_is_saved(tmp_path: Path) -> None:
    driver = Driver(AFTER)
    said, _ = found(driver, tmp_path, "committing", "confirming", verified=digest(AFTER))
    assert (said, "save" in driver.calls) == ("confirmed", True)


def test_what_was_confirmed_and_not_saved_is_saved(tmp_path: Path) -> None:
    driver = Driver(AFTER)
    said, _ = found(driver, tmp_path, "committing", "confirming", "confirmed", saved="no")
    assert (said, driver.calls) == ("confirmed", ["save"])


def test_lines_that_arrived_late_are_taken_back(tmp_path: Path) -> None:
    driver = Driver(AFTER)
    said, _ = found(driver, tmp_path, "committing")
    assert (said, "restore" in driver.calls) == ("rolled-back", True)


def test_a_router_that_somebody_changed_is_left_alone(tmp_path: Path) -> None:
    driver = Driver("base\nhostname other\n")
    said, _ = found(driver, tmp_path, "committing")
    assert (said, driver.calls) == ("unknown", [])


@pytest.mark.parametrize(("steps", "calls"), [(("checked",), []), (("checked", "loading"), ["discard"])])
def test_what_was_only_loaded_is_dropped(steps: tuple[str, ...], calls: list[str], tmp_path: Path) -> None:
    driver = Driver("base\n")
    said, _ = found(driver, tmp_path, *steps)
    assert (said, driver.calls) == ("unchanged", calls)


def test_heads_and_comments_say_nothing() -> None:
    one = "! Last configuration change at 10:00\nBuilding configuration...\nCurrent configuration : 17 bytes\nhostname a\n!\n## Last commit\n"
    assert statements(one) == ("hostname a",)
    assert digest(one) == digest("hostname a\nntp clock-period 17208078\n")
    assert digest(one) != digest("hostname b\n")
    assert statements("router bgp 1\n neighbor x\n") != statements("router bgp 1\nneighbor x\n")


@pytest.mark.parametrize(
    ("held", "ours"),
    [
        ("a\nmap IN old\nlist NEW\n", True),
        ("a\nmap IN new\nlist NEW\n", True),
        ("a\nmap IN new\nlist NEW\nb\n", False),
        ("a\nlist NEW\nmap IN old\nhostname x\n", False),
        ("a\nmap IN new\n", True),
        ("map IN new\n", False),
    ],
)
def test_whether_a_change_comes_from_the_candidate(held: str, ours: bool) -> None:
    assert comes_from("list NEW\nmap IN new\nno gone", "a\nmap IN old\n", held) is ours


def _router(takes: bool | None, stored: bool = False, other: bool | None = None) -> Router:
    sides = (Attachment("import", (), "accept"), Attachment("export", (), "accept"))
    session = Session("192.0.2.1", "ipv4-unicast", 64501, "ebgp", 64500, *sides, soft_reconfiguration=stored)
    live = (
        LiveSession("192.0.2.1", "ipv4-unicast", 64501, True, route_refresh=takes),
        LiveSession("192.0.2.9", "ipv4-unicast", 64509, True, route_refresh=other),
    )
    return Router("ios", sessions=(session,), live=Live(sessions=live))


@pytest.mark.parametrize(
    ("router", "refused"),
    [
        (_router(True), False),
        (_router(False), True),
        (_router(False, stored=True), False),
        (_router(None, other=True), True),
        (_router(None), False),
    ],
)
def test_a_neighbour_without_route_refresh_is_refused(router: Router, refused: bool) -> None:
    plan = Plan("edge1", "ios", 64500, sessions=(SessionPlan("192.0.2.1", "ipv4-unicast", "default", inbound=ImportPlan()),))
    assert bool(refresh.refusals(router, plan)) is refused


def test_a_bare_session_knows_its_own_commit_over_sessions() -> None:
    class Plain:
        committed: tuple[object, ...] | None = None

        def commit_config(self, *args: object, **more: object) -> None:
            Plain.committed = (args, more)

        def rollback(self) -> None:
            Plain.committed = None

    state = Committed()
    one, two = Bare(Plain(), state), Bare(Plain(), state)
    one.commit_config(message="NOC-1", revert_in=60)
    assert Plain.committed == ((), {}), "drivers raise at a message and at a timer"
    assert two.has_pending_commit()
    two.rollback()
    assert not one.has_pending_commit()
    assert one.reverts is False
