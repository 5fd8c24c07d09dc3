"""The Junos parser never raises and accounts for every line, whatever the text; engine and naive reading agree."""

from __future__ import annotations

import sys
from pathlib import Path
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from manrs_conformance.model_json import model_json
from manrs_conformance.platforms import load

TESTS = Path(__file__).parents[1]
sys.path.insert(0, str(TESTS))
from naive_junos.compare import one_config  # noqa: E402

CASES = TESTS / "unit" / "platforms" / "junos"
TEXTS = [one.read_text(encoding="utf-8") for one in sorted(CASES.glob("*/running.conf"))]
WORDS = sorted({word for text in TEXTS for word in text.split()})


def accounted(text: str) -> None:
    """Parse and check the account of lines."""
    router = load("junos").parse(text, {})
    lines = text.splitlines()
    assert len(router.line_states) == len(lines)
    assert set(router.line_states) <= set("uis?")
    unread = {one.line for one in router.unread}
    assert unread == {number for number, letter in enumerate(router.line_states, 1) if letter in "s?"}
    model_json(router, text)


def flat(text: str) -> str:
    """A rough `set` form: the words of each statement."""
    return "\n".join(f"set {line.strip(' ;{}')}" for line in text.splitlines())


@settings(max_examples=80, deadline=None)
@given(st.sampled_from(TEXTS), st.data(), st.booleans())
def test_lines_deleted_moved_or_garbled(text: str, data: st.DataObject, as_set: bool) -> None:
    """Deleting, swapping and garbling lines of real configurations, in both forms."""
    lines = (flat(text) if as_set else text).splitlines()
    for _ in range(data.draw(st.integers(1, 12))):
        at = data.draw(st.integers(0, len(lines) - 1))
        how = data.draw(st.sampled_from(["delete", "cut", "word", "swap", "junk", "brace", "join"]))
        if how == "delete" and len(lines) > 1:
            del lines[at]
        elif how == "cut":
            lines[at] = lines[at][: data.draw(st.integers(0, len(lines[at])))]
        elif how == "word":
            words = lines[at].split(" ")
            words[data.draw(st.integers(0, len(words) - 1))] = data.draw(st.sampled_from(WORDS))
            lines[at] = " ".join(words)
        elif how == "swap":
            other = data.draw(st.integers(0, len(lines) - 1))
            lines[at], lines[other] = lines[other], lines[at]
        elif how == "junk":
            lines[at] = data.draw(st.text(max_size=30))
        elif how == "brace":
            lines[at] += data.draw(st.sampled_from([" {", " }", ";", '"', " [", " (", "/*", "*/", " # x", "inactive: "]))
        elif at + 1 < len(lines):
            lines[at] += " " + lines.pop(at + 1)
    accounted("\n".join(lines))


@settings(max_examples=200, deadline=None)
@given(
    st.lists(st.lists(st.sampled_from([*WORDS, "{", "}", ";", "[", "]"]), max_size=8).map(" ".join), max_size=25),
    st.sampled_from(["", "set ", "deactivate ", "set policy-options ", "set protocols bgp "]),
)
def test_any_words(lines: list[str], start: str) -> None:
    """Any sequence of known words."""
    accounted("\n".join(start + line for line in lines))


@pytest.mark.parametrize("word", ["a", "[", "(", "a {", "( a &&", "route-filter", "( !"])
@pytest.mark.parametrize("start", ["", "set ", "set policy-options policy-statement P from policy ", "protocols { bgp { import "])
def test_very_long_and_very_deep_statements(word: str, start: str) -> None:
    """Nothing is deep enough to stop the reader."""
    accounted(start + " ".join([word] * 3000))
    accounted(start + "\n".join([word] * 3000) + ";")
    long = " ".join([word] * 3000)
    accounted("\n".join(["policy-options {", *[f"route-filter 10.0.0.0/8 {long};"] * 5, "}"]))


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=200), st.dictionaries(st.sampled_from(sorted(load("junos").commands.state)), st.text(max_size=60)))
def test_any_text_and_state(text: str, state: dict[str, str]) -> None:
    """Any text and any outputs."""
    assert len(load("junos").parse(text, state).line_states) == len(text.splitlines())
    accounted(text)


@pytest.mark.parametrize("seed", range(60))
@pytest.mark.parametrize("paths", [False, True], ids=["plain", "paths"])
def test_engine_and_naive_reading_agree(seed: int, paths: bool) -> None:
    """A part of the campaign `python -m naive_junos`."""
    count, _unsure = one_config(Random(f"{seed}"), paths=paths, sample=40)
    assert count == 40
