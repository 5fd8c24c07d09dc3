"""`python -m naive_junos [--seed N] [--decisions N] [--paths]`: compare engine and judge until that many decisions agree."""

from __future__ import annotations

import argparse

from .compare import campaign

if __name__ == "__main__":
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--decisions", type=int, default=200_000)
    options.add_argument("--paths", action="store_true", help="with AS-path expressions")
    given = options.parse_args()
    number, count, unsure = campaign(given.seed, given.decisions, paths=given.paths)
    print(f"{number} configurations, {count} decisions agree, {unsure} of them inconclusive where the rules are not documented")
