"""`fleet_on_dask.py FOLDER AS_OF`: judge the routers of a folder on three worker processes, then again while two of them are killed; then the
command itself judges many more there, and is stopped with Ctrl-C."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import distributed
from manrs_conformance import api


def main(folder: Path, as_of: str) -> None:
    """Print both reports, a line each."""
    inputs = api.Inputs.read(folder / "manrs.yml", None, None, as_of)
    options = {"processes": True, "threads_per_worker": 1, "dashboard_address": None, "host": "127.0.0.1"}
    with distributed.LocalCluster(n_workers=3, silence_logs=50, **options) as cluster:
        with distributed.Client(cluster.scheduler_address, set_as_default=False) as client:
            # Asked for at the start: a scheduler that has not yet noticed the end of a worker would ask it, too.
            left = list(client.run(os.getpid).values())
        killed: list[int] = []

        def kill(_host: str) -> None:
            if len(killed) < 2:
                killed.append(left.pop())
                os.kill(killed[-1], signal.SIGKILL)

        runner = api.OnDask(cluster.scheduler_address)
        for progress in (lambda _host: None, kill):
            done = api.audit_fleet(api.of_files([folder / "configs"], None), inputs, runner=runner, progress=progress)
            print(json.dumps(api.report_json(done.report), sort_keys=True), flush=True)
        assert len(killed) == 2
        print(json.dumps(stopped(folder, cluster.scheduler_address)), flush=True)


def stopped(folder: Path, address: str) -> list[object]:
    """Seconds until the command ends after Ctrl-C, its exit code, what it says, and how much the workers still have to do."""
    many = folder / "many"
    many.mkdir()
    text = (folder / "configs/r1.frr.cfg").read_text()
    for number in range(600):
        (many / f"s{number}.frr.cfg").write_text(text.replace("hostname r1", f"hostname s{number}"))
    command = [sys.executable, "-m", "manrs_conformance.cli", "audit", str(many), "--intent", str(folder / "manrs.yml")]
    with distributed.Client(address, set_as_default=False) as client:
        running = subprocess.Popen([*command, "--scheduler", address], stderr=subprocess.PIPE, text=True)
        end = time.monotonic() + 60
        while not any(client.processing().values()) and time.monotonic() < end:
            time.sleep(0.05)
        began = time.monotonic()
        running.send_signal(signal.SIGINT)
        said = running.communicate(timeout=30)[1]
        took = time.monotonic() - began
        while any(client.processing().values()) and time.monotonic() < began + 10:
            time.sleep(0.05)
        return [took, running.returncode, said, sum(map(len, client.processing().values()))]


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
