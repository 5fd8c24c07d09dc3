"""The set evaluation and the route by route interpreter are two implementations of one meaning: they never differ."""

from __future__ import annotations

import itertools

from hypothesis import given, settings
from hypothesis import strategies as st
from manrs_conformance.analysis import concrete
from manrs_conformance.analysis.evaluate import differ, evaluate
from manrs_conformance.model.policy import (
    ACCEPT,
    ALWAYS,
    NEXT,
    REJECT,
    AllOf,
    AnyOf,
    AsPathEntry,
    AsPathList,
    AsPathMatch,
    Attachment,
    CommunityEntry,
    CommunityList,
    CommunityMatch,
    Const,
    Filter,
    Flow,
    Not,
    NumberMatch,
    Policy,
    PrefixList,
    PrefixMatch,
    Rpki,
    RpkiMatch,
    SetCommunity,
    SetNumber,
    SetText,
    Term,
    TextMatch,
    Verdict,
)
from manrs_conformance.model.route import Route

BASE = 0xC6336400  # a /28 world
COMMUNITIES = ("64500:1", "64500:2")


@st.composite
def prefix_entries(draw):
    length = draw(st.sampled_from([28, 28, 29, 30, 31, 32]))
    network = BASE + (draw(st.integers(0, 15)) >> (32 - length) << (32 - length))
    low = draw(st.integers(length, 32))
    return (network, length, low, draw(st.integers(low, 32)), draw(st.booleans()), 0)


prefix_lists = st.builds(
    lambda entries, order: PrefixList("p", 4, tuple(entries), order=order),
    st.lists(prefix_entries(), max_size=4),
    st.sampled_from(["first", "any", "longest"]),
)
patterns = st.sampled_from(["_1_", "^1_", "_2$", "^$", "1", "^1(_2)*$", ".*", "^([0-9]+_){1}[0-9]+$", "_(2|12)_"])
path_lists = st.builds(
    lambda entries: AsPathList("a", tuple(AsPathEntry(p, r, "frr") for p, r in entries)),
    st.lists(st.tuples(st.booleans(), patterns), min_size=1, max_size=3),
)
community_lists = st.builds(
    lambda entries: CommunityList("c", "standard", tuple(CommunityEntry(p, tuple(sorted(s))) for p, s in entries)),
    st.lists(st.tuples(st.booleans(), st.sets(st.sampled_from(COMMUNITIES), min_size=1)), min_size=1, max_size=2),
)
leaves = st.one_of(
    st.builds(lambda one: PrefixMatch((one,)), prefix_lists),
    st.builds(lambda one: AsPathMatch((one,)), path_lists),
    st.builds(lambda one, mode: CommunityMatch((one,), mode), community_lists, st.sampled_from(["list", "exact"])),
    st.builds(lambda one: RpkiMatch(frozenset(one)), st.sets(st.sampled_from(list(Rpki)), min_size=1)),
    st.builds(lambda low: NumberMatch("local_pref", ((low, low + 50),)), st.sampled_from([50, 100, 150])),
    st.builds(lambda one: TextMatch("protocol", frozenset({one})), st.sampled_from(["bgp", "static"])),
    st.builds(lambda one: TextMatch("mark", frozenset({one})), st.sampled_from(["valid", "invalid", "unverified"])),
    st.just(ALWAYS),
)
conds = st.recursive(
    leaves,
    lambda inner: st.one_of(
        st.builds(Not, inner),
        st.builds(lambda a, b: AllOf((a, b)), inner, inner),
        st.builds(lambda a, b: AnyOf((a, b)), inner, inner),
    ),
    max_leaves=4,
)
unsure = st.one_of(conds, st.just(Const(None, "odd", 7)))
actions = st.one_of(
    st.builds(
        lambda op, v: SetCommunity("standard", op, (v,)),
        st.sampled_from(["add", "replace", "delete"]),
        st.sampled_from(COMMUNITIES),
    ),
    st.builds(lambda v: SetNumber("local_pref", "set", v), st.sampled_from([70, 120])),
    st.builds(lambda v: SetText("mark", v), st.sampled_from(["valid", "invalid"])),
)
flows = st.one_of(
    st.sampled_from([ACCEPT, REJECT, NEXT, Flow("end"), Flow("next-policy")]),
    st.builds(lambda p: Flow("next", pending=p), st.sampled_from(list(Verdict))),
    st.builds(lambda t, p: Flow("goto", str(t), p), st.integers(0, 4), st.sampled_from([None, *Verdict])),
)


def policies(conditions):
    terms = st.lists(
        st.tuples(conditions, flows, flows, st.lists(actions, max_size=2), st.sampled_from([None, None, "sub"])),
        min_size=1,
        max_size=4,
    )
    return st.builds(
        lambda made, view: Policy(
            "m",
            "route-map",
            tuple(Term(str(i), c, a, b, tuple(x), n, (i + 1,)) for i, (c, a, b, x, n) in enumerate(made)),
            view=view,
        ),
        terms,
        st.sampled_from(["modified", "original"]),
    )


def attachments(conditions):
    return st.builds(
        lambda some, sub, combine, default, cond: Attachment(
            "import", tuple(Filter("route-map", p.name, p) for p in some), default, combine, {"sub": sub}, cond
        ),
        st.lists(policies(conditions), max_size=2),
        policies(conditions),
        st.sampled_from(["all", "chain"]),
        st.sampled_from(list(Verdict)),
        st.one_of(st.just(ALWAYS), conditions),
    )


PREFIXES = [
    "198.51.100.0/28",
    "198.51.100.0/29",
    "198.51.100.8/30",
    "198.51.100.5/32",
    "198.51.100.6/31",
    "203.0.113.0/24",
    "0.0.0.0/0",
]
PATHS = [(), (1,), (2,), (1, 2), (12, 2), (3, 1)]
SETS = [frozenset(one) for one in ([], ["64500:1"], ["64500:1", "64500:2"], ["64500:9"])]
WORLD = [
    Route(p, a, c, rpki=r, local_pref=lp, protocol=k)
    for p, a, c, (r, lp, k) in itertools.product(
        PREFIXES,
        PATHS,
        SETS,
        [(Rpki.VALID, None, "bgp"), (Rpki.INVALID, 100, "bgp"), (Rpki.UNVERIFIED, 151, "static"), (Rpki.NOT_FOUND, 60, "bgp")],
    )
]


@settings(max_examples=120, deadline=None)
@given(attachments(conds), conds)
def test_sets_agree_with_single_routes(attachment, question):
    evaluation = evaluate([attachment], afi=4, questions={"q": question})
    accepted, rejected = evaluation.accepted("q"), evaluation.rejected("q")
    assert (accepted.must is None) == (accepted.may is None)
    assert (rejected.must is None) == (rejected.may is None)
    for route in WORLD[::7]:
        asked = concrete.decide(Attachment("import", (), Verdict.ACCEPT), route)
        assert asked.verdict == "accept"
        if not concrete.holds(question, route):
            continue
        verdict = concrete.decide(attachment, route).verdict
        assert {"accept": accepted, "reject": rejected}[verdict].may is not None, route
    for answer, verdict in ((accepted, "accept"), (rejected, "reject")):
        if answer.must is not None:
            assert concrete.holds(question, answer.must.route)
            assert concrete.decide(attachment, answer.must.route).verdict == verdict


@settings(max_examples=80, deadline=None)
@given(attachments(unsure))
def test_must_lies_inside_may_and_is_certain(attachment):
    evaluation = evaluate([attachment], afi=4)
    for answer, verdict in ((evaluation.accepted(), "accept"), (evaluation.rejected(), "reject")):
        assert answer.must is None or answer.may is not None
        if answer.must is not None:
            assert concrete.decide(attachment, answer.must.route).verdict == verdict
        if answer.may is None:
            assert all(concrete.decide(attachment, route).verdict != verdict for route in WORLD[::11])


@settings(max_examples=120, deadline=None)
@given(attachments(unsure), conds, conds)
def test_what_holds_once_a_route_is_accepted(attachment, question, last):
    first = evaluate([attachment], afi=4, questions={"q": question, "last": last})
    found = first.after("last").accepted("q")
    assert found.must is not None or found.may is None or found.because
    if found.must is not None:
        decision = concrete.decide(attachment, found.must.route)
        assert concrete.holds(question, found.must.route)
        assert decision.verdict == "accept" and concrete.holds(last, decision.after)
    if found.may is None:
        for route in WORLD[::7]:
            decision = concrete.decide(attachment, route)
            assert decision.verdict != "accept" or not concrete.holds(question, route) or not concrete.holds(last, decision.after)
    assert first.accepted("q") == evaluate([attachment], afi=4, questions={"q": question, "last": last}).accepted("q")


@settings(max_examples=60, deadline=None)
@given(attachments(conds), attachments(conds))
def test_a_difference_is_real_and_mirrored(one, two):
    assert differ(one, one, afi=4).empty
    there, back = differ(one, two, afi=4), differ(two, one, afi=4)
    assert bool(there.newly_accepted) == bool(back.newly_rejected)
    assert bool(there.changed_attributes) == bool(back.changed_attributes)
    for witness in there.newly_accepted:
        assert concrete.decide(one, witness.route).verdict == "reject"
        assert concrete.decide(two, witness.route).verdict == "accept"
    if there.empty:
        for route in WORLD[::13]:
            first, second = concrete.decide(one, route), concrete.decide(two, route)
            assert first.verdict == second.verdict and first.after == second.after


def test_permit_any_accepts_everything():
    policy = Policy("any", "route-map", (Term("10", ALWAYS, ACCEPT),))
    evaluation = evaluate([Attachment("import", (Filter("route-map", "any", policy),), Verdict.REJECT)], afi=6)
    assert evaluation.rejected().may is None
    assert evaluation.accepted().must is not None
