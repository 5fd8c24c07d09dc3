"""From a misconfigured edge of each platform one push meets what a router can meet, a second changes nothing, removal gives the original back."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import yaml
from manrs_conformance.push import apply, device
from manrs_conformance.push.text import statements
from manrs_wire import ManualClock, start
from manrs_wire.inventory import variables
from nornir.core.plugins.connections import ConnectionPluginRegister

sys.path.insert(0, str(Path(__file__).parent))
import misconfigured
from misconfigured import CASES, CHANGES, Edge

Starter = Callable[[str], Edge]
NAMES = ("eos", "eos-unsaid", "ios", "iosxr", "junos", "nxos")
OPEN = {"eos-unsaid": {"A1.N4": "not_met"}}
"""Rows that stay open in a case: on EOS the cone of a customer is an expression that the two modes of it read differently."""


@pytest.fixture
def edge(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Starter]:
    """A function that starts the router of a case, whose clock the push moves."""
    clock, hooks, running = ManualClock(), apply.Hooks, []
    monkeypatch.setattr(device.apply, "Hooks", lambda **given: hooks(**(given | {"clock": clock.now, "sleep": clock.advance})))
    ConnectionPluginRegister.auto_register()

    def begin(case: str) -> Edge:
        running.append(start(misconfigured.router(case, clock), folder=tmp_path / "wire"))
        return Edge(running[-1], tmp_path)

    yield begin
    for one in running:
        one.stop()
    ConnectionPluginRegister.deregister_all()


@pytest.mark.parametrize("case", NAMES)
def test_one_push_meets_a_second_changes_nothing_and_removal_restores(case: str, edge: Starter) -> None:
    one = edge(case)
    original = one.router.running
    assert misconfigured.table(one.report()) == (CASES / case / "before.txt").read_text()
    base = one.shown()

    done = one.push()
    assert not done.failed, done.result
    assert (done.outcome, done.changed, done.saved, done.reverts) == ("confirmed", True, True, True)
    report = one.report()
    assert misconfigured.table(report) + misconfigured.remainder(done.left, report) == (CASES / case / "after.txt").read_text()
    rows = {row.requirement: row.verdict for row in report.requirements if row.requirement in misconfigured.ROWS}
    assert {name: verdict for name, verdict in rows.items() if verdict not in ("met", "declared")} == OPEN.get(case, {})
    assert statements(one.router.startup) == statements(one.router.running)

    held, told = one.router.running, len(one.router.received)
    again = one.push()
    assert (again.failed, again.outcome, again.changed, again.diff) == (False, "unchanged", False, "")
    assert set(again.left) <= set(done.left)
    assert [said for said in one.router.received[told:] if CHANGES.search(said)] == []
    assert one.router.running == held

    one.take_away(base)
    assert statements(one.router.running) == statements(original)
    assert misconfigured.table(one.report()) == (CASES / case / "before.txt").read_text()
    assert one.router.locked_by is None and one.router.pending is None


def test_the_playbook_does_the_same(tmp_path: Path) -> None:
    """Ansible's own way to it, in real time, twice."""
    import ansible_collections.routesec.manrs as collection

    router = misconfigured.router("eos")
    path = str(Path(next(iter(collection.__path__))).parents[2])
    environment = os.environ | {"ANSIBLE_COLLECTIONS_PATH": path, "ANSIBLE_NOCOLOR": "1", "ANSIBLE_HOME": str(tmp_path / "home")}
    with start(router, folder=tmp_path / "wire") as fleet:
        one = variables(fleet)["edge"] | {"ansible_network_os": "arista.eos.eos", "ansible_connection": "ansible.netcommon.httpapi"}
        one |= {"ansible_httpapi_use_ssl": True, "ansible_httpapi_validate_certs": True}
        (tmp_path / "hosts.yml").write_text(yaml.safe_dump({"all": {"hosts": {"edge": one}}}))
        given = {f"manrs_{name}": str(value) for name, value in misconfigured.GIVEN.items()}
        said = []
        for number in (1, 2):
            more = given | {"manrs_run_dir": str(tmp_path / f"run{number}"), "manrs_settle": 8}
            command = [str(Path(sys.executable).parent / "ansible-playbook"), "routesec.manrs.push", "-i", "hosts.yml"]
            done = subprocess.run(
                [*command, "-e", json.dumps(more)],
                cwd=tmp_path,
                env=environment,
                capture_output=True,
                text=True,
                timeout=120,
                check=False,
            )
            assert done.returncode == 0, done.stdout + done.stderr
            said.append((re.search(r"edge +: ok=\d+ +changed=(\d)", done.stdout), len(router.received), router.running))
        assert [one[0] and one[0][1] for one in said] == ["1", "0"]
        assert [told for told in router.received[said[0][1] :] if CHANGES.search(told)] == []
        assert said[0][2] == said[1][2] == router.startup
        ConnectionPluginRegister.auto_register()
        report = Edge(fleet, tmp_path).report()
        ConnectionPluginRegister.deregister_all()
    assert misconfigured.table(report) == (CASES / "eos" / "after.txt").read_text().partition("\nleft:")[0]
