"""The IOS-XR parser never raises and accounts for every line, whatever the text."""

from __future__ import annotations

from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st
from manrs_conformance.model_json import model_json
from manrs_conformance.platforms import load

CASES = Path(__file__).parents[1] / "unit" / "platforms" / "iosxr"
TEXTS = [one.read_text(encoding="utf-8") for one in sorted(CASES.glob("*/running.conf"))]
WORDS = sorted({word for text in TEXTS for word in text.split()})


def accounted(text: str) -> None:
    """Parse and check the account of lines."""
    router = load("iosxr").parse(text, {})
    lines = text.splitlines()
    assert len(router.line_states) == len(lines)
    assert set(router.line_states) <= set("uis?")
    unread = {one.line for one in router.unread}
    assert unread == {number for number, letter in enumerate(router.line_states, 1) if letter in "s?"}
    model_json(router, text)


@given(st.sampled_from(TEXTS), st.data())
@settings(max_examples=60, deadline=None)
def test_lines_deleted_moved_or_garbled(text: str, data: st.DataObject) -> None:
    """Deleting, swapping and garbling lines of real configurations."""
    lines = text.splitlines()
    for _ in range(data.draw(st.integers(1, 12))):
        at = data.draw(st.integers(0, len(lines) - 1))
        how = data.draw(st.sampled_from(["delete", "cut", "word", "swap", "junk", "indent"]))
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
        else:
            lines[at] = lines[at].strip()
    accounted("\n".join(lines))


@given(st.lists(st.lists(st.sampled_from(WORDS), max_size=8).map(" ".join), max_size=25))
@settings(max_examples=150, deadline=None)
def test_any_words(lines: list[str]) -> None:
    """Any sequence of known words."""
    accounted("\n".join(lines))


@given(st.lists(st.lists(st.sampled_from(WORDS), max_size=6).map(" ".join), max_size=20), st.integers(0, 3))
@settings(max_examples=150, deadline=None)
def test_any_words_inside_blocks(lines: list[str], kind: int) -> None:
    """Any sequence of known words as the body of a policy, a set, a neighbour and an interface."""
    head = (
        "route-policy P($x)",
        "community-set C",
        "router bgp 64500\n neighbor 192.0.2.1\n  remote-as 64501",
        "interface Te0/0/0/0",
    )[kind]
    tail = ("end-policy", "end-set", "", "")[kind]
    accounted("\n".join([head, *(f"   {one}" for one in lines), tail, "end"]))


@given(st.text(max_size=200), st.dictionaries(st.sampled_from(sorted(load("iosxr").commands.state)), st.text(max_size=60)))
@settings(max_examples=100, deadline=None)
def test_any_text_and_state(text: str, state: dict[str, str]) -> None:
    """Any text and any outputs."""
    assert len(load("iosxr").parse(text, state).line_states) == len(text.splitlines())
