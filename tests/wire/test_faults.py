"""One misbehaving router among healthy ones, at every message of an audit: it alone is an error, in time, and everything is let go."""

from __future__ import annotations

import json
import re
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import napalm
import pytest
from manrs_conformance import api, collect
from manrs_conformance.collect import connection
from manrs_wire import Device, ManualClock, start
from manrs_wire.device import GREETING
from manrs_wire.inventory import ROOT, devices
from manrs_wire.sessions import DRIVERS, close, device, planned
from nornir.core import Nornir
from nornir.core.inventory import ConnectionOptions, Defaults, Groups, Host, Hosts, Inventory
from nornir.core.plugins.connections import ConnectionPluginRegister
from nornir.core.task import Result, Task
from nornir.plugins.runners import ThreadedRunner
from nornir_manrs.tasks import manrs_audit

NOW = "2026-10-01T00:00:00Z"
INTENT = ROOT / "inventory" / "vendors" / "manrs.yml"
TIMEOUT = 5
"""Seconds that a router with a fault has for an answer."""
PATIENCE = 60
"""The same for a healthy one; no test waits for it."""
SLACK = 10
"""Seconds that a whole audit of a healthy router may take on a machine that runs seventy of them at once."""
WORKERS = 48
FINGERPRINT = re.compile(r'"fingerprint": "\w+"')
GOOD = tuple(f"good-{case}" for case in DRIVERS)


@dataclass(frozen=True)
class Spot:
    """A message of an audit: which driver, and its number."""

    case: str
    number: int
    text: str

    @property
    def last(self) -> bool:
        """Whether it comes after the reading: it closes the session."""
        return self.text in ("exit", "close-session")

    @property
    def host(self) -> str:
        """Name of the router that misbehaves there."""
        return f"bad-{self.case}-{self.number}"


def copy(case: str, name: str, clock: ManualClock) -> Device:
    """A router like the one of the demo that this driver talks to."""
    platform = case.partition("_")[0]
    one = next(one for one in devices() if one.platform == platform)
    return Device(platform, one.running, name=name, username=one.username, password=one.password, secret=one.secret, clock=clock)


@pytest.fixture(scope="module")
def spots(tmp_path_factory: pytest.TempPathFactory) -> list[Spot]:
    """Every message of a clean audit by every driver, and the greeting before the first."""
    found: list[Spot] = []
    with start(*devices(), folder=tmp_path_factory.mktemp("wire") / "wire") as fleet:
        for case in DRIVERS:
            one = device(fleet, case)
            one.received.clear()
            plan = planned(fleet, case)
            driver = connection.open_session(plan, napalm.get_network_driver(plan.driver))
            api.collect_device(one.name, one.platform, driver)
            close(driver)
            found += [Spot(case, number, text) for number, text in enumerate(one.received)] + [Spot(case, GREETING, "greeting")]
    return found


class Run:
    """An audit of a fleet by Nornir: one healthy router for each driver, and one that misbehaves for each spot."""

    def __init__(self, spots: list[Spot], folder: Path, kind: str = "", seconds: float = 0.0) -> None:
        clock = ManualClock()
        self.folder, self.kind = folder, kind
        self.spots = {one.host: one for one in spots} if kind else {}
        made = [copy(case, f"good-{case}", clock) for case in DRIVERS] + [
            copy(one.case, one.host, clock) for one in self.spots.values()
        ]
        for one in made:
            if one.name in self.spots:
                one.faults.add(kind, self.spots[one.name].number, seconds)
        self.took: dict[str, float] = {}
        (folder / "sources").mkdir(parents=True)
        with start(*made, folder=folder / "wire") as self.fleet:
            self._go()
        self.devices = self.fleet.devices

    def _go(self) -> None:
        ConnectionPluginRegister.auto_register()
        hosts = {name: self._host(name) for name in self.fleet.devices}
        nornir = Nornir(inventory=Inventory(Hosts(hosts), Groups(), Defaults()), runner=ThreadedRunner(num_workers=WORKERS))
        done = nornir.run(self._audit)
        self.results = {name: None if one.failed else one[0].result for name, one in done.items()}
        self.errors = {name: str(one[0].exception) for name, one in done.items() if one.failed}
        nornir.close_connections()
        ConnectionPluginRegister.deregister_all()
        self.held = self._held()

    def _audit(self, task: Task) -> Result:
        began = time.monotonic()
        try:
            done = manrs_audit(task, INTENT, self.folder, sources=self.folder / "sources", as_of=NOW)
        finally:
            self.took[task.host.name] = time.monotonic() - began
        return Result(task.host, result=done.result)

    def _host(self, name: str) -> Host:
        case = self.spots[name].case if name in self.spots else name.removeprefix("good-")
        one = self.fleet.devices[name]
        optional: dict[str, Any] = {"secret": one.secret} if one.secret else {}
        if case == "eos_ssh":
            optional["transport"] = "ssh"
        extras = {"timeout": TIMEOUT if name in self.spots else PATIENCE, "optional_args": optional}
        return Host(
            name,
            hostname="127.0.0.1",
            username=one.username,
            password=one.password,
            port=(self.fleet.ssh_ports if case.endswith("_ssh") else self.fleet.ports)[name],
            platform=DRIVERS[case],
            connection_options={"napalm": ConnectionOptions(extras=extras)},
            data={
                "manrs_napalm_driver": DRIVERS[case],
                "manrs_known_hosts": str(self.fleet.known_hosts),
                "manrs_ca": str(self.fleet.ca),
            },
        )

    def _held(self) -> dict[str, str]:
        """Sessions and locks that are left on the routers a while after the run."""
        end = time.monotonic() + TIMEOUT + SLACK
        while True:
            found = {
                name: f"{one.sessions} sessions, lock {one.locked_by}, candidate {one.candidate is not None}"
                for name, one in self.fleet.devices.items()
                if one.sessions or one.locked_by or one.candidate is not None
            }
            if not found or time.monotonic() > end:
                return found
            time.sleep(0.05)

    def outcome(self, name: str) -> tuple[str, str]:
        """What the audit says of a router and what it read, without the name and the moment of reading."""
        text = (self.folder / "devices" / f"{collect.safe_name(name)}.snapshot.json").read_text()
        read = {key: value for key, value in json.loads(text).items() if key not in ("host", "collected_at")}
        return json.dumps(self.results[name], sort_keys=True).replace(name, ""), json.dumps(read, sort_keys=True).replace(name, "")


@pytest.fixture(scope="module")
def clean(spots: list[Spot], tmp_path_factory: pytest.TempPathFactory) -> Run:
    """The undisturbed run."""
    run = Run(spots, tmp_path_factory.mktemp("clean"))
    assert not run.errors
    assert run.held == {}
    return run


def settle(run: Run, clean: Run) -> None:
    """What holds whatever the fault: the others notice nothing, and no router is left with a session, a lock or a candidate."""
    assert {name: run.outcome(name) for name in GOOD} == {name: clean.outcome(name) for name in GOOD}
    assert run.held == {}
    for name, one in run.spots.items():
        assert run.took[name] < 2 * TIMEOUT + SLACK, (name, one.text, run.errors.get(name))
        # Netmiko says goodbye and hangs up without waiting: that last word may not arrive.
        met = one.last or len(run.devices[name].received) > one.number
        assert met, (name, one.text, "the audit never came to the message", run.errors.get(name))


def same(run: Run, clean: Run, name: str) -> bool:
    """Whether a router was read and judged as the healthy one is; fingerprints alone depend on the name."""
    if name in run.errors:
        return False
    pairs = zip(run.outcome(name), clean.outcome(f"good-{run.spots[name].case}"), strict=True)
    return all(FINGERPRINT.sub("", mine) == FINGERPRINT.sub("", healthy) for mine, healthy in pairs)


@pytest.mark.parametrize("kind", ["hang", "drop"])
def test_a_router_that_does_not_answer_is_an_error(kind: str, spots: list[Spot], clean: Run, tmp_path: Path) -> None:
    run = Run(spots, tmp_path / kind, kind)
    settle(run, clean)
    assert {name: one.text for name, one in run.spots.items() if name not in run.errors and not one.last} == {}
    assert [name for name, one in run.spots.items() if one.last and not same(run, clean, name)] == []
    assert len(list((run.folder / "devices").glob("bad-*"))) == sum(one.last for one in run.spots.values())


def test_a_slow_router_is_read_like_any_other(spots: list[Spot], clean: Run, tmp_path: Path) -> None:
    run = Run(spots, tmp_path / "delay", "delay", 0.6)
    settle(run, clean)
    assert [name for name in run.spots if not same(run, clean, name)] == []
    assert min(run.took[name] for name in run.spots) > 0.4, (
        "each answer was late (reading may begin before the clock of the test is looked at)"
    )


@pytest.mark.parametrize(("kind", "seconds"), [("garble", 0.0), ("trickle", 0.4)])
def test_nonsense_and_trickle_are_errors_unless_they_change_nothing(
    kind: str, seconds: float, spots: list[Spot], clean: Run, tmp_path: Path
) -> None:
    run = Run(spots, tmp_path / kind, kind, seconds)
    settle(run, clean)
    assert [name for name in run.spots if name not in run.errors and not same(run, clean, name)] == []
    shows = {name for name, one in run.spots.items() if one.text.startswith(("show run", "get-config", "command", "get "))}
    assert shows & set(run.errors) == shows, "what matters is never read over a bad line"


def test_a_damaged_answer_earns_no_pass(spots: list[Spot], clean: Run, tmp_path: Path) -> None:
    run = Run(spots, tmp_path / "noise", "noise")
    settle(run, clean)
    for name, one in run.spots.items():
        if name in run.errors:
            continue
        passed = passes(run, name)
        assert passed <= passes(clean, f"good-{one.case}"), (name, one.text)
        if one.text.startswith(("show running", "get-config")):
            assert not any(check == "SCOPE-03" for check, _subject in passed), (name, one.text)


def passes(run: Run, name: str) -> set[tuple[str, str]]:
    """Check and subject of every pass of a router."""
    one = collect.load(run.folder / "devices" / f"{name}.snapshot.json")
    inputs = api.Inputs.read(INTENT, None, run.folder / "sources", NOW)
    report = api.audit_inputs([one], inputs, expected=[one.host], alone=True).report
    return {(found.check, found.subject.replace(name, "")) for found in report.findings if found.status == "pass"}
