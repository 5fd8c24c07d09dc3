"""Whatever the text: parsing never raises, and every line has exactly one state."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from manrs_conformance.model.router import Router
from manrs_conformance.model_json import model_json, model_text
from manrs_conformance.platforms import load

TEXTS = [path.read_text(encoding="utf-8") for path in sorted(Path(__file__).parent.glob("*/running.conf"))]
WORDS = sorted({word for text in TEXTS for word in text.split()})
ODD = [
    "",
    "^C",
    "no",
    "!manrs-redacted",
    "!manrs-redacted unsupported policy IN set",
    "seq",
    "999999999999999999999",
    "٣",
    "\x00",
    "@",
]


def accounted(text: str) -> Router:
    """The router of a text, with every line in one state and every unread line named."""
    router = load("ios").parse(text, {})
    lines = text.splitlines()
    assert len(router.line_states) == len(lines)
    assert set(router.line_states) <= set("uis?")
    missed = {number for number, state in enumerate(router.line_states, 1) if state in "s?"}
    assert missed == {one.line for one in router.unread}
    assert all(lines[one.line - 1].strip() == one.text for one in router.unread)
    assert all(0 <= one.start < one.end <= len(lines[one.line - 1]) for one in router.secrets)
    model_json(router, text)
    model_text(router, text)
    return router


def mutated(text: str, chance: random.Random) -> str:
    """A text with lines dropped, repeated, moved, cut, and words replaced."""
    lines = text.splitlines()
    for _ in range(chance.randint(1, 25)):
        at = chance.randrange(len(lines))
        kind = chance.randrange(7)
        words = lines[at].split(" ")
        if kind == 0:
            del lines[at]
        elif kind == 1:
            lines.insert(chance.randrange(len(lines)), lines[at])
        elif kind == 2:
            words[chance.randrange(len(words))] = chance.choice([*WORDS[:: chance.randint(1, 40)], *ODD])
            lines[at] = " ".join(words)
        elif kind == 3:
            lines[at] = lines[at][: chance.randint(0, len(lines[at]))]
        elif kind == 4:
            lines[at] = " " * chance.randint(0, 3) + lines[at].strip()
        elif kind == 5:
            del words[chance.randrange(len(words))]
            lines[at] = " ".join(words)
        else:
            lines[at] = f"no {lines[at].strip()}"
        if not lines:
            return ""
    return "\n".join(lines)


@pytest.mark.parametrize("text", TEXTS)
def test_every_fixture_is_accounted_for(text: str) -> None:
    accounted(text)


@settings(max_examples=200, deadline=None)
@given(st.integers(0, 2**32))
def test_mutated_configurations_are_accounted_for(seed: int) -> None:
    chance = random.Random(seed)
    accounted(mutated(chance.choice(TEXTS), chance))


@settings(max_examples=200, deadline=None)
@given(st.lists(st.lists(st.sampled_from([*WORDS, *ODD]), max_size=9).map(" ".join), max_size=40).map("\n".join))
def test_salad_of_words_is_accounted_for(text: str) -> None:
    accounted(text)


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=400))
def test_any_text_is_accounted_for(text: str) -> None:
    accounted(text)
