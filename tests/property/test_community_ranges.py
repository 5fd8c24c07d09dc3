"""Community ranges and groups of communities: the set evaluation agrees with brute force over every set of a few communities."""

from __future__ import annotations

from itertools import combinations

from hypothesis import given, settings
from hypothesis import strategies as st
from manrs_conformance.analysis import communities, concrete
from manrs_conformance.analysis.communityranges import inside, representatives
from manrs_conformance.analysis.evaluate import differ, evaluate
from manrs_conformance.analysis.space import universe
from manrs_conformance.model.policy import (
    ACCEPT,
    AllOf,
    AnyOf,
    Attachment,
    CommunityEntry,
    CommunityList,
    CommunityMatch,
    Cond,
    Filter,
    Flow,
    Not,
    Policy,
    SetCommunity,
    Term,
    Verdict,
)
from manrs_conformance.model.route import Route

NUMBERS = (0, 1, 2, 3)
WORLD = tuple(f"{a}:{b}" for a in (0, 1) for b in NUMBERS)
SETS = tuple(frozenset(some) for size in range(4) for some in combinations(WORLD, size))
SPANS = st.tuples(st.integers(0, 3), st.integers(0, 3)).map(lambda one: ((min(one), max(one)),)) | st.just(((0, 65535),))
ENTRIES = st.one_of(
    st.sampled_from(WORLD).map(lambda text: CommunityEntry(True, (text,))),
    st.tuples(st.sampled_from([((0, 0),), ((1, 1),), ((0, 1),)]), SPANS).map(lambda some: CommunityEntry(True, ranges=some)),
)
LISTS = st.lists(ENTRIES, min_size=1, max_size=3).map(lambda some: CommunityList("c", "standard", tuple(some)))
MODES = st.sampled_from(["any", "every", "within", "list"])
MATCHES = st.tuples(LISTS, MODES).map(lambda one: CommunityMatch((one[0],), one[1]))  # type: ignore[arg-type]
CONDS: st.SearchStrategy[Cond] = st.recursive(
    MATCHES,
    lambda inner: st.one_of(
        inner.map(Not),
        st.lists(inner, min_size=2, max_size=3).map(lambda some: AllOf(tuple(some))),
        st.lists(inner, min_size=2, max_size=2).map(lambda some: AnyOf(tuple(some))),
    ),
    max_leaves=5,
)


def attachment(conds: list[Cond], deleted: CommunityList | None = None) -> Attachment:
    """A policy that accepts what meets a condition; all but the last condition only mark the route."""
    actions = (
        (SetCommunity("standard", "add", ("1:3",)),) if deleted is None else (SetCommunity("standard", "delete", lists=(deleted,)),)
    )
    terms = [Term(str(n), cond, Flow("next"), actions=actions) for n, cond in enumerate(conds[:-1])]
    terms.append(Term("last", conds[-1], ACCEPT))
    return Attachment("import", (Filter("p", "P", Policy("P", "p", tuple(terms), Verdict.REJECT)),), Verdict.REJECT)


def route(some: frozenset[str]) -> Route:
    """A route with these communities."""
    return Route("198.51.100.0/24", (65001,), some)


def exactly(some: frozenset[str]) -> Cond:
    """Routes with these communities and no other."""
    return CommunityMatch((CommunityList("x", "standard", (CommunityEntry(True, tuple(sorted(some))),)),), "exact")


@given(st.lists(CONDS, min_size=1, max_size=3), st.none() | LISTS, st.sets(st.sampled_from(SETS), min_size=1, max_size=6))
@settings(max_examples=60, deadline=None)
def test_every_set_of_communities_is_decided_alike(
    conds: list[Cond], deleted: CommunityList | None, some: set[frozenset[str]]
) -> None:
    one = attachment(conds, deleted)
    for communities_ in some:
        verdict = concrete.decide(one, route(communities_)).verdict
        found = evaluate([one], afi=4, domain=exactly(communities_))
        assert (found.accepted().must is not None) is (verdict == "accept")
        assert (found.rejected().must is not None) is (verdict == "reject")


@given(st.lists(CONDS, min_size=1, max_size=2), st.lists(CONDS, min_size=1, max_size=2))
@settings(max_examples=40, deadline=None)
def test_a_difference_is_found_when_there_is_one(first: list[Cond], second: list[Cond]) -> None:
    one, two = attachment(first), attachment(second)
    found = differ(one, two, afi=4)
    for witness in found.newly_accepted:
        assert witness.route is not None
        assert [concrete.decide(a, witness.route).verdict for a in (one, two)] == ["reject", "accept"]
    for witness in found.newly_rejected:
        assert witness.route is not None
        assert [concrete.decide(a, witness.route).verdict for a in (one, two)] == ["accept", "reject"]
    if found.empty:
        for some in SETS:
            a, b = (concrete.decide(each, route(some)) for each in (one, two))
            assert a.verdict == b.verdict
            assert a.after is None or b.after is None or a.after.communities == b.after.communities


@given(LISTS, st.sets(st.sampled_from(WORLD), max_size=5))
def test_a_representative_stands_for_every_unnamed_community_of_its_class(one: CommunityList, named: set[str]) -> None:
    made = representatives([one], "standard", frozenset(named))
    assert not made & named
    ranged = [entry for entry in one.entries if entry.ranges]
    classes = {tuple(inside(entry, text) for entry in ranged) for text in made}
    if ranged:
        for text in set(WORLD) - named:
            assert tuple(inside(entry, text) for entry in ranged) in classes


def test_many_independent_lists_do_not_multiply_the_pieces() -> None:
    lists = [
        CommunityList(f"l{n}", "standard", tuple(CommunityEntry(True, (f"{64000 + n}:{m}",)) for m in range(20))) for n in range(25)
    ]
    terms = tuple(Term(one.name, CommunityMatch((one,), "any"), Flow("next", pending=Verdict.ACCEPT)) for one in lists)
    policy = Policy("P", "p", terms, Verdict.REJECT, "original")
    found = evaluate([Attachment("import", (Filter("p", "P", policy),), Verdict.REJECT)], afi=4)
    assert len(found.taken) + len(found.refused) < 100
    accepted, rejected = found.accepted().must, found.rejected().must
    assert accepted is not None
    assert rejected is not None
    space = universe(4, [], [CommunityMatch((lists[0],), "any")])
    assert communities.matches(lists[0], "any", frozenset({"64000:7"}))
    assert space.consistent(space.everything())
