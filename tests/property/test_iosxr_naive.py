"""The engine against the naive reading of the IOS-XR policy language; the campaign is `python -m naive_xr` (see `tests/naive_xr`)."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1]))
from naive_xr.compare import LESS, compare


@pytest.mark.parametrize("seed", range(12))
def test_no_decision_differs(seed: int) -> None:
    """Random policies and routes: one by one, and some as questions to the set evaluation."""
    found = compare(seed, routes=40, asked=2)
    assert found.differences == []
    assert found.counts["decisions"] == 40
    assert found.counts[LESS] == 0


def test_both_ends_are_met() -> None:
    """The generator is not one-sided: clear accepts and rejects are both common."""
    total = sum((compare(seed, routes=40, asked=0).counts for seed in range(0, 30, 3)), start=compare(0, 1, 0).counts)
    assert total["accept, engine accept"] > 50
    assert total["reject, engine reject"] > 50
