"""How many prefixes a class holds, against counting them one by one in a small corner of the address space."""

from __future__ import annotations

from collections import Counter

from hypothesis import given, settings
from hypothesis import strategies as st
from manrs_conformance.analysis import prefixes
from manrs_conformance.model.policy import PrefixEntry, PrefixList

TOP, CORNER = 26, 0x0A000000
"""Entries lie under 10.0.0.0/26: 127 prefixes."""


@st.composite
def entries(draw: st.DrawFn) -> PrefixEntry:
    length = draw(st.integers(TOP, 32))
    network = CORNER | draw(st.integers(0, (1 << (length - TOP)) - 1)) << (32 - length)
    low = draw(st.integers(length, 32))
    return network, length, low, draw(st.integers(low, 32)), draw(st.booleans()), 1


LISTS = st.builds(
    lambda some, order: PrefixList("L", 4, tuple(some), order=order),
    st.lists(entries(), max_size=6),
    st.sampled_from(["first", "any", "longest"]),
)


@settings(deadline=None, max_examples=200)
@given(st.lists(LISTS, min_size=1, max_size=3))
def test_sizes_agree_with_counting(lists: list[PrefixList]) -> None:
    found = prefixes.sizes(lists, 4)
    assert sum(found.values()) == 2**33 - 1
    counted: Counter[int] = Counter()
    for length in range(TOP, 33):
        for number in range(1 << (length - TOP)):
            network = CORNER | number << (32 - length)
            counted[sum(1 << i for i, one in enumerate(lists) if prefixes.permits(one, network, length))] += 1
    assert {s: n for s, n in found.items() if s} == {s: n for s, n in counted.items() if s and n}
    assert set(found) <= set(prefixes.prefix_classes(lists, 4).signatures)


def test_a_whole_family_is_one_class() -> None:
    assert prefixes.sizes([], 6) == {0: 2**129 - 1}
    every = PrefixList("ALL", 4, ((0, 0, 0, 32, True, 1),))
    assert prefixes.sizes([every], 4) == {1: 2**33 - 1}
