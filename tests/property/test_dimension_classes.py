"""Classes of prefixes, AS paths and communities against brute force over small universes."""

from __future__ import annotations

import itertools
import re

from hypothesis import given, settings
from hypothesis import strategies as st
from manrs_conformance.analysis import aspath, communities, prefixes
from manrs_conformance.model.policy import AsPathEntry, AsPathList, CommunityEntry, CommunityList, PrefixList

SEEN = (0, 1, 2, 3, 10, 11, 12, 15, 20, 21, 22, 100, 110, 111, 112, 121, 200, 211, 212, 1112, 2111, 2121, 4294967295)
PATHS = [(), *((n,) for n in SEEN), *itertools.product(SEEN, repeat=2), *itertools.product((1, 2, 11, 12, 21), repeat=3)]
ASNS = st.sampled_from(["1", "2", "11", "12", "21", "112"])
SHAPES = [
    "_A_",
    "^A_",
    "_A$",
    "^A$",
    "^A(_[0-9]+)*$",
    "^A_B$",
    "^(A_)+$",
    "_(A|B)_",
    "^A_.*_B$",
    ".*",
    "^$",
    "^A(_A)*$",
    "^A~B$",
    "^A(_B)?$",
    "_A_B_",
    "A",
    "^[0-9]+$",
    "(A_)+B",
    "^A(~A)*(~B)*$",
    "_A.*",
    "^A.*B$",
    "(_A)+(_B)+$",
    "^A_?$",
    "(^|_)A($|_)",
    "^A$|^B$",
    "_A[0-9]_",
    "(_A)?B",
    "(1|_)B",
    "A(2?|_)",
    "_~A",
    "A~_B",
    "[^1]A",
    ".A",
    "(A~)?B",
]
MEMBERS = ("65000:1", "65000:2", "65000:12", "1:65000", "65535:666")


@st.composite
def prefix_list(draw: st.DrawFn, afi: int) -> PrefixList:
    bits = prefixes.BITS[afi]
    entries = []
    for line in range(draw(st.integers(0, 5))):
        length = bits - draw(st.integers(0, 4))
        network = draw(st.integers(0, 15)) >> (bits - length) << (bits - length)
        low = draw(st.integers(length, bits + 1))  # low may exceed high: `longer` of a host prefix is an empty range
        entries.append((network, length, low, draw(st.integers(min(low, bits), bits)), draw(st.booleans()), line))
    return PrefixList("L", 4 if afi == 4 else 6, tuple(entries), order=draw(st.sampled_from(["first", "any", "longest"])))


@settings(max_examples=150, deadline=None)
@given(st.data(), st.sampled_from([4, 6]))
def test_prefix_classes_are_exactly_the_signatures_that_occur(data: st.DataObject, afi: int) -> None:
    lists = data.draw(st.lists(prefix_list(afi), min_size=1, max_size=3))
    bits = prefixes.BITS[afi]

    def signature(network: int, length: int) -> int:
        return sum(prefixes.permits(one, network, length) << i for i, one in enumerate(lists))

    world = {(n >> (bits - size) << (bits - size), size) for size in range(bits + 1) for n in (*range(17), 1 << (bits - 1))}
    found = prefixes.prefix_classes(lists, afi)
    assert set(found.signatures) == {signature(*one) for one in world}
    for value, (network, length) in zip(found.signatures, found.witnesses, strict=True):
        assert signature(network, length) == value
        assert network & ((1 << (bits - length)) - 1) == 0


def test_an_empty_range_still_shadows_shorter_prefixes_by_longest_match() -> None:
    shadowed = PrefixList("L", 4, ((0, 28, 28, 32, True, 1), (4, 32, 33, 32, True, 2)), order="longest")
    every = PrefixList("E", 4, ((0, 28, 28, 32, True, 1),))
    assert prefixes.covers(every, shadowed) == (4, 32)


@st.composite
def path_list(draw: st.DrawFn) -> AsPathList:
    entries = []
    for _ in range(draw(st.integers(1, 3))):
        shape = draw(st.sampled_from(SHAPES)).replace("~", " ")
        pattern = shape.replace("A", draw(ASNS)).replace("B", draw(ASNS))
        entries.append(AsPathEntry(draw(st.booleans()), pattern, "frr"))
    return AsPathList("L", tuple(entries))


def permitted(one: AsPathList, text: str) -> bool:
    for entry in one.entries:
        if re.search(entry.pattern.replace("$", r"\Z").replace("_", r"(?:^|[,{}() ]|\Z)"), text):
            return entry.permit
    return False


@settings(max_examples=150, deadline=None)
@given(st.lists(path_list(), min_size=1, max_size=3))
def test_path_classes_hold_every_signature_that_occurs(lists: list[AsPathList]) -> None:
    def signature(path: tuple[int, ...]) -> int:
        return sum(permitted(one, " ".join(map(str, path))) << i for i, one in enumerate(lists))

    found = aspath.path_classes(lists)
    assert found.unknown == 0
    assert {signature(path) for path in PATHS} <= set(found.signatures)
    for value, path in zip(found.signatures, found.witnesses, strict=True):
        assert signature(path) == value


@settings(max_examples=100, deadline=None)
@given(st.lists(path_list(), max_size=2), st.lists(st.integers(0, 6), min_size=1, max_size=3))
def test_bounds_of_the_length_beside_other_lists_are_those_of_their_automata(lists: list[AsPathList], bounds: list[int]) -> None:
    longer = [aspath.longer_than(bound) for bound in bounds]
    # The same bounds as patterns that are not known for what they are: decided by an automaton each.
    spelt = [AsPathList("longer", (AsPathEntry(True, "^" + "[0-9]+_" * bound + "[0-9]+", "frr"),)) for bound in bounds]
    counted, walked = aspath.path_classes([*lists, *longer]), aspath.path_classes([*lists, *spelt])
    assert counted.signatures == walked.signatures
    assert [len(one) for one in counted.witnesses] == [len(one) for one in walked.witnesses], "both are shortest"
    for value, path in zip(counted.signatures, counted.witnesses, strict=True):
        assert all((len(path) > bound) == bool(value >> len(lists) + i & 1) for i, bound in enumerate(bounds))


def test_a_group_at_an_open_end_may_begin_inside_a_number() -> None:
    lists = [AsPathList("L", (AsPathEntry(True, "(1_)+11", "frr"),)), AsPathList("M", (AsPathEntry(True, "_1_11_", "frr"),))]
    found = aspath.path_classes(lists)
    assert 1 in found.signatures, "21 110 matches the first and not the second"


def test_the_extra_predicates_say_what_their_names_say() -> None:
    lists = [
        aspath.contains_any([(5, 12)], "some"),
        aspath.first_is([1]),
        aspath.origin_in([(2, 2)]),
        aspath.only_of([(1, 2)]),
        aspath.longer_than(1),
    ]
    for path in PATHS:
        said = [aspath.matches(one, path) for one in lists]
        meant = [
            any(5 <= n <= 12 for n in path),
            path[:1] == (1,),
            path[-1:] == (2,),
            all(1 <= n <= 2 for n in path),
            len(path) > 1,
        ]
        assert said == meant, path


@st.composite
def community_list(draw: st.DrawFn) -> CommunityList:
    shapes = ["_65000:1_", "^65000:1$", "65000:1", "_65000:.*_", ".*", "_(65000:2)_", "_65535:666_", "blackhole"]
    entries = []
    for _ in range(draw(st.integers(0, 3))):
        permit = draw(st.booleans())
        if draw(st.booleans()):
            entries.append(CommunityEntry(permit, tuple(draw(st.sets(st.sampled_from(MEMBERS), min_size=1, max_size=2)))))
        else:
            entries.append(
                CommunityEntry(permit, regex=draw(st.sampled_from(shapes)), scope=draw(st.sampled_from(["whole", "each"])))
            )
    return CommunityList("L", "standard", tuple(entries))


def value_of(formula: communities.Formula, present: frozenset[str]) -> bool | None:
    if isinstance(formula, communities.Present):
        return formula.community in present
    if isinstance(formula, communities.Fixed):
        return formula.value
    if isinstance(formula, communities.Negated):
        inner = value_of(formula.part, present)
        return None if inner is None else not inner
    parts = [value_of(one, present) for one in formula.parts]
    decisive = isinstance(formula, communities.Some)
    return decisive if decisive in parts else None if None in parts else not decisive


@settings(max_examples=200, deadline=None)
@given(community_list(), st.sampled_from(["list", "exact", "any", "every", "within"]))
def test_a_known_formula_agrees_with_the_concrete_answer(one: CommunityList, mode: str) -> None:
    formula = communities.formula(one, mode, frozenset(MEMBERS))
    for size in range(len(MEMBERS) + 1):
        for some in itertools.combinations(MEMBERS, size):
            said, meant = value_of(formula, frozenset(some)), communities.matches(one, mode, frozenset(some))
            assert said is None or meant is None or said == meant, (some, said, meant)


def test_what_prints_as_a_name_is_never_decided_by_its_number() -> None:
    one = CommunityList("L", "standard", (CommunityEntry(True, regex="_65535:666_"),))
    assert value_of(communities.formula(one, "list", frozenset()), frozenset({"65535:666"})) is None
    assert communities.matches(one, "list", frozenset({"65535:666"})) is None
    assert communities.matches(one, "list", frozenset({"65000:1"})) is False
