"""A push to a misconfigured edge on Junos, with policies of its operator, that fails is taken back (test_one_push.py: one that does not)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import napalm
import pytest
from manrs_conformance import api, collect, platforms
from manrs_conformance.collect import connection
from manrs_conformance.model.intent import Intent
from manrs_conformance.model.plan import OWNED
from manrs_conformance.model.reference import Authorised, Reference
from manrs_conformance.push import apply, device
from manrs_conformance.push.journal import Journal
from manrs_conformance.push.text import statements
from manrs_wire import Device, Fleet, ManualClock, curly, start
from manrs_wire.inventory import LOGIN, PASSWORD

EDGE = Path(__file__).parents[1] / "unit" / "push" / "rendering"
V6 = re.compile(r"^            neighbor 2a10[^\n]* \{\n.*?^            \}\n", re.MULTILINE | re.DOTALL)
CUSTOMERS = Authorised(
    v4=((0x2D0B0000, 20, 20, 24, True, 0), (0x2D0C0000, 22, 22, 22, True, 0)), v6=((0x2A101100 << 96, 32, 32, 48, True, 0),)
)
INTERNAL = "neighbor 45.10.15.2 { peer-as 43210; }"
JUNOS = platforms.load_push("junos")


class Edge:
    """The router, and what a controller does to it."""

    def __init__(self, fleet: Fleet, clock: ManualClock, place: Path) -> None:
        self.fleet, self.router, self.clock, self.place = fleet, fleet.devices["edge"], clock, place
        read = api.Inputs.read(EDGE / "manrs.yml", None, None, "2026-11-25T06:00:00Z")
        self.intent: Intent = read.intent
        self.reference: Reference = replace(read.reference, authorised={"AS43211:AS-CUSTOMERS": CUSTOMERS})

    def connect(self) -> Any:
        wanted = connection.Wanted(
            system=connection.system_of("junos"), address="127.0.0.1", username=LOGIN, password=PASSWORD, port=self.fleet.ports["edge"],
            known_hosts=str(self.fleet.known_hosts), timeout=20,
        )  # fmt: skip
        return connection.open_session(connection.plan(wanted), napalm.get_network_driver("junos"))

    def snapshot(self) -> Any:
        driver = self.connect()
        try:
            return collect.snapshot("edge", "junos", driver, JUNOS.commands.state, optional=JUNOS.commands.optional, getters={})
        finally:
            driver.close()

    def prepare(self) -> tuple[Any, device.Prepared]:
        seen = self.snapshot()
        return seen, device.prepare(seen, self.intent, self.reference)

    def push(self, seen: Any, prepared: device.Prepared, name: str = "push.jsonl") -> apply.Pushed:
        self.journal = Journal(self.place / name)
        return device.push(seen, prepared, self.connect, self.intent, self.reference, self.journal, device.Way(90, 8.0, "NOC-1"))

    def at_rest(self) -> bool:
        return self.router.pending is None and self.router.locked_by is None and self.router.candidate is None


@pytest.fixture
def edge(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Edge]:
    clock = ManualClock()
    hooks = apply.Hooks
    monkeypatch.setattr(device.apply, "Hooks", lambda **given: hooks(**(given | {"clock": clock.now, "sleep": clock.advance})))
    text = curly.show(curly.parse(V6.sub("", (EDGE / "junos.cfg").read_text()).replace("neighbor 45.10.15.2;", INTERNAL)))
    router = Device("junos", text, name="edge", username=LOGIN, password=PASSWORD, clock=clock)
    with start(router, folder=tmp_path / "wire") as fleet:
        yield Edge(fleet, clock, tmp_path)


def test_a_session_that_goes_down_takes_it_all_back(edge: Edge) -> None:
    was = edge.router.running
    seen, prepared = edge.prepare()
    commit = edge.router.commit

    def breaking(*given: Any, **more: Any) -> None:
        commit(*given, **more)
        edge.router.down.add("45.10.1.3")

    edge.router.commit = breaking  # type: ignore[method-assign]
    done = edge.push(seen, prepared)
    assert done.outcome == "rolled-back", done
    assert "went down" in done.because
    assert statements(edge.router.running) == statements(was) == statements(edge.router.startup)
    assert edge.at_rest()


def test_a_controller_that_dies_leaves_a_router_that_reverts(edge: Edge, monkeypatch: pytest.MonkeyPatch) -> None:
    class Killed(BaseException):
        pass

    def killed(*_given: Any) -> Any:
        raise Killed

    was = edge.router.running
    seen, prepared = edge.prepare()
    monkeypatch.setattr(apply, "_verify", killed)
    with pytest.raises(Killed):
        edge.push(seen, prepared)
    assert OWNED in edge.router.running and edge.router.pending is not None
    edge.clock.advance(119)
    assert OWNED in edge.router.running
    edge.clock.advance(2)
    assert statements(edge.router.running) == statements(was)
    assert edge.at_rest()
