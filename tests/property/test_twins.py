"""Members of a cone for which others stand: every answer is that of all of them, with a path that is really answered so."""

from __future__ import annotations

from unittest import mock

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from manrs_conformance.analysis import aspath, lifting, regex, tokens, twins
from manrs_conformance.model.policy import AsPathEntry, AsPathList

ASNS = st.sampled_from((3, 4, 5, 3, 4, 5, 6, 14))
members = ASNS.map(lambda asn: f"^{asn}(_{asn})*$")
others = st.one_of(
    ASNS.map(lambda asn: f"_{asn}_"),
    ASNS.map(lambda asn: f"^{asn}_"),
    ASNS.map(lambda asn: f"_{asn}$"),
    st.tuples(ASNS, ASNS).map(lambda two: f"^{two[0]}_{two[1]}$"),
    st.sampled_from(
        (".*", "^$", "^[0-9]+$", "^[0-9]+_[0-9]+$", "^[34](_[34])*$", "^[3-5](_[3-5])*$", "^(3|4|5|6)(_(3|4|5|6))*$", "_1[0-4]_")
    ),
)
entries = st.tuples(st.sampled_from((True, True, True, False)), st.one_of(members, members, members, members, others))
ranges = st.sampled_from(
    (".*", "^[34](_[34])*$", "^[3-5](_[3-5])*$", "_[5-8]_", "^[1-4]_", "_[2-6]$", "^[0-9]+$", "^[4-7]_[0-9]+$")
)


@st.composite
def cones(draw: st.DrawFn) -> list[list[tuple[bool, str]]]:
    """Lists in which a member is named once, beside patterns that name none of them alone."""
    permits = st.sampled_from((True, True, True, False))
    some: list[list[tuple[bool, str]]] = [draw(st.lists(st.tuples(permits, ranges), max_size=2)) for _ in range(3)]
    for asn in range(1, 9):
        at = draw(st.integers(0, 3))
        if at < 3:
            some[at].insert(draw(st.integers(0, len(some[at]))), (draw(permits), f"^{asn}(_{asn})*$"))
    return [one for one in some if one] or [[(True, ".*")]]


lists = st.one_of(cones(), cones(), st.lists(st.lists(entries, min_size=1, max_size=9), min_size=1, max_size=3))


def asked(some: list[list[tuple[bool, str]]], bound: int | None) -> aspath.PathClasses:
    """The classes, worked out anew."""
    made = [
        AsPathList(f"L{at}", tuple(AsPathEntry(permit, pattern, "frr") for permit, pattern in one)) for at, one in enumerate(some)
    ]
    aspath._path_classes.cache_clear()
    tokens._words.cache_clear()
    return aspath.path_classes([*made, *([aspath.longer_than(bound)] if bound is not None else [])])


@settings(max_examples=250, deadline=None)
@given(lists, st.sampled_from((None, None, 1, 3)))
def test_members_that_stand_for_others_change_no_answer(some: list[list[tuple[bool, str]]], bound: int | None) -> None:
    found = asked(some, bound)
    with mock.patch.object(tokens, "fewer", lambda shape, _place, numbers: (shape, numbers)):
        every = asked(some, bound)
    assert found.signatures == every.signatures and found.unknown == every.unknown
    assert [len(one) for one in found.witnesses] == [len(one) for one in every.witnesses]
    for signature, path in zip(found.signatures, found.witnesses, strict=True):
        for number, one in enumerate(some):
            made = AsPathList("L", tuple(AsPathEntry(permit, pattern, "frr") for permit, pattern in one))
            assert aspath.matches(made, path) is bool(signature >> number & 1)


def test_a_cone_is_left_with_two_members_of_each_kind() -> None:
    cone = [(True, f"^{asn}(_{asn})*$") for asn in range(64500, 64530)]
    seen = []
    whole = twins.fewer

    def watched(*given: object) -> object:
        seen.append(whole(*given))  # type: ignore[arg-type]
        return seen[-1]

    with mock.patch.object(tokens, "fewer", watched):
        asked([cone, [(True, "^6450[0-9](_6450[0-9])*$")]], None)
    (shape, numbers), *_ = seen
    assert len(shape[0][0][1]) == 4
    assert len(numbers) == 5, "two members in both lists, two in the first alone, and all other numbers"


@pytest.mark.parametrize("pattern", ("^1(_1)*$", "^12(_12)*$", "^4200000000(_4200000000)*$"))
def test_a_member_is_read_like_the_pattern_written_out(pattern: str) -> None:
    short = regex.parse(pattern)
    assert isinstance(short, regex.Cone) and short.written() == regex._Reader(pattern).alternation()
    alphabet, other = lifting.Alphabet(), lifting.Alphabet()
    member = lifting.lifted(short, alphabet)
    assert isinstance(member, lifting.Member) and member.written() == lifting.lifted(short.written(), other)
    assert alphabet.expressions == other.expressions
