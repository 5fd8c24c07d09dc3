"""`PYTHONPATH=plugins/plugin_utils:tests python -m naive --language ios --seeds 0:50 [--journal FILE]`: a campaign with recorded seeds.

Each finished seed is a line of JSON in the journal; a campaign that is started again goes on behind the last one.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections import Counter
from collections.abc import Callable, Mapping
from pathlib import Path
from random import Random

from .indented.compare import compare as indented
from .junos.compare import one_config
from .xr.compare import compare as xr

Found = tuple[Mapping[str, int], list[str]]
"""Counts of a seed, and the differences between engine and naive reading."""


def _indented(os: str) -> Callable[[int, argparse.Namespace], Found]:
    def run(seed: int, asked: argparse.Namespace) -> Found:
        found = indented(os, seed, asked.sample)
        return found.counts, found.differences

    return run


def _xr(seed: int, asked: argparse.Namespace) -> Found:
    found = xr(seed, asked.sample or 60, asked.asked)
    return found.counts, found.differences


def _junos(seed: int, asked: argparse.Namespace) -> Found:
    try:
        count, unsure = one_config(Random(seed), paths=asked.paths, sample=asked.sample or 120)
    except AssertionError as error:
        return {}, [str(error)]
    return {"decisions": count, "inconclusive where the rules are not documented": unsure}, []


LANGUAGES = {"ios": _indented("ios"), "nxos": _indented("nxos"), "eos": _indented("eos"), "iosxr": _xr, "junos": _junos}


def main() -> int:
    """Run the seeds; 1 when something differs."""
    parser = argparse.ArgumentParser(prog="naive", description="The engine against a naive reading of the vendors' rules.")
    parser.add_argument("--language", action="append", choices=sorted(LANGUAGES), help="policy language (default: all)")
    parser.add_argument("--seeds", default="0:20", help="first:last+1")
    parser.add_argument("--sample", type=int, help="routes of each seed instead of the language's own number")
    parser.add_argument("--asked", type=int, default=4, help="iosxr: of these, questions to the set evaluation too")
    parser.add_argument("--paths", action="store_true", help="junos: with AS-path expressions")
    parser.add_argument("--journal", type=Path, help="file of finished seeds")
    parser.add_argument("--show", type=int, default=10, help="differences to print")
    asked = parser.parse_args()
    results = [_campaign(one, asked) for one in asked.language or LANGUAGES]
    return int(any(results))


def _campaign(language: str, asked: argparse.Namespace) -> bool:
    """Run the seeds of one language; True when something differs."""
    first, last = (int(one) for one in asked.seeds.split(":"))
    setting = [language, asked.sample, asked.asked, asked.paths]
    done = _done(asked.journal, setting)
    total: Counter[str] = Counter()
    differences: list[str] = []
    start = time.monotonic()
    for seed in range(first, last):
        if seed in done:
            total.update(done[seed])
            continue
        counts, found = LANGUAGES[language](seed, asked)
        total.update(counts)
        differences += found
        if asked.journal:
            line = {"setting": setting, "seed": seed, "counts": counts, "differences": found}
            with asked.journal.open("a", encoding="utf-8") as out:
                out.write(json.dumps(line, sort_keys=True) + "\n")
    print(f"{language}: seeds {first}:{last}, {len(differences)} differences, {time.monotonic() - start:.0f} s")
    for name, count in sorted(total.items()):
        print(f"  {count:>9,} {name}")
    for one in differences[: asked.show]:
        print(f"  {one}")
    return bool(differences)


def _done(journal: Path | None, setting: list[object]) -> dict[int, dict[str, int]]:
    """Counts of the seeds that are finished without a difference."""
    if journal is None or not journal.exists():
        return {}
    lines = [json.loads(one) for one in journal.read_text(encoding="utf-8").splitlines()]
    return {one["seed"]: one["counts"] for one in lines if one["setting"] == setting and not one["differences"]}


if __name__ == "__main__":
    sys.exit(main())
