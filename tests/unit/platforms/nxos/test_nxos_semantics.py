"""The NX-OS points that are easiest to get wrong (policy semantics reference, sections 1, 4 and 21)."""

from __future__ import annotations

from pathlib import Path

import pytest
from manrs_conformance.analysis.concrete import decide
from manrs_conformance.model.policy import Flow, Opaque, Rpki, Verdict
from manrs_conformance.model.route import Route
from manrs_conformance.model.router import Interface, Router, Session
from manrs_conformance.platforms import load

HERE = Path(__file__).parent
HEAD = "version 9.3(8)\nhostname a\n"


def router(case: str) -> Router:
    """The router of a case folder."""
    return load("nxos").parse((HERE / case / "running.conf").read_text(encoding="utf-8"), {})


def small(policies: str, options: str = "route-map M in", *, family: str = "ipv4", more: str = "") -> Router:
    """A router with one neighbour."""
    neighbor = "192.0.2.1" if family == "ipv4" else "2001:db8::1"
    options = "\n".join(f"      {one}" for one in options.splitlines())
    bgp = f"router bgp 64500\n{more}  neighbor {neighbor} remote-as 64501\n    address-family {family} unicast\n{options}\n"
    return load("nxos").parse(f"{HEAD}{policies}\n{bgp}", {})


def session(one: Router, neighbor: str, family: str = "ipv4-unicast", vrf: str = "default") -> Session:
    """The session, which must exist."""
    found = one.session(neighbor, family, vrf)
    assert found is not None
    return found


def verdict(one: Session | Router, prefix: str = "60.0.0.0/24", path: tuple[int, ...] = (64501,), **attributes: object) -> str:
    """What the import filters say of a route."""
    found = one if isinstance(one, Session) else one.sessions[0]
    route = Route(prefix, path, **attributes)  # type: ignore[arg-type]
    return decide(found.inbound, route).verdict


def face(case: str, name: str) -> Interface:
    """An interface of a case."""
    return next(one for one in router(case).interfaces if one.name == name)


def test_point_02_undefined_prefix_list_and_filter_list_on_a_neighbor_accept_everything() -> None:
    one = router("flow")
    (only,) = session(one, "192.0.2.54").inbound.filters
    assert (only.defined, only.policy.default) == (False, Verdict.ACCEPT)
    assert verdict(session(one, "192.0.2.54")) == "accept"
    effects = {(u.kind, u.name, u.effect) for u in one.undefined}
    assert ("prefix-list", "NOT-THERE", "permit-all") in effects
    assert ("filter-list", "NO-PATH", "permit-all") in effects


def test_point_02_undefined_route_map_on_a_neighbor_lets_nothing_pass_as_certain() -> None:
    one = router("flow")
    assert verdict(session(one, "192.0.2.38")) == "inconclusive"
    assert ("route-map", "NOWHERE", "unknown") in {(u.kind, u.name, u.effect) for u in one.undefined}


def test_point_03_undefined_prefix_list_in_a_permit_entry_matches_every_route() -> None:
    found = session(router("flow"), "192.0.2.10")
    assert verdict(found, "8.8.8.0/24") == "accept"
    assert verdict(
        small("ip prefix-list P seq 5 permit 60.0.0.0/8\nroute-map M permit 10\n  match ip address prefix-list P X")
    ) == ("accept")


def test_point_03_what_an_undefined_list_marks_is_not_relied_on() -> None:
    plain = small("route-map M permit 10\n  match ip address prefix-list X\n  set community 64500:1\n  set metric 5")
    (term,) = plain.policies["M"].terms
    assert {one.attribute for one in term.actions if isinstance(one, Opaque)} == {"standard", "med"}
    marked = small(
        "route-map M permit 10\n  match ip address prefix-list X\n  set community 64500:1\n  continue\nroute-map M deny 20"
    )
    assert verdict(marked) == "reject"
    leaf = small(
        "ip community-list standard C seq 5 permit 64500:1\nroute-map M permit 10\n  match ip address prefix-list X\n"
        "  set community 64500:1\n  continue\nroute-map M deny 20\n  match community C"
    )
    assert verdict(leaf) == "inconclusive"


def test_point_03_undefined_prefix_list_in_a_deny_entry_decides_nothing_for_sure() -> None:
    one = small("route-map M deny 10\n  match ip address prefix-list X\nroute-map M permit 20")
    assert verdict(one) == "inconclusive"
    assert [(u.name, u.effect) for u in one.undefined] == [("X", "unknown")]


@pytest.mark.parametrize("match", ["as-path X", "community X", "extcommunity X", "large-community X"])
def test_undefined_as_path_and_community_lists_are_unknown(match: str) -> None:
    one = small(f"route-map M permit 10\n  match {match}")
    assert verdict(one) == "inconclusive"
    assert [u.effect for u in one.undefined] == ["unknown"]


def test_point_06_a_permit_sticks_after_continue_and_a_later_deny_denies() -> None:
    lists = "ip prefix-list A seq 5 permit 60.0.0.0/8 le 24\nip prefix-list B seq 5 permit 60.0.1.0/24\n"
    one = small(
        f"{lists}route-map M permit 10\n  match ip address prefix-list A\n  continue 20\nroute-map M deny 20\n"
        "  match ip address prefix-list B"
    )
    assert verdict(one, "60.0.0.0/24") == "accept"
    assert verdict(one, "60.0.1.0/24") == "reject"
    assert one.policies["M"].terms[0].on_match == Flow("goto", "20", Verdict.ACCEPT)


def test_point_06_continue_to_a_missing_entry_or_in_a_deny_entry_is_not_known() -> None:
    assert verdict(small("route-map M permit 10\n  continue 99")) == "inconclusive"
    assert verdict(small("route-map M deny 10\n  continue 20\nroute-map M permit 20")) == "inconclusive"


def test_point_07_matches_see_originals_and_what_continue_carries_on_is_not_confirmed() -> None:
    assert router("flow").policies["FLOW"].view == "original"
    text = "ip community-list standard C seq 5 permit 64500:1\nroute-map M permit 10\n  set community 64500:1\n"
    after = "route-map M deny 20\n  match community C\n"
    assert verdict(small(f"{text}  continue\n{after}")) == "inconclusive"
    assert verdict(small(f"{text}{after}")) == "accept"
    behind = "route-map M permit 30\n"
    assert verdict(small(f"{text}  continue 30\n{after}{behind}")) == "accept", "an entry that is passed over reads nothing"


def test_point_08_prefix_lists_of_one_line_are_alternatives_and_several_lines_are_not_decided() -> None:
    lists = "ip prefix-list A seq 5 permit 60.0.0.0/24\nip prefix-list B seq 5 permit 61.0.0.0/24\n"
    found = {}
    for text in ("  match ip address prefix-list A B", "  match ip address prefix-list A\n  match ip address prefix-list B"):
        one = small(f"{lists}route-map M permit 10\n{text}")
        found[text.count("match")] = [verdict(one, prefix) for prefix in ("60.0.0.0/24", "61.0.0.0/24", "62.0.0.0/24")]
    assert found == {1: ["accept", "accept", "reject"], 2: ["inconclusive", "inconclusive", "reject"]}


def test_point_08_both_families_in_one_entry_are_not_decided() -> None:
    one = small(
        "ip prefix-list A seq 5 permit 60.0.0.0/24\nipv6 prefix-list B seq 5 permit 2a00::/32\n"
        "route-map M permit 10\n  match ip address prefix-list A\n  match ipv6 address prefix-list B"
    )
    assert verdict(one) == "inconclusive"
    assert verdict(one, "61.0.0.0/24") == "reject"


def test_point_09_whether_a_route_of_the_other_family_meets_an_entry_is_not_confirmed() -> None:
    four = "ip prefix-list A seq 5 permit 0.0.0.0/0 le 32\nroute-map M {} 10\n  match ip address prefix-list A\nroute-map M permit 20\n"
    assert verdict(small(four.format("deny"), family="ipv6"), "2a00::/32") == "inconclusive"
    assert verdict(small(four.format("deny"))) == "reject"
    only = small(
        "ipv6 prefix-list B seq 5 permit 2a00::/32\nroute-map M permit 10\n  match ipv6 address prefix-list B", family="ipv6"
    )
    assert [verdict(only, prefix) for prefix in ("2a00::/32", "2a01::/32")] == ["accept", "reject"]


def test_point_10_no_policy_accepts_and_sends_everything() -> None:
    one = session(router("flow"), "192.0.2.66")
    assert (one.inbound.filters, one.inbound.default, one.outbound.default) == ((), Verdict.ACCEPT, Verdict.ACCEPT)


def test_point_20_first_match_by_sequence_and_an_empty_list_permits_all() -> None:
    one = router("flow")
    (odd,) = (found for found in one.prefix_lists if found.name == "ODD")
    assert [(entry[4], entry[2], entry[3]) for entry in odd.entries] == [(False, 16, 16), (True, 8, 24), (True, 16, 32)]
    (empty,) = session(one, "192.0.2.58").inbound.filters
    assert (empty.defined, empty.policy.default) == (True, Verdict.ACCEPT)
    assert verdict(small("ip prefix-list E description none\nroute-map M permit 10\n  match ip address prefix-list E")) == "accept"


def test_point_21_that_all_filters_of_a_session_must_pass_is_not_confirmed() -> None:
    lists = 'ip prefix-list A seq 5 permit 60.0.0.0/24\nip as-path access-list F seq 5 permit "^64501$"\n'
    both = small(f"{lists}route-map M permit 10\n  match as-path F", "route-map M in\nprefix-list A in\nfilter-list F in")
    assert verdict(both, "60.0.0.0/24") == "accept"
    assert verdict(both, "61.0.0.0/24") == "inconclusive"
    assert verdict(both, "60.0.0.0/24", (64502,)) == "reject"  # the route-map refuses it in either reading
    alone = small(lists, "prefix-list A in")
    assert verdict(alone, "61.0.0.0/24") == "reject"


def test_point_22_with_a_cache_invalids_may_be_refused_by_the_platform() -> None:
    found = session(router("rpki"), "192.0.2.60")
    assert verdict(found, "60.0.0.0/24", rpki=Rpki.INVALID) == "inconclusive"
    assert verdict(found, "60.0.0.0/24", rpki=Rpki.VALID) == "accept"
    assert found.platform_drops == frozenset()


def test_point_28_match_rpki_never_proves_a_drop() -> None:
    one = small("route-map M deny 10\n  match rpki invalid\nroute-map M permit 20", more="  rpki cache 192.0.2.33\n")
    assert verdict(one, rpki=Rpki.INVALID) == "inconclusive"
    assert [verdict(one, rpki=state) for state in (Rpki.VALID, Rpki.NOT_FOUND)] == ["accept", "accept"]
    assert one.sessions[0].rov == "policy"
    only = small("route-map M permit 10\n  match rpki valid")
    assert [verdict(only, rpki=state) for state in (Rpki.VALID, Rpki.INVALID)] == ["inconclusive", "reject"]
    assert [str(u.taints) for u in one.unread] == ["rpki cache 192.0.2.33 323 tcp"]


def test_point_29_expanded_lists_are_open_where_the_order_of_communities_decides() -> None:
    text = 'ip community-list expanded X seq 5 permit "{}"\nroute-map M permit 10\n  match community X'
    alone = small(text.format("^64500:1$"))
    for values, wanted in ((("64500:1",), "accept"), (("64500:2",), "reject"), (("64500:1", "64500:2"), "reject")):
        assert verdict(alone, communities=frozenset(values)) == wanted
    first = small(text.format("^64500:1_"))
    assert verdict(first, communities=frozenset({"64500:1", "64500:2"})) == "inconclusive"
    assert verdict(small(text.format(".*"))) == "inconclusive"


def test_standard_community_list_asks_for_all_values_of_a_line() -> None:
    text = "ip community-list standard T seq 5 permit 64500:1 64500:2\nip community-list standard T seq 10 permit 64500:3\n"
    one = small(f"{text}route-map M permit 10\n  match community T")
    for values, wanted in ((("64500:1",), "reject"), (("64500:1", "64500:2", "1:1"), "accept"), (("64500:3",), "accept")):
        assert verdict(one, communities=frozenset(values)) == wanted
    exact = small(f"{text}route-map M permit 10\n  match community T exact-match")
    assert verdict(exact, communities=frozenset({"64500:1", "64500:2", "1:1"})) == "reject"
    assert verdict(exact, communities=frozenset({"64500:2", "64500:1"})) == "accept"


def test_point_32_as_path_patterns_are_unanchored_characters() -> None:
    one = small('ip as-path access-list A seq 5 permit "64496"\nroute-map M permit 10\n  match as-path A')
    assert [verdict(one, path=path) for path in ((164496,), (644961,), (64496,), (64497,))] == ["accept"] * 3 + ["reject"]
    tight = small('ip as-path access-list A seq 5 permit "_64496_"\nroute-map M permit 10\n  match as-path A')
    assert [verdict(tight, path=path) for path in ((164496,), (1, 64496, 2))] == ["reject", "accept"]


def test_point_33_deny_only_lists_deny_everything() -> None:
    paths = small('ip as-path access-list D seq 5 deny "_64666_"\nroute-map M permit 10\n  match as-path D')
    assert verdict(paths) == "reject"
    assert verdict(small("ip prefix-list D seq 5 deny 10.0.0.0/8 le 32", "prefix-list D in")) == "reject"


def test_point_34_an_access_list_in_a_route_map_filters_no_routes() -> None:
    one = router("flow")
    assert verdict(session(one, "192.0.2.14"), "8.8.8.0/24") == "accept"
    assert verdict(session(one, "192.0.2.18"), "8.8.8.0/24") == "inconclusive"


def test_point_37_loose_mode_counts_the_default_route_only_with_allow_default() -> None:
    found = [face("ipv6_edge", f"Ethernet1/{n}") for n in (1, 2, 3)]
    assert [(one.urpf_v6, one.urpf_v6_allow_default) for one in found] == [("loose", True), ("loose", False), ("strict", False)]
    assert {one.urpf_v4 for one in found} == {"none"}


def test_system_urpf_disable_leaves_the_mode_unknown() -> None:
    text = f"{HEAD}system urpf disable\ninterface Vlan5\n  ip address 192.0.2.1/24\n  ip verify unicast source reachable-via rx\n"
    assert [(one.urpf_v4, one.urpf_v6) for one in load("nxos").parse(text, {}).interfaces] == [("unknown", "none")]


def test_access_lists_of_interfaces_become_source_filters() -> None:
    plain = face("dc_edge", "Vlan10").sources_v4
    assert plain is not None
    assert plain.exact
    assert {entry[1] for entry in plain.permits} == {24, 0}  # the icmp line lets any source in
    assert not any(getattr(face("dc_edge", name).sources_v4, "exact", True) for name in ("Vlan40", "Vlan41", "Vlan42"))
    six = face("dc_edge", "Vlan10").sources_v6
    assert six is not None
    assert [entry[1] for entry in six.permits] == [64]


def test_what_is_not_understood_in_an_interface_leaves_its_source_validation_unknown() -> None:
    assert [face("dc_edge", name).urpf_v4 for name in ("Vlan44", "Ethernet1/51", "Vlan29")] == ["unknown", "unknown", "strict"]
    text = f"{HEAD}interface Vlan5\n  ip address dhcp\n  ip verify unicast source reachable-via rx\n  ip wonder\n"
    assert [one.urpf_v4 for one in load("nxos").parse(text, {}).interfaces] == ["unknown"]


def test_unnumbered_interfaces_borrow_addresses_and_ports_of_layer_2_are_left_out() -> None:
    assert face("dc_edge", "Ethernet1/49").addresses == ("203.0.113.1/32", "203.0.113.101/32")
    names = {one.name for one in router("dc_edge").interfaces}
    assert not names & {"Ethernet1/1", "Ethernet1/2", "nve1"}
    assert face("vrfs", "Ethernet1/3.103").vrf == "RED3"
    assert face("vrfs", "Ethernet1/3.103").addresses == ("10.3.0.1/30", "10.3.1.1/24", "2001:db8:ffff:3::1/64")


def test_link_local_interfaces_speak_ipv6() -> None:
    assert face("dynamic", "Ethernet1/1").addresses[-1] == "fe80::/64"
    text = f"{HEAD}interface Vlan5\n  ipv6 link-local FE80::5\ninterface breakout module 1 port 1 map 25g-4x\n"
    assert [one.addresses for one in load("nxos").parse(text, {}).interfaces] == [("fe80::5/64",)]


def test_patterns_that_are_not_understood_decide_nothing() -> None:
    for pattern in ("(64501", "[9-1]", "*", "(64501)\\1"):
        one = small(f'ip as-path access-list A seq 5 permit "{pattern}"\nroute-map M permit 10\n  match as-path A')
        assert verdict(one) == "inconclusive"


def test_templates_are_inherited_in_order() -> None:
    one = router("templates")
    peer = session(one, "192.0.2.2")
    assert (peer.group, peer.auth, peer.gtsm, peer.timers, peer.max_prefix) == ("PEERS", "md5", True, (10, 30), 2000)
    assert session(one, "192.0.2.2", "ipv6-unicast").max_prefix_action == "warning"
    own = session(one, "192.0.2.6")
    assert (own.auth, own.max_prefix) == ("none", 300)
    assert session(one, "2001:db8:0:3::2", "ipv6-unicast").outbound.filters == ()
    assert (session(one, "192.0.2.30").ebgp_multihop, session(one, "192.0.2.30").update_source) == (3, "loopback0")
    third = session(one, "192.0.2.26")
    assert [f.name for f in third.inbound.filters] == ["CUST3-IN"]
    assert [f.name for f in third.outbound.filters] == ["TO-CUSTOMER"]
    assert third.max_prefix_action == "restart"
    assert third.send_community == ("standard", "extended")
    assert (session(one, "203.0.113.3").shutdown, session(one, "203.0.113.4").shutdown) == (True, False)
    assert session(one, "203.0.113.4").rr_client


def test_templates_that_contradict_or_are_missing_decide_nothing() -> None:
    one = router("templates")
    assert verdict(session(one, "192.0.2.40"), "8.8.8.0/24", (64620,)) == "inconclusive"
    assert verdict(session(one, "192.0.2.44"), "8.8.8.0/24", (64621,)) == "inconclusive"
    assert {(u.kind, u.name, u.effect) for u in one.undefined} == {
        ("template peer", "NOWHERE", "unknown"),
        ("template peer-session", "GONE", "unknown"),
        ("template peer-policy", "LOST", "unknown"),
    }


def test_send_community_is_off_unless_configured() -> None:
    one = router("ipv6_edge")
    assert session(one, "2001:db8:0:1::2", "ipv6-unicast").send_community == ()
    assert session(one, "2001:db8:0:2::2", "ipv6-unicast").send_community == ("standard", "large")


def test_families_must_be_configured_under_the_neighbor() -> None:
    one = router("flow")
    assert one.session("192.0.2.74", "ipv4-unicast") is None
    assert [s.family for s in router("dynamic").sessions if s.neighbor == "Ethernet1/5"] == ["ipv4-unicast", "ipv6-unicast"]


def test_a_neighbor_without_remote_as_is_not_used() -> None:
    one = router("flow")
    assert one.session("192.0.2.70", "ipv4-unicast") is None
    assert sum(str(u.taints) == "session 192.0.2.70" for u in one.unread) == 4


def test_dynamic_neighbors() -> None:
    one = router("dynamic")
    assert session(one, "172.20.1.0/24").remote_as == (64700, 64701, 64702, 64703, 64710)
    assert session(one, "172.20.3.0/24").remote_as == "external"
    assert session(one, "2001:db8:77::/48", "ipv6-unicast").remote_as == 64705
    assert session(one, "Ethernet1/6").interface == "Ethernet1/6"


def test_enforce_first_as_is_on_unless_taken_away() -> None:
    assert {s.enforce_first_as for s in router("ixp").sessions} == {False}
    assert {s.enforce_first_as for s in router("rtbh").sessions} == {True}


def test_maxas_limit_leaves_long_paths_undecided() -> None:
    one = small("route-map M permit 10", more="  maxas-limit 3\n")
    assert [verdict(one, path=(64501,) * count) for count in (3, 4)] == ["accept", "inconclusive"]


def test_labeled_families_are_sessions_of_their_own() -> None:
    one = load("nxos").parse(
        f"{HEAD}router bgp 1\n  neighbor 192.0.2.1 remote-as 2\n    address-family ipv4 labeled-unicast\n      route-map M in\n", {}
    )
    assert [(s.family, s.afi) for s in one.sessions] == [("ipv4-labeled-unicast", 4)]


def test_confederation_local_as_and_asdot() -> None:
    one = router("confederation")
    kinds = {s.neighbor: (s.kind, s.local_as) for s in one.sessions}
    assert kinds["10.255.1.0"] == ("confed", 65001)
    assert kinds["10.255.3.0"] == ("ebgp", 64500)
    assert kinds["203.0.113.21"] == ("ibgp", 65001)
    assert session(one, "10.255.3.0").auth == "tcp-ao"
    assert router("flow").local_as == 64500 * 65536 + 1
    other = session(router("flow"), "192.0.2.50")
    assert (other.local_as, other.remove_private) == (64499, True)


def test_vrfs_keep_their_sessions_routes_and_leaks_apart() -> None:
    one = router("vrfs")
    assert session(one, "10.5.0.2", vrf="RED5").local_as == 64599
    assert session(one, "10.2.0.2", vrf="RED2").allowas_in == 3
    assert ("198.51.100.16/28", True, "RED1", 666) in {(s.prefix, s.discard, s.vrf, s.tag) for s in one.statics}
    assert ("10.8.0.0/16", "default") in {(s.prefix, s.vrf) for s in one.statics}  # only its next hop is in RED8
    assert sorted({str(u.taints) for u in one.unread}) == ["router", "session vrf RED7"]


def test_originations_with_their_maps() -> None:
    found = {(o.kind, o.prefix, o.protocol, o.policy.name if o.policy else None) for o in router("redistribution").originations}
    assert ("redistribute", None, "connected", "DIRECT-BGP") in found
    assert ("network", "10.0.12.0/24", None, "DIRECT-BGP") in found
    assert ("network", "10.0.11.0/24", None, None) in found
    assert ("aggregate", "61.10.0.0/16", None, None) in found
    unsure = next(o.policy for o in router("redistribution").originations if o.policy and o.policy.name == "MISSING-MAP")
    assert unsure.terms[0].on_match == Flow("accept")
    assert [o.prefix for o in router("redistribution").originations if o.summary_only] == ["61.10.0.0/16"]


def test_caches_are_named_and_taint_what_rests_on_them() -> None:
    one = router("rpki")
    assert [(c.address, c.port, c.transport) for c in one.caches] == [("192.0.2.33", 3323, "tcp"), ("2001:db8::33", 22, "ssh")]
    assert {u.taints.kind for u in one.unread} == {"rpki"}


def test_prefix_list_forms() -> None:
    text = (
        f"{HEAD}ip prefix-list L seq 3 permit 10.0.0.0/8 eq 16\nip prefix-list L permit 11.0.0.1/8 le 9\n"
        "ip prefix-list L seq 20 permit 12.0.0.0/8 ge 9 le 10\nip prefix-list L seq 30 permit 13.0.0.0/8 mask 255.255.0.0\n"
        "ip prefix-list L seq 40 permit 14.0.0.0/8 ge 7\n"
    )
    one = load("nxos").parse(text, {})
    (found,) = one.prefix_lists
    assert [entry[1:4] for entry in found.entries] == [(8, 16, 16), (8, 8, 9), (8, 9, 10)]
    assert found.entries[1][0] == 11 << 24
    assert [(u.line, u.state) for u in one.unread] == [(6, "unsupported"), (7, "unrecognised")]


def test_a_list_that_was_not_read_completely_decides_nothing() -> None:
    one = small("ip prefix-list A seq 5 permit 60.0.0.0/8 mask 255.0.0.0", "prefix-list A in")
    assert verdict(one) == "inconclusive"


def test_banners_are_no_configuration() -> None:
    assert router("transit_edge").local_as == 64500
    one = load("nxos").parse(f"{HEAD}banner motd ^\nrouter bgp 1\nline\n^\nrouter bgp 64500\n  router-id 192.0.2.1\n", {})
    assert (one.local_as, one.unread) == (64500, ())
    same = load("nxos").parse(f"{HEAD}banner motd #hello#\nrouter bgp 64500\n  router-id 192.0.2.1\n", {})
    assert same.local_as == 64500
    cut = load("nxos").parse(f"{HEAD}banner motd ^\nrouter bgp 1\n", {})
    assert [str(u.taints) for u in cut.unread] == ["router"]


@pytest.mark.parametrize("case", ["transit_edge", "ixp", "vrfs"])
def test_a_text_that_shows_a_cut_is_incomplete(case: str) -> None:
    text = (HERE / case / "running.conf").read_text(encoding="utf-8")
    parse = load("nxos").parse
    assert parse(text, {}).complete
    assert not parse(text.replace("version ", "!", 1), {}).complete
    assert not parse(text.replace("\nhostname ", "\n!", 1).replace("\nswitchname ", "\n!", 1), {}).complete
    assert not parse(text.rstrip()[:-4] + " zz", {}).complete
    at = text.rindex("neighbor ")
    assert not parse(text[: text.index("\n", at)], {}).complete
    assert not parse("", {}).complete


def test_unread_lines_taint_what_they_stand_in() -> None:
    one = small(
        "brand-new knob\ninterface Vlan5\n  ip address 192.0.2.1/24\n  surprise\nip prefix-list L seq 5 permit 60.0.0.0/8 foo 3\n"
        "route-map M permit 10\n  match magic\nroute-map M permit 20\n  do magic\nroute-map M permit 30\n  set magic 1",
        "route-map M in\nsurprise",
        more="  what is this\n",
    )
    assert [str(u.taints) for u in one.unread] == [
        "router",
        "interface Vlan5",
        "list L",
        "policy M",
        "policy M",
        "policy M",
        "router",
        "session 192.0.2.1",
    ]
    assert verdict(one) == "inconclusive"


def test_unread_line_of_a_template_taints_the_sessions_behind_it() -> None:
    text = f"{HEAD}router bgp 1\n  template peer T\n    new-knob\n    remote-as 2\n    address-family ipv4 unicast\n  neighbor 192.0.2.1\n    inherit peer T\n"
    one = load("nxos").parse(text, {})
    (unread,) = one.unread
    assert (str(unread.taints), one.sessions[0].group) == ("session T", "T")


def test_secrets_are_located() -> None:
    text = (HERE / "redistribution" / "running.conf").read_text(encoding="utf-8")
    lines = text.splitlines()
    found = [lines[one.line - 1][one.start : one.end] for one in load("nxos").parse(text, {}).secrets]
    for value in (
        "$5$EXAMPLE1",
        '"wawy1234Example"',
        "0x1f2e3d4c5b6a79880123456789abcdef",
        "exampleread",
        "fewhgExample",
        "9125d59c18a9b015",
    ):
        assert any(one.startswith(value) for one in found), value
    assert "lifetime" not in found
    more = load("nxos").parse(
        '  password 3 abc def\n  key-string 7 070c\nradius-server host 192.0.2.1 key 7 "xx" auth-port 1812\n', {}
    )
    assert [(one.line, one.end - one.start) for one in more.secrets] == [(1, 3), (2, 4), (3, 4)]


def test_shutdown_of_the_process_and_of_a_neighbor() -> None:
    assert not any(s.shutdown for s in router("confederation").sessions)
    one = small("", "next-hop-self", more="  shutdown\n")
    assert one.sessions[0].shutdown
