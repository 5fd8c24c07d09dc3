"""`fleet_on_dask.py FOLDER AS_OF`: judge the routers of a folder on three worker processes, then again while two of them are killed."""

from __future__ import annotations

import json
import os
import signal
import sys
from pathlib import Path

import distributed
from manrs_conformance import api


def main(folder: Path, as_of: str) -> None:
    """Print both reports, a line each."""
    inputs = api.Inputs.read(folder / "manrs.yml", None, None, as_of)
    options = {"processes": True, "threads_per_worker": 1, "dashboard_address": None, "host": "127.0.0.1"}
    with distributed.LocalCluster(n_workers=3, silence_logs=50, **options) as cluster:
        killed: list[int] = []

        def kill(_host: str) -> None:
            if len(killed) < 2:
                with distributed.Client(cluster.scheduler_address, set_as_default=False) as client:
                    killed.append(next(iter(client.run(os.getpid).values())))
                os.kill(killed[-1], signal.SIGKILL)

        runner = api.OnDask(cluster.scheduler_address)
        for progress in (lambda _host: None, kill):
            done = api.audit_fleet(api.of_files([folder / "configs"], None), inputs, runner=runner, progress=progress)
            print(json.dumps(api.report_json(done.report), sort_keys=True), flush=True)
        assert len(killed) == 2


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
