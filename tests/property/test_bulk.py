"""Classes of long lists by numpy: the same signatures and the same witnesses as the walk in plain Python, for every kind of list."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from manrs_conformance.analysis import bulk, prefixes
from manrs_conformance.model.policy import Afi, PrefixEntry, PrefixList

BITS: dict[int, int] = {4: 32, 6: 128}


@st.composite
def entries(draw: st.DrawFn, afi: int, most: int) -> PrefixEntry:
    """A range near others: in a small corner, so that prefixes cover each other, are covered by unions, and tile their parents."""
    bits = BITS[afi]
    length = draw(st.sampled_from([0, 1, *range(8, 14), most - 1, most]))
    base = draw(st.sampled_from([0, 10, 255])) << (bits - 8)
    network = (base | draw(st.integers(0, 63)) << (bits - 13)) >> (bits - length) << (bits - length) if length else 0
    low = draw(st.integers(length, bits))
    high = draw(st.one_of(st.just(low), st.integers(low, bits), st.just(bits), st.just(max(0, low - 1))))
    return network, length, low, high, draw(st.sampled_from([True, True, False])), draw(st.integers(1, 9))


@st.composite
def questions(draw: st.DrawFn) -> tuple[Afi, list[PrefixList]]:
    """One to three lists of a family, and sometimes one of the other."""
    afi = draw(st.sampled_from((4, 6)))
    most = draw(st.sampled_from([24, 32] if afi == 4 else [48, 56, 64, 128]))
    orders = draw(st.lists(st.sampled_from(["first", "first", "any", "longest"]), min_size=1, max_size=3))
    out = [PrefixList("L", afi, tuple(draw(st.lists(entries(afi, most), max_size=14))), order=order) for order in orders]  # type: ignore[arg-type]
    if draw(st.booleans()):
        out.append(PrefixList("O", 6 if afi == 4 else 4, tuple(draw(st.lists(entries(6 if afi == 4 else 4, 20), max_size=3)))))
    return afi, out  # type: ignore[return-value]


@pytest.fixture(autouse=True)
def _short(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bulk, "MANY", 0)


def plain(lists: list[PrefixList], afi: int) -> dict[int, tuple[int, int]]:
    """What the walk finds."""
    return prefixes._walked(lists, afi, None).found


@settings(deadline=None, max_examples=400)
@given(questions())
def test_bulk_finds_what_the_walk_finds(question: tuple[Afi, list[PrefixList]]) -> None:
    afi, lists = question
    found = bulk.signatures(lists, afi)
    long = any(entry[1] > bulk.WIDTH[afi] for one in lists if one.afi == afi for entry in one.entries)
    if long or any(one.order == "longest" and one.afi == afi for one in lists):
        assert found is None, "what does not fit exactly is left to the walk, never folded"
    else:
        assert found is None or found == plain(lists, afi)
    for signature, (network, length) in (found or {}).items():
        held = [one.afi == afi and prefixes.permits(one, network, length) for one in lists]
        assert signature == sum(1 << number for number, one in enumerate(held) if one)


@pytest.mark.parametrize("afi", [4, 6])
def test_coverage_both_ways_with_a_witness(afi: Afi) -> None:
    bits = BITS[afi]
    some: tuple[PrefixEntry, ...] = tuple((n << (bits - 16), 16, 16, 20 + n % 5, True, n) for n in range(300))
    inner, outer = PrefixList("I", afi, some), PrefixList("O", afi, some[::-1], order="any")
    assert bulk.signatures((inner, outer), afi) is not None
    assert prefixes.covers(inner, outer) is None and prefixes.covers(outer, inner) is None
    less = PrefixList("L", afi, some[:150] + some[151:], order="any")
    found = prefixes.covers(inner, less)
    assert found is not None and found[0] >> (bits - 16) == 150 and prefixes.covers(less, inner) is None
    halves = tuple((one[0] | half << (bits - 17), 17, 17, one[3], True, 1) for one in some for half in (0, 1))
    assert prefixes.covers(PrefixList("H", afi, halves), outer) is None
    deny: tuple[PrefixEntry, ...] = ((some[7][0], 17, 18, 18, False, 1), *some)
    assert prefixes.covers(PrefixList("D", afi, deny), outer) is None
    assert prefixes.covers(outer, PrefixList("D", afi, deny)) == (some[7][0], 18)


def test_a_long_chain_in_order_is_left_to_the_walk() -> None:
    chain: tuple[PrefixEntry, ...] = tuple((0, 8, 8, 8 + n % 20, n % 2 == 0, n) for n in range(bulk.CHAIN + 1))
    assert bulk.signatures([PrefixList("C", 4, chain)], 4) is None
    assert bulk.signatures([PrefixList("C", 4, chain[:-1])], 4) == plain([PrefixList("C", 4, chain[:-1])], 4)
