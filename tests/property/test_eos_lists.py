"""The tight loop for prefix lists of EOS reads what the reader of statements reads."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st
from manrs_conformance.platforms import load
from manrs_conformance.platforms._block import Statement
from manrs_conformance.platforms._lists import Unreadable
from manrs_conformance.platforms.eos.lists import entry

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
