"""A long list among short ones: its nodes are sorted once, and no question may see a difference."""

from __future__ import annotations

import random
from typing import Literal
from unittest import mock

import pytest
from hypothesis import given
from hypothesis import strategies as st
from manrs_conformance.analysis import bulk, prefixes, rows
from manrs_conformance.model.policy import PrefixEntry, PrefixList


def entries(dice: random.Random, count: int, *, deny: bool = False) -> tuple[PrefixEntry, ...]:
    out: list[PrefixEntry] = []
    for line in range(count):
        length = dice.choice((0, 8, 9, 10, 12, 14))
        network = dice.getrandbits(length) << 32 - length if length else 0
        low = dice.randint(length, 16)
        out.append((network, length, low, dice.randint(low, 20), not deny or dice.random() < 0.6, line))
    return tuple(out)


@pytest.mark.parametrize("seed", range(40))
def test_a_long_list_gives_the_same_classes_whether_or_not_it_was_sorted_before(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    dice = random.Random(seed)
    long = PrefixList("long", 4, entries(dice, 400))
    lists = [
        PrefixList("ordered", 4, entries(dice, 5, deny=True)),
        PrefixList("short", 4, entries(dice, 8), order="any"),
        long,
        PrefixList("same", 4, long.entries, order="any"),
        PrefixList("longest", 4, entries(dice, 4, deny=True), order="longest"),
    ]
    dice.shuffle(lists)
    made: list[int] = []
    joined = rows.Rows.joined
    monkeypatch.setattr(rows.Rows, "joined", lambda *args: made.append(1) or joined(*args))
    found, counted = prefixes.prefix_classes(lists, 4), prefixes.sizes(lists, 4)
    assert made, "the long list was taken as it was sorted"
    assert sum(counted.values()) == 2**33 - 1
    assert counted.keys() == set(found.signatures)
    for signature, (network, length) in zip(found.signatures, found.witnesses, strict=True):
        assert signature == sum(1 << number for number, one in enumerate(lists) if prefixes.permits(one, network, length))
    monkeypatch.setattr(rows, "FEW", 10**9)
    monkeypatch.setattr(prefixes, "LONG", 10**9)  # and each list is read anew, so that one asked for twice is two
    assert prefixes.prefix_classes(lists, 4) == found
    assert prefixes.sizes(lists, 4) == counted


@pytest.mark.parametrize("seed", range(40))
def test_two_long_lists_give_the_same_classes_as_two_that_nobody_sorted(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    dice = random.Random(seed)
    one = entries(dice, dice.choice((70, 200, 400)))
    two = tuple(dice.sample(one, len(one) // 2)) + entries(dice, dice.choice((0, 40, 400)))
    lists = [PrefixList("one", 4, one), PrefixList("two", 4, two, order="any")]
    lists += [PrefixList("more", 4, entries(dice, 3))] * dice.randint(0, 1)
    lists += [PrefixList("ordered", 4, entries(dice, 4, deny=True))] * dice.randint(0, 1)
    dice.shuffle(lists)
    found, counted = prefixes.prefix_classes(lists, 4), prefixes.sizes(lists, 4)
    assert sum(counted.values()) == 2**33 - 1
    for signature, (network, length) in zip(found.signatures, found.witnesses, strict=True):
        assert signature == sum(1 << number for number, one in enumerate(lists) if prefixes.permits(one, network, length))
    monkeypatch.setattr(prefixes, "LONG", 10**9)
    assert prefixes.prefix_classes(lists, 4) == found
    assert prefixes.sizes(lists, 4) == counted


def plain(one: PrefixList, network: int, length: int) -> bool:
    """Entry by entry, as the documents say."""
    over = [e for e in one.entries if e[1] <= length and network >> 32 - e[1] == e[0] >> 32 - e[1]]
    if one.order == "longest" and over:
        over = [e for e in over if e[1] == max(e[1] for e in over)]
    actions = [e[4] for e in over if e[2] <= length <= e[3]]
    return any(actions) if one.order == "any" else actions[:1] == [True]


@pytest.mark.parametrize("order", ["first", "longest", "any"])
@pytest.mark.parametrize("seed", range(12))
def test_a_long_list_decides_as_its_entries_do_one_by_one(seed: int, order: Literal["first", "longest", "any"]) -> None:
    """Denies among them, in the order of their addresses and in any, ranges that are empty and prefixes that are named twice."""
    dice = random.Random(seed)
    some = entries(dice, dice.choice((65, 150, 400)), deny=True)
    some = tuple((*one[:3], max(0, one[3] - dice.choice((0, 0, 0, 6))), *one[4:]) for one in some if one[1])
    one = PrefixList("L", 4, tuple(sorted(some)) if seed % 3 == 0 else some, order=order)
    found = prefixes.prefix_classes([one], 4)
    assert set(found.signatures) == {0, 1}
    for signature, witness in zip(found.signatures, found.witnesses, strict=True):
        assert plain(one, *witness) is bool(signature)
    permitted = 0
    for _ in range(300):
        length = dice.randint(0, 20)
        network = (
            dice.getrandbits(length) << 32 - length if dice.random() < 0.4 else dice.choice(some)[0] >> 32 - length << 32 - length
        )
        assert prefixes.permits(one, network, length) is plain(one, network, length)
        permitted += plain(one, network, length)
    assert 0 < permitted < 300
    # What each prefix up to /12 is, against how many there are of each kind.
    every = [plain(one, network << 20, 12) for network in range(1 << 12)]
    exact = PrefixList("/12", 4, ((0, 0, 12, 12, True, 1),))
    assert prefixes.sizes([one, exact], 4).get(3, 0) == sum(every)


@pytest.mark.parametrize("count", [1, 100])
def test_a_range_that_no_prefix_has_is_an_error_and_no_other_range(count: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Lengths are packed with others into one number, with numpy, too."""
    monkeypatch.setattr(bulk, "MANY", 50)
    wrong = PrefixList("L", 4, tuple((n << 8, 24, 24, 300, True, n) for n in range(count)), order="any")
    with pytest.raises(ValueError, match="prefix list L"):
        prefixes.prefix_classes([wrong], 4)


keys = st.tuples(st.integers(0, 31), st.integers(5, 32)).map(lambda two: two[0] << 35 | two[1])
masks = st.dictionaries(keys, st.integers(1, (1 << 33) - 1), max_size=30)


@given(masks, masks)
def test_rows_that_are_joined_are_those_of_both(one: dict[int, int], two: dict[int, int]) -> None:
    wanted = rows.Rows.of({key: one.get(key, 0) | two.get(key, 0) << 33 for key in {*one, *two}})
    more = rows.Rows.of({key: mask << 33 for key, mask in two.items()})
    for join in (rows.Rows._with_few, rows.Rows._with_many, rows.Rows.joined):
        assert join(rows.Rows.of(one), rows.Rows.of(two), more.masks) == wanted


singles = st.tuples(st.integers(0, 31), st.integers(5, 32), st.integers(5, 32), st.integers(5, 32), st.booleans())


@given(st.lists(singles, max_size=60), st.integers(1, 8), st.sampled_from((0, 96)))
def test_rows_are_read_of_entries_in_any_order_and_in_parts_of_any_size(some: list[tuple[int, ...]], part: int, more: int) -> None:
    """Entries that deny, that hold for no length, or for one prefix more than once, in IPv4 and at the end of IPv6."""
    entries = tuple((a << 27 + more, b, c, d, bool(e), line) for line, (a, b, c, d, e) in enumerate(some))
    wanted: dict[int, int] = {}
    for network, length, low, high, permit, _line in entries:
        if permit and low <= high:
            key = network << 8 | length
            wanted[key] = wanted.get(key, 0) | sum(1 << one for one in range(low, high + 1))
    with mock.patch.object(rows, "PART", part):
        assert rows.Rows.read(entries, 32 + more) == rows.Rows.of(wanted)
