"""Fault campaign of the push protocol: pushes, each under one fault at a random message or step, to the servers of the vendors' protocols and to
real FRR routers of the lab; a stopped campaign goes on where it was.

Usage: python tests/campaigns/push.py [--each 250] [--seed 20261125] [--state FILE] [--seconds 150] [--cases eos,frr] [--only NUMBER]

Every trial is drawn from seed, driver and number alone and is one line of the state file; the summary counts what is on record there for the
seed. `frr` (last, needs root and the daemons of the lab; boots a lab unless one runs) is played by tests/lab/push_campaign.py into the same
file. Exit code 1 when a trial ended badly.
"""

from __future__ import annotations

import argparse
import json
import logging
import os
import subprocess
import sys
import tempfile
import time
from collections import Counter
from dataclasses import asdict
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / one) for one in ("plugins/plugin_utils", "plugins/napalm", "tests/wire")]

from manrs_wire import draws, trials  # noqa: E402

ENDS = ("unchanged", "confirmed", "rolled-back", "reverted", "bad")
Rows = dict[tuple[str, int], dict[str, Any]]


def done(path: Path, seed: int) -> Rows:
    """Rows on record for this seed, by driver and number; a line that a crash cut short is none."""
    found: Rows = {}
    for line in path.read_text("utf-8").splitlines() if path.exists() else ():
        try:
            row = json.loads(line)
        except ValueError:
            continue
        if row["seed"] == seed:
            found[row["case"], row["number"]] = row
    return found


def wire(asked: argparse.Namespace, cases: list[str], held: Rows, end: float) -> None:
    """Play what is left on the servers, driver by driver for every number."""
    numbers = (asked.only,) if asked.only is not None else range(asked.each)
    left = [(case, number) for number in numbers for case in cases if asked.only is not None or (case, number) not in held]
    if not left:
        return
    with tempfile.TemporaryDirectory() as folder:
        messages = {case: trials.calibrate(Path(folder), case) for case in cases}
        for case, number in left:
            if time.monotonic() > end:
                return
            began = time.monotonic()
            trial = draws.draw(asked.seed, number, case, messages[case])
            row = trials.play(trial, Path(folder))
            kept = asdict(row) | {"seed": asked.seed, "number": number, "case": case, "what": trial.what, "trial": str(trial)}
            kept |= {"seconds": round(time.monotonic() - began, 2)}
            held[case, number] = kept
            with asked.state.open("a", encoding="utf-8") as file:
                file.write(json.dumps(kept, sort_keys=True) + "\n")
            if row.wrong or asked.only is not None:
                print(f"{number:5} {row.end:11} {trial}: {row.said} ({row.because}); {'; '.join(row.wrong)}", flush=True)


def lab(asked: argparse.Namespace, end: float) -> None:
    """Play what is left on the routers of the lab."""
    argv = [sys.executable, str(ROOT / "tests/lab/push_campaign.py"), "--state", str(asked.state), "--seed", str(asked.seed)]
    argv += ["--each", str(asked.each)] + (["--only", str(asked.only)] if asked.only is not None else [])
    argv += ["--seconds", str(end - time.monotonic())] if end != float("inf") else []
    path = ":".join(str(ROOT / one) for one in ("tests/lab", "plugins/plugin_utils", "plugins/napalm"))
    subprocess.run(argv, env=os.environ | {"PYTHONPATH": path}, check=False)


def table(held: Rows) -> str:
    """How the trials ended, by driver."""
    counts = Counter((case, str(row["end"])) for (case, _number), row in held.items())
    missed = Counter(case for (case, _number), row in held.items() if not row["met"])
    head = f"{'driver':9}" + "".join(f"{one:>13}" for one in ("trials", "fault struck", *ENDS))
    lines = [head]
    for case in dict.fromkeys([*draws.CASES, *sorted(case for case, _number in held)]):
        ends = [counts[case, one] for one in ENDS]
        if sum(ends):
            lines.append(f"{case:9}" + "".join(f"{one:13}" for one in (sum(ends), sum(ends) - missed[case], *ends)))
    ends = [sum(count for (_case, end), count in counts.items() if end == one) for one in ENDS]
    lines.append(f"{'all':9}" + "".join(f"{one:13}" for one in (len(held), len(held) - missed.total(), *ends)))
    return "\n".join(lines)


def main() -> int:
    """Play what is left, within the time; 1 when any trial on record ended badly."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--each", type=int, default=250, help="trials of each driver; 0 only prints the summary")
    parser.add_argument("--seed", type=int, default=20261125)
    parser.add_argument("--state", type=Path, default=Path("tests/output/push.jsonl"))
    parser.add_argument("--seconds", type=float, default=float("inf"))
    parser.add_argument("--cases", default=",".join([*draws.CASES, "frr"]))
    parser.add_argument("--only", type=int, help="play this number again")
    asked = parser.parse_args()
    cases = asked.cases.split(",")
    if set(cases) - {*draws.CASES, "frr"}:
        parser.error(f"--cases: {', '.join(draws.CASES)}, frr")
    logging.disable(logging.CRITICAL)  # the libraries log every fault
    asked.state.parent.mkdir(parents=True, exist_ok=True)
    end = time.monotonic() + asked.seconds
    wire(asked, [one for one in cases if one != "frr"], done(asked.state, asked.seed), end)
    if "frr" in cases and asked.each and time.monotonic() < end:
        lab(asked, end)
    held = done(asked.state, asked.seed)
    print(table(held))
    bad = sorted(f"{case} {number}" for (case, number), row in held.items() if row["wrong"])
    print(f"seed {asked.seed}: {len(held)} trials, ended badly: {', '.join(bad) or 'none'}")
    return bool(bad)


if __name__ == "__main__":
    sys.exit(main())
