"""The EOS parser never raises and accounts for every line, whatever the text; the tight loop for prefix lists reads what the slow way reads."""

from __future__ import annotations

from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st
from manrs_conformance.model_json import model_json
from manrs_conformance.platforms import load
from manrs_conformance.platforms._block import Statement
from manrs_conformance.platforms._lists import Unreadable
from manrs_conformance.platforms.eos.lists import entry

CASES = Path(__file__).parents[1] / "unit" / "platforms" / "eos"
TEXTS = [one.read_text(encoding="utf-8") for one in sorted(CASES.glob("*/running.conf"))]
WORDS = sorted({word for text in TEXTS for word in text.split()})
LINES = sorted({line for text in TEXTS for line in text.splitlines()})


def accounted(text: str) -> None:
    """Parse and check the account of lines."""
    router = load("eos").parse(text, {})
    lines = text.splitlines()
    assert len(router.line_states) == len(lines)
    assert set(router.line_states) <= set("uis?")
    unread = {one.line for one in router.unread}
    assert unread == {number for number, letter in enumerate(router.line_states, 1) if letter in "s?"}
    assert all(0 <= one.start < one.end <= len(lines[one.line - 1]) for one in router.secrets)
    model_json(router, text)


@given(st.sampled_from(TEXTS), st.data())
@settings(max_examples=80, deadline=None)
def test_lines_deleted_moved_or_garbled(text: str, data: st.DataObject) -> None:
    """Deleting, swapping, garbling and indenting lines of real configurations."""
    lines = text.splitlines()
    for _ in range(data.draw(st.integers(1, 12))):
        at = data.draw(st.integers(0, len(lines) - 1))
        how = data.draw(st.sampled_from(["delete", "cut", "word", "swap", "junk", "flat", "deep"]))
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
            lines[at] = lines[at].strip() if how == "flat" else f"   {lines[at]}"
    accounted("\n".join(lines))


@given(st.lists(st.lists(st.sampled_from(WORDS), max_size=8).map(" ".join), max_size=25))
@settings(max_examples=150, deadline=None)
def test_any_words(lines: list[str]) -> None:
    """Any sequence of known words."""
    accounted("\n".join(lines))


@given(st.lists(st.sampled_from(LINES), max_size=60))
@settings(max_examples=150, deadline=None)
def test_any_lines(lines: list[str]) -> None:
    """Any sequence of known lines, in blocks where they do not belong."""
    accounted("\n".join(lines))


@given(st.text(max_size=200), st.dictionaries(st.sampled_from(sorted(load("eos").commands.state)), st.text(max_size=80)))
@settings(max_examples=100, deadline=None)
def test_any_text_and_state(text: str, state: dict[str, str]) -> None:
    """Any text and any outputs."""
    assert len(load("eos").parse(text, state).line_states) == len(text.splitlines())


PREFIXES = st.one_of(
    st.builds(lambda a, b, n: f"{a}.{b}.0.0/{n}", st.integers(0, 260), st.integers(0, 255), st.integers(0, 34)),
    st.builds(lambda a, n: f"2001:{a:x}::/{n}", st.integers(0, 65535), st.integers(0, 130)),
    st.sampled_from(["0.0.0.0/0", "::/0", "010.0.0.0/8", "1.2.3/24", "any", "193.0.0.0"]),
)
BOUNDS = st.one_of(
    st.just(""),
    st.builds(lambda word, n: f" {word} {n}", st.sampled_from(["ge", "le", "eq"]), st.integers(0, 130)),
    st.builds(lambda a, b: f" ge {a} le {b}", st.integers(0, 130), st.integers(0, 130)),
)
ENTRY = st.builds(
    lambda seq, action, prefix, bounds: f"{seq}{action} {prefix}{bounds}",
    st.one_of(st.just(""), st.integers(0, 50).map(lambda n: f"seq {n} ")),
    st.sampled_from(["permit", "deny", "allow"]),
    PREFIXES,
    BOUNDS,
)


@given(st.lists(ENTRY, min_size=1, max_size=12), st.sampled_from([4, 6]), st.booleans())
@settings(max_examples=200, deadline=None)
def test_prefix_lists_are_read_alike_in_both_ways(entries: list[str], afi: int, block: bool) -> None:
    """A list as a block or line by line has the entries that the statement reader finds, and is tainted by each other line."""
    word = "ip" if afi == 4 else "ipv6"
    head = [f"{word} prefix-list L"] if block else []
    lines = [*head, *(f"   {one}" if block else f"{word} prefix-list L {one}" for one in entries)]
    router = load("eos").parse("\n".join(lines), {})
    good, bad = [], []
    for number, text in enumerate(entries, len(head) + 1):
        try:
            good.append(entry(Statement(number, 0, text.split(), text).words, afi, number)[1])  # type: ignore[arg-type]
        except Unreadable:
            bad.append(number)
    found = next((one for one in router.prefix_lists if one.name == "L"), None)
    assert {one.line for one in router.unread} == set(bad)
    numbers = {one[5] for one in found.entries} if found else set()
    assert numbers <= {one[5] for one in good}
    assert all(one in good for one in (found.entries if found else ()))
    explicit = [text for text in entries if text.startswith("seq ")]
    if len(explicit) == len(entries) and len({text.split()[1] for text in entries}) == len(entries):
        assert numbers == {one[5] for one in good}
