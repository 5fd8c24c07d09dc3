"""The guarded sessions of a push against the servers: the way back that drivers lack is there, and their defects do no harm."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from manrs_conformance import platforms
from manrs_conformance.errors import CollectionError, NoRevertError, NotSavedError, PushError
from manrs_conformance.platforms.nxos.session import JOB
from manrs_wire import Device, Fleet, ManualClock, start
from manrs_wire.inventory import devices
from manrs_wire.sessions import Open, device

CASES = ("ios", "eos", "nxos", "nxos_ssh", "iosxr", "junos")
NEW = {
    "ios": "ip prefix-list NEW seq 5 permit 45.20.0.0/22",
    "eos": "ip prefix-list NEW\n   seq 5 permit 45.20.0.0/22",
    "nxos": "ip prefix-list NEW seq 5 permit 45.20.0.0/22",
    "nxos_ssh": "ip prefix-list NEW seq 5 permit 45.20.0.0/22",
    "iosxr": "prefix-set NEW\n  45.20.0.0/22\nend-set",
    "junos": "policy-options {\n    prefix-list NEW {\n        45.20.0.0/22;\n    }\n}",
}
MINE = "45.20.0.0/22"
BY_HAND = "ip prefix-list BYHAND seq 5 permit 45.21.0.0/22"
"""What an operator entered and did not save."""


@pytest.fixture
def clock() -> ManualClock:
    """Time that the test moves."""
    return ManualClock()


@pytest.fixture
def fleet(tmp_path: Path, clock: ManualClock) -> Iterator[Fleet]:
    """The vendors' routers, whose time stands still, each with an unsaved change by hand."""
    made = devices()
    for one in made:
        one.clock = clock
        one.booted = clock.now() - 100_000
        if one.platform not in ("iosxr", "junos"):
            one.running = one.running.replace("ip prefix-list OWN ", f"{BY_HAND}\nip prefix-list OWN ", 1)
    with start(*made, folder=tmp_path / "wire") as running:
        yield running


@pytest.fixture
def push(session: Open) -> Open:
    """A function that opens a guarded session."""

    def opened(case: str, **more: Any) -> Any:
        found: Any = platforms.load(case.split("_", maxsplit=1)[0])
        return found.guarded(session(case, **more))

    return opened


def committed(push: Open, case: str, seconds: int = 120) -> Any:
    one: Any = push(case)
    one.load_merge_candidate(config=NEW[case])
    assert MINE in one.compare_config()
    one.commit_config(message="NOC-1", revert_in=seconds)
    return one


def body(text: str) -> list[str]:
    return sorted(" ".join(one.split()) for one in text.splitlines() if one.strip() and not one.startswith("!"))


def at_rest(one: Device) -> bool:
    """No timer, lock, open session, checkpoint or job of a push is left."""
    return one.pending is None and one.locked_by is None and one.held is None and not one.checkpoints and JOB not in one.running


@pytest.mark.parametrize("case", CASES)
def test_a_commit_that_nobody_confirms_reverts(case: str, fleet: Fleet, push: Open, clock: ManualClock) -> None:
    one = device(fleet, case)
    running, startup = body(one.running), one.startup
    mine = committed(push, case)
    assert mine.has_pending_commit()
    assert MINE in one.running
    mine.close()
    clock.advance(118)
    assert MINE in one.running
    clock.advance(62)
    assert body(one.running) == running
    assert one.startup == startup
    fresh: Any = push(case)
    assert not fresh.has_pending_commit()
    fresh.change = mine.change
    fresh.discard_config()
    assert at_rest(one), "a checkpoint outlives the timer, for lines that arrive late; whoever looks after the change removes it"


@pytest.mark.parametrize("case", CASES)
def test_a_confirmed_commit_stays_and_is_saved_only_then(case: str, fleet: Fleet, push: Open, clock: ManualClock) -> None:
    one = device(fleet, case)
    startup = one.startup
    mine = committed(push, case)
    assert one.startup == startup
    mine.confirm_commit()
    assert not mine.has_pending_commit()
    clock.advance(1000)
    assert MINE in one.running
    assert MINE in one.startup
    assert at_rest(one)


@pytest.mark.parametrize("case", CASES)
def test_a_rollback_restores_what_ran_and_saves_nothing(case: str, fleet: Fleet, push: Open, clock: ManualClock) -> None:
    one = device(fleet, case)
    running, startup = body(one.running), one.startup
    mine = committed(push, case)
    mine.rollback()
    assert body(one.running) == running, "the start-up configuration, or something else, was restored"
    assert one.startup == startup, "an operator's unsaved change was saved, or lost"
    assert at_rest(one)
    clock.advance(1000)
    assert body(one.running) == running


@pytest.mark.parametrize("case", CASES)
def test_a_fresh_session_goes_on_with_its_own_commit_only(case: str, fleet: Fleet, push: Open) -> None:
    one = device(fleet, case)
    running = body(one.running)
    mine = committed(push, case)
    stranger: Any = push(case)
    stranger.change = "somebody-else"
    with pytest.raises(Exception, match=r"not of this push|in-use|locked"):
        stranger.rollback()
    with pytest.raises(Exception, match=r"not of this push|in-use|locked"):
        stranger.confirm_commit()
    assert MINE in one.running
    if case == "junos":
        mine.close()  # the session that committed holds the lock until it ends
    if case == "junos":
        # It keeps the lock until its commit is confirmed or its session ends.
        mine.close()
    stranger.change = mine.change
    stranger.rollback()
    assert body(one.running) == running


@pytest.mark.parametrize("case", CASES)
def test_a_refused_line_leaves_nothing_or_is_taken_back(case: str, fleet: Fleet, push: Open) -> None:
    one = device(fleet, case)
    running, startup = body(one.running), one.startup
    mine: Any = push(case)
    with pytest.raises(Exception, match=r"(?i)bogus|invalid|refused|incremental|compare"):
        mine.load_merge_candidate(config=NEW[case] + "\nbogus line\n")
        if case != "ios":
            mine.compare_config()
        mine.commit_config(revert_in=120)
    if mine.has_pending_commit():
        mine.rollback()
    mine.discard_config()
    assert body(one.running) == running
    assert one.startup == startup
    assert at_rest(one)


@pytest.mark.parametrize("case", CASES)
def test_nobody_to_confirm_is_an_error(case: str, push: Open) -> None:
    mine: Any = push(case)
    for call in (mine.confirm_commit, mine.rollback):
        with pytest.raises(PushError):
            call()


@pytest.mark.parametrize("case", ["ios", "eos", "nxos", "nxos_ssh"])
def test_a_full_disk_at_the_confirmation_is_told_apart(case: str, fleet: Fleet, push: Open, clock: ManualClock) -> None:
    one = device(fleet, case)
    startup = one.startup
    mine = committed(push, case)
    one.full = True
    with pytest.raises(NotSavedError, match="start-up"):
        mine.confirm_commit()
    clock.advance(1000)
    assert MINE in one.running, "the change was confirmed"
    assert one.startup == startup
    assert at_rest(one)


@pytest.mark.parametrize("case", CASES)
def test_a_timer_out_of_range_or_none_is_refused(case: str, fleet: Fleet, push: Open) -> None:
    mine: Any = push(case)
    mine.load_merge_candidate(config=NEW[case])
    for seconds in (5, 10_000_000, None):
        with pytest.raises(PushError, match="timer"):
            mine.commit_config(revert_in=seconds)
    mine.discard_config()
    assert MINE not in device(fleet, case).running
    assert at_rest(device(fleet, case))


@pytest.mark.parametrize("case", ["ios", "nxos_ssh", "iosxr"])
def test_a_silent_router_loses_the_session_in_time(case: str, fleet: Fleet, push: Open) -> None:
    mine = committed(push, case)
    mine.driver.timeout = 1
    device(fleet, case).faults.add("hang", "show|lock running")
    with pytest.raises(CollectionError, match="no answer"):
        mine.has_pending_commit()
    with pytest.raises(Exception, match=r"."):
        mine.has_pending_commit()


@pytest.mark.parametrize("case", ["ios", "nxos_ssh"])
def test_a_router_that_is_silent_about_its_routes_holds_nobody(case: str, fleet: Fleet, push: Open) -> None:
    mine = committed(push, case)
    mine.driver.timeout = 1
    device(fleet, case).faults.add("hang", "^clear ")
    steady: Any = platforms.load(case.split("_", maxsplit=1)[0])
    with pytest.raises(CollectionError, match="no answer"):
        steady.operate(mine, ("clear bgp ipv4 unicast 45.10.3.2 soft in",))


def test_ios_says_what_it_does_not_delete(fleet: Fleet, push: Open) -> None:
    mine = committed(push, "ios")
    device(fleet, "ios").faults.add("reject", "^delete ")
    with pytest.raises(PushError, match="was not deleted"):
        mine.discard_config()
    device(fleet, "ios").faults.planned.clear()
    mine.discard_config()
    assert device(fleet, "ios").files == {}


@pytest.mark.parametrize("case", ["ios", "nxos", "nxos_ssh"])
def test_lines_that_arrive_after_the_timer_can_be_taken_back(case: str, fleet: Fleet, push: Open, clock: ManualClock) -> None:
    one = device(fleet, case)
    running, startup = body(one.running), one.startup
    mine = committed(push, case)
    after = one.running
    clock.advance(200)
    assert body(one.running) == running
    one.running = (
        "\n".join(
            line
            for line in after.splitlines()
            if "scheduler" not in line and JOB not in line and "time start" not in line and "dont-ask" not in line
        )
        + "\n"
    )
    assert not mine.has_pending_commit()
    mine.restore()
    assert (body(one.running), one.startup) == (running, startup)


# -- IOS -------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("cut", "kind", "said"),
    [
        (" path flash:backup\n", NoRevertError, "archive"),
        ("archive\n path flash:backup\n", NoRevertError, "archive"),
        ("ip scp server enable\n", PushError, "scp"),
    ],
)
def test_ios_asks_for_what_the_timer_and_the_transfer_need(cut: str, kind: Any, said: str, fleet: Fleet, push: Open) -> None:
    one = device(fleet, "ios")
    one.running = one.running.replace(cut, "")
    with pytest.raises(kind, match=said):
        push("ios")


def test_ios_never_changes_how_the_router_prompts(fleet: Fleet, push: Open) -> None:
    one = device(fleet, "ios")
    mine = committed(push, "ios")
    mine.confirm_commit()
    mine.close()
    assert not [said for said in one.received if "file prompt" in said]
    assert "file prompt" not in one.running + one.startup


@pytest.mark.parametrize("seconds", [61, 119])
def test_ios_rounds_the_timer_up(seconds: int, fleet: Fleet, push: Open) -> None:
    committed(push, "ios", seconds)
    assert "configure terminal revert timer 2" in device(fleet, "ios").received


def test_ios_reads_no_answer_about_the_timer_as_no(fleet: Fleet, push: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    mine: Any = push("ios")
    monkeypatch.setattr(mine, "_run", lambda _command: "Connection to console refused\n")
    with pytest.raises(PushError, match="cannot be read"):
        mine.has_pending_commit()
    monkeypatch.undo()
    assert not mine.driver.has_pending_commit()


def test_ios_takes_no_echo_for_a_difference(fleet: Fleet, push: Open) -> None:
    device(fleet, "ios").faults.add("reject", "incremental-diffs")
    mine: Any = push("ios")
    mine.load_merge_candidate(config=NEW["ios"])
    with pytest.raises(PushError, match="cannot show"):
        mine.compare_config()


# -- EOS -------------------------------------------------------------------------------------------------------------
def test_eos_refuses_to_share_the_router_with_an_open_session(fleet: Fleet, push: Open) -> None:
    device(fleet, "eos").locked_by = "somebody"
    with pytest.raises(PushError, match="somebody"):
        push("eos").load_merge_candidate(config=NEW["eos"])


def test_eos_keeps_off_the_driver_s_rollback_file(fleet: Fleet, push: Open) -> None:
    one = device(fleet, "eos")
    committed(push, "eos").rollback()
    assert not [said for said in one.received if "rollback-0" in said or said == "write memory"]


def test_eos_is_not_pushed_over_its_command_line(push: Open) -> None:
    with pytest.raises(PushError, match="eAPI"):
        push("eos_ssh")


# -- NX-OS -----------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("case", ["nxos", "nxos_ssh"])
def test_nxos_asks_for_the_scheduler(case: str, fleet: Fleet, push: Open) -> None:
    one = device(fleet, case)
    one.running = one.running.replace("feature scheduler\n", "")
    with pytest.raises(NoRevertError, match="feature scheduler"):
        push(case)


@pytest.mark.parametrize("case", ["nxos", "nxos_ssh"])
def test_nxos_does_not_show_its_own_timer(case: str, fleet: Fleet, push: Open) -> None:
    mine = committed(push, case)
    assert JOB in device(fleet, case).running
    assert JOB not in mine.get_config(retrieve="running")["running"]
    assert JOB not in mine.cli(["show running-config"])["show running-config"]


@pytest.mark.parametrize("case", ["nxos", "nxos_ssh"])
def test_nxos_without_a_checkpoint_enters_nothing(case: str, fleet: Fleet, push: Open, clock: ManualClock) -> None:
    one = device(fleet, case)
    running = body(one.running)
    one.checkpoints = {f"theirs-{number}": "" for number in range(10)}
    mine: Any = push(case)
    mine.load_merge_candidate(config=NEW[case])
    with pytest.raises(PushError, match="checkpoint"):
        mine.commit_config(revert_in=60)
    assert body(one.running) == running
    clock.advance(1000)
    assert body(one.running) == running


def test_nxos_notices_a_timer_that_fires_within_the_confirmation(fleet: Fleet, push: Open, clock: ManualClock) -> None:
    one = device(fleet, "nxos")
    running, startup = body(one.running), one.startup
    mine = committed(push, "nxos")
    configure = mine._configure

    def late(lines: list[str]) -> None:
        clock.advance(1000)
        with contextlib.suppress(PushError):
            configure(lines)

    mine._configure = late
    with pytest.raises(PushError, match="fired"):
        mine.confirm_commit()
    assert (body(one.running), one.startup) == (running, startup)


# -- IOS-XR ----------------------------------------------------------------------------------------------------------
SPECIAL = "route-policy SPECIAL\n  # less < more & so on > 0\n  drop\nend-policy\n"


def test_xr_takes_the_signs_of_xml(fleet: Fleet, push: Open, session: Open) -> None:
    bare: Any = session("iosxr")
    with pytest.raises(Exception, match=r"."):
        bare.load_merge_candidate(config=SPECIAL)
    assert device(fleet, "iosxr").locked_by, "the driver alone leaves the lock behind"
    bare.close()
    mine: Any = push("iosxr")
    mine.load_merge_candidate(config=SPECIAL)
    mine.commit_config(revert_in=60)
    mine.confirm_commit()
    assert "# less < more & so on > 0" in device(fleet, "iosxr").running


def test_xr_gives_the_lock_back_when_a_load_fails(fleet: Fleet, push: Open) -> None:
    one = device(fleet, "iosxr")
    mine: Any = push("iosxr")
    with pytest.raises(Exception, match="bogus"):
        mine.load_merge_candidate(config="bogus line")
    assert (one.locked_by, one.candidate) == (None, None)


def test_xr_needs_the_capability(fleet: Fleet, session: Open) -> None:
    driver: Any = session("iosxr")
    capabilities = [one for one in driver.device.server_capabilities if "confirmed-commit" not in one]
    found: Any = platforms.load("iosxr")

    class Poor:
        hostname, config_encoding = "192.0.2.1", "cli"
        device = type("Manager", (), {"server_capabilities": capabilities})

    with pytest.raises(NoRevertError, match="confirmed commits"):
        found.guarded(Poor())

    class Agent:
        hostname = "192.0.2.1"

    with pytest.raises(NoRevertError, match="NETCONF"):
        found.guarded(Agent())


# -- Junos -----------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(("seconds", "minutes"), [(60, 1), (61, 2), (119, 2), (120, 2)])
def test_junos_rounds_the_timer_up_to_whole_minutes(
    seconds: int, minutes: int, fleet: Fleet, push: Open, session: Open, clock: ManualClock
) -> None:
    one = device(fleet, "junos")
    bare: Any = session("junos")
    if seconds % 60:
        bare.load_merge_candidate(config=NEW["junos"])
        with pytest.raises(Exception, match="multiple of 60"):
            bare.commit_config(revert_in=seconds)
        bare.discard_config()
        bare.close()
        one.unlock(one.locked_by or "")
    committed(push, "junos", seconds)
    assert one.pending_until == clock.now() + 60 * minutes


def test_junos_keeps_the_lock_from_load_to_confirmation(fleet: Fleet, push: Open, session: Open) -> None:
    one = device(fleet, "junos")
    mine = committed(push, "junos")
    assert one.locked_by is not None
    other: Any = session("junos")
    with pytest.raises(Exception, match="lock"):
        other.load_merge_candidate(config="set policy-options prefix-list THEIRS 45.21.0.0/22")
    mine.confirm_commit()
    assert one.locked_by is None
    other.load_merge_candidate(config="set policy-options prefix-list THEIRS 45.21.0.0/22")
    other.discard_config()


def test_junos_is_refused_while_somebody_else_holds_the_lock(fleet: Fleet, push: Open) -> None:
    one = device(fleet, "junos")
    one.locked_by = "somebody"
    with pytest.raises(PushError, match="locked by somebody else"):
        push("junos").load_merge_candidate(config=NEW["junos"])
    assert one.locked_by == "somebody" and one.candidate is None


def test_junos_takes_back_no_commit_of_somebody_else(fleet: Fleet, push: Open) -> None:
    """`rollback 1` would restore what ran before the last commit, whose ever that is."""
    one = device(fleet, "junos")
    mine = committed(push, "junos")
    theirs = one.running.replace("45.10.0.0/20", "45.22.0.0/20")
    one.confirm()
    one.commit(theirs)
    for call in (mine.rollback, mine.confirm_commit):
        with pytest.raises(PushError, match="not of this push"):
            call()
    assert one.running == theirs


def test_junos_confirms_nothing_that_has_reverted(fleet: Fleet, push: Open, clock: ManualClock) -> None:
    one = device(fleet, "junos")
    running = one.running
    mine = committed(push, "junos", 60)
    clock.advance(61)
    with pytest.raises(PushError, match=r"not of this push|timer has ended"):
        mine.confirm_commit()
    assert one.running == running


@pytest.mark.parametrize("at", ["load-configuration", "get-configuration rollback", "commit-configuration"])
def test_junos_gives_the_lock_back_whatever_fails(at: str, fleet: Fleet, push: Open) -> None:
    one = device(fleet, "junos")
    running = one.running
    mine: Any = push("junos")
    one.faults.add("reject", at)
    with pytest.raises(Exception, match=r"."):
        mine.load_merge_candidate(config=NEW["junos"])
        mine.compare_config()
        mine.commit_config(revert_in=60)
    mine.discard_config()
    assert one.running == running
    assert one.locked_by is None and one.candidate is None


def test_junos_looks_at_a_candidate_that_somebody_left(fleet: Fleet, push: Open) -> None:
    one = device(fleet, "junos")
    one.candidate = one.running.replace("45.10.0.0/20", "45.22.0.0/20")
    with pytest.raises(PushError, match="changes of somebody else"):
        push("junos").load_merge_candidate(config=NEW["junos"])


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [("config_private", True, "private"), ("lock_disable", True, "lock"), ("junos_config_database", "ephemeral", "ephemeral")],
)
def test_junos_refuses_options_that_take_the_protection_away(name: str, value: Any, said: str, session: Open) -> None:
    found: Any = platforms.load("junos")
    driver: Any = session("junos")
    setattr(driver, name, value)
    with pytest.raises(PushError, match=said):
        found.guarded(driver)


def test_junos_without_revisions_of_commits_has_no_way_back(fleet: Fleet, push: Open) -> None:
    device(fleet, "junos").faults.add("reject", "get-commit-revision-information")
    with pytest.raises(NoRevertError, match="revisions"):
        push("junos")
