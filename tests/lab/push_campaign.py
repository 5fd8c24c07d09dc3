"""The fault campaign on real FRR routers: pushes under one random fault each; resumable, with seed and every outcome on record.

    PYTHONPATH=tests/lab:plugins/plugin_utils:plugins/napalm python tests/lab/push_campaign.py --state push.jsonl --each 200 [--seconds 150]

Boots the lab of that id unless it runs, and leaves it running (`python -m manrs_lab --id ID down`). Both edges are pushed to side by side. Each trial
is drawn from seed and number alone; those that the state file holds already are not played again, and a router that a trial did not leave
as it was ends the campaign. `tests/campaigns/push.py` plays this and the servers of the other vendors' protocols, and prints the summary.
"""

from __future__ import annotations

import argparse
import json
import pickle
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from manrs_conformance.push.journal import Journal
from manrs_lab import Lab, LabError
from push_controller import Job
from push_faults import LARGE, SMALL, Fault, draw, ended, job, journal_of, mend, wrong
from push_relay import KINDS, Relay
from push_trials import Trials


class Lane(Trials):
    """One edge behind a relay, with a process that has everything imported which a controller needs."""

    def __init__(self, lab: Lab, folder: Path, edge: str) -> None:
        self.lab, self.edge = lab, edge
        until = time.monotonic() + 60
        while self.status()["pending"] and time.monotonic() < until:  # of a campaign that was stopped
            time.sleep(0.5)
        super().__init__(lab, folder, edge)
        lab.edge(edge).shell("sh", "-c", LARGE)
        self.relay = Relay(lab.edge(edge).address)
        known = folder / "known_hosts"
        key = next(line for line in lab.known_hosts().read_text().splitlines() if line.startswith(f"{lab.edge(edge).address} "))
        known.write_text(f"[127.0.0.1]:{self.relay.port} {key.partition(' ')[2]}\n")
        login = replace(self.job.login, address="127.0.0.1", port=self.relay.port, known_hosts=str(known))
        self.job = replace(self.job, login=login)
        argv = [sys.executable, str(Path(__file__).with_name("push_controller.py")), "--serve"]
        env = {"PYTHONPATH": ":".join(sys.path), "PATH": "/usr/sbin:/usr/bin:/sbin:/bin"}
        self.nursery = subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=env)
        self.messages = 0

    def run(self, job: Job, timeout: float = 150) -> dict[str, str]:
        """Push in a process of its own; what it said, or that it was killed."""
        job.journal.unlink(missing_ok=True)
        path = self.folder / "job"
        path.write_bytes(pickle.dumps(job))
        assert self.nursery.stdin is not None and self.nursery.stdout is not None
        self.nursery.stdin.write(f"{path}\n")
        self.nursery.stdin.flush()
        code, said = self.nursery.stdout.readline().strip(), Path(f"{path}.out").read_text()
        if code == "-9":
            return {"outcome": "killed", "because": ""}
        if code != "0":
            raise AssertionError(said[-2000:])
        return dict(json.loads(said.splitlines()[-1]))

    def close(self) -> None:
        """End the helpers, and leave the router as it was found."""
        self.relay.close()
        self.nursery.kill()
        self.nursery.wait()
        super().close()

    def calibrate(self) -> None:
        """How many messages a push that goes well sends."""
        row = self.play(Fault("none", 0.0, "", 0.0, 0.0, 20))
        assert row["end"] == "confirmed" and not row["wrong"], row
        self.messages = self.relay.count

    def play(self, fault: Fault) -> dict[str, Any]:
        """One trial, to the rest of the router; a confirmed change is taken back for the next."""
        began, last = time.monotonic(), (self.status().get("last") or {}).get("id", "")
        made = job(self, fault)
        if fault.what == "full":
            self.lab.edge(self.edge).shell("sh", "-c", SMALL)
        self.relay.plan(fault.what if fault.what in KINDS else "", int(fault.share * self.messages), fault.seconds)
        try:
            said = self.run_and_mend(made, lambda: mend(self, fault)) if fault.what == "link cut" else self.run(made)
        finally:
            mend(self, fault)
        router = self.settle(fault.revert_in + 25)
        end, journal = ended(self, router, last), journal_of(made)
        steps = [one.step for one in Journal(made.journal).entries()]
        met = self.relay.struck if fault.what in KINDS else not fault.step or fault.step in steps
        if router == "confirmed":
            self.reset()
        if fault.what == "full":
            self.lab.edge(self.edge).shell("sh", "-c", LARGE)
        bad = wrong(self, fault, said["outcome"], router, journal, self.sessions_up(25))
        return {
            "case": "frr", "edge": self.edge, "what": fault.what, "trial": str(fault), "fault": asdict(fault), "said": said["outcome"], "messages": self.relay.count,
            "because": said["because"], "journal": journal, "router": router, "end": "bad" if bad else end, "met": met, "wrong": bad,
            "seconds": round(time.monotonic() - began, 1),
        }  # fmt: skip


def done(path: Path, seed: int) -> set[int]:
    """Numbers of the trials on record for this seed; a line that a crash cut short is none."""
    found = set()
    for line in path.read_text().splitlines() if path.exists() else ():
        try:
            row = json.loads(line)
        except ValueError:
            continue
        if row["seed"] == seed and row["case"] == "frr":
            found.add(row["number"])
    return found


def lane(one: Lane, numbers: list[int], given: argparse.Namespace, end: float, mutex: threading.Lock) -> None:
    """Play these numbers on one edge, one after the other."""
    try:
        one.messages = given.messages
        if not one.messages and time.monotonic() < end:
            one.calibrate()
        for number in numbers:
            if time.monotonic() > end:
                return
            row = one.play(draw(given.seed, number)) | {"seed": given.seed, "number": number}
            with mutex:
                with given.state.open("a") as file:
                    file.write(json.dumps(row, sort_keys=True) + "\n")
                if row["wrong"] or given.only is not None:
                    print(
                        f"{number:5} {row['end']:11} {row['trial']} ({row['edge']}): {row['said']} ({row['because']}); {row['wrong']}",
                        flush=True,
                    )
            if row["router"] not in ("before", "confirmed"):
                raise AssertionError(f"{one.edge} is not as it was")
    finally:
        one.close()


def main() -> int:
    """Play what is left of the campaign, within the time."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--id", default="camp")
    parser.add_argument("--state", type=Path, required=True)
    parser.add_argument("--each", type=int, default=200)
    parser.add_argument("--first", type=int, default=0, help="the first number: several labs may share the work")
    parser.add_argument("--seed", type=int, default=20261125)
    parser.add_argument("--messages", type=int, default=0, help="how many a push that goes well sends; found out where not given")
    parser.add_argument("--seconds", type=float, default=float("inf"))
    parser.add_argument("--only", type=int)
    given = parser.parse_args()
    end = time.monotonic() + given.seconds
    lab = Lab(given.id)
    try:
        lab.wait_converged(5)
    except LabError:
        lab.up()
    held, mutex = done(given.state, given.seed), threading.Lock()
    numbers = [given.only] if given.only is not None else [one for one in range(given.first, given.each) if one not in held]
    with tempfile.TemporaryDirectory() as folder:
        threads = [
            threading.Thread(
                target=lane,
                args=(Lane(lab, Path(folder) / edge, edge), [one for one in numbers if one % 2 == odd], given, end, mutex),
            )
            for odd, edge in ((1, "edge1"), (0, "edge2"))
            if any(one % 2 == odd for one in numbers)
        ]
        for one in threads:
            one.start()
        for one in threads:
            one.join()
    return 0


if __name__ == "__main__":
    sys.exit(main())
