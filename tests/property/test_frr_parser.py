"""The FRR parser and merge never raise and account for every line, whatever the text."""

from __future__ import annotations

import json
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st
from manrs_conformance.model_json import model_json
from manrs_conformance.platforms import load

CASES = Path(__file__).parents[1] / "unit" / "platforms" / "frr"
TEXTS = [one.read_text(encoding="utf-8") for one in sorted(CASES.glob("*/running.conf"))]
WORDS = sorted({word for text in TEXTS for word in text.split()})


def accounted(text: str) -> None:
    """Parse and check the account of lines."""
    router = load("frr").parse(text, {})
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
    broken = "\n".join(lines)
    accounted(broken)
    load("frr").merge(text, broken)
    load("frr").merge(broken, text)


@given(st.lists(st.lists(st.sampled_from(WORDS), max_size=8).map(" ".join), max_size=25))
@settings(max_examples=150, deadline=None)
def test_any_words(lines: list[str]) -> None:
    """Any sequence of known words."""
    accounted("\n".join(lines))
    load("frr").merge("\n".join(lines), "\n".join(reversed(lines)))


@given(st.text(max_size=200), st.dictionaries(st.sampled_from(sorted(load("frr").commands.state)), st.text(max_size=60)))
@settings(max_examples=100, deadline=None)
def test_any_text_and_state(text: str, state: dict[str, str]) -> None:
    """Any text and any outputs."""
    assert len(load("frr").parse(text, state).line_states) == len(text.splitlines())


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(["nftables", "rule", "expr", "chain", "match", "left", "right", "peers", "routes", "default", "set"]),
            inner,
        )
    ),
    max_leaves=15,
)


@given(JSON, st.sampled_from(sorted(load("frr").commands.state)))
@settings(max_examples=150, deadline=None)
def test_any_json_state(value: object, key: str) -> None:
    """Any JSON as any output."""
    load("frr").parse("hostname a\n", {key: json.dumps(value)})


@given(st.sampled_from(TEXTS))
def test_merging_a_configuration_onto_itself_changes_no_meaning(text: str) -> None:
    """running + running means what running means."""
    before, after = load("frr").parse(text, {}), load("frr").parse(load("frr").merge(text, text), {})
    assert sorted(
        (s.key, str(s.remote_as), s.group or "", s.shutdown, s.max_prefix or 0, s.auth) for s in before.sessions
    ) == sorted((s.key, str(s.remote_as), s.group or "", s.shutdown, s.max_prefix or 0, s.auth) for s in after.sessions)
    assert sorted((p.name, len(p.terms)) for p in before.policies.values()) == sorted(
        (p.name, len(p.terms)) for p in after.policies.values()
    )
    assert sorted((p.name, p.afi, len(p.entries)) for p in before.prefix_lists) == sorted(
        (p.name, p.afi, len(p.entries)) for p in after.prefix_lists
    )
