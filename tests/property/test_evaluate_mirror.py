"""The symbolic evaluation and the step by step interpreter agree on every route of a small universe, for any policy."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import replace

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from manrs_conformance.analysis import concrete, prefixes
from manrs_conformance.analysis.evaluate import differ, evaluate
from manrs_conformance.model import policy as p
from manrs_conformance.model.route import Route

BASE = int(prefixes.parse("192.0.2.0/28")[1])
PREFIXES = ((BASE, 28), (BASE, 30), (BASE + 8, 29), (BASE + 8, 32))
PATHS = ((), (64496,), (64496, 64497), (64498, 64496))
TAGS = ("64496:1", "64496:2")
SETS = tuple(frozenset(one) for size in range(3) for one in itertools.combinations(TAGS, size))
STATES = (p.Rpki.VALID, p.Rpki.INVALID)
QUICK = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])

ROUTES = [
    Route(prefixes.text(4, *prefix), path, tags, rpki=state)
    for prefix, path, tags, state in itertools.product(PREFIXES, PATHS, SETS, STATES)
]

prefix_entries = st.builds(
    lambda at, low, extra, permit: (*at, max(at[1], low), min(32, max(at[1], low) + extra), permit, 1),
    st.sampled_from(PREFIXES),
    st.integers(28, 32),
    st.integers(0, 4),
    st.booleans(),
)
prefix_lists = st.builds(
    lambda entries, order: p.PrefixList("P", 4, tuple(entries), order=order),
    st.lists(prefix_entries, max_size=3),
    st.sampled_from(["first", "any", "longest"]),
)
path_lists = st.builds(
    lambda some: p.AsPathList("A", tuple(p.AsPathEntry(permit, text, "frr", 2) for permit, text in some)),
    st.lists(
        st.tuples(st.booleans(), st.sampled_from(["_64496_", "^$", "^64496_", "_64497$", "6449[78]"])), min_size=1, max_size=2
    ),
)
community_lists = st.builds(
    lambda some: p.CommunityList("C", "standard", tuple(p.CommunityEntry(permit, tuple(tags)) for permit, tags in some)),
    st.lists(
        st.tuples(st.booleans(), st.lists(st.sampled_from(TAGS), min_size=1, max_size=2, unique=True)), min_size=1, max_size=2
    ),
)
leaves = st.one_of(
    st.builds(lambda one: p.PrefixMatch((one,)), prefix_lists),
    st.builds(lambda one: p.AsPathMatch((one,)), path_lists),
    st.builds(lambda one, mode: p.CommunityMatch((one,), mode), community_lists, st.sampled_from(["list", "exact"])),
    st.builds(lambda states: p.RpkiMatch(frozenset(states)), st.lists(st.sampled_from(STATES), max_size=2)),
    st.builds(lambda value: p.NumberMatch("local_pref", ((value, value + 50),)), st.sampled_from([0, 100, 120])),
    st.builds(lambda low: p.NumberMatch("path_length", ((low, low + 1),)), st.integers(0, 2)),
    st.builds(p.Const, st.booleans()),
)
unknown = st.just(p.Const(None, "not understood", 9))


def trees(basis: st.SearchStrategy[p.Cond]) -> st.SearchStrategy[p.Cond]:
    return st.recursive(
        basis,
        lambda inner: st.one_of(
            st.builds(p.Not, inner),
            st.builds(lambda some: p.AllOf(tuple(some)), st.lists(inner, max_size=3)),
            st.builds(lambda some: p.AnyOf(tuple(some)), st.lists(inner, max_size=3)),
        ),
        max_leaves=3,
    )


actions = st.one_of(
    st.builds(
        lambda op, tags: p.SetCommunity("standard", op, tuple(tags)),
        st.sampled_from(["replace", "add", "delete"]),
        st.lists(st.sampled_from(TAGS), max_size=2, unique=True),
    ),
    st.builds(lambda one: p.SetCommunity("standard", "delete", lists=(one,)), community_lists),
    st.builds(lambda value: p.SetNumber("local_pref", "set", value), st.sampled_from([0, 100, 130])),
    st.builds(p.SetRpki, st.sampled_from(STATES)),
)
flows = st.builds(
    p.Flow,
    st.sampled_from(["accept", "reject", "next", "goto", "end"]),
    st.sampled_from(["t0", "t1", "t2", "t3", None]),
    st.sampled_from([None, p.Verdict.ACCEPT, p.Verdict.REJECT]),
)


@st.composite
def attachments(draw: st.DrawFn, basis: st.SearchStrategy[p.Cond] = leaves) -> p.Attachment:
    def policy(name: str, calls: Sequence[str | None]) -> p.Policy:
        terms = tuple(
            p.Term(
                f"t{number}",
                draw(trees(basis)),
                draw(flows),
                draw(st.one_of(st.just(p.NEXT), flows)),
                tuple(draw(st.lists(actions, max_size=2))),
                draw(st.sampled_from(calls)),
                (number + 1,),
            )
            for number in range(draw(st.integers(0, 4)))
        )
        default = draw(st.sampled_from([p.Verdict.ACCEPT, p.Verdict.REJECT, None]))
        return p.Policy(name, "route-map", terms, default, draw(st.sampled_from(["modified", "original"])))

    called = {"SUB": policy("SUB", [None])}
    filters = tuple(p.Filter("route-map", f"M{n}", policy(f"M{n}", [None, None, "SUB"])) for n in range(draw(st.integers(0, 2))))
    default = draw(st.sampled_from([p.Verdict.ACCEPT, p.Verdict.REJECT]))
    return p.Attachment("import", filters, default, draw(st.sampled_from(["all", "chain"])), called)


def exactly(route: Route) -> p.Cond:
    """The condition that only this route of the small universe meets."""
    _afi, network, length = prefixes.parse(route.prefix)
    path = "^" + "_".join(str(one) for one in route.as_path) + "$"
    conds: list[p.Cond] = [
        p.PrefixMatch((p.PrefixList("q", 4, ((network, length, length, length, True, 0),)),)),
        p.AsPathMatch((p.AsPathList("q", (p.AsPathEntry(True, path, "frr"),)),)),
        p.RpkiMatch(frozenset({route.rpki})),
        p.NumberMatch("local_pref", ((0, 0),)),
    ]
    for tag in TAGS:
        has = p.CommunityMatch((p.CommunityList("q", "standard", (p.CommunityEntry(True, (tag,)),)),))
        conds.append(has if tag in route.communities else p.Not(has))
    return p.AllOf(tuple(conds))


def leaving(route: Route | None) -> Route | None:
    """An absent local-pref counts as 0, as conditions read it."""
    return route and replace(route, local_pref=route.local_pref or 0)


@QUICK
@given(attachments(), st.lists(st.sampled_from(ROUTES), min_size=1, max_size=6, unique=True))
def test_the_region_of_a_route_says_what_the_interpreter_says(attachment: p.Attachment, routes: list[Route]) -> None:
    questions = {str(number): exactly(route) for number, route in enumerate(routes)}
    found = evaluate([attachment], afi=4, domain=p.ALWAYS, questions=questions)
    for number, route in enumerate(routes):
        decision = concrete.decide(attachment, route)
        assert decision.verdict in ("accept", "reject")
        taken, refused = found.accepted(str(number)), found.rejected(str(number))
        wanted = taken if decision.verdict == "accept" else refused
        assert wanted.may is not None and wanted.must is not None
        if decision.verdict == "accept":
            assert taken.must is not None and taken.must.route is not None
            assert concrete.decide(attachment, taken.must.route).verdict == "accept"


@QUICK
@given(attachments(st.one_of(leaves, unknown)), st.lists(st.sampled_from(ROUTES), min_size=1, max_size=4, unique=True))
def test_what_may_happen_holds_whatever_the_unknown_is(attachment: p.Attachment, routes: list[Route]) -> None:
    questions = {str(number): exactly(route) for number, route in enumerate(routes)}
    found = evaluate([attachment], afi=4, domain=p.ALWAYS, questions=questions)
    for number, route in enumerate(routes):
        verdict = concrete.decide(attachment, route).verdict
        taken, refused = found.accepted(str(number)), found.rejected(str(number))
        assert taken.must is None or taken.may is not None
        assert refused.must is None or refused.may is not None
        if verdict == "accept":
            assert taken.may is not None
        elif verdict == "reject":
            assert refused.may is not None
        else:
            assert taken.may is not None and refused.may is not None
    for answer in (found.accepted(), found.rejected()):
        if answer.may is not None and answer.must is None:
            assert answer.because


@QUICK
@given(attachments())
def test_a_policy_does_not_differ_from_itself_or_a_renamed_copy(attachment: p.Attachment) -> None:
    assert differ(attachment, attachment, afi=4).empty
    renamed = p.Attachment(
        "import",
        tuple(
            p.Filter("route-map", "N", p.Policy("N", "x", one.policy.terms, one.policy.default, one.policy.view))
            for one in attachment.filters
        ),
        attachment.default,
        attachment.combine,
        attachment.called,
    )
    assert differ(attachment, renamed, afi=4).empty


@QUICK
@given(attachments(), attachments(), st.lists(st.sampled_from(ROUTES), min_size=1, max_size=20, unique=True))
def test_a_difference_is_its_own_mirror_and_misses_no_route(one: p.Attachment, two: p.Attachment, routes: list[Route]) -> None:
    there, back = differ(one, two, afi=4), differ(two, one, afi=4)
    assert bool(there.newly_accepted) == bool(back.newly_rejected)
    assert bool(there.newly_rejected) == bool(back.newly_accepted)
    assert bool(there.changed_attributes) == bool(back.changed_attributes)
    for route in routes:
        first, second = concrete.decide(one, route), concrete.decide(two, route)
        if (first.verdict, second.verdict) == ("reject", "accept"):
            assert there.newly_accepted
        elif (first.verdict, second.verdict) == ("accept", "reject"):
            assert there.newly_rejected
        elif first.verdict == "accept" and leaving(first.after) != leaving(second.after):
            assert there.changed_attributes
    for found in there.newly_accepted:
        assert found.route is not None
        assert concrete.decide(two, found.route).verdict == "accept"
        assert concrete.decide(one, found.route).verdict == "reject"


def test_permit_any_accepts_everything() -> None:
    policy = p.Policy("ANY", "route-map", (p.Term("10", p.ALWAYS, p.ACCEPT),))
    found = evaluate([p.Attachment("import", (p.Filter("route-map", "ANY", policy),), None)], afi=4, domain=p.ALWAYS, questions={})
    assert found.accepted().must is not None
    assert found.rejected().may is None
