"""`runs.py PLACE MODE`: Nornir runs in a process of their own, which can be stopped and whose workers can be killed; prints a JSON document.

PLACE/run.json holds the hosts and the arguments of `manrs_audit`. Modes: `dask` (a cluster of three processes, some of which are killed, and, after
a line of input, a run that a signal stops) and `threads` (only the latter); the process stays until its input ends.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import distributed
from manrs_conformance.errors import Interrupted
from nornir.core import Nornir
from nornir.core.inventory import ConnectionOptions, Defaults, Groups, Host, Hosts, Inventory
from nornir.core.plugins.connections import ConnectionPluginRegister
from nornir.core.task import Result, Task
from nornir_manrs import sessions
from nornir_manrs.processors import EvidenceProcessor, Quiet
from nornir_manrs.runners import DaskRunner, ThreadedRunner
from nornir_manrs.tasks import manrs_audit


def hosts(given: dict[str, Any]) -> Inventory:
    """The inventory that a test wrote; the password is that of the defaults, as inventories have it."""
    made = {}
    for name, one in given["hosts"].items():
        options = {"napalm": ConnectionOptions(extras={"timeout": one.pop("timeout"), "optional_args": one.pop("optional")})}
        made[name] = Host(name, connection_options=options, defaults=Defaults(password=given["password"]), **one)
    return Inventory(Hosts(made), Groups(), Defaults())


@contextlib.contextmanager
def cluster() -> Iterator[distributed.LocalCluster]:
    """Three worker processes."""
    options = {"processes": True, "threads_per_worker": 2, "dashboard_address": None, "host": "127.0.0.1"}
    with distributed.LocalCluster(n_workers=3, silence_logs=50, **options) as running:
        yield running


class Killer(Quiet):
    """Kills a worker when a host is done, and another one at the next."""

    def __init__(self, address: str, most: int) -> None:
        self.address, self.most, self.completed, self.killed = address, most, [], []

    def task_instance_completed(self, task: Task, host: Host, result: Any) -> None:
        """One more host is done."""
        self.completed.append(host.name)
        if len(self.killed) < self.most:
            with distributed.Client(self.address, set_as_default=False) as client:
                busy = [worker for worker, keys in client.processing().items() if keys]
                self.killed += [client.run(os.getpid, workers=busy[:1])[busy[0]]] if busy else []
            os.kill(self.killed[-1], signal.SIGKILL)


def touch(task: Task) -> Result:
    """A task that may change a router: it says one thing to it, and then takes its time."""
    driver, _verified = sessions.session(task)
    driver.get_facts()
    time.sleep(0 if task.host.name == "eos1" else 3)
    return Result(host=task.host, result="touched")


def quick(task: Task) -> Result:
    """A task in two parts, the second of which fails, and gives what cannot be sent."""
    task.run(part, name="first part")
    return Result(host=task.host, result=lambda: None)


def part(task: Task) -> Result:
    """A part."""
    return Result(host=task.host, result=task.host.password == task.host.defaults.password, extra=[1])


def killed(nr: Nornir, given: dict[str, Any], address: str) -> dict[str, Any]:
    """Two workers killed while routers are read; one killed while a task is under way that may not be repeated."""
    evidence, killer = EvidenceProcessor(nr.inventory.hosts), Killer(address, 2)
    result = nr.with_processors([evidence, killer]).run(manrs_audit, run_dir=given["run_dir"], **given["audit"])
    nr.data.reset_failed_hosts()
    live = nr.filter(filter_func=lambda host: host.port != 9)
    parts = live.filter(name=next(iter(live.inventory.hosts))).run(quick)
    nr.data.reset_failed_hosts()
    once = live.with_processors([Killer(address, 1)]).run(touch)
    nr.close_connections()
    return {
        "completed": sorted(killer.completed),
        "killed": len(killer.killed),
        "results": {name: None if one.failed else one[0].result for name, one in result.items()},
        "failed": evidence.failed,
        "parts": [(one.name, str(one.result), one.failed, str(one.exception or "")) for each in parts.values() for one in each],
        "once": {name: (one[0].failed, str(one[0].result)) for name, one in once.items()},
    }


class Teller(Quiet):
    """Prints the name of each host that is done."""

    def task_instance_completed(self, task: Task, host: Host, result: Any) -> None:
        """One more."""
        print(host.name, flush=True)


def stopped(nr: Nornir, given: dict[str, Any]) -> dict[str, Any]:
    """A run that a signal stops."""
    nr.data.reset_failed_hosts()
    evidence = EvidenceProcessor(nr.inventory.hosts)
    try:
        nr.with_processors([evidence, Teller()]).run(manrs_audit, run_dir=given["run_dir"], judge=False, **given["audit"])
    except Interrupted as error:
        return {"said": str(error), "failed": sorted(evidence.failed)}
    return {"said": "not stopped"}


def main(place: Path, mode: str) -> None:
    """Run, tell, and wait for the end of the input."""
    ConnectionPluginRegister.auto_register()
    given = json.loads((place / "run.json").read_text())
    with contextlib.ExitStack() as around:
        if mode == "threads":
            runner: Any = ThreadedRunner(num_workers=3)
        else:
            address = around.enter_context(cluster()).scheduler_address
            runner = DaskRunner(address)
        nr = Nornir(inventory=hosts(given), runner=runner)
        if mode == "dask":
            print(json.dumps(killed(nr, given, address)), flush=True)
            sys.stdin.readline()
        print(json.dumps(stopped(nr, given)), flush=True)
        sys.stdin.read()


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
