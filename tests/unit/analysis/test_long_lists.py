"""A long list among short ones: its nodes are sorted once, and no question may see a difference."""

from __future__ import annotations

import random

import pytest
from manrs_conformance.analysis import forest, prefixes
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
    joined = forest.Rows.joined
    monkeypatch.setattr(forest.Rows, "joined", lambda *args: made.append(1) or joined(*args))
    found, counted = prefixes.prefix_classes(lists, 4), prefixes.sizes(lists, 4)
    assert made, "the long list was taken as it was sorted"
    assert sum(counted.values()) == 2**33 - 1
    assert counted.keys() == set(found.signatures)
    for signature, (network, length) in zip(found.signatures, found.witnesses, strict=True):
        assert signature == sum(1 << number for number, one in enumerate(lists) if prefixes.permits(one, network, length))
    monkeypatch.setattr(forest, "FEW", 10**9)
    monkeypatch.setattr(prefixes, "LONG", 10**9)  # and each list is read anew, so that one asked for twice is two
    assert prefixes.prefix_classes(lists, 4) == found
    assert prefixes.sizes(lists, 4) == counted
