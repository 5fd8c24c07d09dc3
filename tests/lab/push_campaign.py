"""A long run of pushes that are cut short at random: resumable, with its seed and every outcome on record.

    PYTHONPATH=tests/lab:plugins/plugin_utils:plugins/napalm python tests/lab/push_campaign.py --id camp --results campaign.jsonl --trials 200

Boots the lab of that id unless it runs. Each trial is drawn from seed and number alone; those that the results file holds already are not
played again. Exit code 1 when a router ended neither as it was nor confirmed, or lost a session.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import tempfile
from dataclasses import asdict, replace
from pathlib import Path

from manrs_lab import Lab, LabError, topology
from push_cases import Row, Trial, lost_session, play
from push_trials import STEPS, Trials

REST = frozenset({"before", "confirmed"})
WHAT = ("controller killed", "session cut", "link cut", "agent killed", "session lost by the change")


def draw(one: Trials, seed: int, number: int) -> Trial:
    """The trial of that number."""
    rng = random.Random(f"{seed}/{number}")
    what = rng.choice(WHAT)
    step = rng.choice(STEPS[3:])
    delay = round(rng.choice((0.0, rng.uniform(0.01, 3.0))), 2)
    timer = rng.choice((4, 8, 20))
    job = one.with_lines(lost_session(one)) if what == WHAT[4] else one.job
    fate = {"session cut": one.cut_session, "link cut": one.cut_link, "agent killed": one.kill_agent}.get(what, tuple)()
    job = replace(job, step="" if what == WHAT[4] else step, fate=fate, delay=delay, revert_in=timer)
    name = f"{what} at {step} + {delay} s, timer {timer} s"
    return Trial(name, job, REST, one.mend_link if what == "link cut" else None)


def done(path: Path, seed: int) -> set[tuple[str, int]]:
    """Edge and number of the trials on record for this seed; a line that a crash cut short is none."""
    found = set()
    for line in path.read_text().splitlines() if path.exists() else ():
        try:
            row = json.loads(line)
        except ValueError:
            continue
        if row["seed"] == seed:
            found.add((row["edge"], row["number"]))
    return found


def record(path: Path, edge: str, seed: int, number: int, row: Row) -> bool:
    """Append one outcome; whether it is a good one."""
    good = row.router in REST and row.sessions
    kept = {key: value for key, value in asdict(row).items() if key != "allowed"}
    with path.open("a") as file:
        file.write(json.dumps({"edge": edge, "seed": seed, "number": number, "good": good, **kept}) + "\n")
    print(f"{number:4} {edge} {'ok ' if good else 'BAD'} {row.router:9} {row.seconds:5} s  {row.name}", flush=True)
    return good


def main() -> int:
    """Play what is left of the campaign."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--id", default="camp")
    parser.add_argument("--edge", default="edge1", choices=topology.EDGES)
    parser.add_argument("--results", type=Path, required=True)
    parser.add_argument("--trials", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    lab = Lab(given.id)
    try:
        lab.wait_converged(5)
    except LabError:
        lab.up()
    with tempfile.TemporaryDirectory() as folder:
        one = Trials(lab, Path(folder), given.edge)
        bad = 0
        try:
            for number in range(given.trials):
                if (given.edge, number) not in done(given.results, given.seed):
                    row = play(one, draw(one, given.seed, number))
                    bad += not record(given.results, given.edge, given.seed, number, row)
        finally:
            one.close()
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
