"""Whole-ASN patterns against a naive reading: every ASN of a small universe is one letter, and Python's `re` decides."""

from __future__ import annotations

import itertools
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from manrs_conformance.analysis import asnmode, aspath
from manrs_conformance.analysis.regex import UnsupportedPattern
from manrs_conformance.model.policy import AsPathEntry, AsPathList

UNIVERSE = {64496: "a", 64500: "b", 65000: "c", 164496: "d", 6449: "e"}
PATHS = [path for length in range(4) for path in itertools.product(UNIVERSE, repeat=length)]


def naive(pattern: str) -> re.Pattern[str]:
    """The pattern over letters."""

    def letters(found: re.Match[str]) -> str:
        numbers = [int(one) for one in found.group().strip("[]").split("-")]
        some = [letter for asn, letter in UNIVERSE.items() if numbers[0] <= asn <= numbers[-1]]
        return f"[{''.join(some)}]" if some else "[^\\s\\S]"

    return re.compile(re.sub(r"\[\d+-\d+\]|\d+", letters, pattern).replace("_", "").replace(" ", ""))


def listed(*patterns: str, permit: bool = True) -> AsPathList:
    """A list of whole-ASN patterns."""
    return AsPathList("L", tuple(AsPathEntry(permit, one, "asn", number) for number, one in enumerate(patterns, 1)))


def agrees(pattern: str) -> None:
    """Concrete matching and classes say what the naive reading says."""
    expected = naive(pattern)
    one = listed(pattern)
    for path in PATHS:
        text = "".join(UNIVERSE[asn] for asn in path)
        assert aspath.matches(one, path) is (expected.search(text) is not None), (pattern, path)
    found = aspath.path_classes([one])
    assert found.unknown == 0
    for signature, witness in zip(found.signatures, found.witnesses, strict=True):
        assert aspath.matches(one, witness) is bool(signature), (pattern, witness)
    can = {expected.search("".join(UNIVERSE[asn] for asn in path)) is not None for path in PATHS}
    assert {bool(one) for one in found.signatures} >= can


@pytest.mark.parametrize(
    "pattern",
    [
        "64500",
        "^64500",
        "64500$",
        "^64500$",
        "^$",
        ".*",
        "_64500_",
        "^64500_",
        "_64500$",
        "_[64496-64511]_",
        "^64500_64496$",
        "^64500 64496",
        "^64500_.*$",
        "^64500_.+$",
        "^64500.*65000$",
        "^(64500|65000)",
        "(64496|64500)$",
        "^(64500_)+$",
        "^64500(_64500)*$",
        "^64500(_64500)*(_65000)*$",
        "(^|_)65000_",
        "_64500_(64496|65000)_",
        "64496|^65000",
        "^([64496-65000]_)*$",
        "_",
        "^.+_64500",
        "^64500(_65000)?$",
    ],
)
def test_whole_asn_patterns(pattern: str) -> None:
    agrees(pattern)


@pytest.mark.parametrize(
    "pattern",
    [
        "^[0-9]+$",
        "6450.",
        "64500*",
        "64500+",
        "64500?64496",
        "64[5-6]00",
        "^(64500)+$",
        "(64500",
        "64500)",
        "[64500]",
        "[^64500]",
        "__",
        "\\d",
        "(1|2)3",
        "[65000-64496]",
        "99999999999",
        "4294967296",
        "64500_*",
        "a",
    ],
)
def test_what_another_reading_could_change_is_unknown(pattern: str) -> None:
    with pytest.raises(UnsupportedPattern):
        asnmode.characters(pattern)
    assert aspath.path_classes([listed(pattern)]).unknown == 1
    assert aspath.matches(listed(pattern), (64500,)) is None


def test_a_number_is_never_part_of_another() -> None:
    """Point 32: in character mode 64496 finds 164496 too; in asn mode it does not."""
    assert aspath.matches(listed("64496"), (164496,)) is False
    assert aspath.matches(AsPathList("L", (AsPathEntry(True, "64496", "cisco"),)), (164496,)) is True


def test_an_as_set_is_not_decided() -> None:
    assert aspath.matches(listed("_64500_"), (64496, (64500, 65000))) is None


PIECES = st.sampled_from(["64500", "[64496-64511]", "(64496|65000)", "(_65000)*", ".*", "(64500_)?", ".+"])


@given(st.lists(PIECES, min_size=1, max_size=4), st.booleans(), st.booleans())
@settings(max_examples=60, deadline=None)
def test_any_composition(pieces: list[str], begin: bool, end: bool) -> None:
    pattern = "_".join(pieces)
    pattern = f"{'^' if begin else ''}{pattern}{'$' if end else ''}".replace("__", "_").replace("_(_", "(_").replace("?_", "?")
    try:
        asnmode.characters(pattern)
    except UnsupportedPattern:
        return
    agrees(pattern)


def test_mixed_with_character_lists() -> None:
    """Classes over lists of both dialects are classes of both."""
    found = aspath.path_classes([listed("_[64512-65534]_"), aspath.contains_any([(64512, 65534)], "private")])
    assert found.unknown == 0
    assert sorted(found.signatures) == [0, 3]
