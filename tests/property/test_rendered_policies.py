"""An owned policy only refuses: behind its rules the operator's policy decides every route as it did before.

Random policies of the operator are rendered behind the rules of a customer's import and a peer's export. Over all routes nothing is accepted
that was not, nothing is changed otherwise than before, and of the routes that meet every rule none is lost.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from manrs_conformance.analysis import concrete, evaluate
from manrs_conformance.model.plan import ExportPlan, ImportPlan, Plan, SessionPlan
from manrs_conformance.model.policy import (
    AllOf,
    AnyOf,
    AsPathEntry,
    AsPathList,
    AsPathMatch,
    Attachment,
    CommunityEntry,
    CommunityList,
    CommunityMatch,
    Cond,
    Not,
    PrefixEntry,
    PrefixList,
    PrefixMatch,
    TextMatch,
    Verdict,
)
from manrs_conformance.model.route import Route
from manrs_conformance.platforms import load

NEIGHBOR = "45.10.0.2"
ALLOW: tuple[PrefixEntry, ...] = ((0x2D0B0000, 20, 20, 24, True, 0), (0x2D0C0000, 22, 22, 22, True, 0))
REFUSE: tuple[PrefixEntry, ...] = ((0x0A000000, 8, 8, 32, True, 0), (0x2D0B0800, 24, 24, 24, True, 0), (0, 0, 25, 32, True, 0))
IMPORT = ImportPlan(
    allow=ALLOW, refuse_prefixes=REFUSE, refuse_asns=((64496, 64511),), refuse_transit_free=(174,), refuse_invalid=False,
    first_as=43211, existing="OP",
)  # fmt: skip
EXPORT = ExportPlan(
    refuse_prefixes=REFUSE, refuse_asns=((64496, 64511),), own=((0x2D0A0000, 20, 20, 20, True, 0),), customer_tag="43210:1001", existing="OP"
)  # fmt: skip
OWN, CUSTOMER = (PrefixMatch((PrefixList("own", 4, EXPORT.own),)), CommunityMatch(
    (CommunityList("tag", "standard", (CommunityEntry(True, ("43210:1001",)),)),)
))  # fmt: skip


def paths(*patterns: str) -> Cond:
    return AsPathMatch((AsPathList("paths", tuple(AsPathEntry(True, one, "cisco") for one in patterns)),))


CLEAN = (Not(PrefixMatch((PrefixList("refuse", 4, REFUSE),))), Not(paths("_(6449[6-9]|6450[0-9]|6451[01])_")))
MEETS = {
    "import": AllOf((*CLEAN, PrefixMatch((PrefixList("allow", 4, ALLOW),)), Not(paths("_174_")), paths("^43211_"))),
    "export": AllOf((*CLEAN, AnyOf((CUSTOMER, AllOf((OWN, paths("^$"))))))),
}
REAL = AnyOf((TextMatch("protocol", frozenset({"bgp"})), paths("^$")))
"""A route that is not of BGP has no AS path."""
HEAD = {
    "ios": """version 17.6
hostname edge
router bgp 43210
 neighbor 45.10.0.2 remote-as 43211
 neighbor 45.10.0.2 route-map OP in
 neighbor 45.10.0.2 route-map OP out
ip bgp-community new-format
ip community-list standard LOWER permit 43210:80
ip as-path access-list 10 permit _3356_
ip prefix-list SOME seq 5 permit 45.11.0.0/16 le 24
""",
    "nxos": """version 10.3(4a)
hostname edge
ip community-list standard LOWER seq 10 permit 43210:80
ip as-path access-list 10 seq 10 permit "_3356_"
ip prefix-list SOME seq 5 permit 45.11.0.0/16 le 24
router bgp 43210
  neighbor 45.10.0.2
    remote-as 43211
    address-family ipv4 unicast
      route-map OP in
      route-map OP out
""",
    "eos": """! device: edge (DCS-7280SR3-48YC8, EOS-4.31.1F)
hostname edge
ip as-path regex-mode asn
ip community-list LOWER permit 43210:80
ip as-path access-list 10 permit _3356_ any
ip prefix-list SOME seq 5 permit 45.11.0.0/16 le 24
router bgp 43210
   neighbor 45.10.0.2 remote-as 43211
   neighbor 45.10.0.2 route-map OP in
   neighbor 45.10.0.2 route-map OP out
""",
    "iosxr": """!! IOS XR Configuration 7.5.2
hostname edge
community-set LOWER
  43210:80
end-set
as-path-set BIG
  ios-regex '_3356_'
end-set
prefix-set SOME
  45.11.0.0/16 le 24
end-set
router bgp 43210
 neighbor 45.10.0.2
  remote-as 43211
  address-family ipv4 unicast
   route-policy OP in
   route-policy OP out
  !
 !
!
""",
    "junos": """version 21.4R3-S5.4;
system {
    host-name edge;
}
policy-options {
    prefix-list SOME {
        45.11.0.0/20;
    }
    as-path BIG ".* 3356 .*";
    community LOWER members 43210:80;
    community SEVEN members 43210:7;
    community NINE members 43210:9;
}
routing-options {
    autonomous-system 43210;
}
protocols {
    bgp {
        group CUSTOMERS {
            type external;
            import OP;
            export OP;
            neighbor 45.10.0.2 {
                peer-as 43211;
            }
        }
    }
}
""",
}
MATCHES = ("match community LOWER", "match as-path 10", "match ip address prefix-list SOME")
SETS = (
    "set local-preference 80", "set metric 10", "set community 43210:7 additive", "set community 43210:7 43210:9", "set as-path prepend 43210"
)  # fmt: skip


@st.composite
def route_maps(draw: st.DrawFn, follow: bool) -> str:
    """Up to five entries; with `follow` some continue at the next or a later one."""
    count = draw(st.integers(1, 5))
    out = []
    for number in range(1, count + 1):
        permit = draw(st.sampled_from((True, True, False)))
        out.append(f"route-map OP {'permit' if permit else 'deny'} {10 * number}")
        out += [f"  {one}" for one in draw(st.lists(st.sampled_from(MATCHES), unique=True, max_size=2))]
        if not permit:
            continue
        sets = draw(st.lists(st.sampled_from(SETS), unique_by=lambda one: one.split()[1], max_size=2))
        out += [f"  {one}" for one in sets]
        if follow and number < count and draw(st.booleans()):
            out.append(
                draw(st.sampled_from(("  continue", *(f"  continue {10 * later}" for later in range(number + 1, count + 1)))))
            )
    return "\n".join(out) + "\n"


ATOMS = ("community matches-any LOWER", "as-path in BIG", "destination in SOME")
DOES = (
    "pass",
    "drop",
    "done",
    "set local-preference 80",
    "set med 10",
    "set community (43210:7) additive",
    "set community (43210:9)",
)


@st.composite
def route_policies(draw: st.DrawFn) -> str:
    """A chain of conditions between plain statements; it may end without a decision."""
    out = [f"  {one}" for one in draw(st.lists(st.sampled_from(DOES[3:]), max_size=1))]
    for at, atom in enumerate(draw(st.lists(st.sampled_from(ATOMS), min_size=1, max_size=3, unique=True))):
        out += [f"  {'elseif' if at else 'if'} {atom} then", f"    {draw(st.sampled_from(DOES))}"]
    if draw(st.booleans()):
        out += ["  else", f"    {draw(st.sampled_from(DOES))}"]
    out.append("  endif")
    out += [f"  {one}" for one in draw(st.lists(st.sampled_from(DOES), max_size=1))]
    return "route-policy OP\n" + "\n".join(out) + "\nend-policy\n"


JUNOS_FROM = ("community LOWER;", "as-path BIG;", "prefix-list SOME;", "route-filter 45.11.0.0/16 upto /24;")
JUNOS_THEN = (
    "local-preference 80;", "metric 10;", "community add SEVEN;", "community set NINE;", 'as-path-prepend "43210";', "origin igp;"
)  # fmt: skip


@st.composite
def policy_statements(draw: st.DrawFn) -> str:
    """One or two policies in a chain of terms; either may end without a decision."""
    out = []
    for name in ("OP", "OP2"):
        terms = []
        for number in range(draw(st.integers(1, 3))):
            ways = draw(st.lists(st.sampled_from(JUNOS_FROM), unique_by=lambda one: one.split()[0], max_size=2))
            acts = draw(st.lists(st.sampled_from(JUNOS_THEN), unique_by=lambda one: one.split()[0], max_size=2))
            end = draw(st.sampled_from(("accept;", "reject;", "next term;", "next policy;", "")))
            source = f"from {{ {' '.join(ways)} }}" if ways else ""
            then = f"then {{ {' '.join(acts)} {end} }}" if acts or end else ""
            if source or then:
                terms.append(f"term t{number} {{ {source} {then} }}")
        out.append(f"policy-statement {name} {{ {' '.join(terms)} }}")
    return f"policy-options {{ {' '.join(out)} }}\n"


def chained(platform: str, policy: str) -> str:
    """The running configuration with the operator's policy; on Junos a chain of two."""
    if platform != "junos":
        return HEAD[platform] + policy
    found: Any = load("junos")
    merged: str = found.merge(HEAD["junos"], policy + "protocols { bgp { group CUSTOMERS { import OP2; export OP2; } } }\n")
    return merged


def sides(
    platform: str, policy: str, inbound: ImportPlan = IMPORT
) -> tuple[dict[str, tuple[Attachment, Attachment]], tuple[str, ...]]:
    """Both attachments of the session before and after the plan, and what was left of it."""
    found = load(platform)
    running = chained(platform, policy)
    before = found.parse(running, {})
    session = SessionPlan(NEIGHBOR, "ipv4-unicast", "default", inbound, EXPORT)
    plan = Plan("edge", platform, 43210, (session,))
    rendered = found.render(plan, before, running)  # type: ignore[attr-defined]
    merged = found.merge(running, rendered.text) if platform == "junos" else running + rendered.text  # type: ignore[attr-defined]
    after = found.parse(merged, {})
    assert after.unread == before.unread
    old, new = (router.session(NEIGHBOR, "ipv4-unicast") for router in (before, after))
    assert old and new
    return {"import": (old.inbound, new.inbound), "export": (old.outbound, new.outbound)}, rendered.plan.left


def only_refuses(platform: str, policy: str) -> None:
    found, left = sides(platform, policy)
    assert left == ()
    for direction, (old, new) in found.items():
        assert old.filters[0].name == "OP"
        if platform == "junos":
            assert [one.name for one in new.filters[1:]] == ["OP", "OP2"] and new.filters[0].name.startswith("MANRS-")
        else:
            assert new.filters[0].name.endswith("-OP")
        assume(not evaluate.differ(old, old, afi=4).because)  # what the operator's policy does may itself not be confirmed
        apart = evaluate.differ(old, new, afi=4)
        assert not apart.because
        assert apart.newly_accepted == ()
        assert apart.changed_attributes == ()
        met = evaluate.differ(old, new, afi=4, domain=MEETS[direction])
        assert met.newly_rejected == ()
        unmet = evaluate.differ(
            Attachment(old.direction, (), Verdict.REJECT), new, afi=4, domain=AllOf((Not(MEETS[direction]), REAL))
        )
        assert unmet.newly_accepted == (), "the rules refuse what they are to refuse"


@pytest.mark.parametrize("platform", ["ios", "nxos"])
def test_behind_the_rules_a_route_map_decides_as_before(platform: str) -> None:
    @settings(max_examples=30, deadline=None)
    @given(route_maps(follow=True))
    def holds(policy: str) -> None:
        only_refuses(platform, policy)

    holds()


@settings(max_examples=30, deadline=None)
@given(route_maps(follow=False))
def test_behind_the_rules_a_route_map_of_eos_decides_as_before(policy: str) -> None:
    only_refuses("eos", policy)


@settings(max_examples=30, deadline=None)
@given(route_policies())
def test_behind_the_rules_a_route_policy_decides_as_before(policy: str) -> None:
    only_refuses("iosxr", policy)


@settings(max_examples=30, deadline=None)
@given(policy_statements())
def test_behind_the_rules_a_chain_of_junos_decides_as_before(policy: str) -> None:
    only_refuses("junos", policy)


TAGGING = replace(IMPORT, scrub=("43210:1001", "43210:1002", "43210:1003"), tag="43210:1001")
ROUTES = [
    Route(prefix, path, frozenset(communities), peer=NEIGHBOR)
    for prefix in ("45.11.1.0/24", "45.11.8.0/24", "45.12.0.0/22", "1.0.0.0/16")
    for path in ((43211,), (43211, 3356), (43211, 174), (1,))
    for communities in ((), ("43210:80",), ("43210:1002", "43210:80"), ("43210:1001",))
]


def ends(attachment: Attachment, route: Route) -> set[tuple[str, Route | None]]:
    """How a policy may end for a route, and with which attributes."""
    some = concrete.run(attachment, concrete.Seen(route, frozenset()), attachment.called)
    return {(one.end, one.seen.route if one.end == "accept" else None) for one in some}


def tags_what_passes(platform: str, policy: str) -> None:
    found, left = sides(platform, policy, TAGGING)
    old, new = found["import"]
    for route in ROUTES:
        before, after = ends(old, route), ends(new, route)
        assume(len(before) == 1)
        (was,), (now,) = before, after
        if now[0] != "accept":
            continue
        assert was[0] == "accept", "a tag accepts nothing"
        assert was[1] is not None and now[1] is not None
        assert replace(now[1], communities=was[1].communities) == was[1], "nothing but communities is touched"
        if not left:
            assert now[1].communities == (was[1].communities - {"43210:1002", "43210:1003"}) | {"43210:1001"}


TAGGED: dict[str, Callable[[], st.SearchStrategy[str]]] = {
    "ios": lambda: route_maps(follow=True),
    "nxos": lambda: route_maps(follow=True),
    "eos": lambda: route_maps(follow=False),
    "iosxr": route_policies,
    "junos": policy_statements,
}


@pytest.mark.parametrize("platform", sorted(TAGGED))
def test_what_passes_is_tagged_and_else_untouched(platform: str) -> None:
    @settings(max_examples=25, deadline=None)
    @given(TAGGED[platform]())
    def holds(policy: str) -> None:
        tags_what_passes(platform, policy)

    holds()


def test_an_entry_that_cannot_be_copied_is_left_with_its_reason() -> None:
    found, left = sides("ios", "route-map OP permit 10\n  set local-preference 80\n  frobnicate\n")
    assert found["import"][0] == found["import"][1]
    assert len(left) == 2 and all(re.search(r"line \d+ of route-map OP cannot be copied: frobnicate", one) for one in left)
