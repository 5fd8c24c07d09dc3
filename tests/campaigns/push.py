"""Fault campaign of the push protocol on the servers of the vendors' protocols: thousands of pushes, each under one fault at a random message or
step; a stopped campaign goes on where it was.

Usage: python tests/campaigns/push.py [--count 2000] [--seed 64500] [--state FILE] [--seconds 150] [--cases eos,nxos] [--only NUMBER]

Every trial is drawn from seed and number alone and is one line of the state file. Exit code 1 when one did not end well.
"""

from __future__ import annotations

import argparse
import json
import logging
import sys
import tempfile
import time
from collections import Counter
from dataclasses import asdict
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / one) for one in ("plugins/plugin_utils", "plugins/napalm", "tests/wire")]

from manrs_wire import trials  # noqa: E402


def done(path: Path, seed: int) -> dict[int, dict[str, object]]:
    """Rows on record for this seed, by number; a line that a crash cut short is none."""
    found: dict[int, dict[str, object]] = {}
    for line in path.read_text("utf-8").splitlines() if path.exists() else ():
        try:
            row = json.loads(line)
        except ValueError:
            continue
        if row["seed"] == seed:
            found[row["number"]] = row
    return found


def main() -> int:
    """Play what is left, within the time; 1 when any trial on record ended badly."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=64500)
    parser.add_argument("--state", type=Path, default=Path("tests/output/push.jsonl"))
    parser.add_argument("--seconds", type=float, default=float("inf"))
    parser.add_argument("--cases", default=",".join(trials.WEIGHTS))
    parser.add_argument("--only", type=int)
    asked = parser.parse_args()
    cases = tuple(asked.cases.split(","))
    logging.disable(logging.CRITICAL)  # the libraries log every fault
    asked.state.parent.mkdir(parents=True, exist_ok=True)
    held, end = done(asked.state, asked.seed), time.monotonic() + asked.seconds
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        messages = trials.calibrate(place, cases)
        for number in (asked.only,) if asked.only is not None else range(asked.count):
            if asked.only is None and (number in held or time.monotonic() > end):
                continue
            began = time.monotonic()
            trial = trials.draw(asked.seed, number, messages, cases)
            row = trials.play(trial, place)
            kept = asdict(row) | {
                "seed": asked.seed,
                "number": number,
                "trial": str(trial),
                "seconds": round(time.monotonic() - began, 2),
            }
            kept |= {"what": trial.what, "case": trial.case}
            held[number] = kept
            with asked.state.open("a", encoding="utf-8") as file:
                file.write(json.dumps(kept, sort_keys=True) + "\n")
            if row.wrong or asked.only is not None:
                print(
                    f"{number:5} {'BAD' if row.wrong else 'ok'} {trial}: {row.said} ({row.because}); {'; '.join(row.wrong)}",
                    flush=True,
                )
    ends = Counter((row["case"], str(row["said"]).partition(",")[0]) for row in held.values())
    for (case, said), number in sorted(ends.items()):
        print(f"{case:9} {said:12} {number:5}")
    bad = sorted(number for number, row in held.items() if row["wrong"])
    print(f"{len(held)} trials of seed {asked.seed}, {len(bad)} ended badly: {bad or 'none'}")
    return bool(bad)


if __name__ == "__main__":
    sys.exit(main())
