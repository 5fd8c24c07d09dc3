"""`PYTHONPATH=plugins/plugin_utils:tests python -m naive_xr --seeds 0:4000 [--routes N] [--journal FILE]`: a campaign with recorded seeds.

Every finished seed is a line of JSON in the journal; a campaign that is started again goes on behind them.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections import Counter
from pathlib import Path

from .compare import compare


def main() -> int:
    """Run the seeds; 1 when something differs."""
    parser = argparse.ArgumentParser(
        prog="naive_xr", description="The engine against a naive reading of the IOS-XR policy language."
    )
    parser.add_argument("--seeds", default="0:200", help="first:last+1")
    parser.add_argument("--routes", type=int, default=60, help="decisions of each seed")
    parser.add_argument("--asked", type=int, default=4, help="of these, questions to the set evaluation too")
    parser.add_argument("--journal", type=Path, help="file of finished seeds")
    asked = parser.parse_args()
    first, last = (int(one) for one in asked.seeds.split(":"))
    lines = asked.journal.read_text(encoding="utf-8").splitlines() if asked.journal and asked.journal.exists() else []
    done = {
        one["seed"]: one["counts"] for one in map(json.loads, lines) if one["routes"] == asked.routes and not one["differences"]
    }
    total: Counter[str] = Counter()
    differences: list[str] = []
    start = time.monotonic()
    for seed in range(first, last):
        if seed in done:
            total.update(done[seed])
            continue
        found = compare(seed, asked.routes, asked.asked)
        total.update(found.counts)
        differences += found.differences
        if asked.journal:
            line = {"seed": seed, "routes": asked.routes, "counts": found.counts, "differences": found.differences}
            with asked.journal.open("a", encoding="utf-8") as out:
                out.write(json.dumps(line, sort_keys=True) + "\n")
    print(f"seeds {first}:{last}, {len(differences)} differences, {time.monotonic() - start:.0f} s")
    for name, count in sorted(total.items()):
        print(f"  {count:>9,} {name}")
    for one in differences[:10]:
        print(f"  {one}")
    return int(bool(differences))


if __name__ == "__main__":
    sys.exit(main())
