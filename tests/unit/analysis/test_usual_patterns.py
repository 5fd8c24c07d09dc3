"""Patterns of the usual shapes: each path of an answer is answered so by the expression itself, beside any other list."""

from __future__ import annotations

import pytest
from manrs_conformance.analysis import aspath
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


@pytest.mark.parametrize(
    "pattern", ("^" + "1" * 5_000 + "$", "^[1-3]" + "1" * 5_000 + "$", "_4294967296_", "^00$", "^0123(_0123)*$")
)
def test_digits_that_are_no_as_number_are_in_no_path(pattern: str) -> None:
    found = aspath.path_classes((AsPathList("L", (AsPathEntry(True, pattern, "frr"),)),))
    assert found.signatures == (0,) and not found.unknown
