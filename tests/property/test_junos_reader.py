"""What only the reader of Junos meets: the `set` form of damaged texts, and statements without end."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

sys.path[:0] = [str(Path(__file__).parent), str(Path(__file__).parents[1] / "unit" / "platforms")]
from corpus import CORPORA, damaged  # noqa: E402
from invariants import accounted  # noqa: E402

JUNOS = CORPORA["junos"]


def flat(text: str) -> str:
    """A rough `set` form: the words of each statement."""
    return "\n".join(f"set {line.strip(' ;{}')}" for line in text.splitlines())


@settings(max_examples=25, deadline=None)
@given(st.integers(0, len(JUNOS.texts) - 1), st.data())
def test_the_set_form_of_damaged_configurations(number: int, data: st.DataObject) -> None:
    """Lines deleted, moved or garbled."""
    accounted("junos", damaged(flat(JUNOS.texts[number]), JUNOS, data))


@pytest.mark.parametrize("word", ["a", "[", "(", "a {", "( a &&", "route-filter", "( !"])
@pytest.mark.parametrize("start", ["", "set ", "set policy-options policy-statement P from policy ", "protocols { bgp { import "])
def test_very_long_and_very_deep_statements(word: str, start: str) -> None:
    """Nothing is deep enough to stop the reader."""
    accounted("junos", start + " ".join([word] * 3000))
    accounted("junos", start + "\n".join([word] * 3000) + ";")
    long = " ".join([word] * 3000)
    accounted("junos", "\n".join(["policy-options {", *[f"route-filter 10.0.0.0/8 {long};"] * 5, "}"]))
