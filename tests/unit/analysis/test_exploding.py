"""AS-path lists of which too much would have to be remembered: they alone are left undecided, and lists that only look so are decided."""

from __future__ import annotations

import random

import pytest
from manrs_conformance.analysis import aspath
from manrs_conformance.model.policy import AsPathEntry, AsPathList

DICE = random.Random(65536)
ASNS = DICE.sample(range(1, 400_000), 600)


def listed(name: str, patterns: list[str]) -> AsPathList:
    return AsPathList(name, tuple(AsPathEntry(True, one, "frr") for one in patterns))


@pytest.mark.parametrize("shape", ["_{0}_.*1", "^{0}_.*[0-9]$", "_{0}_.*_7_", "_7_.*_{0}_", "_{0}(_{0})*_.*1?7"])
def test_patterns_that_end_alike_are_decided_however_many_they_are(shape: str) -> None:
    """What was seen of each of them would be one of 2^300 sets."""
    some = listed("some", [shape.format(asn) for asn in ASNS[:300]])
    less = listed("less", [shape.format(asn) for asn in ASNS[:299]])
    found = aspath.path_classes([some, less])
    assert not found.unknown
    assert set(found.signatures) == {0, 1, 3}
    for signature, path in zip(found.signatures, found.witnesses, strict=True):
        assert [aspath.matches(some, path), aspath.matches(less, path)] == [bool(signature & 1), bool(signature & 2)]


@pytest.mark.parametrize("shape", ["_{0}_.*_{1}_", "_{0}_.*{1}"])
def test_a_list_of_too_many_states_alone_is_left_undecided(shape: str) -> None:
    exploding = listed("exploding", [shape.format(*two) for two in zip(ASNS[:20], ASNS[20:], strict=False)])
    others = [listed("one", ["_1_"]), aspath.longer_than(7), listed("two", ["^1_2", "_3$"])]
    found = aspath.path_classes([others[0], exploding, *others[1:]])
    alone = aspath.path_classes(others)
    assert found.unknown == found.exploding == 2
    assert not alone.unknown and not alone.exploding
    assert [one & 1 | one >> 1 & 6 for one in found.signatures] == sorted(alone.signatures)
    assert found.masks[1] == 0


def test_lists_that_are_too_many_together_are_left_one_by_one() -> None:
    """Each of them has some thousand states; the ones that are left are decided."""
    lists = [
        listed(f"list{at}", ["_{}_.*_{}_".format(*ASNS[2 * (8 * at + n) : 2 * (8 * at + n) + 2]) for n in range(8)])
        for at in range(3)
    ]
    found = aspath.path_classes([*lists, listed("one", ["_1_"])])
    assert found.unknown == found.exploding
    assert 0 < found.unknown.bit_count() < 3 and found.unknown < 8
    for signature, path in zip(found.signatures, found.witnesses, strict=True):
        for at, one in enumerate(lists):
            assert found.unknown >> at & 1 or aspath.matches(one, path) is bool(signature >> at & 1)
