"""Prepared changes on routers of several vendors: one push, a second that changes nothing, and rollouts over eight of them with one that fails at
every position, or whose controller dies at every journalled step."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import napalm
import pytest
from manrs_conformance import api, platforms
from manrs_conformance.collect import connection
from manrs_conformance.errors import PushError
from manrs_conformance.push import apply, device
from manrs_conformance.push.journal import STEPS, Journal
from manrs_conformance.push.text import statements
from manrs_wire import Device, Fleet, ManualClock, start
from manrs_wire.inventory import CONFIGS, ENABLE, LOGIN, PASSWORD, ROOT
from manrs_wire.population import neighbors
from manrs_wire.sessions import DRIVERS

NOW = "2026-10-01T00:00:00Z"
INTENT = ROOT / "inventory" / "vendors" / "manrs.yml"
CUT = {"ios": "  neighbor 45.10.1.2 route-map CUST-IN in\n", "nxos": "      route-map CUST-IN in\n"}
"""The line whose absence lets everything in, by platform."""
KINDS = ("nxos", "nxos", "nxos", "nxos", "ios", "nxos", "nxos", "nxos")


class Killed(BaseException):
    """The controller dies."""


def router(platform: str, name: str, clock: ManualClock) -> Device:
    """A router whose customer's import policy is missing."""
    text = (CONFIGS / f"{platform}1.{platform}.cfg").read_text()
    assert CUT[platform] in text
    text = text.replace(CUT[platform], "").replace(f"{platform}1\n", f"{name}\n", 1)
    secret = ENABLE if platform == "ios" else ""
    return Device(platform, text, name=name, username=LOGIN, password=PASSWORD, secret=secret, clock=clock)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> ManualClock:
    """One time for routers and controller, which passes when the controller waits."""
    one = ManualClock()
    hooks = apply.Hooks

    def made(**given: Any) -> apply.Hooks:
        return hooks(**(given | {"clock": one.now, "sleep": one.advance}))

    monkeypatch.setattr(device.apply, "Hooks", made)
    return one


@pytest.fixture(autouse=True)
def _difference(monkeypatch: pytest.MonkeyPatch) -> None:
    """Platforms whose difference is not read back take it as approximate."""
    for name in CUT:
        kind: Any = type(platforms.load(name))
        if not hasattr(kind, "after"):
            monkeypatch.setattr(kind, "after", lambda _self, _running, _diff: None, raising=False)


@pytest.fixture
def fleet(tmp_path: Path, clock: ManualClock) -> Iterator[Fleet]:
    """Eight routers of two systems, none of them conformant."""
    made = [router(kind, f"edge{number}", clock) for number, kind in enumerate(KINDS, 1)]
    with start(*made, folder=tmp_path / "wire") as running:
        yield running


def member(fleet: Fleet, name: str) -> api.Member:
    one = fleet.devices[name]

    def connect() -> Any:
        wanted = connection.Wanted(
            system=connection.system_of(one.platform),
            address="127.0.0.1",
            username=LOGIN,
            password=PASSWORD,
            enable=one.secret,
            port=fleet.ports[name],
            known_hosts=str(fleet.known_hosts),
            ca=str(fleet.ca),
            timeout=10,
        )
        return connection.open_session(connection.plan(wanted), napalm.get_network_driver(DRIVERS[one.platform]))

    return api.Member(name, one.platform, connect, True, (PASSWORD,))


def undertaking(fleet: Fleet, place: Path, workers: int = 1) -> api.Undertaking:
    (place / "sources").mkdir(exist_ok=True)
    inputs = api.Inputs.read(INTENT, None, place / "sources", NOW)
    members = {name: member(fleet, name) for name in fleet.devices}
    return api.Undertaking(members, inputs, place / "run", api.Way(120, 20.0, "NOC-1"), workers=workers)


def plan(fleet: Fleet, **more: Any) -> api.Rollout:
    return api.Rollout(tuple(fleet.devices), canary=("edge2",), batches=("3", "50%"), **more)


def conformant(one: Device) -> bool:
    """Whether the owned policy is attached, and saved."""
    return "MANRS-" in one.running and statements(one.running) == statements(one.startup)


def untouched(one: Device, was: str) -> bool:
    """Whether it holds its old configuration, and nothing of a change is left."""
    left = one.pending or one.checkpoints or one.locked_by or "MANRS-REVERT" in one.running
    return statements(one.running) == statements(one.startup) == statements(was) and not left


@pytest.mark.parametrize("platform", list(CUT))
def test_one_push_mends_and_a_second_changes_nothing(platform: str, tmp_path: Path, clock: ManualClock) -> None:
    one = router(platform, "edge1", clock)
    with start(one, folder=tmp_path / "wire") as fleet:
        work = undertaking(fleet, tmp_path)
        was = one.startup
        first = work.push("edge1")
        assert first.outcome == "confirmed", first
        assert conformant(one)
        before = api.audit_inputs([work._before("edge1")], work.inputs, alone=True).report
        after = api.audit_inputs([work.read("edge1", "after")], work.inputs, alone=True).report
        failed = [{one.check for one in some.findings if one.status == "fail"} for some in (before, after)]
        assert {"CUS-01", "POL-01"} <= failed[0]
        assert not {"CUS-01", "POL-01"} & failed[1]
        assert failed[1] <= failed[0]
        text, said = one.running, len(one.received)
        second = work.push("edge1")
        assert second.outcome == "unchanged"
        assert one.running == text
        assert not [line for line in one.received[said:] if line.startswith(("configure", "copy", "checkpoint", "write"))]
        assert was != text


def test_eight_routers_in_order_and_one_bundle(fleet: Fleet, tmp_path: Path) -> None:
    work, said = undertaking(fleet, tmp_path, workers=3), []
    report = api.roll_out(work, plan(fleet), said.append)
    assert report.verdict == "done", report
    assert all(conformant(one) for one in fleet.devices.values())
    assert (said[-1].batch, said[-1].batches, said[-1].done) == (3, 3, 8)
    built = api.rollout_bundle(work, report, tmp_path / "bundle")
    assert built["before"] == "fail"
    assert api.verify_bundle(tmp_path / "bundle", None).ok
    names = {path.name for path in (tmp_path / "bundle" / "data" / "change").iterdir()}
    assert {"before.json", "rollout.json", "rollout.jsonl", "edge1.diff", "edge8.diff"} <= names
    before = json.loads((tmp_path / "bundle" / "data" / "change" / "before.json").read_text())
    assert before["counts"]["fail"] > 8
    differences, lines, _ = api.replay_bundle(tmp_path / "bundle")
    assert differences == ()
    assert lines > 100


POSITIONS = range(1, 9) if "MANRS_EXAMPLES" in os.environ else (1, 5, 8)
"""Each of the eight takes a quarter of a minute; a campaign looks at all of them."""


@pytest.mark.parametrize("fails", [f"edge{number}" for number in POSITIONS])
def test_one_that_fails_at_every_position_stops_it(fails: str, fleet: Fleet, tmp_path: Path, clock: ManualClock) -> None:
    bad = fleet.devices[fails]
    heard = bad.heard

    def losing(message: str) -> Any:
        if message.startswith("clear "):
            bad.down.update(one.address for one in neighbors(bad))
        return heard(message)

    bad.heard = losing  # type: ignore[method-assign]
    was = {name: one.startup for name, one in fleet.devices.items()}
    rollout = plan(fleet)
    line = [host for batch in rollout.order() for host in batch]
    report = api.roll_out(undertaking(fleet, tmp_path), rollout)
    assert report.verdict == ("stopped" if line[0] != fails else "rolled-back")
    assert report.hosts[fails].outcome == "rolled-back"
    assert "went down" in report.hosts[fails].because
    before = line[: line.index(fails)]
    assert all(conformant(fleet.devices[host]) for host in before)
    assert all(untouched(fleet.devices[host], was[host]) for host in line[len(before) :])


def test_everything_is_taken_back_where_the_router_can(tmp_path: Path, clock: ManualClock) -> None:
    made = [router("ios", f"edge{number}", clock) for number in (1, 2, 3)]
    made[2].locked_by = "somebody"
    was = {one.name: one.startup for one in made}
    with start(*made, folder=tmp_path / "wire") as fleet:
        report = api.roll_out(
            undertaking(fleet, tmp_path), api.Rollout(("edge1", "edge2", "edge3"), batches=("1",), on_failure="rollback")
        )
        assert {host: one.outcome for host, one in report.hosts.items()} == {
            "edge1": "taken-back",
            "edge2": "taken-back",
            "edge3": "rolled-back",
        }
        assert report.verdict == "rolled-back"
        assert all(statements(one.running) == statements(one.startup) == statements(was[one.name]) for one in made)


@pytest.mark.parametrize("step", [one for one in STEPS if one not in ("rolling-back", "rolled-back", "unchanged")])
def test_a_controller_that_dies_at_a_step_is_gone_on_with(
    step: str, tmp_path: Path, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    write, armed = Journal.write, [True]

    def dying(self: Journal, name: str, note: str = "", **facts: str) -> None:
        write(self, name, note, **facts)
        if armed and name == step and self.path.name == "edge1.jsonl":
            armed.clear()
            raise Killed

    monkeypatch.setattr(Journal, "write", dying)
    made = [router("nxos", f"edge{number}", clock) for number in (1, 2, 3)]
    with start(*made, folder=tmp_path / "wire") as fleet:
        with pytest.raises(Killed):
            api.roll_out(undertaking(fleet, tmp_path), plan(fleet))
        assert conformant(fleet.devices["edge2"]), "the canary came first"
        assert not conformant(fleet.devices["edge3"])
        report = api.roll_out(undertaking(fleet, tmp_path), plan(fleet))
    assert report.verdict == "done", report
    assert all(conformant(one) for one in made)
    assert not [one for one in made if one.pending or one.checkpoints or "MANRS-REVERT" in one.running]


def test_a_closed_window_touches_nothing(fleet: Fleet, tmp_path: Path) -> None:
    work = undertaking(fleet, tmp_path)
    closed = api.Undertaking(work.members, work.inputs, work.run_dir, api.Way(windows=("2020-01-01T00:00Z/2020-01-02T00:00Z",)))
    said = closed.push("edge1")
    assert said.outcome == "refused"
    assert "window" in said.because
    assert not [line for line in fleet.devices["edge1"].received if not line.startswith("show ")]


def test_no_way_back_is_refused_unless_the_operator_says_so(fleet: Fleet, tmp_path: Path) -> None:
    one = fleet.devices["edge1"]
    one.running = one.startup = one.running.replace("feature scheduler\n", "")
    work = undertaking(fleet, tmp_path)
    said = work.push("edge1")
    assert said.outcome == "refused"
    assert "feature scheduler" in said.because
    assert "no_revert_timer" in said.because
    assert "MANRS-" not in one.running
    bare = api.Undertaking(work.members, work.inputs, work.run_dir, api.Way(120, 20.0, no_revert_timer=True))
    said = bare.push("edge1")
    assert said.outcome == "confirmed", said
    assert "NO REVERT TIMER" in (work.run_dir / "journal" / "edge1.jsonl").read_text()


def test_a_way_back_is_asked_for_before_anything_is_loaded(fleet: Fleet) -> None:
    found: Any = platforms.load("nxos")
    fleet.devices["edge1"].running = fleet.devices["edge1"].running.replace("feature scheduler\n", "")
    with pytest.raises(PushError):
        device.opener(found, member(fleet, "edge1").connect)()
