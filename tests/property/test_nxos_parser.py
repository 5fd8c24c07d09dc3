"""The NX-OS parser never raises, accounts for every line, and reads the same from redacted text."""

from __future__ import annotations

import json
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st
from manrs_conformance.evidence.redact import Scrubber, redact
from manrs_conformance.model.router import Router
from manrs_conformance.model.snapshot import Snapshot
from manrs_conformance.model_json import model_json
from manrs_conformance.platforms import load

CASES = Path(__file__).parents[1] / "unit" / "platforms" / "nxos"
TEXTS = [one.read_text(encoding="utf-8") for one in sorted(CASES.glob("*/running.conf"))]
WORDS = sorted({word for text in TEXTS for word in text.split()})
NXOS = load("nxos")


def accounted(text: str) -> Router:
    """Parse and check the account of lines."""
    router = NXOS.parse(text, {})
    lines = text.splitlines()
    assert len(router.line_states) == len(lines)
    assert set(router.line_states) <= set("uis?")
    unread = {one.line for one in router.unread}
    assert unread == {number for number, letter in enumerate(router.line_states, 1) if letter in "s?"}
    assert all(0 <= one.start < one.end <= len(lines[one.line - 1]) for one in router.secrets)
    model_json(router, text)
    return router


def replayed(text: str, router: Router) -> None:
    """The text without secrets and without what was not understood gives the same model."""
    kept = redact(Snapshot("a", "nxos", text), router, Scrubber(())).lines
    again = NXOS.parse("\n".join(kept) + "\n", {})
    assert again.line_states == router.line_states
    assert [(one.line, one.state, one.taints) for one in again.unread] == [
        (one.line, one.state, one.taints) for one in router.unread
    ]
    for name in ("sessions", "policies", "interfaces", "originations", "undefined", "caches", "statics", "complete"):
        assert getattr(again, name) == getattr(router, name), name


def broken(text: str, data: st.DataObject) -> str:
    """Lines deleted, cut, garbled, swapped or indented otherwise."""
    lines = text.splitlines()
    for _ in range(data.draw(st.integers(1, 12))):
        at = data.draw(st.integers(0, len(lines) - 1))
        how = data.draw(st.sampled_from(["delete", "cut", "word", "swap", "junk", "indent", "outdent"]))
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
        elif how == "indent":
            lines[at] = "  " + lines[at]
        else:
            lines[at] = lines[at].strip()
    return "\n".join(lines)


@given(st.sampled_from(TEXTS), st.data())
@settings(max_examples=150, deadline=None)
def test_lines_deleted_moved_or_garbled(text: str, data: st.DataObject) -> None:
    """Damaged configurations are accounted for, line by line."""
    accounted(broken(text, data))


@given(st.lists(st.lists(st.sampled_from(WORDS), max_size=8).map(" ".join), max_size=25))
@settings(max_examples=150, deadline=None)
def test_any_words(lines: list[str]) -> None:
    """Any sequence of known words."""
    accounted("\n".join(lines))


@given(st.text(max_size=200), st.dictionaries(st.sampled_from(sorted(NXOS.commands.state)), st.text(max_size=60)))
@settings(max_examples=100, deadline=None)
def test_any_text_and_state(text: str, state: dict[str, str]) -> None:
    """Any text and any outputs."""
    assert len(NXOS.parse(text, state).line_states) == len(text.splitlines())


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(
                [
                    "TABLE_vrf",
                    "ROW_vrf",
                    "TABLE_af",
                    "ROW_af",
                    "TABLE_saf",
                    "ROW_saf",
                    "TABLE_neighbor",
                    "ROW_neighbor",
                    "neighboras",
                ]
            ),
            inner,
        )
    ),
    max_leaves=15,
)


@given(JSON)
@settings(max_examples=150, deadline=None)
def test_any_json_state(value: object) -> None:
    """Any JSON as the summary of sessions."""
    NXOS.parse("version 9.3(8)\nhostname a\n", {"bgp_summary": json.dumps(value)})


def test_redacted_configurations_give_the_same_model() -> None:
    """Every case, read again from its redacted text."""
    for text in TEXTS:
        replayed(text, accounted(text))
