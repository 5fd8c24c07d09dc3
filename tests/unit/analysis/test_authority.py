"""What a neighbour may announce: allowance for more specifics and exclusions, against counting every prefix."""

from __future__ import annotations

import random

import pytest
from manrs_conformance.analysis import authority
from manrs_conformance.model.intent import Neighbour, PrefixRange, Selector
from manrs_conformance.model.policy import PrefixEntry
from manrs_conformance.model.reference import Authorised, Bogons, Reference

BITS = 6
BOGONS = Bogons((), (), (), (), "")


def held(ranges: list[PrefixEntry] | tuple[PrefixEntry, ...], bits: int = BITS) -> set[tuple[int, int]]:
    """Every (network, length) of ranges in a small universe."""
    return {
        (number << (bits - length), length)
        for length in range(bits + 1)
        for number in range(1 << length)
        for net, size, low, high, *_ in ranges
        if low <= length <= high and length >= size and number >> (length - size) == net >> (bits - size)
    }


@pytest.mark.parametrize("seed", range(100))
def test_what_is_taken_away_is_exactly_the_prefix_and_what_is_longer(seed: int) -> None:
    dice = random.Random(seed)
    size, length = dice.randint(0, BITS), dice.randint(0, BITS)
    low = dice.randint(size, BITS)
    entry: PrefixEntry = (dice.getrandbits(BITS) >> (BITS - size) << (BITS - size), size, low, dice.randint(low, BITS), True, 0)
    network = dice.getrandbits(BITS) >> (BITS - length) << (BITS - length)
    left = list(authority.minus(entry, network, length, BITS))
    assert held(left) == held([entry]) - held([(network, length, length, BITS, True, 0)])
    assert all(one[2] <= one[3] for one in left)


def neighbour(**more: object) -> Neighbour:
    return Neighbour(Selector(asn=64501), "customer", **more)  # type: ignore[arg-type]


def reference(found: Authorised) -> Reference:
    return Reference(BOGONS, authorised={"AS64501": found})


V4: tuple[PrefixEntry, ...] = ((198 << 24 | 51 << 16, 22, 22, 22, True, 0), (203 << 24 | 113 << 8, 24, 24, 24, True, 0))
KNOWN = Authorised(V4, (), (64501,), {"198.51.0.0/22": "route object of AS64501", "203.0.113.0/24": "ROA of AS64501"})


def test_without_either_the_answer_is_the_registries() -> None:
    assert authority.of(neighbour(), 64501, reference(KNOWN)) is KNOWN
    assert "no registry data for AS64502" in (authority.of(neighbour(), 64502, reference(KNOWN)).problem or "")


def test_more_specifics_may_be_announced_and_need_not_be_listed() -> None:
    one = neighbour(more_specifics_v4=24)
    found = authority.of(one, 64501, reference(KNOWN))
    assert [(entry[1], entry[2], entry[3]) for entry in found.v4] == [(22, 22, 24), (24, 24, 24)]
    assert found.reasons["198.51.0.0/22 le 24"] == "route object of AS64501; down to /24 by the intent"
    assert authority.of(one, 64501, reference(KNOWN), widened=False).v4 == V4
    assert authority.of(one, 64501, reference(KNOWN)) is found, "made once"
    other = Authorised(V4[:1], ())
    assert len(authority.of(one, 64501, reference(other)).v4) == 1, "and anew for another answer"


def test_an_exclusion_holds_whatever_registries_say_and_never_empties_a_filter() -> None:
    found = authority.of(neighbour(exclude=("198.51.2.0/24",), more_specifics_v4=24), 64501, reference(KNOWN))
    texts = {(entry[0] >> 8 & 255, entry[1], entry[2], entry[3]) for entry in found.v4}
    assert texts == {(0, 22, 22, 23), (0, 23, 24, 24), (3, 24, 24, 24), (113, 24, 24, 24)}
    assert found.reasons["198.51.2.0/24"] == "excluded by the intent" and not found.problem
    none = authority.of(neighbour(exclude=("198.51.0.0/16", "203.0.113.0/24")), 64501, reference(KNOWN))
    assert none.v4 == () and "empty filter" in (none.problem or "")
    pinned = neighbour(prefixes=(PrefixRange("203.0.113.0/24", le=25),), exclude=("203.0.113.128/25",))
    assert [entry[:4] for entry in authority.of(pinned, 64501, reference(KNOWN)).v4] == [
        (203 << 24 | 113 << 8, 24, 24, 24),
        (203 << 24 | 113 << 8, 25, 25, 25),
    ]


def test_a_missing_answer_stays_missing() -> None:
    trouble = Authorised((), (), problem="the registry was not heard")
    assert authority.of(neighbour(more_specifics_v4=24, exclude=("192.0.2.0/24",)), 64501, reference(trouble)) is trouble
