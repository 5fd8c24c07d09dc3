"""The IOS-XR points that are easiest to get wrong (policy semantics reference, sections 1, 3 and 21)."""

from __future__ import annotations

from pathlib import Path

import pytest
from manrs_conformance.analysis import concrete
from manrs_conformance.analysis.evaluate import evaluate
from manrs_conformance.checks import _questions
from manrs_conformance.model.policy import ALWAYS, PrefixList, PrefixMatch, Rpki, RpkiMatch, Verdict
from manrs_conformance.model.route import Decision, Route
from manrs_conformance.model.router import Interface, Router, Session
from manrs_conformance.platforms import load

HERE = Path(__file__).parent
FAMILIES = {4: "ipv4-unicast", 6: "ipv6-unicast"}


def router(case: str) -> Router:
    """The router of a case folder."""
    return load("iosxr").parse((HERE / case / "running.conf").read_text(encoding="utf-8"), {})


def session(one: Router, neighbor: str, family: str = "ipv4-unicast", vrf: str = "default") -> Session:
    """The session, which must exist."""
    found = one.session(neighbor, family, vrf)
    assert found is not None
    return found


def policy(
    body: str, sets: str = "", *, validation: bool = True, remote: int = 65001, attach: str = "P", head: str = "P"
) -> Router:
    """A router with one policy attached inbound."""
    check = "  bgp origin-as validation enable\n" if validation else ""
    return load("iosxr").parse(
        f"""!! IOS XR Configuration 7.5.2
hostname a
{sets}
route-policy {head}
{body}
end-policy
router bgp 64500
 rpki server 192.0.2.200
  transport tcp port 3323
 !
 address-family ipv4 unicast
{check} !
 neighbor 192.0.2.1
  remote-as {remote}
  address-family ipv4 unicast
   route-policy {attach} in
  !
 !
!
end
""",
        {},
    )


def decide(one: Router, prefix: str = "198.51.100.0/24", path: tuple[int, ...] = (65001,), **more: object) -> Decision:
    """What the first session does with a route."""
    kind = {"communities": frozenset, "large": frozenset}
    made = {key: kind[key](value) if key in kind else value for key, value in more.items()}  # type: ignore[arg-type]
    return concrete.decide(one.sessions[0].inbound, Route(prefix, path, **made))  # type: ignore[arg-type]


def verdict(one: Router, prefix: str = "198.51.100.0/24", path: tuple[int, ...] = (65001,), **more: object) -> str:
    """The verdict alone."""
    return decide(one, prefix, path, **more).verdict


def test_point_07_conditions_see_the_original_values() -> None:
    one = policy("  if med eq 12 then\n    set med 42\n    if med eq 42 then\n      drop\n    endif\n  endif")
    assert verdict(one, med=12) == "accept"
    assert verdict(one, med=42) == "reject"
    assert one.policies["P"].view == "original"
    nested = policy(
        "  set community (64500:1)\n  apply Q",
        "route-policy Q\n  if community matches-any (64500:1) then\n    drop\n  endif\nend-policy",
    )
    assert verdict(nested) == "accept"
    assert verdict(nested, communities=["64500:1"]) == "reject"


def test_point_10_without_a_policy_ebgp_drops_both_ways_and_ibgp_accepts() -> None:
    one = router("inheritance")
    outside, inside = session(one, "203.0.113.7"), session(one, "203.0.113.8")
    assert (outside.outbound.filters, outside.outbound.default) == ((), Verdict.REJECT)
    assert (inside.inbound.default, inside.outbound.default) == (Verdict.ACCEPT, Verdict.ACCEPT)
    bare = session(router("bad_edge"), "203.0.113.104")
    assert (bare.inbound.default, bare.outbound.default) == (Verdict.ACCEPT, Verdict.ACCEPT)
    assert router("bad_edge").facts["ebgp-requires-policy"] == "off"


def test_point_23_invalids_are_dropped_by_use_validity_or_by_a_policy_only() -> None:
    one = router("rov_bestpath")
    assert session(one, "203.0.113.1").platform_drops == {Rpki.INVALID}
    assert session(one, "203.0.113.1").rov == "platform"
    assert session(one, "203.0.113.3").platform_drops == frozenset()
    assert session(one, "203.0.113.4").platform_drops == frozenset()
    assert session(one, "203.0.113.5").platform_drops == frozenset()
    six = session(one, "2001:db8:9::2", "ipv6-unicast")
    assert (six.rov, six.platform_drops) == ("policy", frozenset())
    assert session(one, "2001:db8:9::1", "ipv6-unicast").rov == "off"
    assert one.validation == {"ipv4": True, "ipv6": True}
    allowed = router("rov_allowed")
    assert {s.platform_drops for s in allowed.sessions} == {frozenset()}
    assert allowed.validation == {"ipv4": True, "ipv6": False}


def test_point_23_a_state_has_no_confirmed_value_where_validation_is_off() -> None:
    body = "  if validation-state is invalid then\n    drop\n  endif\n  pass"
    assert verdict(policy(body), rpki=Rpki.INVALID) == "reject"
    assert verdict(policy(body), rpki=Rpki.VALID) == "accept"
    assert verdict(policy(body, validation=False), rpki=Rpki.UNVERIFIED) == "inconclusive"
    off = session(router("rov_bestpath"), "203.0.113.4")
    assert concrete.decide(off.inbound, Route("198.51.100.0/24", (64504,), rpki=Rpki.INVALID)).verdict == "inconclusive"


def test_point_24_not_found_without_an_answering_cache_is_not_confirmed() -> None:
    one = policy("  if validation-state is not-found then\n    pass\n  endif")
    assert verdict(one, rpki=Rpki.NOT_FOUND) == "accept"
    assert verdict(one, rpki=Rpki.INVALID) == "reject"
    assert verdict(one, rpki=Rpki.UNVERIFIED) == "inconclusive"


def test_point_28_a_cache_alone_drops_nothing() -> None:
    one = router("rov_off")
    assert all(not s.platform_drops for s in one.sessions)
    assert one.validation == {"ipv4": False, "ipv6": False}
    assert {u.line for u in one.unread if u.taints.kind == "rpki"}


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("  set local-preference 100", "accept"),
        ("  prepend as-path 64500 2", "accept"),
        ("  set qos-group 5", "accept"),
        ("  pass", "accept"),
        ("  done", "accept"),
        ("  drop", "reject"),
        ("", "reject"),
        ("  # nothing", "reject"),
        ("  pass\n  drop\n  pass", "reject"),
        ("  set med 5\n  drop", "reject"),
        ("  done\n  drop", "accept"),
        ("  delete community all", "inconclusive"),
        ("  delete community all\n  pass", "accept"),
        ("  delete community all\n  drop", "reject"),
        ("  if destination in (10.0.0.0/8) then\n    pass\n  endif", "reject"),
        ("  brand new", "inconclusive"),
    ],
)
def test_point_30_a_modification_accepts_and_nothing_drops(body: str, expected: str) -> None:
    assert verdict(policy(body)) == expected


def test_point_30_an_applied_policy_leaves_its_acceptance_and_its_end() -> None:
    sets = "route-policy Q\n  if destination in (198.51.100.0/24) then\n    set local-preference 200\n  elseif destination in (203.0.113.0/24) then\n    drop\n  elseif destination in (192.0.2.0/24) then\n    done\n  endif\nend-policy"
    one = policy("  apply Q\n  if destination in (192.0.2.0/24) then\n    drop\n  endif", sets)
    assert [verdict(one, prefix) for prefix in ("198.51.100.0/24", "203.0.113.0/24", "192.0.2.0/24", "10.0.0.0/8")] == [
        "accept",
        "reject",
        "accept",
        "reject",
    ]


def test_a_policy_as_a_condition_is_true_when_it_would_accept() -> None:
    sets = "route-policy Q\n  if destination in (198.51.100.0/24) then\n    pass\n  endif\nend-policy"
    one = policy("  if apply Q then\n    drop\n  endif\n  pass", sets)
    assert [verdict(one, prefix) for prefix in ("198.51.100.0/24", "10.0.0.0/8")] == ["reject", "accept"]
    drops = policy("  if apply Q then\n    pass\n  else\n    pass\n  endif", sets.replace("  endif", "  else\n    drop\n  endif"))
    assert [verdict(drops, prefix) for prefix in ("198.51.100.0/24", "10.0.0.0/8")] == ["accept", "inconclusive"]
    bare = policy("  if apply Q then\n    drop\n  endif\n  pass", sets.replace("    pass", "    done"))
    assert [verdict(bare, prefix) for prefix in ("198.51.100.0/24", "10.0.0.0/8")] == ["inconclusive", "accept"]
    changes = policy("  if apply Q then\n  endif", sets.replace("    pass", "    set med 5"))
    assert verdict(changes) == "inconclusive"


@pytest.mark.parametrize(
    ("element", "path", "expected"),
    [
        ("neighbor-is '65001 65002'", (65001, 65002, 65003), "accept"),
        ("neighbor-is '65001 65002'", (65001, 65001, 65002), "inconclusive"),
        ("neighbor-is '65001 65002' exact", (65001, 65001, 65002), "reject"),
        ("neighbor-is '65001'", (65001, 65001, 65002), "accept"),
        ("neighbor-is '65002'", (65001, 65002), "reject"),
        ("originates-from '65002 65003'", (65001, 65002, 65002, 65003, 65003), "inconclusive"),
        ("originates-from '[65002..65009]'", (65001, 65005), "accept"),
        ("passes-through '65002'", (65001, 65002, 65003), "accept"),
        ("passes-through '5002'", (65001, 65002, 65003), "reject"),
        ("passes-through 'private-as'", (65001, 3320, 64700), "accept"),
        ("length ge 3", (65001, 65001, 65002), "accept"),
        ("length le 2", (65001, 65001, 65002), "reject"),
        ("unique-length ge 3", (65001, 65002), "reject"),
        ("unique-length ge 2", (65001, 65001), "inconclusive"),
        ("unique-length le 2", (65001, 65002), "accept"),
        ("ios-regex '_6500[12]$'", (65001, 65002), "accept"),
        ("ios-regex '5002'", (165002,), "accept"),
    ],
)
def test_point_31_repeated_asns_count_only_with_exact(element: str, path: tuple[int, ...], expected: str) -> None:
    """That they are taken as one without `exact` has no vendor text behind it: where it decides, nothing is concluded."""
    named = policy("  if as-path in A then\n    pass\n  endif", f"as-path-set A\n  {element},\n  ios-regex '^4999$'\nend-set")
    assert verdict(named, path=path) == expected
    if "regex" not in element:
        inline = policy(f"  if as-path {element} then\n    pass\n  endif")
        assert verdict(inline, path=path) == expected


def test_point_32_an_expression_is_unanchored_and_reads_characters() -> None:
    one = policy("  if as-path in (ios-regex '64496') then\n    pass\n  endif")
    assert verdict(one, path=(65001, 164496)) == "accept"
    assert verdict(one, path=(65001, 64497)) == "reject"


@pytest.mark.parametrize(
    ("element", "inside", "outside"),
    [
        ("10.0.0.0/8", ["10.0.0.0/8"], ["10.0.0.0/9", "10.1.0.0/16"]),
        ("10.0.0.0/8 le 16", ["10.0.0.0/8", "10.1.0.0/16"], ["10.1.1.0/24"]),
        ("10.0.0.0/8 ge 24", ["10.1.1.0/24", "10.1.1.1/32"], ["10.0.0.0/8", "10.1.0.0/16"]),
        ("10.0.0.0/8 ge 9 le 24", ["10.1.0.0/16"], ["10.0.0.0/8", "10.1.1.0/25"]),
        ("10.0.0.0/8 eq 20", ["10.1.16.0/20"], ["10.0.0.0/8", "10.1.0.0/21"]),
        ("192.0.2.7", ["192.0.2.7/32"], ["192.0.2.0/24"]),
        ("0.0.0.0/0", ["0.0.0.0/0"], ["10.0.0.0/8"]),
        ("0.0.0.0/0 le 32", ["0.0.0.0/0", "10.0.0.0/8", "192.0.2.7/32"], []),
    ],
)
def test_prefix_sets_are_unordered_and_exact_without_bounds(element: str, inside: list[str], outside: list[str]) -> None:
    body = "  if destination in PS then\n    pass\n  endif"
    for one in (
        policy(body, f"prefix-set PS\n  2001:db8::/32,\n  {element}\nend-set"),
        policy(body.replace("PS", f"({element}, 2001:db8::/32)")),
    ):
        assert {verdict(one, prefix) for prefix in inside} == {"accept"}
        assert {verdict(one, prefix) for prefix in outside} <= {"reject"}


@pytest.mark.parametrize(
    ("test", "communities", "expected"),
    [
        ("matches-any (64500:1, 64500:2)", ["64500:2"], "accept"),
        ("matches-any (64500:1, 64500:2)", ["64500:3"], "reject"),
        ("matches-every (64500:1, 64500:2)", ["64500:2"], "reject"),
        ("matches-every (64500:1, 64500:2)", ["64500:1", "64500:2", "64500:3"], "accept"),
        ("matches-within (64500:1, 64500:2)", ["64500:1"], "accept"),
        ("matches-within (64500:1, 64500:2)", ["64500:1", "64500:3"], "reject"),
        ("matches-within (64500:1, 64500:2)", [], "inconclusive"),
        ("matches-any (64500:*)", ["64500:777"], "accept"),
        ("matches-any (64500:[5..7])", ["64500:6"], "accept"),
        ("matches-any (64500:[5..7])", ["64500:8"], "reject"),
        ("matches-any (*:*)", [], "reject"),
        ("matches-any (no-export)", ["65535:65281"], "accept"),
        ("matches-any (private-as:9)", ["64512:9"], "accept"),
        ("matches-any (private-as:9)", ["65535:9"], "reject"),
        ("matches-any (peeras:9)", ["65001:9"], "accept"),
        ("matches-any (peeras:9)", ["65002:9"], "reject"),
        ("matches-any (ios-regex '^64500:3[0-9]$')", ["64500:35"], "accept"),
        ("matches-any (ios-regex '^64500:3[0-9]$')", ["64500:350"], "reject"),
        ("matches-any (ios-regex '4500:3')", ["64500:39"], "accept"),
        ("matches-any (dfa-regex '64500:.*')", ["64500:39"], "inconclusive"),
        ("matches-any (64500:39, dfa-regex '64500:.*')", ["64500:39"], "accept"),
        ("is-empty", [], "accept"),
        ("is-empty", ["64500:1"], "reject"),
    ],
)
def test_community_conditions(test: str, communities: list[str], expected: str) -> None:
    one = policy(f"  if community {test} then\n    pass\n  endif")
    assert verdict(one, communities=communities) == expected


def test_parameters_are_replaced_as_text_through_every_level() -> None:
    sets = (
        "prefix-set PS\n  198.51.100.0/24\nend-set\nroute-policy Q($set, $c)\n  if destination in $set then\n    set community ($c:9) additive\n"
        "    set local-preference $pref\n  endif\nend-policy\npolicy-global\n  pref '77'\nend-global"
    )
    one = policy("  apply Q($s, 64501)", sets, head="P($s)", attach="P(PS)")
    found = decide(one)
    assert found.after is not None
    assert (found.after.communities, found.after.local_pref) == (frozenset({"64501:9"}), 77)
    assert verdict(one, "10.0.0.0/8") == "reject"
    assert (
        concrete.decide(
            policy("  apply Q($s, 64501)", sets, head="P($s)", attach="P").sessions[0].inbound, Route("10.0.0.0/8")
        ).verdict
        == "inconclusive"
    )


def test_deletes_and_sets_of_communities() -> None:
    one = policy("  delete community in (64500:*)\n  delete large-community all\n  set community (64500:7) additive")
    found = decide(one, communities=["64500:1", "64501:1"], large=["64500:1:1"])
    assert found.after is not None
    assert (found.after.communities, found.after.large) == (frozenset({"64500:7", "64501:1"}), frozenset())
    keeps = policy("  delete community not in (64500:[1..5])\n  pass")
    found = decide(keeps, communities=["64500:1", "64501:1", "64500:6"])
    assert found.after is not None
    assert found.after.communities == frozenset({"64500:1"})
    scrub = decide(policy("  delete community all\n  pass"), communities=["64500:1", "65535:65281"])
    assert scrub.after is not None
    assert scrub.after.communities == frozenset({"65535:65281"})


def test_inheritance_neighbor_before_session_and_af_group_before_neighbor_group() -> None:
    one = router("inheritance")
    names = {
        s.key: (
            s.remote_as,
            s.inbound.filters[0].name if s.inbound.filters else None,
            s.outbound.filters[0].name if s.outbound.filters else None,
        )
        for s in one.sessions
    }
    assert names["default/203.0.113.1/ipv4-unicast"] == (64610, "IN-AFG", "OUT-NG")
    assert names["default/203.0.113.1/ipv6-unicast"] == (64610, "IN-NG2", "OUT-NG2")
    assert names["default/203.0.113.2/ipv4-unicast"] == (64640, "IN-NBR", "OUT-NG")
    assert names["default/203.0.113.3/ipv4-unicast"] == (64610, "IN-AFG2", "OUT-AFG2")
    assert names["default/203.0.113.4/ipv4-unicast"] == (64650, "IN-AFG", "OUT-NBR")
    assert names["default/2001:db8:9::5/ipv6-unicast"] == (64630, "IN-AFG", "OUT-AFG")
    first, second = session(one, "203.0.113.1"), session(one, "203.0.113.2")
    assert (first.description, first.gtsm, first.auth, first.ebgp_multihop, first.next_hop_self) == (
        "from the neighbor-group",
        True,
        "tcp-ao",
        3,
        True,
    )
    assert (second.gtsm, second.next_hop_self, second.max_prefix, second.max_prefix_action) == (False, False, 9, "restart")
    assert (first.max_prefix, first.max_prefix_action, first.allowas_in) == (500, "warning", 3)
    assert session(one, "203.0.113.4").shutdown
    assert session(one, "2001:db8:9::5", "ipv6-unicast").send_community == ("extended",)
    assert session(one, "203.0.113.3").send_community == ("standard", "large")
    assert first.send_community == ("standard", "large")
    assert session(one, "203.0.113.8").send_community == ("standard", "extended", "large")
    assert session(one, "2001:db8:9::6", "ipv6-unicast").enforce_first_as is False
    assert session(one, "2001:db8:9::6", "ipv6-unicast").max_prefix_action == "discard"


def test_vrfs_dynamic_neighbors_and_confederations() -> None:
    one = router("vrfs")
    assert session(one, "203.0.113.128/26").remote_as == (64700, 64701, 64702)
    assert session(one, "198.51.100.10", vrf="INTERNET").enforce_first_as is False
    assert session(one, "203.0.113.2", vrf="CUST0").as_override
    assert {(s.vrf, s.prefix, s.discard, s.tag) for s in one.statics} >= {
        ("default", "192.0.2.0/24", True, 0),
        ("CUST0", "0.0.0.0/0", False, 77),
    }
    assert [s.family for s in one.sessions if s.neighbor == "192.0.2.2"] == ["ipv4-unicast"]
    parts = router("confed_rr")
    assert [(s.kind, s.local_as) for s in parts.sessions if s.neighbor in ("192.0.2.30", "203.0.113.9", "203.0.113.10")] == [
        ("confed", 65010),
        ("ebgp", 64500),
        ("ebgp", 64499),
    ]
    assert session(parts, "192.0.2.10").rr_client
    assert {(o.kind, o.prefix, o.summary_only) for o in parts.originations} >= {
        ("aggregate", "192.0.2.0/24", True),
        ("network", "203.0.113.0/24", False),
    }


def test_source_validation_and_access_lists() -> None:
    faces: dict[str, Interface] = {one.description: one for one in router("source_validation").interfaces}
    assert (faces["strict"].urpf_v4, faces["strict"].urpf_v6) == ("strict", "strict")
    assert faces["strict, default counts"].urpf_v4_allow_default
    assert (faces["loose"].urpf_v4, faces["loose"].urpf_v4_allow_default) == ("loose", False)
    assert faces["loose, default counts"].urpf_v4_allow_default
    plain = faces["list"].sources_v4
    assert plain is not None
    assert plain.exact
    assert [(entry[1], entry[4]) for entry in plain.permits] == [(24, True), (32, True)]
    assert faces["list"].acl_out_v4 == "SERVICES"
    inexact = [faces[name].sources_v4 for name in ("list by group", "odd", "missing list")]
    assert [one is not None and one.exact for one in inexact] == [False, False, False]
    assert faces["v6 list"].sources_v6 is not None
    assert faces["down"].shutdown
    assert faces["two addresses"].addresses[1:3] == ("203.0.113.200/29", "203.0.113.220/30")
    assert faces["unnumbered subscriber"].addresses == ("192.0.2.1/32",)


def test_a_group_taints_what_it_could_change_and_nothing_else() -> None:
    one = router("config_groups")
    assert {str(u.taints) for u in one.unread if not u.derived} == {"interface 'TenGigE0/0/0/.*'", "router"}
    assert {str(u.taints) for u in one.unread if u.derived} == {f"interface TenGigE0/0/0/{n}" for n in range(6)}
    text = (HERE / "config_groups" / "running.conf").read_text(encoding="utf-8")
    without = load("iosxr").parse(text.replace(" apply-group BGP-DEFAULTS\n", ""), {})
    assert "router" not in {str(u.taints) for u in without.unread}


def test_a_reference_to_what_is_not_there_is_a_cut_text() -> None:
    one = router("cut_references")
    assert not one.complete
    assert {(u.kind, u.name, u.effect) for u in one.undefined} == {
        ("community-set", "BLACKHOLE", "unknown"),
        ("route-policy", "PREPENDS", "unknown"),
        ("route-policy", "NOT-HERE", "unknown"),
        ("neighbor-group", "GONE", "unknown"),
    }
    lost = session(one, "203.0.113.10")
    assert not lost.inbound.filters[0].defined
    assert concrete.decide(lost.inbound, Route("10.0.0.0/8", (64497,))).verdict == "inconclusive"
    assert not router("cut_short").complete
    whole = router("careful_edge")
    assert (whole.complete, whole.version, whole.hostname) == (True, "7.5.2", "edge1.fra")


def test_unread_parts_taint_the_policy_or_list_they_stand_in() -> None:
    one = router("rpl_tour")
    taints = {(u.line, str(u.taints)) for u in one.unread}
    assert {name for _, name in taints} == {
        "list WILD",
        "list CS-C",
        "list PATHS-C",
        "policy UNMODELLED-CONDITIONS",
        "policy ALL-ACTIONS",
        "policy WILDCARD",
        "policy RECURSIVE",
    }
    redacted = router("redacted")
    for neighbor in ("203.0.113.3", "203.0.113.4", "203.0.113.16"):
        for prefix in ("10.0.0.0/8", "203.0.113.128/25"):
            first = concrete.decide(session(one, neighbor).inbound, Route(prefix, (64503,)))
            again = concrete.decide(session(redacted, neighbor).inbound, Route(prefix, (64503,)))
            assert first.verdict == again.verdict


def test_secrets_are_located() -> None:
    text = (HERE / "config_groups" / "running.conf").read_text(encoding="utf-8")
    lines = text.splitlines()
    found = {lines[one.line - 1][one.start : one.end] for one in load("iosxr").parse(text, {}).secrets}
    assert found == {
        "$6$kY4u1/QFHPxxx$EXAMPLEHASH0123456789",
        "0822455D0A16544541",
        "13061E010803557878",
        "01100F175804575D72",
        "070C285F4D06",
        "1234567890ABCDEF",
        "FEDCBA0987654321",
        "0822455D0A16",
        "13061E010803",
        "02050D480809",
        "04480E051D2458",
        "104D000A0618",
    }


@pytest.mark.parametrize("mark", [";", "^C", "#", "!", "*"])
def test_what_stands_in_a_banner_is_no_configuration(mark: str) -> None:
    whole = (HERE / "careful_edge" / "running.conf").read_text(encoding="utf-8")
    banner = f"banner motd {mark}\nrouter bgp 64999\n neighbor 203.0.113.99\n  remote-as 64999\n end of text {mark}\n"
    one = load("iosxr").parse(whole.replace("hostname", banner + "hostname", 1), {})
    assert (one.local_as, one.unread, len(one.sessions)) == (64500, (), len(router("careful_edge").sessions))


def test_a_banner_without_an_end_hides_nothing() -> None:
    whole = (HERE / "careful_edge" / "running.conf").read_text(encoding="utf-8")
    for line in ("banner motd ;", "banner motd %text", "banner login hello"):
        one = load("iosxr").parse(whole.replace("hostname", f"{line}\nhostname", 1), {})
        assert len(one.sessions) == len(router("careful_edge").sessions)


def test_the_careful_router_takes_no_bogon_and_no_invalid_and_the_bad_one_does() -> None:
    bogon = PrefixMatch((PrefixList("bogon", 4, ((10 << 24, 8, 8, 32, True, 0),)),))
    for case, neighbor, clean in (
        ("careful_edge", "192.0.2.14", True),
        ("careful_edge", "203.0.113.20", True),
        ("bad_edge", "203.0.113.2", False),
    ):
        one = router(case)
        here = session(one, neighbor)
        found = evaluate(
            [here.inbound],
            afi=4,
            domain=_questions.delivered(here, one),
            questions={"bogon": bogon, "invalid": RpkiMatch(frozenset({Rpki.INVALID}))},
        )
        assert (found.accepted("bogon").may is None) is clean
        assert found.accepted(ALWAYS).must is not None
        if clean:
            assert found.accepted("invalid").may is None


def test_commands_only_read() -> None:
    assert all(one.startswith("show ") for one in load("iosxr").commands.allowed())


def test_version_and_clock_of_the_router() -> None:
    state = {"version": "Cisco IOS XR Software, Version 7.5.2[Default]\n", "clock": "08:00:01.123 UTC Wed Nov 25 2026\n"}
    one = load("iosxr").parse("hostname a\nend\n", state)
    assert one.version == "7.5.2"
    assert one.live is not None
    assert one.live.clock == "2026-11-25T08:00:01Z"
    elsewhere = load("iosxr").parse("hostname a\nend\n", {"clock": "08:00:01.123 CET Wed Nov 25 2026\n"})
    assert elsewhere.live is not None
    assert elsewhere.live.clock is None


def test_a_set_whose_end_was_lost_vouches_for_nothing() -> None:
    """Nobody knows which lines are of it: it decides nothing, and no line of it is taken for understood."""
    one = policy(
        "  if as-path in A then\n    pass\n  else\n    drop\n  endif",
        "as-path-set A\n  ios-regex '_64501_',\n  ios-regex '_64502_'",
    )
    assert verdict(one, path=(65001, 64501)) == "inconclusive"
    assert {4, 5} <= {had.line for had in one.unread}
    assert not one.complete
