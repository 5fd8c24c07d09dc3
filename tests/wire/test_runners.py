"""Nornir on a cluster of processes and on threads: equal results, also when workers die; a stopped run leaves no session on a router."""

from __future__ import annotations

import importlib.metadata
import json
import os
import re
import select
import signal
import subprocess
import sys
import time
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from manrs_conformance.errors import UsageError
from manrs_wire import Fleet
from manrs_wire.inventory import PASSWORD, ROOT
from nornir.core import Nornir
from nornir.core.inventory import ConnectionOptions, Defaults, Groups, Host, Hosts, Inventory
from nornir.core.plugins.connections import ConnectionPluginRegister
from nornir.plugins.runners import ThreadedRunner
from nornir_manrs.runners import DaskRunner
from nornir_manrs.tasks import manrs_audit

INTENT = ROOT / "inventory" / "vendors" / "manrs.yml"
SLOW = {
    "ios1": "show running",
    "eos1": "show running",
    "junos1": "get-configuration",
    "iosxr1": "get-config",
    "nxos1": "show running",
}
"""A message of each router at which it can be made to wait."""


def hosts(fleet: Fleet) -> dict[str, dict[str, Any]]:
    """Inventory data of the live routers and of one that does not answer."""
    out = {}
    for name in (*sorted(fleet.devices), "dead1"):
        one = fleet.devices["ios1" if name == "dead1" else name]
        out[name] = {
            "hostname": "127.0.0.1",
            "username": one.username,
            "port": 9 if name == "dead1" else fleet.ports[name],
            "platform": {"iosxr": "iosxr_netconf"}.get(one.platform, one.platform),
            "timeout": 20,
            "optional": {"secret": one.secret} if one.secret else {},
            "data": {"manrs_known_hosts": str(fleet.known_hosts), "manrs_ca": str(fleet.ca)},
        }
    return out


@pytest.fixture
def given(fleet: Fleet, tmp_path: Path) -> dict[str, Any]:
    """What `runs.py` reads."""
    (tmp_path / "sources").mkdir()
    audit = {"intent": str(INTENT), "sources": str(tmp_path / "sources"), "as_of": "2026-10-01T00:00:00Z"}
    out = {"hosts": hosts(fleet), "password": PASSWORD, "run_dir": str(tmp_path / "dask"), "audit": audit}
    (tmp_path / "run.json").write_text(json.dumps(out))
    return out


@pytest.fixture
def runs(tmp_path: Path) -> Iterator[Any]:
    """Starts `runs.py` in a mode; what is left of it in the end is ended."""
    started: list[subprocess.Popen[str]] = []

    def start(mode: str) -> subprocess.Popen[str]:
        folders = ("plugins/plugin_utils", "plugins/nornir", "plugins/napalm")
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join(str(ROOT / one) for one in folders)}
        command = [sys.executable, str(Path(__file__).with_name("runs.py")), str(tmp_path), mode]
        pipes = dict.fromkeys(("stdin", "stdout", "stderr"), subprocess.PIPE)
        started.append(subprocess.Popen(command, env=environment, text=True, start_new_session=True, **pipes))  # type: ignore[call-overload]
        return started[-1]

    yield start
    for one in started:
        if one.poll() is None:
            os.killpg(one.pid, signal.SIGKILL)
        one.communicate()


def line(running: subprocess.Popen[str], seconds: float = 90) -> str:
    """The next line that a process prints."""
    assert running.stdout is not None
    assert select.select([running.stdout], [], [], seconds)[0], "nothing was said in time"
    found = running.stdout.readline()
    if not found:
        raise AssertionError(running.communicate()[1][-3000:])
    return found


def by_threads(given: dict[str, Any], run_dir: Path) -> dict[str, Any]:
    """The same audit by Nornir's own threads in this process."""
    ConnectionPluginRegister.auto_register()
    made = {}
    for name, one in given["hosts"].items():
        rest = {key: value for key, value in one.items() if key not in ("timeout", "optional")}
        extras = {"timeout": one["timeout"], "optional_args": one["optional"]}
        made[name] = Host(name, password=PASSWORD, connection_options={"napalm": ConnectionOptions(extras=extras)}, **rest)
    nr = Nornir(inventory=Inventory(Hosts(made), Groups(), Defaults()), runner=ThreadedRunner(num_workers=8))
    done = nr.run(manrs_audit, run_dir=run_dir, **given["audit"])
    nr.close_connections()
    ConnectionPluginRegister.deregister_all()
    return {name: None if one.failed else one[0].result for name, one in done.items()}


def sessions(fleet: Fleet) -> dict[str, int]:
    """Sessions that the routers see, those without any left out."""
    return {name: one.sessions for name, one in fleet.devices.items() if one.sessions}


def test_on_dask_with_workers_killed_results_are_those_of_threads(
    fleet: Fleet, given: dict[str, Any], runs: Any, tmp_path: Path
) -> None:
    whole = json.loads(json.dumps(by_threads(given, tmp_path / "threads")))
    assert len([one for one in whole.values() if one and len(one["findings"]) + sum(one["counts"].values()) > 20]) == 5
    for name, at in SLOW.items():
        fleet.devices[name].faults.add("delay", at, 1.5)
    running = runs("dask")
    told = json.loads(line(running))
    assert told["killed"] == 2
    assert told["results"] == whole, "nothing is lost"
    assert told["completed"] == sorted(given["hosts"]), "nothing is counted twice"
    assert list(told["failed"]) == ["dead1"]
    kept = {one.name for one in (tmp_path / "dask/devices").iterdir()}
    assert kept == {f"{name}.snapshot.json" for name in fleet.devices}
    for name in fleet.devices:
        mine, theirs = (json.loads((tmp_path / way / f"devices/{name}.snapshot.json").read_text()) for way in ("dask", "threads"))
        assert timeless(mine["config"]) == timeless(theirs["config"]) and mine["verified"] is True
    # Parts of a task, what cannot be sent, and a task that may change routers.
    (first,) = told["parts"]
    assert first[2] and "plain values" in first[3]
    lost = {name: said for name, (failed, said) in told["once"].items() if failed}
    assert lost and all("lost" in one and "not known" in one for one in lost.values()), told["once"]
    assert set(told["once"]) == set(fleet.devices)
    assert not sessions(fleet), "workers close what they open, and a dead one holds nothing"
    assert PASSWORD not in json.dumps(told)
    stop(running, signal.SIGINT, fleet)


def test_stopped_threads_close_their_sessions_and_say_what_was_not_assessed(fleet: Fleet, given: dict[str, Any], runs: Any) -> None:
    stop(runs("threads"), signal.SIGTERM, fleet)


def stop(running: subprocess.Popen[str], how: signal.Signals, fleet: Fleet) -> None:
    """Let a run hang at three routers, and stop it."""
    for one in fleet.devices.values():
        one.faults.planned.clear()
        one.received.clear()
    for name in ("ios1", "junos1", "nxos1"):
        fleet.devices[name].faults.add("hang", SLOW[name])
    assert running.stdin is not None
    running.stdin.write("\n")
    running.stdin.flush()
    wanted = {"eos1\n", "iosxr1\n"}
    while wanted:
        wanted -= {line(running)}
    hung = ("ios1", "junos1", "nxos1")
    ready = time.monotonic() + 30
    while not all(at_it(fleet, name) for name in hung) and time.monotonic() < ready:
        time.sleep(0.05)
    assert set(sessions(fleet)) >= set(hung), "the others are done, these are being read"
    began = time.monotonic()
    running.send_signal(how)
    said = ""
    while not said.startswith("{"):
        said = line(running, 20)
    assert time.monotonic() - began < 5
    told = json.loads(said)
    assert "2 of 6 routers were assessed" in told["said"]
    assert "not assessed: dead1, ios1, junos1, nxos1" in told["said"]
    while sessions(fleet) and time.monotonic() < began + 8:
        time.sleep(0.05)
    assert not sessions(fleet), "closed by those who opened them, not by their death"
    assert running.poll() is None
    running.communicate(timeout=20)
    assert running.returncode == 0


def timeless(text: str) -> str:
    """A configuration without the time at which it was shown."""
    return re.sub(r"\d\d:\d\d:\d\d", "", text)


def at_it(fleet: Fleet, name: str) -> bool:
    """Whether a router was asked for what it does not answer."""
    return any(one.hits(0, text) for one in fleet.devices[name].faults.planned for text in fleet.devices[name].received)


def test_runners_are_found_by_name_and_say_what_they_miss(monkeypatch: pytest.MonkeyPatch) -> None:
    declared = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["entry-points"]["nornir.plugins.runners"]
    for name, value in declared.items():
        found = importlib.metadata.EntryPoint(name, value, "nornir.plugins.runners").load()
        assert callable(found.run), name
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(UsageError, match=r"pip install 'routesec-manrs\[dask\]'"):
        DaskRunner("tcp://127.0.0.1:9")
