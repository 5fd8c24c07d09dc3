"""The misconfigured edges of `push_cases`: the router of a case over the wire, and the collection's Nornir tasks against it.

A case is a folder: `edge.OS.cfg`, the configuration as the device shows it, and the action table that a router can verify, before
(`before.txt`) and after the push (`after.txt`, with what is left and what goes on failing). Intent and sources are the same for all.
"""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path
from typing import Any

import napalm
from manrs_conformance import api, collect, platforms
from manrs_conformance.collect import connection
from manrs_conformance.requirements import norm
from manrs_wire import Device, Fleet
from manrs_wire.brisk import brisk
from manrs_wire.clock import Clock
from manrs_wire.inventory import ENABLE, LOGIN, PASSWORD
from manrs_wire.sessions import DRIVERS
from nornir.core import Nornir
from nornir.core.inventory import ConnectionOptions, Defaults, Groups, Host, Hosts, Inventory
from nornir.plugins.runners import SerialRunner
from nornir_manrs.tasks import manrs_audit, manrs_push

CASES = Path(__file__).parent / "push_cases"
GIVEN: dict[str, Any] = {"intent": CASES / "manrs.yml", "sources": CASES / "sources", "as_of": "2026-11-24T06:00:00Z"}
CHANGES = re.compile(
    r"^(?:configure|conf t|lock|edit-config|copy|load-configuration|open-configuration|commit|checkpoint|rollback|no |write)"
)
"""What a session says that means to change something."""
ROWS = tuple(one.id for one in norm.load(api.NORM).requirements if "router" in one.methods and one.action in ("A1", "A2"))
"""Rows of the action table that a router can verify."""


def router(case: str, clock: Clock | None = None) -> Device:
    """The router of a case."""
    (path,) = (CASES / case).glob("edge.*.cfg")
    platform = path.name.split(".")[1]
    secret = ENABLE if platform == "ios" else ""
    return Device(platform, path.read_text(), name="edge", username=LOGIN, password=PASSWORD, secret=secret, clock=clock)


class Edge:
    """One router, audited and pushed to as by an operator of Nornir."""

    def __init__(self, fleet: Fleet, place: Path) -> None:
        self.router, self.place, self.fleet = fleet.devices["edge"], place, fleet
        platform = self.router.platform
        optional = {"secret": self.router.secret} if self.router.secret else {}
        host = Host(
            "edge",
            hostname="127.0.0.1",
            username=LOGIN,
            password=PASSWORD,
            port=fleet.ports["edge"],
            platform=DRIVERS[platform],
            connection_options={"napalm": ConnectionOptions(extras={"timeout": 20, "optional_args": optional})},
            data={"manrs_known_hosts": str(fleet.known_hosts), "manrs_ca": str(fleet.ca)},
        )
        self.nornir = Nornir(inventory=Inventory(Hosts({"edge": host}), Groups(), Defaults()), runner=SerialRunner())
        self.inputs = api.Inputs.read(GIVEN["intent"], None, GIVEN["sources"], GIVEN["as_of"])
        self.platform: Any = platforms.load(platform)

    def push(self, **more: Any) -> Any:
        """Run the task `manrs_push`; returns its result."""
        with brisk():
            return self.nornir.run(manrs_push, run_dir=self.place / "push", settle=8, **(GIVEN | more))["edge"][0]

    def report(self) -> api.AuditReport:
        """Read by the task `manrs_audit`, and judge what was read."""
        with brisk():
            done = self.nornir.run(manrs_audit, run_dir=self.place / "audit", judge=False, **GIVEN)["edge"][0]
            self.nornir.close_connections()
        seen = collect.load(Path(done.snapshot))
        return api.audit_inputs([seen], self.inputs, expected=["edge"], alone=True).report

    def take_away(self, base: str) -> None:
        """Load what takes away everything owned, over a guarded session of its own, and confirm it."""
        wanted = connection.Wanted(
            system=connection.system_of(self.router.platform, DRIVERS[self.router.platform]), address="127.0.0.1", username=LOGIN,
            password=PASSWORD, enable=self.router.secret, port=self.fleet.ports["edge"], known_hosts=str(self.fleet.known_hosts),
            ca=str(self.fleet.ca), timeout=20,
        )  # fmt: skip
        driver = connection.open_session(connection.plan(wanted), napalm.get_network_driver(DRIVERS[self.router.platform]))
        guarded = self.platform.guarded(driver)
        try:
            guarded.load_merge_candidate(config=self.platform.removal(self.shown(), base))
            guarded.commit_config(revert_in=120)
            guarded.confirm_commit()
        finally:
            guarded.close()

    def shown(self) -> str:
        """The configuration as an audit reads it."""
        return collect.load(self.place / "audit" / "devices" / "edge.snapshot.json").config


def table(report: api.AuditReport) -> str:
    """The verdicts of the rows that a router can verify, with their reasons."""
    rows = [one for one in report.requirements if one.requirement in ROWS]
    return "".join(f"{one.requirement:<6} {one.verdict:<13} {one.because}\n" for one in rows)


def remainder(left: list[str], report: api.AuditReport) -> str:
    """What a push left: each reason with the number of its subjects, and checks that go on failing."""
    reasons = Counter(re.sub(r"^(?:interface )?\S+: (?!\S+ is)", "", one) for one in left)
    fails = Counter(f"{one.check} {one.status}" for one in report.findings if one.status in ("fail", "inconclusive", "error"))
    return (
        "\nleft:\n"
        + "".join(f"{count:>3} x {one}\n" for one, count in sorted(reasons.items()))
        + "\nremains:\n"
        + "".join(f"{count:>3} x {one}\n" for one, count in sorted(fails.items()))
    )
