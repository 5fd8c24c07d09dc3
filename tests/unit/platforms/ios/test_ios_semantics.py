"""The IOS points that are easiest to get wrong (policy semantics reference, sections 1, 2, 14, 15 and 21)."""

from __future__ import annotations

from pathlib import Path

import pytest
from manrs_conformance.analysis import concrete
from manrs_conformance.analysis.evaluate import evaluate
from manrs_conformance.model.policy import Rpki, Verdict
from manrs_conformance.model.route import Route
from manrs_conformance.model.router import Interface, Router, Session
from manrs_conformance.platforms import load

HERE = Path(__file__).parent
HEAD = "version 17.9\nhostname r1\nip bgp-community new-format\n"


def router(case: str) -> Router:
    """The router of a case folder."""
    return load("ios").parse((HERE / case / "running.conf").read_text(encoding="utf-8"), {})


def small(text: str, neighbor: str = " neighbor 192.0.2.1 route-map IN in\n", bgp: str = "") -> Router:
    """A router with one external neighbour, 192.0.2.1 in AS 64501."""
    peer = f"router bgp 64500\n{bgp} neighbor 192.0.2.1 remote-as 64501\n{neighbor}!\n"
    return load("ios").parse(f"{HEAD}{peer}{text}end\n", {})


def session(one: Router, neighbor: str = "192.0.2.1", family: str = "ipv4-unicast", vrf: str = "default") -> Session:
    """The session, which must exist."""
    found = one.session(neighbor, family, vrf)
    assert found is not None
    return found


def face(one: Router, name: str) -> Interface:
    """The interface of that name."""
    return next(each for each in one.interfaces if each.name == name)


def taken(one: Router, prefix: str = "198.51.100.0/24", path: tuple[int, ...] = (64501,), **more: object) -> str:
    """What the session with 192.0.2.1 does with a route it receives; both evaluators must agree."""
    inbound = session(one).inbound
    route = Route(prefix, path, **more)  # type: ignore[arg-type]
    verdict = concrete.decide(inbound, route).verdict
    assert verdict in ("accept", "reject", "inconclusive")
    return verdict


def test_point_02_undefined_neighbor_filters_are_named_and_decide_nothing() -> None:
    """That IOS refuses everything for an undefined route-map is modelled by others only: no answer rests on it."""
    for kind in ("route-map", "prefix-list", "filter-list", "distribute-list"):
        one = small("", f" neighbor 192.0.2.1 {kind} 77 in\n")
        assert [(each.kind, each.name, each.effect) for each in one.undefined] == [(kind, "77", "unknown")]
        assert not session(one).inbound.filters[0].defined
        assert taken(one) == "inconclusive"


def test_point_06_permit_of_continue_sticks_and_a_later_deny_denies() -> None:
    text = """route-map IN permit 10
 continue 30
route-map IN permit 20
 match tag 1
route-map IN deny 30
 match tag 7
"""
    assert taken(small(text)) == "accept"
    assert taken(small(text), tag=7) == "reject"


def test_point_06_continue_to_a_missing_entry_and_in_a_deny_entry_is_not_known() -> None:
    assert taken(small("route-map IN permit 10\n continue 25\nroute-map IN deny 30\n")) == "inconclusive"
    assert taken(small("route-map IN deny 10\n continue 20\nroute-map IN permit 20\n")) == "inconclusive"
    assert taken(small("route-map IN deny 10\n continue 20\nroute-map IN deny 20\n")) == "reject"


def test_point_07_matches_see_the_attributes_as_received() -> None:
    text = """ip community-list standard MARK permit 64500:1
route-map IN permit 10
 set community 64500:1
 continue 20
route-map IN deny 20
 match community MARK
"""
    one = small(text)
    assert taken(one) == "accept"
    assert taken(one, communities=frozenset({"64500:1"})) == "reject"
    after = concrete.decide(session(one).inbound, Route("198.51.100.0/24", (64501,))).after
    assert after is not None
    assert after.communities == {"64500:1"}


def test_point_08_names_on_one_line_are_alternatives_and_several_lines_leave_doubt() -> None:
    """IOS joins the names of several lines into one; that a text with two lines means the same is modelled by others only."""
    lists = "ip prefix-list A seq 5 permit 198.51.100.0/24\nip prefix-list B seq 5 permit 203.0.113.0/24\nroute-map IN permit 10\n"
    one = small(f"{lists} match ip address prefix-list A B\n")
    two = small(f"{lists} match ip address prefix-list A\n match ip address prefix-list B\n")
    asked = ("198.51.100.0/24", "203.0.113.0/24", "192.0.2.0/24")
    assert [taken(one, each) for each in asked] == ["accept", "accept", "reject"]
    assert [taken(two, each) for each in asked] == ["inconclusive", "inconclusive", "reject"]


def test_point_08_families_in_one_entry_leave_doubt_where_they_decide() -> None:
    """That IOS takes them as alternatives is modelled by others only."""
    text = """ip prefix-list A seq 5 permit 198.51.100.0/24
ipv6 prefix-list B seq 5 permit 2001:db8::/32
route-map IN permit 10
 match ip address prefix-list A
 match ipv6 address prefix-list B
"""
    assert taken(small(text)) == "inconclusive"
    assert taken(small(text), "203.0.113.0/24") == "reject"


def test_point_09_what_an_ipv4_condition_does_to_an_ipv6_route_is_not_known() -> None:
    text = "ip prefix-list A seq 5 permit 0.0.0.0/0 le 32\nroute-map IN deny 10\n match ip address prefix-list A\nroute-map IN permit 20\n"
    assert taken(small(text), "2001:db8::/32") == "inconclusive"
    assert taken(small(text)) == "reject"


def test_point_10_without_a_policy_everything_passes_and_safe_policy_leaves_it_open() -> None:
    one = session(small("", ""))
    assert (one.inbound.default, one.outbound.default, one.inbound.filters) == (Verdict.ACCEPT, Verdict.ACCEPT, ())
    safe = small("", "", " bgp safe-ebgp-policy\n")
    assert session(safe).inbound.default is None
    assert safe.facts["ebgp-requires-policy"] == "unknown"
    assert small("", "").facts["ebgp-requires-policy"] == "off"


def test_point_20_prefix_list_is_first_match_by_sequence_with_implicit_deny() -> None:
    text = """ip prefix-list P seq 20 deny 198.51.100.0/24
ip prefix-list P seq 10 permit 198.51.100.0/22 le 24
ip prefix-list P seq 30 permit 10.0.0.0/8 ge 9
"""
    one = small(text, " neighbor 192.0.2.1 prefix-list P in\n")
    got = [taken(one, each) for each in ("198.51.100.0/24", "198.51.100.0/25", "10.0.0.0/8", "10.0.0.0/9", "10.1.2.3/32")]
    assert got == ["accept", "reject", "reject", "accept", "accept"]


def test_point_20_empty_and_undefined_list_in_a_match_are_not_known() -> None:
    empty = "ip prefix-list P description nothing\n"
    for lists in ("", empty):
        one = small(f"{lists}route-map IN permit 10\n match ip address prefix-list P\n")
        assert taken(one) == "inconclusive"
        other = small(f"{lists}route-map IN deny 10\n match ip address prefix-list P\nroute-map IN permit 20\n")
        assert taken(other) == "inconclusive"
    assert taken(small(empty, " neighbor 192.0.2.1 prefix-list P in\n")) == "inconclusive"
    for match in ("as-path 9", "community C", "ip address 9", "large-community C", "extcommunity C"):
        assert taken(small(f"route-map IN permit 10\n match {match}\n")) == "inconclusive"


def test_point_21_every_filter_must_accept() -> None:
    text = """ip prefix-list P seq 5 permit 198.51.100.0/22 le 24
ip as-path access-list 1 permit ^64501$
route-map IN deny 10
 match tag 9
route-map IN permit 20
"""
    one = small(
        text,
        " neighbor 192.0.2.1 prefix-list P in\n neighbor 192.0.2.1 route-map IN in\n neighbor 192.0.2.1 filter-list 1 in\n",
    )
    assert [each.kind for each in session(one).inbound.filters] == ["route-map", "filter-list", "prefix-list"]
    assert taken(one) == "accept"
    assert taken(one, tag=9) == "reject"
    assert taken(one, path=(64501, 64502)) == "reject"
    assert taken(one, "203.0.113.0/24") == "reject"


@pytest.mark.parametrize(
    ("lines", "rov", "drops", "validates"),
    [
        ("", "policy", frozenset(), False),
        (" bgp rpki server tcp 192.0.2.9 port 3323 refresh 600\n", "platform", frozenset({Rpki.INVALID}), True),
        (
            " bgp rpki server tcp 192.0.2.9 port 3323 refresh 600\n bgp bestpath prefix-validate allow-invalid\n",
            "policy",
            frozenset(),
            True,
        ),
        (
            " bgp rpki server tcp 192.0.2.9 port 3323 refresh 600\n bgp bestpath prefix-validate disable\n",
            "policy",
            frozenset(),
            False,
        ),
    ],
)
def test_point_22_invalid_is_no_candidate_for_best_path_unless_told(
    lines: str, rov: str, drops: frozenset[Rpki], validates: bool
) -> None:
    one = small("route-map IN deny 10\n match rpki invalid\nroute-map IN permit 20\n", bgp=lines)
    found = session(one)
    assert (found.rov, found.platform_drops, one.validation["ipv4"]) == (rov, drops, validates)


def test_point_22_states_under_disable_are_not_known() -> None:
    lines = " bgp rpki server tcp 192.0.2.9 port 3323 refresh 600\n bgp bestpath prefix-validate disable\n"
    one = small("route-map IN deny 10\n match rpki invalid\nroute-map IN permit 20\n", bgp=lines)
    assert taken(one, rpki=Rpki.INVALID) == "inconclusive"
    # Without any server nothing can be invalid, but whether a route is `not-found` then is not known.
    bare = small("route-map IN deny 10\n match rpki invalid\nroute-map IN permit 20\n match rpki not-found\n")
    assert taken(bare) == "inconclusive"
    assert taken(small("route-map IN deny 10\n match rpki invalid\nroute-map IN permit 20\n")) == "accept"


def test_point_22_families_are_told_apart() -> None:
    one = router("ipv6_edge")
    assert one.validation == {"ipv4": False, "ipv6": True}
    assert session(one, "2001:db8:a1::2", "ipv6-unicast").platform_drops == frozenset()
    assert session(router("transit_isp"), "2a10:1500:1::1", "ipv6-unicast").platform_drops == {Rpki.INVALID}
    assert session(router("transit_isp"), "45.10.0.2").platform_drops == frozenset()


def test_point_32_as_path_patterns_are_unanchored_and_read_characters() -> None:
    one = small("ip as-path access-list 1 permit 64496\n", " neighbor 192.0.2.1 filter-list 1 in\n")
    assert taken(one, path=(164496,)) == "accept"
    assert taken(one, path=(644961,)) == "accept"
    exact = small("ip as-path access-list 1 permit _64496$\n", " neighbor 192.0.2.1 filter-list 1 in\n")
    assert [taken(exact, path=each) for each in ((164496,), (64501, 64496), (64496, 64501))] == ["reject", "accept", "reject"]


def test_point_33_lists_of_denies_alone_refuse_everything() -> None:
    assert taken(small("ip as-path access-list 1 deny _64666_\n", " neighbor 192.0.2.1 filter-list 1 in\n")) == "reject"
    assert taken(small("ip prefix-list P seq 5 deny 10.0.0.0/8\n", " neighbor 192.0.2.1 prefix-list P in\n")) == "reject"


def test_point_37_loose_mode_counts_a_default_route_only_with_allow_default() -> None:
    one = router("access")
    modes = {
        f"GigabitEthernet3/{number}": (each.urpf_v4, each.urpf_v4_allow_default, each.urpf_exceptions)
        for number in range(1, 7)
        for each in (face(one, f"GigabitEthernet3/{number}"),)
    }
    assert list(modes.values()) == [
        ("loose", False, None),
        ("loose", True, None),
        ("strict", True, None),
        ("strict", False, "160"),
        ("strict", False, None),
        ("strict", False, None),
    ]


def test_standard_and_extended_distribute_lists() -> None:
    one = router("old_style")
    inbound = session(one, "172.30.3.2").inbound
    assert [each.name for each in inbound.filters] == ["3", "131"]

    def verdict(prefix: str) -> str:
        return concrete.decide(inbound, Route(prefix, (64903,))).verdict

    assert [verdict(one) for one in ("10.1.0.0/16", "0.0.0.0/0", "203.0.113.0/24", "203.0.113.0/25", "12.0.0.0/8")] == [
        "reject",
        "reject",
        "accept",
        "reject",
        "accept",
    ]


def test_community_lists_are_and_within_a_line_and_exact_match_is_equality() -> None:
    text = "ip community-list standard C permit 64500:1 64500:2\nroute-map IN permit 10\n match community C{}\n"
    both = frozenset({"64500:1", "64500:2"})
    loose, exact = small(text.format("")), small(text.format(" exact-match"))
    assert taken(loose, communities=frozenset({"64500:1"})) == "reject"
    assert taken(loose, communities=both | {"64500:3"}) == "accept"
    assert taken(exact, communities=both | {"64500:3"}) == "reject"
    assert taken(exact, communities=both) == "accept"


def test_expanded_community_list_needs_the_new_format() -> None:
    text = "ip community-list expanded C permit _64500:1_\nroute-map IN permit 10\n match community C\n"
    marked = frozenset({"64500:1"})
    assert taken(small(text), communities=marked) == "accept"
    bare = load("ios").parse(
        f"hostname r1\nrouter bgp 64500\n neighbor 192.0.2.1 remote-as 64501\n neighbor 192.0.2.1 route-map IN in\n!\n{text}", {}
    )
    assert taken(bare, communities=marked) == "inconclusive"


def test_expanded_list_that_reads_an_order_leaves_doubt() -> None:
    def text(pattern: str) -> str:
        return f"ip community-list expanded C permit {pattern}\nroute-map IN permit 10\n match community C\n"

    both = frozenset({"64500:1", "64500:2"})
    assert taken(small(text("64500:1 64500:2")), communities=both) == "inconclusive"
    assert taken(small(text("^64500:1$")), communities=both) == "reject"
    assert taken(small(text("_64500:2_")), communities=both) == "accept"
    assert taken(small(text(".*")), communities=both) == "accept"
    assert taken(small(text(".*"))) == "inconclusive"


def test_peer_group_members_override_what_they_inherit() -> None:
    one = router("peer_groups")
    first, second, third, sixth = (session(one, f"100.65.{number}.2") for number in (1, 2, 3, 6))
    assert [each.name for each in first.inbound.filters] == ["CUST-IN", "CUST-ALL"]
    assert [each.name for each in second.inbound.filters] == ["CUST-IN", "CUST-2"]
    assert (first.auth, third.auth) == ("md5", "none")
    assert (first.description, third.description) == ("all customers", "own description")
    assert (first.default_originate, first.default_originate_policy, sixth.default_originate) == (True, "HAVE-DEFAULT", False)
    assert (sixth.allowas_in, sixth.as_override) == (2, True)
    assert session(one, "100.65.7.2").local_as == 64499
    assert session(one, "100.65.4.2").shutdown
    assert (first.max_prefix, first.max_prefix_action) == (20, "warning")
    assert session(one, "192.0.2.5").max_prefix_action == "discard"
    assert first.gtsm
    assert [each.kind for each in session(one, "192.0.2.5").outbound.filters] == ["prefix-list", "filter-list"]


def test_templates_inherit_by_sequence_and_own_statements_win() -> None:
    one = router("templates")
    first = session(one, "100.66.1.0")
    assert [each.name for each in first.inbound.filters] == ["CUSTOMER-IN", "CUST1"]
    assert (first.max_prefix, first.max_prefix_action, first.allowas_in) == (100, "restart", 3)
    assert (first.gtsm, first.auth, first.timers) == (True, "md5", (10, 30))
    assert first.send_community == ("standard", "extended")
    assert (session(one, "100.66.2.0").description, first.description) == ("direct description", "from template")
    assert session(one, "100.66.4.0").max_prefix == 7
    assert session(one, "100.66.5.0").inbound.filters[0].name == "SPECIAL-IN"
    sixth = session(one, "2001:db8:1::", "ipv6-unicast")
    assert (sixth.max_prefix_action, sixth.as_override, sixth.next_hop_self) == ("discard", True, True)
    inner = session(one, "192.0.2.34")
    assert (inner.kind, inner.rr_client, inner.update_source) == ("ibgp", True, "Loopback0")
    dynamic = session(one, "100.80.0.0/16")
    assert (dynamic.remote_as, dynamic.auth, dynamic.group) == ((64620, 64621, 64622), "tcp-ao", "DYNAMIC")


def test_vrfs_keep_their_neighbors_apart() -> None:
    one = router("vrfs")
    found = session(one, "100.70.1.6", vrf="INTERNET")
    assert (found.remote_as, found.max_prefix, found.auth) == (64811, 100, "md5")
    assert session(one, "100.99.0.1", vrf="OLD").remote_as == 64888
    assert one.session("10.0.0.2", "ipv4-unicast") is None
    assert session(one, "10.0.9.1", "vpnv4-unicast").kind == "ebgp"
    assert {each.vrf for each in one.interfaces} == {"default", "INTERNET", "CUST-A", "CUST-B", "CUST-C", "OLD"}
    assert {(each.prefix, each.vrf, each.discard) for each in one.statics} >= {
        ("0.0.0.0/0", "INTERNET", False),
        ("100.90.2.0/24", "CUST-A", True),
    }


def test_states_in_a_vrf_are_not_known() -> None:
    text = """router bgp 64500
 bgp rpki server tcp 192.0.2.9 port 3323 refresh 600
 address-family ipv4 vrf INET
  neighbor 192.0.2.1 remote-as 64501
  neighbor 192.0.2.1 activate
  neighbor 192.0.2.1 route-map IN in
 exit-address-family
!
route-map IN deny 10
 match rpki invalid
route-map IN permit 20
"""
    found = session(load("ios").parse(f"{HEAD}{text}end\n", {}), vrf="INET")
    assert found.platform_drops == frozenset()
    assert concrete.decide(found.inbound, Route("198.51.100.0/24", (64501,), rpki=Rpki.INVALID)).verdict == "inconclusive"


def test_confederation_and_local_as() -> None:
    one = router("old_style")
    kinds = [(each.neighbor[-3:-2], each.kind, each.local_as) for each in one.sessions[:4]]
    assert kinds == [("0", "confed", 64503), ("1", "confed", 64503), ("2", "ibgp", 64503), ("3", "ebgp", 64510)]


def test_enforce_first_as_is_on_unless_taken_away() -> None:
    assert session(small("", "")).enforce_first_as is True
    assert session(small("", "", " no bgp enforce-first-as\n")).enforce_first_as is False


def test_communities_are_sent_only_where_told() -> None:
    sent = {
        words: session(small("", f" neighbor 192.0.2.1 {words}\n")).send_community
        for words in ("send-community", "send-community both", "send-community extended", "version 4")
    }
    assert sent == {
        "send-community": ("standard",),
        "send-community both": ("standard", "extended"),
        "send-community extended": ("extended",),
        "version 4": (),
    }


def test_activation() -> None:
    six = " neighbor 2001:DB8::1 remote-as 64502\n"
    one = small("", six)
    assert [(each.neighbor, each.family) for each in one.sessions] == [
        ("192.0.2.1", "ipv4-unicast"),
        ("2001:db8::1", "ipv4-unicast"),
    ]
    none = small("", six, " no bgp default ipv4-unicast\n")
    assert none.sessions == ()
    family = " !\n address-family ipv6\n  neighbor 2001:DB8::1 activate\n exit-address-family\n"
    both = small("", f"{six}{family}", " no bgp default ipv4-unicast\n")
    assert [(each.neighbor, each.family) for each in both.sessions] == [("2001:db8::1", "ipv6-unicast")]


def test_originations() -> None:
    one = router("redistribution")
    found = {(each.kind, each.prefix or each.protocol, each.policy.name if each.policy else None) for each in one.originations}
    assert found >= {
        ("network", "45.40.0.0/16", None),
        ("network", "45.41.0.0/16", "TAGGED"),
        ("redistribute", "connected", "CONNECTED"),
        ("redistribute", "eigrp", None),
        ("redistribute", "isis", "NOPE-REDIST"),
        ("aggregate", "45.40.0.0/15", None),
        ("default", None, None),
    }
    classful = {each.prefix for each in router("old_style").originations if each.kind == "network"}
    assert classful == {"193.0.0.0/24", "194.0.8.0/21"}
    (aggregate,) = (each for each in router("peer_groups").originations if each.kind == "aggregate")
    assert (aggregate.prefix, aggregate.summary_only) == ("198.51.100.0/23", True)
    assert aggregate.policy is not None
    assert aggregate.policy.terms[0].actions


def test_packet_filters_and_unnumbered_interfaces() -> None:
    one = router("access")
    names = {number: face(one, f"GigabitEthernet3/{number}").sources_v4 for number in range(13, 23)}
    assert {number: (each.exact, len(each.permits)) for number, each in names.items() if each} == {
        13: (True, 1),
        14: (True, 2),
        15: (True, 1),
        16: (True, 2),
        17: (True, 1),
        18: (False, 1),
        19: (False, 2),
        20: (True, 2),
        21: (True, 1),
    }
    assert ("access-list", "NOPE", "permit-all") in {(each.kind, each.name, each.effect) for each in one.undefined}
    assert face(one, "GigabitEthernet3/22").urpf_v4 == "unknown"
    assert face(router("vrfs"), "Tunnel5").addresses == ("10.0.0.1/32",)
    assert face(router("vrfs"), "Tunnel5").urpf_v4 == "strict"


def test_text_in_banners_and_macros_is_no_configuration() -> None:
    one = router("transit_isp")
    assert one.local_as == 43210
    assert one.session("203.0.113.99", "ipv4-unicast") is None
    assert all(each.name != "Loopback99" for each in one.interfaces)
    open_end = load("ios").parse("version 15\nbanner motd ^C\nrouter bgp 1\nend\n", {})
    assert [(each.line, str(each.taints)) for each in open_end.unread] == [(2, "router")]


def test_fragment_without_indentation_means_the_same() -> None:
    one = router("paste")
    assert one.complete
    assert [each.name for each in session(one, "45.70.0.2").inbound.filters] == ["UP-IN"]
    assert one.interfaces[0].urpf_v4 == "loose"
    assert one.unread == ()


@pytest.mark.parametrize(
    ("text", "complete"),
    [
        ("version 15.7\nhostname a\nend\n", True),
        ("version 15.7\nhostname a\n", False),
        ("Building configuration...\n\nCurrent configuration : 9 bytes\nhostname a\n", False),
        ("\n\n!\nversion 15.7\nhostname a\n!\nend\n", True),
        ("hostname a\nrouter bgp 64500\n", True),
        ("router bgp 64500\n", False),
        ("version 15.7\nend\nrouter bgp 64500\n", False),
        ("", False),
    ],
)
def test_completeness(text: str, complete: bool) -> None:
    assert load("ios").parse(text, {}).complete is complete


def test_unread_lines_taint_what_they_can_change() -> None:
    taints = {each.text: str(each.taints) for each in router("unread").unread}
    assert taints["ip frobnicate 5"] == "interface GigabitEthernet0/1"
    assert taints["frobnicate global"] == "router"
    assert taints["neighbor 45.60.0.2 frobnicate"] == "session 45.60.0.2"
    assert taints["neighbor G unsuppress-map X"] == "session 45.60.0.6"
    assert taints["set frobnicate 5"] == "policy IN"
    assert taints["match policy-list PL"] == "policy IN"
    assert taints["bgp rpki server tcp 192.0.2.9 refresh 5"] == "rpki"
    assert taints["import ipv4 unicast map LEAKMAP"] == "router"
    assert face(router("unread"), "GigabitEthernet0/1").urpf_v4 == "unknown"


def test_placeholders_of_redaction_keep_their_doubt() -> None:
    text = "ip prefix-list P seq 5 permit 198.51.100.0/24\nroute-map IN deny 10\n!manrs-redacted unsupported policy IN match\nroute-map IN permit 20\n"
    assert taken(small(text)) == "inconclusive"
    listed = "ip prefix-list P seq 5 permit 198.51.100.0/24\n!manrs-redacted unsupported list P\n"
    assert taken(small(listed, " neighbor 192.0.2.1 prefix-list P in\n")) == "inconclusive"


SECRETS = {
    "enable secret 9 $9$abc$def": "$9$abc$def",
    "enable password cisco": "cisco",
    "username u privilege 15 password 0 hunter2": "hunter2",
    "username u secret 5 $1$x$y": "$1$x$y",
    " neighbor 192.0.2.1 password 7 0822455D0A16": "0822455D0A16",
    "snmp-server community S3cret RO 99": "S3cret",
    "snmp-server host 192.0.2.61 version 2c S3cret": "S3cret",
    "snmp-server host 192.0.2.61 vrf M informs version 3 priv S3cret": "S3cret",
    "snmp-server user mon G v3 auth sha AuthPhrase priv aes 128 PrivPhrase": "AuthPhrase PrivPhrase",
    "tacacs-server key 7 13061E010803": "13061E010803",
    "radius-server host 192.0.2.1 auth-port 1812 key S3cret": "S3cret",
    " key 7 13061E010803": "13061E010803",
    " key PlainKey": "PlainKey",
    "  key-string 7 070C285F4D06": "070C285F4D06",
    "crypto isakmp key S3cret address 192.0.2.1": "S3cret",
    " pre-shared-key address 0.0.0.0 0.0.0.0 key S3cret": "S3cret",
    " ip ospf message-digest-key 1 md5 7 121A0C041104": "121A0C041104",
    " ip ospf authentication-key S3cret": "S3cret",
    "ntp authentication-key 1 md5 02050D480809 7": "02050D480809",
    " area-password S3cret": "S3cret",
    " isis password S3cret level-1": "S3cret",
    " standby 1 authentication md5 key-string 7 104D000A0618": "104D000A0618",
    " ppp chap password 7 03175E0A0B00": "03175E0A0B00",
    " password 7 05080F1C2243": "05080F1C2243",
    "mpls ldp neighbor 10.0.0.2 password 7 060506324F41": "060506324F41",
    "ip ftp password 7 1511021F0725": "1511021F0725",
    " path ftp://backup:Archive9@192.0.2.70/x": "Archive9",
    " ip nhrp authentication S3cret": "S3cret",
}


@pytest.mark.parametrize("line", SECRETS)
def test_secrets_are_located(line: str) -> None:
    found = load("ios").parse(f"hostname r\n{line}\n", {}).secrets
    text = {line[one.start : one.end] for one in found}
    assert text == set(SECRETS[line].split())


@pytest.mark.parametrize("line", [" key 1", "service password-encryption", " description secret handshake", "no enable password"])
def test_lines_without_secrets(line: str) -> None:
    assert load("ios").parse(f"hostname r\n{line}\n", {}).secrets == ()


def test_whole_space_and_single_routes_agree_on_a_careful_policy() -> None:
    """What the set evaluation calls accepted is what the step by step evaluation accepts, on the policies of a fixture."""
    for each in router("transit_isp").sessions:
        result = evaluate([each.inbound], afi=each.afi)
        if each.kind == "ibgp":
            continue
        assert result.accepted().must is not None
        assert result.rejected().must is not None


def test_exit_leaves_the_family_of_a_pasted_fragment() -> None:
    text = """hostname r1
router bgp 64500
address-family ipv6
neighbor 2001:DB8::1 remote-as 64502
neighbor 2001:DB8::1 activate
exit
neighbor 192.0.2.1 remote-as 64501
neighbor 192.0.2.1 prefix-list P in
exit
ip prefix-list P seq 5 permit 198.51.100.0/24
"""
    one = load("ios").parse(text, {})
    assert [each.name for each in session(one).inbound.filters] == ["P"]
    assert session(one, "2001:db8::1", "ipv6-unicast").inbound.filters == ()
    assert one.unread == ()


@pytest.mark.parametrize(
    "line",
    ["default interface GigabitEthernet0/1", "no route-map IN permit 10", "no ip prefix-list P", "interface range Gi0/1 - 2"],
)
def test_commands_of_a_fragment_that_take_away_or_change_much_taint_the_router(line: str) -> None:
    one = load("ios").parse(f"hostname r1\n{line}\n", {})
    assert [(each.state, str(each.taints)) for each in one.unread] == [("unrecognised", "router")]


def test_paths_longer_than_maxas_limit_are_dropped() -> None:
    one = small("route-map IN permit 10\n", bgp=" bgp maxas-limit 3\n")
    assert taken(one, path=(64501, 1, 2)) == "accept"
    assert taken(one, path=(64501, 1, 2, 3)) == "reject"
    assert session(small("", "", " bgp maxas-limit 3\n")).inbound.filters == ()
