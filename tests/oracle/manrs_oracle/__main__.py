"""`python -m manrs_oracle`: ask seeds of a real FRR and of the engine; resumable, endless for nights."""

from __future__ import annotations

import argparse
import itertools
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from manrs_lab.system import LabError

from . import shrink
from .campaign import ROUTES, Size, State, timed
from .compare import Tally
from .router import Router
from .setup import DIRECTIONS, SESSIONS, Setup

FIXTURES = Path(__file__).resolve().parents[2] / "unit" / "platforms" / "frr" / "oracle"
SHRUNK = 3
"""Disagreements of different kinds that are shrunk per seed."""


def main(argv: list[str] | None = None) -> int:
    """Run the campaign; 1 when there was a disagreement, 2 when it could not run."""
    options = _options().parse_args(argv)
    size = Size(options.sessions, options.routes)
    state = State(options.state)
    until = time.monotonic() + options.minutes * 60 if options.minutes else None
    wrong = 0
    reasons: Counter[str] = Counter()
    try:
        with Router() as router:
            for direction, seed in _work(options.direction, options.seeds):
                if until is not None and time.monotonic() > until:
                    break
                if state.clean(direction, seed):
                    continue
                setup, tally, seconds = timed(router, direction, seed, size)
                state.record(direction, seed, tally, seconds)
                reasons += tally.reasons
                wrong += len(tally.wrong)
                print(_line(direction, seed, tally, seconds), flush=True)
                _shrink(router, setup, tally, options.fixtures)
    except LabError as error:
        print(f"manrs_oracle: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("stopped", file=sys.stderr)
    _report(state, reasons)
    return 1 if wrong else 0


def _options() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="manrs_oracle", description=__doc__)
    parser.add_argument("--seeds", default="1-", help="A-B, or A- for endless (default: 1-)")
    parser.add_argument("--direction", choices=DIRECTIONS, help="only one of the three (default: all in turn)")
    parser.add_argument("--minutes", type=float, help="stop after the seed during which this time is over")
    parser.add_argument("--state", type=Path, help="file with the seeds that were run; clean ones are not run again")
    parser.add_argument("--fixtures", type=Path, default=FIXTURES, help="folder for shrunk disagreements")
    parser.add_argument("--sessions", type=int, default=SESSIONS, help="sessions of a seed (other numbers make other seeds)")
    parser.add_argument("--routes", type=int, default=ROUTES, help="routes per session and family")
    return parser


def _work(direction: str | None, seeds: str) -> Iterator[tuple[str, int]]:
    first, dash, last = seeds.partition("-")
    numbers = range(int(first), int(last or first) + 1) if last or not dash else itertools.count(int(first))
    return ((one, seed) for seed in numbers for one in ([direction] if direction else DIRECTIONS))


def _line(direction: str, seed: int, tally: Tally, seconds: float) -> str:
    return (
        f"{direction} seed {seed}: {tally.decisions} decisions ({tally.accepted} accepted; {tally.written} again as written), {len(tally.wrong)} disagreements, "
        f"{tally.inconclusive} inconclusive, {tally.evaluated} by sets ({tally.evaluated_unsure} unsure), {seconds:.1f} s"
    )


def _shrink(router: Router, setup: Setup, tally: Tally, folder: Path) -> None:
    kinds: dict[tuple[str, ...], None] = {}
    for wrong in tally.wrong:
        if wrong.signature() in kinds or len(kinds) >= SHRUNK:
            continue
        kinds[wrong.signature()] = None
        print(
            f"  {wrong.neighbor} ipv{wrong.afi} {wrong.attribute or 'verdict'}: engine {wrong.told}, router {wrong.shown}",
            flush=True,
        )
        print(f"    {shrink.plain(wrong.route)}", flush=True)
        found = shrink.shrink(router, setup, wrong)
        if found is None:
            print("    this route alone does not show it", flush=True)
            continue
        name = f"{setup.direction}_{setup.seed}_{wrong.attribute.replace(' ', '_') or 'verdict'}"
        shrink.write(folder / name, found[0], found[1], router.show("show running-config"))
        print(f"    shrunk: {folder / name}", flush=True)


def _report(state: State, reasons: Counter[str]) -> None:
    for name, sums in state.totals().items():
        share = sums["inconclusive"] / max(1, sums["decisions"])
        print(
            f"{name}: {sums['seeds']:.0f} seeds, {sums['decisions']:.0f} decisions ({sums['written']:.0f} again as written), {sums['disagreements']:.0f} disagreements, "
            f"{sums['inconclusive']:.0f} inconclusive ({share:.2%}), {sums['evaluated']:.0f} by sets "
            f"({sums['evaluated_unsure']:.0f} unsure), {sums['seconds']:.0f} s"
        )
    for why, count in reasons.most_common(8):
        print(f"  {count} inconclusive: {why}")


if __name__ == "__main__":
    sys.exit(main())
