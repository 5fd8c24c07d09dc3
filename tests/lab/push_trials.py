"""Trials of a push that something cuts short: what is done to it, and what the router may hold afterwards."""

from __future__ import annotations

import contextlib
import json
import os
import pickle
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from unittest import mock

from faces import intent
from manrs_conformance import api, collect, platforms
from manrs_conformance.model.plan import Plan
from manrs_conformance.model.snapshot import Snapshot
from manrs_conformance.push import device, plan
from manrs_lab import Lab, system, topology
from push_controller import Job, Login

AGENT = "/usr/local/sbin/manrs-frr-agent"
STEPS = ("planned", "gated", "checked", "loading", "comparing", "committing", "refreshing", "verifying", "confirming", "confirmed")


@dataclass(frozen=True, slots=True)
class Held:
    """Everything on the router that a push may change."""

    running: str
    startup: str
    nft: str
    sysctl: str

    @property
    def saved(self) -> bool:
        """Whether the router boots with what runs."""
        return _lines(self.running) == _lines(self.startup)


def _lines(text: str) -> list[str]:
    return sorted(
        line.strip()
        for line in text.splitlines()
        if line.strip() not in {"", "!", "end", "exit"} and not line.endswith("uration...")
    )


def held(lab: Lab, edge: str) -> Held:
    """What the router holds now."""
    one = lab.edge(edge)
    running = "\n".join(one.vtysh("show running-config").splitlines()[3:])
    sysctl = one.shell("sysctl", "-a", "-r", r"\.rp_filter$")
    return Held(running, one.shell("cat", "/etc/frr/frr.conf"), one.shell("nft", "-s", "list", "ruleset"), sysctl)


def leftovers(lab: Lab, edge: str) -> list[str]:
    """What a push left on the router and should not have: a process, a lock, a pending commit."""
    one, found = lab.edge(edge), []
    for pid in system.namespace_pids(one.namespace):
        try:
            words = Path(f"/proc/{pid}/cmdline").read_text().split("\0")
        except OSError:
            continue
        if AGENT in words or words[0].endswith(("vtysh", "frr-reload.py")):
            found.append(f"process {pid}: {' '.join(words)}")
    if subprocess.run([*one.enter(), "flock", "-n", "/var/lib/manrs/lock", "true"], check=False).returncode:
        found.append("the lock is held")
    status = json.loads(one.shell(AGENT, "status"))
    return found + (["a commit is pending"] if status["pending"] else [])


PLANNING = threading.Lock()
"""Held while the planner is another one: both edges are prepared at once, and each must put the real one back."""


def _prepare(snapshot: Snapshot, inputs: api.Inputs) -> device.Prepared:
    """The change for the stub customer alone: small, so that a trial takes seconds."""
    stub = {one.node_address for one in topology.sessions(snapshot.host) if one.node.startswith("stub")}

    def make(*given: Any) -> Plan:
        whole = plan.make(*given)
        return replace(whole, sessions=tuple(one for one in whole.sessions if one.neighbor in stub), requires_policy=False)

    with PLANNING, mock.patch.object(device, "plan", SimpleNamespace(make=make)):
        return api.prepare_push(snapshot, inputs)


class Trials:
    """Pushes to one edge; `job` is the change they all try: the session with its stub customer becomes conformant.

    edge2 conforms, so its filter is taken away first, by hand and unsaved; `close` puts it back.
    """

    def __init__(self, lab: Lab, folder: Path, edge: str = "edge1") -> None:
        self.lab, self.edge, self.folder = lab, edge, folder
        folder.mkdir(parents=True, exist_ok=True)
        self.by_hand("no ")
        login = Login(lab.edge(edge).address, "push", str(lab.key("push")), str(lab.known_hosts()))
        inputs = api.Inputs.read(intent(lab), None, None, collect.now())
        driver = login.open()
        try:
            snapshot = api.collect_device(edge, "frr", driver, verified=True)
        finally:
            driver.close()
        self.job = Job(snapshot, _prepare(snapshot, inputs), inputs, login, folder / "journal.jsonl", "")
        self.before = held(lab, edge)

    def by_hand(self, no: str = "") -> None:
        """Take the import filter of edge2's stub customer away, or put it back."""
        if self.edge == "edge2":
            address = next(one.node_address for one in topology.sessions("edge2") if (one.node, one.family) == ("stub2", 4))
            line = f"{no}neighbor {address} route-map STUB43218-IN4 in"
            self.lab.edge("edge2").configure("router bgp 43210", "address-family ipv4 unicast", line)

    def close(self) -> None:
        """Leave the router as it was found."""
        self.by_hand()

    def with_lines(self, lines: str) -> Job:
        """The job with more lines in its candidate, planned and predicted as if the tool had meant them."""
        job, platform = self.job, platforms.load_push("frr")
        text = lines + job.prepared.text
        merged = platform.merge(job.snapshot.config, text)
        predicted = platform.parse(merged, platform.predict_state(job.snapshot.state, text))
        return replace(job, prepared=replace(job.prepared, text=text, merged=merged, predicted=predicted))

    def run(self, job: Job, timeout: float = 150) -> dict[str, str]:
        """Push in a process of its own; what it said, or that it was killed."""
        job.journal.unlink(missing_ok=True)
        path = self.folder / "job"
        path.write_bytes(pickle.dumps(job))
        argv = [sys.executable, str(Path(__file__).with_name("push_controller.py")), str(path)]
        env = {"PYTHONPATH": ":".join(sys.path), "PATH": "/usr/sbin:/usr/bin:/sbin:/bin"}
        done = subprocess.run(argv, capture_output=True, text=True, timeout=timeout, env=env, check=False)
        if done.returncode == -9:
            return {"outcome": "killed", "because": ""}
        if done.returncode:
            raise AssertionError(done.stderr[-2000:])
        return dict(json.loads(done.stdout))

    def with_table(self, block: str) -> Job:
        """The job with another owned nftables table."""
        prepared = self.job.prepared
        text = prepared.text.partition("!manrs-nft\n")[0] + block
        return replace(self.job, prepared=replace(prepared, text=text))

    def run_and_mend(self, job: Job, mend: Callable[[], None]) -> dict[str, str]:
        """Push; when the router has had the time to revert and the controller is still out of reach of it, mend."""
        timer = threading.Timer(job.revert_in + 12, mend)
        timer.start()
        try:
            return self.run(job)
        finally:
            timer.cancel()
            timer.join()
            mend()

    def sessions_up(self, seconds: float = 15) -> bool:
        """Whether every BGP session of the router is, or soon becomes, established."""
        one, until = self.lab.edge(self.edge), time.monotonic() + seconds
        while True:
            states = one.sessions()
            if all(states.get(peer) == "Established" for peer in one.expected_sessions()):
                return True
            if time.monotonic() > until:
                return False
            time.sleep(0.3)

    def settle(self, seconds: float) -> str:
        """Wait until the router is at rest; `before` (as it was), `confirmed` (the change, saved), else what is wrong."""
        until = time.monotonic() + seconds
        while True:
            try:
                left, now = leftovers(self.lab, self.edge), held(self.lab, self.edge)
            except system.LabError as error:  # a router that is reverting may not answer one command
                left, now = [str(error)[:200]], self.before
            if not left and now == self.before:
                return "before"
            if not left and now.saved and "MANRS-" in now.running:
                return "confirmed"
            if time.monotonic() > until:
                return f"neither: {left}, {[n for n in ('running', 'startup', 'nft', 'sysctl') if getattr(now, n) != getattr(self.before, n)]}"
            time.sleep(0.3)

    def status(self) -> dict[str, Any]:
        """What the agent says of itself."""
        return dict(json.loads(self.lab.edge(self.edge).shell(AGENT, "status")))

    def reset(self) -> None:
        """Take a confirmed change back."""
        self.lab.edge(self.edge).shell(AGENT, "rollback")
        assert self.settle(20) == "before"

    def cut_session(self) -> tuple[str, ...]:
        """A command that kills the sshd processes of every session of the push account."""
        return (sys.executable, str(Path(__file__)), "sessions", self.lab.edge(self.edge).namespace)

    def kill_agent(self) -> tuple[str, ...]:
        """A command that kills the agent in whatever it does, but not its armed timer."""
        return (sys.executable, str(Path(__file__)), "agent", self.lab.edge(self.edge).namespace)

    def cut_link(self) -> tuple[str, ...]:
        """A command that cuts the management link."""
        return ("ip", "-n", self.lab.edge(self.edge).namespace, "link", "set", "mgmt0", "down")

    def mend_link(self) -> None:
        """Put the management link back."""
        one = self.lab.edge(self.edge)
        one.shell("ip", "link", "set", "mgmt0", "up")


def _kill(what: str, namespace: str) -> None:
    for pid in system.namespace_pids(namespace):
        with contextlib.suppress(OSError):
            line = Path(f"/proc/{pid}/cmdline").read_text()
            agent = AGENT in line.split("\0") and "_timer" not in line and not line.startswith("sudo")
            if agent if what == "agent" else line.startswith("sshd: push"):
                os.kill(pid, signal.SIGKILL)


if __name__ == "__main__":
    _kill(*sys.argv[1:])
