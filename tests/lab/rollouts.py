"""Three routers of two labs that all need a change, and rollouts over them: by the playbook or by Nornir, to the end or until the controller is killed."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import faces
import yaml
from manrs_lab import Lab, topology
from push_trials import AGENT, Held, held, leftovers

HOSTS = ("edge1", "edge3", "edge2")
"""In the order of the rollout: edge3 is edge1 of the second lab; edge2 lost the filter of its stub customer."""
STUB = next(one.node_address for one in topology.sessions("edge2") if (one.node, one.family) == ("stub2", 4))


@dataclass
class Three:
    """The routers, and what they held before anything was rolled out."""

    lab: Lab
    far: Lab
    place: Path
    before: dict[str, Held]

    def where(self, host: str) -> tuple[Lab, str]:
        """The lab of a router, and its name there."""
        return (self.far, "edge1") if host == "edge3" else (self.lab, host)

    def now(self) -> dict[str, Held]:
        """What they hold."""
        return {host: held(*self.where(host)) for host in HOSTS}

    def state(self) -> dict[str, str]:
        """`before` (as it was), `changed` (owned policies run and are saved), or what is wrong, by router."""
        out = {}
        for host, now in self.now().items():
            left = leftovers(*self.where(host))
            changed = now.saved and now.running.count("MANRS-") > 0
            out[host] = f"left: {left}" if left else "before" if now == self.before[host] else "changed" if changed else "neither"
        return out

    def resets(self) -> dict[str, tuple[str, int, int]]:
        """State of every session of the labs, and how often it came up and went down."""
        return {
            f"{one.state.directory.name} {key}": counted[:3]
            for one in (self.lab, self.far)
            for key, counted in faces.counters(one).items()
        }

    def reset(self) -> None:
        """Take back what was confirmed, by each router's agent."""
        for host, how in self.state().items():
            if how != "before":
                lab, name = self.where(host)
                lab.edge(name).shell(AGENT, "rollback", check=False)
        assert set(self.state().values()) == {"before"}, self.state()

    def inventory(self) -> Path:
        """An inventory of Nornir with the three."""
        known = {host: faces.hosts(self.where(host)[0], "push")[self.where(host)[1]] for host in HOSTS}
        found = {
            host: {
                "hostname": one["ansible_host"],
                "username": "push",
                "password": "",
                "platform": "frr",
                "connection_options": {
                    "napalm": {"platform": "frr", "extras": {"timeout": 20, "optional_args": one["napalm_optional_args"]}}
                },
            }
            for host, one in known.items()
        }
        path = self.place / "hosts.yml"
        path.write_text(yaml.safe_dump(found, sort_keys=False))
        return path

    def begin(self, name: str, **more: Any) -> subprocess.Popen[str]:
        """Start a rollout, or go on with it, in a process group of its own: edge1 first, then one router at a time; run directory and output
        carry `name`."""
        path = faces.intent(self.lab).with_name("three.yml")
        text = faces.intent(self.lab).read_text()
        path.write_text(text.replace("devices: [edge1, edge2]", "devices: [edge1, edge2, edge3]"))
        run = self.run_dir(name)
        job = {"hosts": str(self.inventory()), "intent": str(path), "run_dir": str(run), "as_of": faces.NOW} | {
            "canary": ["edge1"],
            "batches": [1],
            "settle": 20,
            "revert_in": 60,
            "bundle": str(run / "bundle"),
            **more,
        }
        file = self.place / f"{name}.job"
        file.write_text(json.dumps(job))
        env = os.environ | {"PYTHONPATH": ":".join(sys.path)}
        argv = [sys.executable, str(Path(__file__).with_name("rollout_controller.py")), str(file)]
        output = (self.place / f"{name}.out").open("a")
        return subprocess.Popen(argv, stdout=output, stderr=subprocess.STDOUT, text=True, env=env, start_new_session=True)

    def run_dir(self, name: str) -> Path:
        """Where a rollout keeps its record."""
        return self.place / name

    def end(self, name: str, process: subprocess.Popen[str]) -> tuple[int, dict[str, Any]]:
        """Wait for a rollout: its exit code, and what it said last."""
        code = process.wait(280)
        said = (self.place / f"{name}.out").read_text()
        assert said.splitlines()[-1].startswith("{"), said
        return code, json.loads(said.splitlines()[-1])

    def killed_at(self, name: str, about: str, step: str, **more: Any) -> None:
        """A rollout whose controller is killed as soon as a record (`rollout`, or a journal) tells of a step."""
        process = self.begin(name, **more)
        path = self.run_dir(name) / (f"{about}.jsonl" if about == "rollout" else f"journal/{about}.jsonl")
        until = time.monotonic() + 200
        while not (path.exists() and f'"{step}"' in path.read_text()):
            assert process.poll() is None, (self.place / f"{name}.out").read_text()
            assert time.monotonic() < until
            time.sleep(0.02)
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()

    def events(self, name: str) -> list[dict[str, Any]]:
        """The record of a rollout."""
        return [json.loads(line) for line in (self.run_dir(name) / "rollout.jsonl").read_text().splitlines()]


@contextlib.contextmanager
def stub_unfiltered(lab: Lab) -> Any:
    """edge2 without the import filter of its stub customer, by hand and unsaved."""

    def line(no: str) -> None:
        said = f"{no}neighbor {STUB} route-map STUB43218-IN4 in"
        lab.edge("edge2").configure("router bgp 43210", "address-family ipv4 unicast", said)

    line("no ")
    try:
        yield
    finally:
        line("")
