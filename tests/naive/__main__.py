"""`PYTHONPATH=plugins/plugin_utils:tests python -m naive --os ios --seeds 0:50 [--sample N] [--journal FILE]`: a campaign with recorded seeds.

Each finished seed is a line of JSON in the journal; a campaign that is started again goes on behind the last one.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from pathlib import Path

from .compare import Result, compare


def main() -> int:
    """Run the seeds; 1 when something differs."""
    parser = argparse.ArgumentParser(prog="naive", description="The engine against a naive reading of the vendors' rules.")
    parser.add_argument("--os", action="append", choices=("ios", "nxos", "eos"), help="platform (default: all)")
    parser.add_argument("--seeds", default="0:20", help="first:last+1")
    parser.add_argument("--sample", type=int, help="routes of each family instead of the whole universe")
    parser.add_argument("--journal", type=Path, help="file of finished seeds")
    parser.add_argument("--show", type=int, default=10, help="differences to print")
    asked = parser.parse_args()
    first, last = (int(one) for one in asked.seeds.split(":"))
    failed = False
    for os in asked.os or ("ios", "nxos", "eos"):
        done = _done(asked.journal, os, asked.sample)
        total, start = Result(), time.monotonic()
        for seed in range(first, last):
            if seed in done:
                total.counts.update(done[seed])
                continue
            found = compare(os, seed, asked.sample)
            total.add(found)
            if asked.journal:
                line = {"os": os, "seed": seed, "sample": asked.sample, "counts": found.counts, "differences": found.differences}
                with asked.journal.open("a", encoding="utf-8") as out:
                    out.write(json.dumps(line, sort_keys=True) + "\n")
        failed = failed or bool(total.differences)
        print(f"{os}: seeds {first}:{last}, {len(total.differences)} differences, {time.monotonic() - start:.0f} s")
        for name, count in sorted(total.counts.items()):
            print(f"  {count:>9,} {name}")
        for one in total.differences[: asked.show]:
            print(f"  {one}")
    return int(failed)


def _done(journal: Path | None, os: str, sample: int | None) -> dict[int, dict[str, int]]:
    """Counts of the seeds that are finished without a difference."""
    if journal is None or not journal.exists():
        return {}
    lines = [json.loads(one) for one in journal.read_text(encoding="utf-8").splitlines()]
    return {one["seed"]: one["counts"] for one in lines if (one["os"], one["sample"]) == (os, sample) and not one["differences"]}


if __name__ == "__main__":
    sys.exit(main())
