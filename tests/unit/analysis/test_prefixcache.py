"""Classes that are kept by content: lists that say something else never share a result, lists that say the same always do."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from manrs_conformance.analysis import prefixcache, prefixes
from manrs_conformance.model.policy import PrefixEntry, PrefixList

NET = 0x0A000000
WIDE: PrefixEntry = (NET, 8, 8, 24, True, 1)
HOLE: PrefixEntry = (NET, 16, 16, 24, False, 2)
BASE = PrefixList("A", 4, (HOLE, WIDE))
OTHERS = {
    "an action": (replace(BASE, entries=((*HOLE[:4], True, 2), WIDE)),),
    "the order of entries": (replace(BASE, entries=(WIDE, HOLE)),),
    "how entries decide": (replace(BASE, order="longest"),),
    "a length": (replace(BASE, entries=(HOLE, (NET, 8, 8, 25, True, 1))),),
    "a network": (replace(BASE, entries=(HOLE, (NET + (1 << 24), 8, 8, 24, True, 1))),),
    "the family": (replace(BASE, afi=6),),
    "an entry more": (replace(BASE, entries=(HOLE, WIDE, (0, 0, 0, 0, True, 3))),),
    "the number of lists": (replace(BASE, entries=(HOLE,)), replace(BASE, entries=(WIDE,))),
    "none": (),
}


@pytest.mark.parametrize("what", OTHERS)
@pytest.mark.parametrize("work", ["classes", "sizes"])
def test_lists_that_say_something_else_have_results_of_their_own(what: str, work: str) -> None:
    kept = getattr(prefixcache, work)
    plain = {"classes": prefixes.prefix_classes, "sizes": prefixes.sizes}[work]
    before = kept((BASE,), 4)
    found = kept(OTHERS[what], 4)
    assert found is not before, f"{what} counts"
    assert found == plain(OTHERS[what], 4)
    assert kept((BASE,), 4) is before


def test_names_and_lines_do_not_count() -> None:
    same = PrefixList("OTHER", 4, tuple((*entry[:5], entry[5] + 100) for entry in BASE.entries), lines=(7, 8))
    assert prefixcache.classes((same,), 4) is prefixcache.classes((BASE,), 4)


def test_what_was_asked_for_longest_ago_makes_room(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(prefixcache, "MOST", 2)
    prefixcache._results.clear()
    many = [replace(BASE, entries=((NET, 8, 8, length, True, 1),)) for length in (9, 10, 11)]
    first, second = (prefixcache.classes((one,), 4) for one in many[:2])
    assert prefixcache.classes((many[0],), 4) is first
    prefixcache.classes((many[2],), 4)
    assert prefixcache.classes((many[0],), 4) is first
    assert prefixcache.classes((many[1],), 4) is not second


def test_long_lists_that_are_no_more_do_not_answer_for_new_ones() -> None:
    """A digest is remembered by the identity of the entries, which another list must never inherit."""
    for number in range(200):
        entries = tuple((NET + (at << 8), 24, 24, 24, (at + number) % 3 != 0, at) for at in range(40))
        one = PrefixList("L", 4, entries)
        assert prefixcache.classes((one,), 4) == prefixes.prefix_classes((one,), 4), number


ENTRY = st.tuples(
    st.integers(0, 3).map(lambda n: n << 30), st.just(2), st.integers(2, 4), st.integers(4, 6), st.booleans(), st.integers(0, 9)
)
LISTS = st.lists(
    st.builds(
        PrefixList,
        st.just("L"),
        st.just(4),
        st.lists(ENTRY, max_size=8).map(tuple),
        order=st.sampled_from(["first", "any", "longest"]),
    ),
    max_size=3,
)


@settings(max_examples=200, deadline=None)
@given(LISTS)
def test_the_store_never_changes_an_answer(lists: list[PrefixList]) -> None:
    assert prefixcache.classes(lists, 4) == prefixes.prefix_classes(lists, 4)
    assert prefixcache.sizes(lists, 4) == prefixes.sizes(lists, 4)
