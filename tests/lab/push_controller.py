"""A controller that pushes one prepared change and meets its fate at one journalled step; run as a process of its own.

`python push_controller.py JOB` reads a pickled `Job`, prints how the push ended as JSON, and never gets that far when it is killed.
`python push_controller.py --serve` does so for every path that it reads, in a process of its own each, and answers with its exit code: what a
controller imports is imported once. Its output goes to the path with `.out` behind it.
The timer of the product has a least value (`push.apply.MINIMUM_TIMER`); here it is lowered, so that a revert takes seconds.
"""

from __future__ import annotations

import json
import os
import pickle
import signal
import subprocess
import sys
import traceback
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from manrs_conformance import api
from manrs_conformance.api import change
from manrs_conformance.errors import ManrsError
from manrs_conformance.model.snapshot import Snapshot
from manrs_conformance.push import apply
from manrs_conformance.push.device import Prepared
from manrs_conformance.push.journal import Journal
from napalm import get_network_driver
from napalm.base.exceptions import NapalmException


@dataclass(frozen=True, slots=True)
class Login:
    """How the router is reached."""

    address: str
    user: str
    key: str
    known_hosts: str
    timeout: int = 5
    port: int = 22

    def open(self) -> Any:
        """A fresh management session."""
        options = {
            "key_file": self.key,
            "use_keys": True,
            "ssh_strict": True,
            "system_host_keys": False,
            "alt_host_keys": True,
            "alt_key_file": self.known_hosts,
            "vtysh_path": "sudo -n /usr/bin/vtysh",
            "port": self.port,
        }
        driver = get_network_driver("frr")(self.address, self.user, "", timeout=self.timeout, optional_args=options)
        driver.open()
        return driver


@dataclass(frozen=True, slots=True)
class Job:
    """One push; at `step`, after it is in the journal and before it is taken, `fate` happens: a command to run, or none: SIGKILL."""

    snapshot: Snapshot
    prepared: Prepared
    inputs: api.Inputs
    login: Login
    journal: Path
    step: str
    fate: tuple[str, ...] = ()
    delay: float = 0.0
    """Seconds after the step until it happens: then in the middle of what the step does."""
    revert_in: int = 6
    settle: float = 30.0


class Fated(Journal):
    """A journal that is followed by the fate of the controller."""

    job: Job

    def write(self, step: str, note: str = "", **facts: str) -> None:
        """Write, then let it happen."""
        super().write(step, note, **facts)
        if step == self.job.step and self.job.fate and self.job.delay:
            subprocess.Popen(["sh", "-c", f'sleep {self.job.delay}; exec "$@"', "sh", *self.job.fate], stdout=subprocess.DEVNULL)
        elif step == self.job.step and self.job.fate:
            subprocess.run(self.job.fate, check=True, timeout=30)
        elif step == self.job.step and self.job.delay:
            signal.signal(signal.SIGALRM, lambda *_: os.kill(os.getpid(), signal.SIGKILL))
            signal.setitimer(signal.ITIMER_REAL, self.job.delay)
        elif step == self.job.step:
            os.kill(os.getpid(), signal.SIGKILL)


def main(path: str) -> None:
    """Push as the job says."""
    job: Job = pickle.loads(Path(path).read_bytes())
    Fated.job = job
    change.Journal = Fated
    apply.MINIMUM_TIMER, apply.STEADY = 1, 0.5
    try:
        done = api.push_device(
            job.snapshot,
            job.prepared,
            job.login.open,
            job.inputs,
            job.journal,
            revert_in=job.revert_in,
            settle=job.settle,
            change_id="NOC-1",
        )
        print(json.dumps({"outcome": done.outcome, "because": done.because}))
    except (ManrsError, NapalmException) as error:
        print(json.dumps({"outcome": "refused", "because": str(error)}))


def serve() -> None:
    """Fork a controller for each line."""
    for line in sys.stdin:
        path = line.strip()
        child = os.fork()
        if not child:
            with open(f"{path}.out", "w") as file:
                os.dup2(file.fileno(), 1)
                os.dup2(file.fileno(), 2)
            try:
                main(path)
                sys.stdout.flush()
                os._exit(0)
            except BaseException:
                traceback.print_exc()
                sys.stderr.flush()
                os._exit(1)
        print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)


if __name__ == "__main__":
    serve() if sys.argv[1] == "--serve" else main(sys.argv[1])
