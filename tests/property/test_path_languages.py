"""AS-path expressions over whole ASNs against a naive matcher, and long lists of every dialect."""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from manrs_conformance.analysis import aspath
from manrs_conformance.model.policy import AsPathEntry, AsPathList

ASNS = (1, 2, 12, 21, 65536)
PATHS = [path for size in range(4) for path in itertools.product(ASNS, repeat=size)]

# An expression is a tree: ("asn", low, high), ("any",), ("seq", …), ("or", …), ("times", tree, low, high), ("begin",), ("end",).
Tree = tuple  # type: ignore[type-arg]
atoms = st.one_of(
    st.sampled_from(ASNS).map(lambda n: ("asn", n, n)),
    st.sampled_from([(1, 12), (2, 20), (12, 70000), (64512, 65534)]).map(lambda r: ("asn", *r)),
    st.just(("any",)),
)
trees = st.recursive(
    atoms,
    lambda inner: st.one_of(
        st.lists(inner, min_size=1, max_size=3).map(lambda some: ("seq", *some)),
        st.lists(inner, min_size=2, max_size=3).map(lambda some: ("or", *some)),
        st.tuples(inner, st.sampled_from([(0, None), (1, None), (0, 1), (2, 2), (1, 2), (1, None)])).map(
            lambda p: ("times", p[0], *p[1])
        ),
    ),
    max_leaves=5,
)


def ends(tree: Tree, path: Sequence[int], at: int) -> set[int]:
    """Where a match of the tree that begins at `at` may end."""
    kind, *rest = tree
    if kind == "asn":
        return {at + 1} if at < len(path) and rest[0] <= path[at] <= rest[1] else set()
    if kind == "any":
        return {at + 1} if at < len(path) else set()
    if kind == "seq":
        found = {at}
        for part in rest:
            found = set().union(*(ends(part, path, one) for one in found)) if found else set()
        return found
    if kind == "or":
        return set().union(*(ends(part, path, at) for part in rest))
    part, low, high = rest
    found, out = {at}, {at} if low == 0 else set()
    for count in range(1, (high if high is not None else len(path) + low) + 1):
        found = set().union(*(ends(part, path, one) for one in found)) if found else set()
        out |= found if count >= low else set()
    return out


def written(tree: Tree) -> str:
    """The expression in Junos syntax."""
    kind, *rest = tree
    if kind == "any":
        return "."
    if kind == "asn":
        return str(rest[0]) if rest[0] == rest[1] else f"[{rest[0]}-{rest[1]}]"
    if kind == "seq":
        return " ".join(written(part) for part in rest)
    if kind == "or":
        return "(" + "|".join(written(part) for part in rest) + ")"
    part, low, high = rest
    sign = {(0, None): "*", (1, None): "+", (0, 1): "?"}.get((low, high)) or (f"{{{low}}}" if low == high else f"{{{low},{high}}}")
    return f"({written(part)}){sign}"


def one_list(*patterns: str, dialect: str) -> AsPathList:
    return AsPathList("L", tuple(AsPathEntry(True, pattern, dialect) for pattern in patterns))


def check(one: AsPathList, meant: dict[tuple[int, ...], bool]) -> None:
    """Concrete answers, and the classes: every signature that occurs is there, and every witness has its signature."""
    for path, wanted in meant.items():
        assert aspath.matches(one, path) is wanted, (one.entries, path)
    found = aspath.path_classes([one])
    assert found.unknown == 0
    assert {int(wanted) for wanted in meant.values()} <= set(found.signatures)
    for signature, path in zip(found.signatures, found.witnesses, strict=True):
        assert aspath.matches(one, path) is bool(signature)


@settings(max_examples=250, deadline=None)
@given(trees)
def test_junos_expressions_match_whole_paths(tree: Tree) -> None:
    check(one_list(written(tree), dialect="junos"), {path: len(path) in ends(tree, path, 0) for path in PATHS})


@pytest.mark.parametrize(
    ("dialect", "pattern", "yes", "no"),
    [
        ("junos", "64496", [(64496,)], [(), (64496, 64496), (164496,)]),
        ("junos", "^64496 .*$", [(64496,), (64496, 1)], [(1, 64496)]),
        ("junos", "()", [()], [(1,)]),
        ("junos", ".*", [(), (1, 2)], []),
        ("junos", ".* 64512-65534 .*", [(64512,), (1, 65000, 2)], [(65535,), ()]),
        ("junos", ".* [ 1 5-7 ]", [(5,), (2, 7)], [(4,), (7, 2)]),
        ("junos", "(1|2)+ 3?", [(1,), (2, 1, 3)], [(3,), ()]),
        ("junos", "1 | 2 3", [(1,), (2, 3)], [(1, 3), (2,)]),
        ("junos", "1{2,3}", [(1, 1), (1, 1, 1)], [(1,), (11,), (111,)]),
        ("asn", "_64496_", [(64496,), (1, 64496, 2)], [(164496,)]),
        ("asn", "_[64512-65534]_", [(65000,)], [(65535,)]),
        ("asn", "^(64512|64515)", [(64515, 1)], [(1, 64515)]),
        ("asn", "^$", [()], [(1,)]),
        ("asn", "64496$", [(1, 64496)], [(64496, 1), (164496,)]),
    ],
)
def test_known_expressions(dialect: str, pattern: str, yes: list[tuple[int, ...]], no: list[tuple[int, ...]]) -> None:
    check(one_list(pattern, dialect=dialect), {**dict.fromkeys(yes, True), **dict.fromkeys(no, False)})


@pytest.mark.parametrize(
    ("dialect", "pattern"),
    [
        ("junos", "1.10"),
        ("junos", "64496.*"),
        ("junos", "_1_"),
        ("junos", "!1"),
        ("junos", "(1"),
        ("junos", "1 *"),
        ("junos", "4294967296"),
        ("junos", "9-3"),
        ("junos", "[1 2]3"),
        ("junos", "1[2-3]"),
        ("junos", "1**"),
        ("asn", "6449[0-9]"),
        ("cisco", "^1{2}$"),
        ("cisco", "1++1"),
        ("martian", "1"),
    ],
)
def test_what_is_not_sure_is_not_decided(dialect: str, pattern: str) -> None:
    one = one_list(pattern, dialect=dialect)
    assert aspath.matches(one, (64496, 1)) is None
    assert aspath.path_classes([one]).unknown == 1


def test_how_an_expression_over_asns_reads_an_as_set_is_not_decided() -> None:
    path = (64496, (1, 2))
    assert aspath.matches(one_list("64496 .", dialect="junos"), path) is None
    assert aspath.matches(one_list("_1_", dialect="asn"), path) is None
    assert aspath.matches(one_list(".*", dialect="junos"), path) is True
    assert aspath.matches(one_list("_1_", dialect="cisco"), path) is True, "characters: a brace is a delimiter"
    assert aspath.matches(one_list("^64496_1", dialect="cisco"), path) is False, "a blank and a brace are two"


LONG = 2_000


@pytest.mark.parametrize(
    ("dialect", "shape"),
    [
        ("cisco", "_{0}_"),
        ("cisco", "^{0}_"),
        ("asn", "_{0}_"),
        ("junos", ".* {0} .*"),
        ("cisco", "^{0}(_{0})*$"),
        ("cisco", "^64496(_{0})+$"),
        ("junos", "64496+ {0}+"),
        ("cisco", "1{0}[0-9]$"),
    ],
)
def test_a_long_list_is_decided_with_a_witness_both_ways(dialect: str, shape: str) -> None:
    some = one_list(*(shape.format(100_000 + 7 * n) for n in range(LONG)), dialect=dialect)
    more = one_list(*(shape.format(100_000 + 7 * n) for n in range(1, LONG + 1)), dialect=dialect)
    found = aspath.path_classes([some, more])
    assert found.unknown == 0
    assert set(found.signatures) == {0, 1, 2, 3}
    for signature, path in zip(found.signatures, found.witnesses, strict=True):
        assert [aspath.matches(some, path), aspath.matches(more, path)] == [bool(signature & 1), bool(signature & 2)]


def test_characters_are_decided_by_what_python_finds() -> None:
    for pattern in ("_1_", "^1(_2)*$", "2$", "1.*2", "[12]_1", "^[0-9]+$", "(1|2)_(1|2)$", "65536?", "^.?$"):
        expression = re.compile(pattern.replace("$", r"\Z").replace("_", r"(?:^|[,{}() ]|\Z)"))
        check(one_list(pattern, dialect="cisco"), {path: bool(expression.search(" ".join(map(str, path)))) for path in PATHS})
