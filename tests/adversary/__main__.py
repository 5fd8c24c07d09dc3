"""`PYTHONPATH=plugins/plugin_utils:tests python -m adversary --systems ios,frr --seeds 0:200 [--routes 60] [--seconds 120] [--journal FILE]`.

Each played seed is a line of JSON in the journal; a campaign that is started again leaves out what is there. Exit code 1 when there are faults.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
import traceback
from collections import Counter
from pathlib import Path

from . import judge, population


def main() -> int:
    """Play what is asked and not yet in the journal; print faults as they come, and a table."""
    reader = argparse.ArgumentParser(description=__doc__)
    reader.add_argument("--systems", default=",".join(population.SYSTEMS))
    reader.add_argument("--seeds", default="0:100")
    reader.add_argument("--routes", type=int, default=60)
    reader.add_argument("--seconds", type=float, default=float("inf"))
    reader.add_argument("--journal", type=Path)
    asked = reader.parse_args()
    low, high = map(int, asked.seeds.split(":"))
    held: dict[tuple[str, int], dict[str, object]] = {}
    if asked.journal and asked.journal.exists():
        rows = map(json.loads, asked.journal.read_text("utf-8").splitlines())
        held = {(one["system"], one["seed"]): one for one in rows}
    end = time.monotonic() + asked.seconds
    for seed in range(low, high):
        for system in asked.systems.split(","):
            if (system, seed) in held or time.monotonic() > end:
                continue
            held[system, seed] = row = _row(system, seed, asked.routes)
            for fault in row["faults"][:3]:  # type: ignore[index]
                print(f"{system} {seed} {row['edge']}: {fault}", flush=True)
            if asked.journal:
                with asked.journal.open("a", encoding="utf-8") as file:
                    file.write(json.dumps(row, sort_keys=True) + "\n")
    for system in asked.systems.split(","):
        total: Counter[str] = Counter()
        for (name, seed), row in held.items():
            if name == system and low <= seed < high:
                total.update({"edges": 1, str(row["end"]): 1, "bad": int(bool(row["faults"])), **row["counts"]})  # type: ignore[dict-item]
        print(system, dict(sorted(total.items())))
    return int(any(row["faults"] for row in held.values()))


def _row(system: str, seed: int, count: int) -> dict[str, object]:
    edge = population.edge(seed, system)
    try:
        found = judge.play(edge, seed, count)
    except Exception:
        found = judge.Found("crash", faults=[traceback.format_exc()[-1500:]])
    row = {"system": system, "seed": seed, "edge": edge.name, "end": found.end, "faults": found.faults, "said": found.said}
    return row | {"counts": dict(found.counts)}


if __name__ == "__main__":
    sys.exit(main())
