"""The EOS points that are easiest to get wrong (policy semantics reference, sections 1, 5 and 21)."""

from __future__ import annotations

from pathlib import Path

import pytest
from manrs_conformance.analysis import concrete
from manrs_conformance.model.policy import Opaque, Rpki, Verdict
from manrs_conformance.model.route import Route
from manrs_conformance.model.router import Interface, Router, Session
from manrs_conformance.platforms import load

HERE = Path(__file__).parent
PREFIX = "193.0.0.0/24"


def router(case: str) -> Router:
    """The router of a case folder."""
    return load("eos").parse((HERE / case / "running.conf").read_text(encoding="utf-8"), {})


def written(*lines: str, bgp: str = "", neighbor: str = "") -> Router:
    """A small router with one neighbour, and further lines of the process and of the neighbour."""
    text = "\n".join(
        [
            "! device: r1 (vEOS-lab, EOS-4.31.1F)",
            "service routing protocols model multi-agent",
            "hostname r1",
            *lines,
            "router bgp 3333",
            *bgp.splitlines(),
            "   neighbor 192.0.2.1 remote-as 25152",
            *(f"   neighbor 192.0.2.1 {one}" for one in neighbor.splitlines()),
            "!",
            "end",
        ]
    )
    return load("eos").parse(text, {})


def session(one: Router, neighbor: str = "192.0.2.1", family: str = "ipv4-unicast", vrf: str = "default") -> Session:
    """The session, which must exist."""
    found = one.session(neighbor, family, vrf)
    assert found is not None
    return found


def says(one: Router | Session, route: Route, direction: str = "import") -> str:
    """What happens to a route on the session of a router."""
    found = session(one) if isinstance(one, Router) else one
    return concrete.decide(found.inbound if direction == "import" else found.outbound, route).verdict


def received(prefix: str = PREFIX, *path: int, **more: object) -> Route:
    """A route of the neighbour."""
    return Route(prefix, as_path=path or (25152,), **more)  # type: ignore[arg-type]


def test_point_02_an_undefined_route_map_accepts_everything() -> None:
    one = written(neighbor="route-map NOPE in")
    assert says(one, received("10.0.0.0/8")) == "accept"
    assert [(u.kind, u.effect) for u in one.undefined] == [("route-map", "permit-all")]


@pytest.mark.parametrize("action", ["deny", "deny-in-out"])
def test_point_02_missing_policy_refuses_what_an_undefined_route_map_would_accept(action: str) -> None:
    one = written(bgp=f"   bgp missing-policy direction in action {action}", neighbor="route-map NOPE in")
    assert says(one, received()) == "reject"
    assert [u.effect for u in one.undefined] == ["deny-all"]


def test_point_02_missing_policy_of_the_neighbour_outranks_that_of_the_process() -> None:
    vrfs = router("vrfs")
    assert says(session(vrfs, "192.0.2.3"), received()) == "accept"
    assert says(session(vrfs, "192.0.2.4"), received()) == "reject"


def test_point_02_an_undefined_prefix_list_on_a_neighbour_is_not_decided() -> None:
    one = written(neighbor="prefix-list NOPE in")
    assert says(one, received()) == "inconclusive"
    assert [(u.kind, u.effect) for u in one.undefined] == [("prefix-list", "unknown")]


def test_point_02_an_undefined_function_refuses_everything_and_a_defined_one_is_named_as_not_read() -> None:
    functions = router("functions")
    assert says(session(functions, "192.0.2.11"), received()) == "reject"
    assert says(session(functions, "192.0.2.10"), received()) == "inconclusive"
    tainted = {(one.text, str(one.taints)) for one in functions.unread}
    assert ("neighbor 192.0.2.10 rcf in TRANSIT_IN(100)", "session default/192.0.2.10/ipv4-unicast") in tainted
    assert ("neighbor GROUP rcf in PEER_IN()", "session GROUP") in tainted
    assert says(session(functions, "192.0.2.16"), received()) == "inconclusive"


def test_point_02_a_function_whose_code_is_elsewhere_is_not_undefined() -> None:
    hidden = router("hidden_functions")
    assert says(session(hidden, "192.0.2.11"), received()) == "inconclusive"
    assert not [one for one in hidden.undefined if one.kind == "rcf"]


@pytest.mark.parametrize(
    "line",
    [
        "match ip address prefix-list NOPE",
        "match ip address access-list NOPE",
        "match as-path NOPE",
        "match community NOPE",
        "match large-community NOPE",
        "match extcommunity NOPE",
        "match invert-result community NOPE",
    ],
)
@pytest.mark.parametrize("action", ["permit", "deny"])
def test_point_03_an_undefined_list_in_a_match_is_not_decided(line: str, action: str) -> None:
    one = written(f"route-map M {action} 10", f"   {line}", "route-map M permit 20", "   match tag 1", neighbor="route-map M in")
    assert says(one, received(tag=1)) in ("accept", "inconclusive")
    assert says(one, received()) != "accept"
    assert {u.effect for u in one.undefined} == {"unknown"}


def test_point_03_an_undefined_list_decides_nothing_where_another_match_fails() -> None:
    one = written(
        "route-map M permit 10",
        "   match community NOPE",
        "   match tag 7",
        "route-map M permit 20",
        "   match tag 1",
        neighbor="route-map M in",
    )
    assert says(one, received(tag=1)) == "accept"
    assert says(one, received(tag=2)) == "reject"


CONTINUE = ("route-map M permit 10", "   match tag 1", "   set local-preference 50", "   continue 30", "route-map M deny 20")


def test_point_06_the_permit_of_a_continue_stands_when_nothing_later_matches() -> None:
    one = written(*CONTINUE, "route-map M deny 30", "   match metric 9", neighbor="route-map M in")
    assert says(one, received(tag=1)) == "accept"
    assert says(one, received(tag=1, med=9)) == "reject"
    assert says(one, received(tag=2)) == "reject"


def test_point_06_continue_to_an_entry_that_is_missing_is_not_decided() -> None:
    one = written(*CONTINUE, "route-map M deny 40", neighbor="route-map M in")
    assert says(one, received(tag=1)) == "inconclusive"


def test_point_07_whether_matches_see_earlier_sets_is_not_decided() -> None:
    one = written(*CONTINUE, "route-map M deny 30", "   match local-preference 50", neighbor="route-map M in")
    assert says(one, received(tag=1)) == "inconclusive"
    assert says(one, received(tag=2)) == "reject"


def test_point_07_a_match_that_continue_passes_over_reads_nothing() -> None:
    lines = ["route-map M permit 10", "   match tag 1", "   set local-preference 50", "   continue 30"]
    over = ["route-map M permit 20", "   match local-preference 50", "route-map M permit 30"]
    one = written(*lines, *over, neighbor="route-map M in")
    assert says(one, received(tag=1)) == "accept"
    back = written(*[line.replace("30", "20") for line in lines], *over[:2], "route-map M deny 30", neighbor="route-map M in")
    assert says(back, received(tag=1)) == "inconclusive"


def test_point_08_ipv4_and_ipv6_matches_of_one_entry_are_not_decided_between_and_and_or() -> None:
    one = written(
        "ip prefix-list A seq 5 permit 193.0.0.0/24",
        "ipv6 prefix-list B seq 5 permit 2001:67c:2e8::/48",
        "route-map M permit 10",
        "   match ip address prefix-list A",
        "   match ipv6 address prefix-list B",
        neighbor="route-map M in",
    )
    assert says(one, received()) == "inconclusive"
    assert says(one, received("193.0.1.0/24")) == "reject"


def test_point_09_what_an_ipv4_match_means_for_an_ipv6_route_is_not_known() -> None:
    one = written(
        "ip prefix-list ALL seq 5 permit 0.0.0.0/0 le 32",
        "route-map M permit 10",
        "   match ip address prefix-list ALL",
        "route-map M deny 20",
        bgp="   bgp default ipv6-unicast",
        neighbor="route-map M in",
    )
    assert says(session(one, family="ipv6-unicast"), received("2001:67c:2e8::/48")) == "inconclusive"
    assert says(one, received()) == "accept"


def test_point_10_without_a_policy_everything_is_accepted_and_sent() -> None:
    one = session(written())
    assert (one.inbound.default, one.outbound.default) == (Verdict.ACCEPT, Verdict.ACCEPT)


def test_point_10_the_switch_of_the_whole_router() -> None:
    both = "   bgp missing-policy direction in action deny\n   bgp missing-policy direction out action deny"
    assert written().facts["ebgp-requires-policy"] == "off"
    assert written(bgp=both.partition("\n")[0]).facts["ebgp-requires-policy"] == "off"
    assert written(bgp=both).facts["ebgp-requires-policy"] == "unknown"


def test_point_10_missing_policy_without_any_policy_is_not_decided() -> None:
    one = session(written(bgp="   bgp missing-policy direction in action deny"))
    assert (one.inbound.default, one.outbound.default) == (None, Verdict.ACCEPT)


def test_point_20_a_prefix_list_is_read_by_sequence_number() -> None:
    one = written(
        "ip prefix-list L",
        "   seq 20 permit 193.0.0.0/21 le 24",
        "   seq 10 deny 193.0.0.0/24",
        "   seq 30 permit 193.0.8.0/21 eq 23",
        "   seq 40 permit 193.0.16.0/21 ge 23",
        neighbor="prefix-list L in",
    )
    answers = {
        "193.0.0.0/24": "reject",
        "193.0.1.0/24": "accept",
        "193.0.0.0/21": "accept",
        "193.0.0.0/25": "reject",
        "193.0.8.0/23": "accept",
        "193.0.8.0/22": "reject",
        "193.0.8.0/21": "reject",
        "193.0.16.0/22": "reject",
        "193.0.16.0/32": "accept",
        "8.0.0.0/8": "reject",
    }
    assert {prefix: says(one, received(prefix)) for prefix in answers} == answers


def test_point_20_an_empty_prefix_list_is_not_decided() -> None:
    assert says(written("ip prefix-list L", neighbor="prefix-list L in"), received()) == "inconclusive"
    inside = written("ip prefix-list L", "route-map M permit 10", "   match ip address prefix-list L", neighbor="route-map M in")
    assert says(inside, received()) == "inconclusive"


def test_point_21_whether_a_prefix_list_counts_beside_a_route_map_is_not_decided() -> None:
    one = written(
        "ip prefix-list L seq 5 permit 193.0.0.0/24",
        "route-map M permit 10",
        "   match tag 1",
        neighbor="prefix-list L in\nroute-map M in",
    )
    assert says(one, received(tag=1)) == "accept"
    assert says(one, received("193.0.1.0/24", tag=1)) == "inconclusive"
    assert says(one, received()) == "reject"


ROV = ("route-map M deny 10", "   match origin-as validity invalid", "route-map M permit 20")
RTR = "   rpki cache A\n      host 192.0.2.9\n   !\n   rpki origin-validation\n      ebgp local"


def test_point_28_a_cache_alone_drops_nothing() -> None:
    one = written(bgp=RTR)
    assert (one.validation, session(one).platform_drops, session(one).rov) == ({"ipv4": True, "ipv6": True}, frozenset(), "off")
    assert says(one, received(rpki=Rpki.INVALID)) == "accept"


def test_point_28_a_route_map_drops_invalids() -> None:
    one = written(*ROV, bgp=RTR, neighbor="route-map M in")
    assert session(one).rov == "policy"
    verdicts = [says(one, received(rpki=state)) for state in (Rpki.VALID, Rpki.INVALID, Rpki.NOT_FOUND, Rpki.UNVERIFIED)]
    assert verdicts == ["accept", "reject", "accept", "accept"]


def test_point_28_the_order_of_entries_counts() -> None:
    assert says(session(router("careless"), "203.0.113.8"), received("84.205.64.0/24", rpki=Rpki.INVALID)) == "accept"


@pytest.mark.parametrize("change", ["ribd", "no model", "no validation", "no cache"])
def test_point_28_states_are_not_computed_without_all_that_it_takes(change: str) -> None:
    text = {"no validation": RTR.partition("   !")[0], "no cache": RTR.partition("   !\n")[2]}.get(change, RTR)
    one = written(*ROV, bgp=text, neighbor="route-map M in")
    if change in ("ribd", "no model"):
        line = "service routing protocols model multi-agent\n"
        small = "hostname r1\nrouter bgp 3333\n" + RTR + "\nend\n"
        one = load("eos").parse((line.replace("multi-agent", "ribd") if change == "ribd" else "") + small, {})
    if change == "no model":
        assert [(u.text, str(u.taints)) for u in one.unread] == [("ebgp local", "rpki")]
    else:
        assert one.validation == {"ipv4": False, "ipv6": False}


def test_point_28_states_that_neighbours_claim_are_not_trusted() -> None:
    one = written(bgp=RTR.replace("ebgp local", "ebgp community"))
    assert [str(u.taints) for u in one.unread] == ["rpki"]


def test_point_29_an_anchored_community_pattern_is_decided_only_where_both_readings_agree() -> None:
    one = written(
        "ip community-list regexp C permit ^25152:1$", "route-map M permit 10", "   match community C", neighbor="route-map M in"
    )
    assert says(one, received(communities=frozenset({"25152:1"}))) == "accept"
    assert says(one, received(communities=frozenset({"25152:1", "25152:2"}))) == "inconclusive"
    assert says(one, received(communities=frozenset({"25152:2"}))) == "reject"


def test_point_29_several_communities_and_several_lists() -> None:
    lists = ("ip community-list A permit 25152:1", "ip community-list B permit 25152:2")
    both, first = frozenset({"25152:1", "25152:2"}), frozenset({"25152:1"})
    plain = written(*lists, "route-map M permit 10", "   match community A B", neighbor="route-map M in")
    any_of = written(*lists, "route-map M permit 10", "   match community or-results A B", neighbor="route-map M in")
    assert [says(plain, received(communities=some)) for some in (both, first, frozenset())] == ["accept", "inconclusive", "reject"]
    assert [says(any_of, received(communities=some)) for some in (both, first, frozenset())] == ["accept", "accept", "reject"]
    one_line = written(
        "ip community-list A permit 25152:1 25152:2", "route-map M permit 10", "   match community A", neighbor="route-map M in"
    )
    assert says(one_line, received(communities=both)) == "inconclusive"


@pytest.mark.parametrize(
    ("mode", "pattern", "inside", "other"),
    [
        ("asn", "64496", "reject", "accept"),
        ("string", "64496", "accept", "accept"),
        ("asn", "_[64496-64511]_", "reject", "accept"),
        (None, "_64496_", "reject", "accept"),
        (None, "64496", "inconclusive", "accept"),
        ("asn", "^[0-9]+$", "inconclusive", "inconclusive"),
        ("string", "^[0-9]+_[0-9]+$", "accept", "accept"),
    ],
)
def test_point_32_the_mode_decides_what_an_as_path_pattern_means(mode: str | None, pattern: str, inside: str, other: str) -> None:
    lines = [f"ip as-path regex-mode {mode}"] if mode else []
    lines += [f"ip as-path access-list P permit {pattern} any", "route-map M permit 10", "   match as-path P"]
    one = written(*lines, neighbor="route-map M in")
    assert says(one, received(PREFIX, 25152, 164496)) == inside
    assert says(one, received(PREFIX, 25152, 64496)) == other


def test_point_32_the_origin_of_an_entry_counts() -> None:
    one = written(
        "ip as-path regex-mode asn",
        "ip as-path access-list P permit _12654$ igp",
        "ip as-path access-list P deny _12654$ any",
        "ip as-path access-list P permit .* any",
        "route-map M permit 10",
        "   match as-path P",
        neighbor="route-map M in",
    )
    assert says(one, received(PREFIX, 25152, 12654, origin="igp")) == "accept"
    assert says(one, received(PREFIX, 25152, 12654, origin="incomplete")) == "reject"
    assert says(one, received(PREFIX, 25152, 2121, origin="incomplete")) == "accept"


def test_point_33_lists_of_denies_only_refuse_everything() -> None:
    assert says(session(router("careless"), "203.0.113.6"), received()) == "reject"
    one = written(
        "ip as-path regex-mode asn",
        "ip as-path access-list P deny _64512_ any",
        "route-map M permit 10",
        "   match as-path P",
        neighbor="route-map M in",
    )
    assert says(one, received(PREFIX, 25152)) == "reject"


def face(one: Router, name: str) -> Interface:
    """The interface of that name."""
    return next(each for each in one.interfaces if each.name == name)


def test_point_37_unicast_rpf_as_written_and_unknown_where_it_is_not_confirmed() -> None:
    access, vrfs = router("access"), router("vrfs")
    found = {name: face(access, name) for name in ("Vlan101", "Vlan200", "Vlan201", "Vlan202", "Vlan203", "Ethernet1.10")}
    assert {name: one.urpf_v4 for name, one in found.items()} == {
        "Vlan101": "strict",
        "Vlan200": "none",
        "Vlan201": "loose",
        "Vlan202": "unknown",
        "Vlan203": "unknown",
        "Ethernet1.10": "strict",
    }
    assert not found["Vlan101"].urpf_v4_allow_default
    assert found["Vlan201"].urpf_v4_allow_default
    assert found["Ethernet1.10"].urpf_v4_allow_default
    assert found["Vlan200"].urpf_v6 == "unknown"
    assert face(vrfs, "Ethernet20").urpf_v4 == "unknown"


def test_addresses_lent_secondary_and_virtual() -> None:
    access = router("access")
    assert face(access, "Ethernet1.10").addresses == ("193.0.46.1/32",)
    assert face(access, "Vlan201").addresses == ("193.0.41.1/24", "193.0.42.1/24")
    assert face(access, "Vlan200").addresses == ("193.0.40.1/24", "2001:67c:2e8:40::1/64")
    assert face(router("careless"), "Ethernet2").addresses == ("203.0.113.9/30", "192.0.2.1/28")


def test_an_undefined_access_group_lets_every_source_in() -> None:
    careless = router("careless")
    sources = face(careless, "Ethernet2").sources_v4
    assert sources is not None
    assert [entry[:5] for entry in sources.permits] == [(0, 0, 0, 32, True)]
    assert ("access-list", "NO-SUCH-ACL") in {(one.kind, one.name) for one in careless.undefined}


def test_precedence_of_neighbour_and_group_in_and_out_of_a_family() -> None:
    vrfs = router("vrfs")
    names = {last: [one.name for one in session(vrfs, f"192.0.2.{last}").inbound.filters] for last in "123"}
    assert names == {"1": ["AF-N"], "2": ["GENERIC-N"], "3": ["ABSENT"]}
    assert [one.name for one in session(vrfs, "192.0.2.1").outbound.filters] == ["GENERIC-G"]
    assert [one.name for one in session(vrfs, "203.0.113.1", vrf="INTERNET").outbound.filters] == ["AF-G"]


def test_a_group_filter_of_the_main_table_leaves_doubt_in_a_vrf() -> None:
    inside = session(router("vrfs"), "203.0.113.1", vrf="INTERNET")
    assert says(inside, received()) == "inconclusive"


def test_activation() -> None:
    text = "   no bgp default ipv4-unicast\n   address-family ipv6\n      neighbor 192.0.2.1 activate"
    quiet = written(bgp=text)
    assert [one.family for one in quiet.sessions] == ["ipv6-unicast"]
    six = "   neighbor 2001:db8::1 remote-as 2121\n   neighbor 2001:db8::2 remote-as 2121\n   address-family ipv6\n      neighbor 2001:db8::1 activate"
    found = {(one.neighbor, one.family) for one in written(bgp=six).sessions}
    assert found >= {("2001:db8::1", "ipv6-unicast"), ("2001:db8::2", "ipv4-unicast"), ("192.0.2.1", "ipv4-unicast")}
    assert ("2001:db8::1", "ipv4-unicast") not in found
    carried = written(bgp=f"   bgp default ipv4-unicast transport ipv6\n{six}")
    assert ("2001:db8::1", "ipv4-unicast") in {(one.neighbor, one.family) for one in carried.sessions}


def test_a_default_limit_is_not_counted_on() -> None:
    one = session(written())
    assert (one.max_prefix, one.max_prefix_action) == (None, None)
    assert session(written(neighbor="maximum-routes 0")).max_prefix is None
    warned = session(written(neighbor="maximum-routes 12000 warning-limit 80 percent warning-only"))
    assert (warned.max_prefix, warned.max_prefix_action) == (12000, "warning")
    assert session(written(neighbor="maximum-routes 20 warning-limit 10")).max_prefix_action == "shutdown"


def test_the_first_as_is_enforced_only_where_it_is_written() -> None:
    assert session(written()).enforce_first_as is None
    assert session(written(bgp="   bgp enforce-first-as")).enforce_first_as is True
    assert session(written(bgp="   bgp enforce-first-as\n   no neighbor 192.0.2.1 enforce-first-as")).enforce_first_as is False


def test_communities_are_not_sent_by_default_and_all_of_them_without_a_word() -> None:
    assert session(written()).send_community == ()
    assert session(written(neighbor="send-community")).send_community == ("standard", "extended", "large")
    assert session(written(neighbor="send-community standard large")).send_community == ("standard", "large")


def test_session_protection() -> None:
    assert session(written(neighbor="ttl maximum-hops 1")).gtsm
    assert session(written(neighbor="password 7 070E234F1F5B4A")).auth == "md5"
    assert session(written(neighbor="password shared-secret profile P algorithm aes-128-cmac-96")).auth == "tcp-ao"


def test_listen_ranges_know_whom_they_let_in() -> None:
    exchange = router("exchange")
    assert session(exchange, "203.0.113.64/26").remote_as == (2121, *range(12654, 12661))
    assert session(exchange, "2001:db8:2::/64", "ipv6-unicast").remote_as == "external"
    assert session(exchange, "192.0.2.0/28").remote_as == 28917
    assert session(exchange, "192.0.2.16/28").remote_as == "external"


def test_confederation_peers_are_internal() -> None:
    core = router("core")
    kinds = {last: session(core, f"192.0.2.{last}").kind for last in ("11", "21", "22", "31", "32")}
    assert kinds == {"11": "ibgp", "21": "confed", "22": "confed", "31": "ebgp", "32": "ebgp"}
    assert session(core, "192.0.2.32").local_as == 3333


def test_private_asns_removed_before_the_policy_leave_the_session_unsure() -> None:
    core = router("core")
    assert ("neighbor 192.0.2.33 remove-private-as ingress replace-as", "session 192.0.2.33") in {
        (one.text, str(one.taints)) for one in core.unread
    }


def test_originations() -> None:
    core = router("core")
    found = {(one.kind, one.prefix or one.protocol, one.family, one.summary_only) for one in core.originations}
    assert found >= {
        ("network", "193.0.0.0/21", "ipv4-unicast", False),
        ("network", "193.0.8.0/24", "ipv4-unicast", False),
        ("network", "2001:67c:2e8::/48", "ipv6-unicast", False),
        ("aggregate", "193.0.0.0/20", "ipv4-unicast", True),
        ("redistribute", "isis", "ipv6-unicast", False),
        ("redistribute", "ospf", "ipv4-unicast", False),
    }


def test_routes_of_other_tables_are_originations_of_a_vrf() -> None:
    lines = (HERE / "vrfs" / "running.conf").read_text(encoding="utf-8").splitlines()
    inside = [one for one in router("vrfs").originations if one.vrf == "INTERNET" and one.protocol == "vrf"]
    assert {lines[one.line - 1].split()[0]: one.policy.name if one.policy else None for one in inside} == {
        "leak": "LEAKED",
        "route-target": None,
    }


@pytest.mark.parametrize(("line", "secret"), [
    ("username a secret sha512 $6$abc", "$6$abc"),
    ("username a privilege 15 secret 5 $1$abc", "$1$abc"),
    ("enable secret sha512 $6$abc", "$6$abc"),
    ("snmp-server community s3cret ro", "s3cret"),
    ("snmp-server host 192.0.2.1 vrf MGMT version 2c s3cret", "s3cret"),
    ("snmp-server user u g v3 auth sha s3cret priv aes other", "s3cret"),
    ("tacacs-server key 7 070E234F", "070E234F"),
    ("tacacs-server host 192.0.2.1 key 7 070E234F", "070E234F"),
    ("radius-server host 192.0.2.1 key 070E234F", "070E234F"),
    ("ntp authentication-key 1 md5 7 070E234F", "070E234F"),
    ("router bgp 1\n   neighbor G password 7 070E234F", "070E234F"),
    ("router bgp 1\n   vrf X\n      neighbor 192.0.2.1 password 070E234F", "070E234F"),
    ("interface Ethernet1\n   ip ospf message-digest-key 1 md5 7 070E234F", "070E234F"),
    ("interface Ethernet1\n   ip ospf authentication-key 7 070E234F", "070E234F"),
    ("interface Ethernet1\n   isis authentication key 7 070E234F", "070E234F"),
    ("interface Ethernet1\n   vrrp 1 peer authentication ietf-md5 key-string 7 070E234F", "070E234F"),
    ("management security\n   session shared-secret profile P\n      secret 1 7 $1c$abc receive-lifetime infinite", "$1c$abc"),
    ("mac security\n   profile P\n      key 0abc1234 7 070E234F", "070E234F"),
    ("daemon TerminAttr\n   exec /usr/bin/TerminAttr -cvauth=key,s3cret -cvvrf=MGMT", "s3cret"),
])  # fmt: skip
def test_every_secret_is_located(line: str, secret: str) -> None:
    found = load("eos").parse(f"{line}\n", {})
    lines = line.splitlines()
    assert secret in {lines[one.line - 1][one.start : one.end] for one in found.secrets}


def test_completeness_needs_head_and_end() -> None:
    whole = (HERE / "careful" / "running.conf").read_text(encoding="utf-8")
    assert router("careful").complete
    cut = load("eos").parse(whole.rpartition("\n!\nend")[0], {})
    assert (cut.complete, cut.incomplete_because) == (False, "the last statement is not `end`")
    assert not load("eos").parse(whole + "ip route 0.0.0.0/0 192.0.2.1\n", {}).complete
    assert not load("eos").parse("router bgp 3333\nend\n", {}).complete
    assert not load("eos").parse("hostname a\nbanner login\nhello\nend\n", {}).complete


def test_free_text_is_no_configuration() -> None:
    leaf = router("leaf")
    assert (leaf.local_as, leaf.hostname) == (65101, "leaf1")
    assert {one.text for one in leaf.unread} == {"a-top-line-nobody-knows", "with a block", "below"}


def test_a_careful_configuration_keeps_out_what_it_says_it_keeps_out() -> None:
    careful = router("careful")
    transit = session(careful, "203.0.113.1")
    good = received("8.8.8.0/24", 25152, 15169, rpki=Rpki.VALID)
    assert says(transit, good) == "accept"
    for bad in (
        received("10.0.0.0/8", 25152, 15169),
        received("8.8.8.0/25", 25152, 15169),
        received("193.0.0.0/22", 25152, 15169),
        received("8.8.8.0/24", 25152, 64512, 15169),
        received("8.8.8.0/24", 25152, 15169, rpki=Rpki.INVALID),
        received("0.0.0.0/0", 25152),
        received("8.8.8.0/24", *([25152] * 64)),
    ):
        assert says(transit, bad) == "reject", bad
    customer = session(careful, "203.0.113.10")
    assert says(customer, received("84.205.64.0/24", 12654, 12654)) == "accept"
    assert says(customer, received("84.205.64.0/24", 12654, 2121)) == "reject"
    assert says(customer, received("84.205.66.0/24", 12654)) == "reject"


def test_invert_result_matches_what_the_list_does_not() -> None:
    lines = (
        "ip community-list A permit 25152:1",
        "route-map M deny 10",
        "   match invert-result community A",
        "route-map M permit 20",
    )
    one = written(*lines, neighbor="route-map M in")
    assert says(one, received(communities=frozenset({"25152:1"}))) == "accept"
    assert says(one, received()) == "reject"


def test_a_group_option_of_a_family_of_the_main_table_does_not_reach_a_vrf() -> None:
    process = "\n".join(
        [
            "   neighbor G peer group",
            "   neighbor G remote-as 2121",
            "   neighbor 192.0.2.2 peer group G",
            "   address-family ipv4",
            "      neighbor G maximum-routes 10",
            "   vrf X",
            "      neighbor 192.0.2.3 peer group G",
        ]
    )
    one = written(bgp=process)
    assert session(one, "192.0.2.2").max_prefix == 10
    assert session(one, "192.0.2.3", vrf="X").max_prefix is None


def test_statements_of_the_top_are_found_behind_a_block_with_wrong_indentation() -> None:
    text = (
        "hostname a\nevent-handler E\n   trigger on-boot\n      !\n      router bgp 3333\n"
        "         neighbor 192.0.2.1 remote-as 25152\n      !\n      end\n"
    )
    one = load("eos").parse(text, {})
    assert (one.local_as, len(one.sessions), one.complete) == (3333, 1, True)


def test_every_kind_of_set_says_what_is_known_afterwards() -> None:
    maps = router("maps")
    text = (HERE / "maps" / "running.conf").read_text(encoding="utf-8").splitlines()
    unknown: dict[str, set[str]] = {}
    for policy in maps.policies.values():
        for action in (action for term in policy.terms for action in term.actions):
            if isinstance(action, Opaque):
                unknown.setdefault(text[action.line - 1].strip(), set()).add(action.attribute)
    assert unknown["set as-path prepend auto auto"] == {"as_path"}
    assert unknown["set metric igp-nexthop-cost"] == {"med"}
    assert unknown["set ip next-hop peer-address"] == {"next_hop"}
    assert unknown["set community community-list C5 additive"] == {"standard"}
    assert len(unknown["set something new"]) == 10
    assert not {"set community none", "set community 3333:1 delete", "set as-path prepend 3333 3333 3333", "set metric +5"} & set(
        unknown
    )
