"""Patterns of the usual shapes are remembered by their tree: a second question gives what the first one gave."""

from __future__ import annotations

import pytest
from manrs_conformance.analysis import aspath, tokens
from manrs_conformance.model.policy import AsPathEntry, AsPathList

PATTERNS = (
    "_64500_",
    "^64500(_64500)*$",
    "^64500(_64501)*$",
    "^64500$",
    "_64500",
    "64500_",
    "^64500_",
    "^6450[0-3](_6450[0-3])+$",
    "^$",
    "^6450(0_)*$",
)


@pytest.mark.parametrize("pattern", PATTERNS)
def test_the_same_answer_again_beside_another_list(pattern: str) -> None:
    one = AsPathList("ONE", (AsPathEntry(True, pattern, "frr"),))
    two = AsPathList("TWO", (AsPathEntry(True, "_64500$", "frr"), AsPathEntry(False, "_64501_", "frr")))
    answers = []
    for lists in ((one,), (one, two), (two, one), (one,), (one, two)):
        aspath._path_classes.cache_clear()
        found = aspath.path_classes(lists)
        answers.append(found)
        for signature, path in zip(found.signatures, found.witnesses, strict=True):
            assert signature == sum(1 << number for number, each in enumerate(lists) if aspath.matches(each, path))
        for number in range(len(lists)):
            held = sum(1 << at for at, signature in enumerate(found.signatures) if signature >> number & 1)
            assert found.masks[number] == held
    assert answers[0] == answers[3] and answers[1] == answers[4]


@pytest.mark.parametrize("pattern", PATTERNS)
def test_what_is_remembered_is_what_would_be_found(pattern: str) -> None:
    one = AsPathList("ONE", (AsPathEntry(True, pattern, "frr"),))
    lists = (AsPathList("OTHER", (AsPathEntry(True, "_64999_", "frr"),)), one)

    def asked() -> aspath.PathClasses:
        aspath._path_classes.cache_clear()
        return aspath.path_classes(lists)

    tokens._usual.clear()
    fresh = asked()
    tokens._usual.clear()
    aspath.path_classes((one,))
    assert asked() == fresh


def test_two_numbers_of_one_pattern_are_not_taken_for_one() -> None:
    tokens._usual.clear()
    for pattern in ("^64500(_64501)*$", "^64500(_64500)*$"):
        for _turn in range(2):
            aspath._path_classes.cache_clear()
            aspath.path_classes((AsPathList("L", (AsPathEntry(True, pattern, "frr"),)),))
    assert len(tokens._usual) == 1
