"""The engine against the naive reading of Junos policies; the campaign is `python -m naive_junos`."""

from __future__ import annotations

import sys
from pathlib import Path
from random import Random

import pytest

sys.path.insert(0, str(Path(__file__).parents[1]))
from naive_junos.compare import one_config


@pytest.mark.parametrize("seed", range(60))
@pytest.mark.parametrize("paths", [False, True], ids=["plain", "paths"])
def test_engine_and_naive_reading_agree(seed: int, paths: bool) -> None:
    """A part of the campaign `python -m naive_junos`."""
    count, _unsure = one_config(Random(f"{seed}"), paths=paths, sample=40)
    assert count == 40
