"""The Junos points that are easiest to get wrong (policy semantics reference, sections 1, 6 and 21)."""

from __future__ import annotations

from pathlib import Path

import pytest
from manrs_conformance.analysis import concrete
from manrs_conformance.analysis.evaluate import evaluate
from manrs_conformance.evidence.redact import Scrubber, redact, secret_values
from manrs_conformance.model.policy import Attachment, Rpki, RpkiMatch, Verdict
from manrs_conformance.model.route import Route
from manrs_conformance.model.router import Router, Session
from manrs_conformance.model.snapshot import Snapshot
from manrs_conformance.platforms import load

HERE = Path(__file__).parent


def router(case: str) -> Router:
    """The router of a case folder."""
    return load("junos").parse(text(case), {})


def text(case: str) -> str:
    """The configuration of a case folder."""
    return (HERE / case / "running.conf").read_text(encoding="utf-8")


def session(one: Router, neighbor: str, family: str = "ipv4-unicast", vrf: str = "default") -> Session:
    """The session, which must exist."""
    found = one.session(neighbor, family, vrf)
    assert found is not None
    return found


def made(policy: str, bgp: str = "import P;", options: str = "") -> Session:
    """The one session of a small configuration."""
    return session(
        load("junos").parse(
            f"version 21.4R1;\npolicy-options {{ {policy} {options} }}\nrouting-options {{ autonomous-system 64500; }}\n"
            f"protocols {{ bgp {{ group G {{ type external; {bgp} neighbor 192.0.2.1 {{ peer-as 64501; }} }} }} }}\n",
            {},
        ),
        "192.0.2.1",
    )


def says(attachment: Attachment, prefix: str = "203.0.113.0/24", **attributes: object) -> str:
    """What happens to a route; the set evaluation must say the same."""
    route = Route(prefix, **{"as_path": (64501,), "rpki": Rpki.NOT_FOUND, **attributes})  # type: ignore[arg-type]
    return concrete.decide(attachment, route).verdict


def body(*terms: str, name: str = "P") -> str:
    """A policy statement."""
    return f"policy-statement {name} {{ {' '.join(terms)} }}"


def test_point_07_matches_see_what_earlier_terms_and_policies_changed() -> None:
    options = "community C members 64500:1;"
    first = body("term a { then { community add C; next policy; } }", name="A")
    last = body("term a { from community C; then reject; }", name="B")
    assert says(made(f"{first} {last}", "import [ A B ];", options).inbound) == "reject"
    assert says(made(f"{first} {last}", "import [ B A ];", options).inbound) == "accept"


def test_point_10_no_policy_accepts_unless_the_defaults_say_otherwise() -> None:
    open_ = made("", "")
    assert (open_.inbound.default, open_.inbound.filters) == (Verdict.ACCEPT, ())
    one = router("sessions")
    assert session(one, "192.0.2.1").outbound.default is Verdict.REJECT
    assert session(one, "192.0.2.6").outbound.default is Verdict.ACCEPT  # a confederation peer is no external one
    assert session(router("unread"), "192.0.2.2").outbound.default is None


def test_point_10_reject_holds_only_without_a_policy() -> None:
    assert session(router("sessions"), "192.0.2.1").inbound.default is Verdict.ACCEPT


def test_point_12_import_lists_do_not_add_up() -> None:
    one = router("sessions")
    names = {f"192.0.2.{n}": [f.name for f in session(one, f"192.0.2.{n}").inbound.filters] for n in range(1, 6)}
    assert names == {
        "192.0.2.1": ["GLOBAL-IN"],
        "192.0.2.2": ["NB-IN"],
        "192.0.2.3": ["GROUP-IN", "REJECT-BOGONS"],
        "192.0.2.4": ["NB-IN"],
        "192.0.2.5": ["GROUP-IN", "REJECT-BOGONS"],
    }


def test_point_13_the_end_of_a_chain_accepts_on_import() -> None:
    assert says(made(body("term a { from tag 1; then reject; }")).inbound) == "accept"


def test_point_13_a_subroutine_without_a_final_reject_is_true() -> None:
    loose = body("term a { from { route-filter 198.51.100.0/24 exact; } then accept; }", name="S")
    strict = body("term a { from { route-filter 198.51.100.0/24 exact; } then accept; } then reject;", name="S")
    use = body("term u { from policy S; then accept; } then reject;")
    assert says(made(f"{loose} {use}").inbound) == "accept"
    assert says(made(f"{strict} {use}").inbound) == "reject"
    assert says(made(f"{strict} {use}").inbound, "198.51.100.0/24") == "accept"


def test_point_13_the_end_of_an_export_chain_sends_only_bgp_routes() -> None:
    for bgp in ("export P;", ""):
        out = made(body("term a { from tag 1; then reject; }"), bgp).outbound
        assert says(out) == "accept"
        assert says(out, protocol="static", as_path=()) == "reject"
        static = evaluate([out], afi=4).accepted(_protocol("static"))
        assert static.may is None


def _protocol(name: str):  # type: ignore[no-untyped-def]
    from manrs_conformance.model.policy import TextMatch

    return TextMatch("protocol", frozenset({name}))


def test_point_14_longest_route_filter_first_then_its_match_type() -> None:
    one = made(
        body("term a { from { route-filter 10.0.0.0/8 orlonger; route-filter 10.1.0.0/16 exact; } then accept; } then reject;")
    )
    assert says(one.inbound, "10.2.0.0/16") == "accept"
    assert says(one.inbound, "10.1.0.0/16") == "accept"
    assert says(one.inbound, "10.1.2.0/24") == "reject"


def test_point_14_of_equal_prefixes_the_first_whose_type_holds() -> None:
    term = "term a { from { route-filter 10.0.0.0/8 longer reject; route-filter 10.0.0.0/8 orlonger accept; } then reject; }"
    one = made(body(term, "then reject;")).inbound
    assert (says(one, "10.0.0.0/8"), says(one, "10.1.0.0/16")) == ("accept", "reject")


def test_point_15_through_is_the_straight_path_and_longer_is_strict() -> None:
    far = made(body("term a { from { route-filter 203.0.112.0/20 through 203.0.113.64/26; } then accept; } then reject;")).inbound
    yes = ("203.0.112.0/20", "203.0.112.0/22", "203.0.113.0/24", "203.0.113.64/26")
    no = ("203.0.112.0/24", "203.0.113.64/27", "203.0.113.0/26", "203.0.96.0/19")
    assert [says(far, one) for one in (*yes, *no)] == ["accept"] * 4 + ["reject"] * 4
    longer = made(body("term a { from { route-filter 203.0.113.0/24 longer; } then accept; } then reject;")).inbound
    assert (says(longer, "203.0.113.0/24"), says(longer, "203.0.113.0/25")) == ("reject", "accept")


def test_point_27_a_mark_is_no_lookup() -> None:
    marked = made(body("term a { from validation-state invalid; then reject; }"))
    assert marked.rov == "off"
    assert says(marked.inbound, rpki=Rpki.INVALID) == "accept"
    looked = made(
        body(
            "term a { from validation-database invalid; then { validation-state invalid; next term; } }",
            "term b { from validation-state invalid; then reject; }",
        )
    )
    assert looked.rov == "policy"
    assert says(looked.inbound, rpki=Rpki.INVALID) == "reject"
    wrong = made(
        body(
            "term a { then { validation-state valid; next term; } }",
            "term b { from validation-database invalid; then reject; }",
        )
    )
    assert says(wrong.inbound, rpki=Rpki.INVALID) == "reject"
    for one in (marked, looked, wrong):
        answer = evaluate([one.inbound], afi=4).accepted(RpkiMatch(frozenset({Rpki.INVALID})))
        assert (answer.must is not None) == (one is marked)


def test_point_28_a_cache_alone_drops_nothing() -> None:
    one = router("attributes")
    assert one.caches
    assert not session(one, "192.0.2.1").platform_drops


def test_point_32_as_paths_are_read_by_asn_and_anchored() -> None:
    one = made(body("term a { from as-path X; then accept; } then reject;"), options='as-path X "64496";').inbound
    got = [says(one, as_path=path) for path in ((64496,), (64501, 64496), (64496, 64496), (164496,))]
    assert got == ["accept", "reject", "reject", "reject"]


def test_point_37_default_route_counts_in_loose_mode() -> None:
    faces = {one.name: one for one in router("sav").interfaces}
    assert (faces["ge-0/0/1.0"].urpf_v4, faces["ge-0/0/1.0"].urpf_v4_allow_default) == ("loose", True)


def test_point_40_route_filters_are_no_union_and_hold_for_ipv6_and_invalid_routes() -> None:
    term = "term a { from { route-filter 2001:db8::/32 orlonger; route-filter 2001:db8:1::/48 exact; } then accept; } then reject;"
    one = made(body("term r { from validation-database invalid; then reject; }", term)).inbound
    assert (says(one, "2001:db8:2::/48"), says(one, "2001:db8:1:1::/64")) == ("accept", "reject")
    assert says(one, "2001:db8:2::/48", rpki=Rpki.INVALID) == "reject"


def test_lookup_without_an_answer_is_not_certain_where_it_decides() -> None:
    one = made(body("term a { from validation-database unknown; then accept; } then reject;")).inbound
    assert says(one, rpki=Rpki.UNVERIFIED) == "inconclusive"
    assert (says(one), says(one, rpki=Rpki.VALID)) == ("accept", "reject")


def test_prefix_list_beside_route_filter_is_not_certain_where_it_decides() -> None:
    term = "term a { from { prefix-list L; route-filter 198.51.100.0/24 orlonger; } then accept; } then reject;"
    one = made(body(term), options="prefix-list L { 203.0.113.0/24; 198.51.100.0/24; }").inbound
    assert says(one, "198.51.100.0/24") == "accept"
    assert says(one, "192.0.2.0/24") == "reject"
    assert says(one, "203.0.113.0/24") == "inconclusive"
    assert says(one, "198.51.100.0/25") == "inconclusive"


def test_two_directions_in_one_term_are_not_certain() -> None:
    assert says(made(body("then { accept; next policy; }", name="P")).inbound) == "inconclusive"
    assert says(made(body("then { reject; next policy; }", name="P")).inbound) == "inconclusive"


def test_order_of_lists_joined_by_groups_is_not_certain_where_it_decides() -> None:
    one = router("groups")
    joined = session(one, "192.0.2.101").inbound
    assert [f.name for f in joined.filters] == ["OWN", "REJECT-BOGONS", "RPKI"]
    assert says(joined, "10.0.0.0/24", rpki=Rpki.INVALID) == "inconclusive"
    assert says(joined, "8.8.8.0/24") == "accept"
    assert says(session(one, "192.0.2.2").inbound, "10.0.0.0/24") == "reject"


def test_inverted_communities_and_expressions_whose_ends_do_not_matter() -> None:
    options = "community I { invert-match; members 64500:1; } community W members 64500:.*; community X members 6450.:1;"
    one = made(body("term a { from community I; then reject; } then accept;"), options=options).inbound
    assert (says(one), says(one, communities=frozenset({"64500:1"}))) == ("reject", "accept")
    wild = made(body("term a { from community W; then reject; }"), options=options).inbound
    assert (says(wild, communities=frozenset({"64500:9"})), says(wild)) == ("reject", "accept")


def test_expression_whose_ends_matter_is_unknown() -> None:
    one = made(body("term a { from community X; then reject; }"), options='community X members "64500:1..";').inbound
    assert says(one, communities=frozenset({"64500:123"})) == "inconclusive"


def test_undefined_references_are_unknown() -> None:
    one = router("unread")
    assert {(u.kind, u.name, u.effect) for u in one.undefined} == {
        ("prefix-list", "NONE", "unknown"),
        ("as-path", "NONE", "unknown"),
        ("community", "NONE", "unknown"),
    }
    missing = session(router("programs"), "192.0.2.6").inbound
    assert says(missing, "8.8.8.0/24") == "inconclusive"


def test_policy_expressions() -> None:
    a = body("term a { from { route-filter 203.0.113.0/24 exact; } then accept; } then reject;", name="A")
    b = body("term a { from community C; then accept; } then reject;", name="B")
    options = "community C members 64500:1;"
    tagged = frozenset({"64500:1"})
    table = {
        "( A && B )": ("reject", "accept", "reject"),
        "( A || B )": ("accept", "accept", "accept"),
        "( ! A )": ("reject", "reject", "accept"),
        "( A && ! B )": ("accept", "reject", "reject"),
    }
    for expr, wanted in table.items():
        one = made(f"{a} {b}", f"import {expr};", options).inbound
        got = (says(one), says(one, communities=tagged), says(one, "198.51.100.0/24", communities=tagged))
        assert got == wanted, expr


def test_policies_that_ask_each_other_are_unknown_and_end() -> None:
    one = router("programs")
    assert "LOOP-A" in one.policies
    assert len(one.policies["LOOP-A"].terms) < 100


@pytest.mark.parametrize(
    ("neighbor", "wanted"),
    [
        ("192.0.2.13", (10, "warning")),
        ("192.0.2.14", (20, "restart")),
        ("192.0.2.15", (30, "shutdown")),
        ("192.0.2.16", (40, "discard")),
        ("192.0.2.17", (60, "restart")),
    ],
)
def test_prefix_limits(neighbor: str, wanted: tuple[int, str]) -> None:
    one = session(router("sessions"), neighbor)
    assert (one.max_prefix, one.max_prefix_action) == wanted


def test_sessions_with_their_options() -> None:
    one = router("sessions")
    assert {s.neighbor: s.auth for s in one.sessions if s.group == "AUTH"} == {
        "192.0.2.10": "tcp-ao",
        "192.0.2.11": "md5",
        "192.0.2.12": "tcp-ao",
    }
    assert [session(one, f"192.0.2.{n}").kind for n in (1, 6, 7)] == ["ebgp", "confed", "ibgp"]
    assert session(one, "192.0.2.1").local_as == 64500
    assert session(one, "192.0.2.2").local_as == 64999
    assert session(one, "192.0.2.7").rr_client and session(one, "192.0.2.7").next_hop_self
    assert not any(one.gtsm for one in one.sessions)  # no form of it is confirmed
    assert session(one, "192.0.2.3").ebgp_multihop == 5
    assert one.session("192.0.2.9", "ipv4-unicast") is None
    assert session(one, "192.0.2.20").shutdown
    assert session(one, "192.0.2.21").allowas_in == 2
    assert session(one, "2001:db8::2", "ipv6-unicast").allowas_in == 3
    assert not session(one, "192.0.2.1").enforce_first_as
    assert session(one, "192.0.2.128/26").remote_as == "external"
    assert session(one, "ge-0/0/1.0").interface == "ge-0/0/1.0"


def test_instances_and_logical_systems_are_kept_apart() -> None:
    one = router("instances")
    assert session(one, "192.0.2.6", vrf="CUST-1").local_as == 64501
    assert [f.name for f in session(one, "192.0.2.130", vrf="LS1").inbound.filters] == ["LS1/IN"]
    assert says(session(one, "192.0.2.130", vrf="LS1").inbound, "198.51.100.0/24") == "reject"
    assert says(session(one, "192.0.2.142", vrf="L3VPN").inbound, "198.51.100.0/24") == "accept"
    faces = {face.name: face for face in one.interfaces}
    assert (faces["ge-0/0/2.0"].vrf, faces["ge-0/0/2.0"].urpf_v4) == ("CUST-2", "feasible")
    assert (faces["ge-0/0/3.0"].urpf_v4, faces["ge-0/0/10.0"].vrf) == ("strict", "LS1")


def test_packet_filters_as_sources() -> None:
    faces = {one.name: one for one in router("sav").interfaces}

    def permits(name: str) -> tuple[list[tuple[int, int]], bool]:
        found = faces[name].sources_v4
        assert found is not None
        return [(entry[0], entry[1]) for entry in found.permits], found.exact

    net = 0xCB007100  # 203.0.113.0
    assert permits("ge-0/0/4.0") == ([(0xC0000210, 30), (net, 26)], True)
    assert permits("ge-0/0/5.0") == ([(net, 25)], True)
    assert permits("ge-0/0/6.0") == ([(net, 24)], False)
    assert (0, 0) in permits("ge-0/0/7.0")[0]
    assert permits("ge-0/0/15.0") == ([(net, 25)], True)
    assert not permits("ge-0/0/16.0")[1]
    assert not permits("ge-0/0/13.0")[1]
    spared, wide = faces["ge-0/0/2.0"].exceptions_v4, faces["ge-0/0/3.0"].exceptions_v4
    assert spared is not None and [(entry[0], entry[1]) for entry in spared.permits] == [(0, 32)]
    assert wide is not None and [(entry[0], entry[1]) for entry in wide.permits] == [(0, 0)]
    assert faces["ge-0/0/14.0"].urpf_v4 == "unknown"
    assert faces["ge-0/0/10.1"].addresses == ("192.0.2.254/32",)
    assert faces["ge-0/0/9.0"].shutdown and faces["ge-0/0/10.0"].shutdown
    assert "ge-0/0/12.0" not in faces


def test_apply_path_reads_the_configuration() -> None:
    lists = {one.name: one for one in router("routefilters").prefix_lists if one.afi == 4}
    assert {(entry[0], entry[1]) for entry in lists["NETS"].entries} == {(0xC0000280, 26), (0xC6336400, 27)}
    assert {entry[1] for entry in lists["PEERS"].entries} == {32}
    assert len(lists["PEERS"].entries) == 3


def test_what_the_router_originates() -> None:
    one = router("exports")
    found = {(o.kind, o.prefix, o.protocol) for o in one.originations}
    assert ("network", "198.51.100.0/24", "static") in found
    assert ("aggregate", "198.51.100.0/22", "aggregate") in found
    assert ("network", "2001:db8::/32", "static") in found
    assert ("aggregate", "0.0.0.0/0", "generate") in found or ("aggregate", "0.0.0.0/0", "aggregate") in found
    assert ("redistribute", None, "ospf") in found
    assert ("redistribute", None, "ospf6") not in found  # no policy names it
    assert {s.next_hop for s in one.statics if s.prefix == "0.0.0.0/0"} == {"192.0.2.2", "192.0.2.3", "192.0.2.4"}
    out = session(one, "192.0.2.2").outbound
    assert says(out, "198.51.100.0/24", protocol="static", as_path=(), tag=100) == "accept"
    assert says(out, "198.51.100.0/24", protocol="static", as_path=()) == "reject"


def test_completeness() -> None:
    assert router("careful").complete
    cut = text("careful").rsplit("\n", 30)[0]
    assert not load("junos").parse(cut, {}).complete
    assert not load("junos").parse("", {}).complete
    assert not load("junos").parse("policy-options { }\n", {}).complete
    ephemeral = "version 21.4R1;\nsystem { configuration-database { ephemeral { instance bots; } } }\n"
    assert not load("junos").parse(ephemeral, {}).complete
    assert load("junos").parse(ephemeral, {"ephemeral": "## Last changed: now\n"}).complete
    assert not load("junos").parse(ephemeral, {"ephemeral": "protocols { bgp { } }\n"}).complete


def test_commands_only_show() -> None:
    commands = load("junos").commands
    assert all(one.startswith("show ") for one in commands.allowed())


def test_version_comes_from_the_text_or_from_the_router() -> None:
    assert router("careful").version == "21.4R3-S5.4"
    assert load("junos").parse("system { host-name a; }\n", {"version": "Hostname: a\nJunos: 22.2R1.9\n"}).version == "22.2R1.9"


def test_secrets_are_located_and_policy_communities_are_none() -> None:
    lines = text("careful").splitlines()
    found = {lines[one.line - 1][one.start : one.end] for one in router("careful").secrets}
    assert {"$9$Uaiq.P5Qz36zFnCuO1I", "n0c-Re4d-only", "$9$abc1DEFghijklmn", "$6$abcdEFGH$0123456789abcdefghij"} <= found
    assert not any("64500:" in one or one in ("OURS", "members", "BLACKHOLE") for one in found)


@pytest.mark.parametrize("case", ["unread", "attributes", "routefilters", "sessions", "groups"])
@pytest.mark.parametrize("form", ["curly", "set"])
def test_redacted_text_gives_the_same_model(case: str, form: str) -> None:
    plain = text(case)
    if form == "set":
        from importlib.util import module_from_spec, spec_from_file_location

        spec = spec_from_file_location("junos_flatten", HERE / "flatten.py")
        assert spec is not None and spec.loader is not None
        module = module_from_spec(spec)
        spec.loader.exec_module(module)
        plain = module.flatten(plain)
    clear = load("junos").parse(plain, {})
    snapshot = Snapshot("r", "junos", plain)
    device = redact(snapshot, clear, Scrubber(secret_values({"r": snapshot}, {"r": clear})))
    hidden = load("junos").parse("\n".join(device.lines) + "\n", {})
    assert [(u.line, u.state, u.taints) for u in clear.unread] == [(u.line, u.state, u.taints) for u in hidden.unread]
    assert clear.line_states == hidden.line_states
    for name in ("policies", "sessions", "interfaces", "prefix_lists", "community_lists"):
        assert getattr(clear, name) == getattr(hidden, name), name


def test_members_of_a_community_must_all_be_there_and_names_are_alternatives() -> None:
    options = "community BOTH members [ 64500:1 64500:2 ]; community OTHER members large:64500:1:1;"
    one = made(body("term a { from community [ BOTH OTHER ]; then reject; } then accept;"), options=options).inbound
    got = [says(one, communities=frozenset(some)) for some in (["64500:1"], ["64500:1", "64500:2"], ["64500:2"])]
    assert got == ["accept", "reject", "accept"]
    assert says(one, large=frozenset({"64500:1:1"})) == "reject"


def mask(text: str) -> Attachment:
    """The import policy whose only term accepts what a route filter says."""
    return made(body(f"term a {{ from {{ {text} }} then accept; }} term z {{ then reject; }}")).inbound


def test_an_address_mask_compares_its_bits_and_the_length() -> None:
    one = mask("route-filter 10.1.0.0/16 address-mask 255.0.0.0;")
    assert [says(one, p) for p in ("10.1.0.0/16", "10.200.0.0/16", "11.1.0.0/16", "10.1.0.0/17", "10.0.0.0/8")] == [
        "accept",
        "accept",
        "reject",
        "reject",
        "reject",
    ]
    assert says(mask("route-filter 10.1.0.0/16 address-mask 255.255.255.0;"), "10.1.0.0/16") == "accept"
    assert says(mask("route-filter 10.1.0.0/16 address-mask 255.255.255.0;"), "10.2.0.0/16") == "reject"


@pytest.mark.parametrize(
    "text",
    [
        "route-filter 10.1.0.0/16 address-mask 255.0.255.0;",
        "route-filter 10.1.0.0/16 address-mask ffff::;",
        "route-filter 10.1.0.0/16 address-mask 255.0.0.0; route-filter 10.2.0.0/16 exact;",
        "route-filter 10.1.0.0/16 address-mask 255.0.0.0; route-filter 10.1.0.0/16 exact;",
        "route-filter 10.1.0.0/16 address-mask 255.0.0.0; route-filter-list L;",
    ],
)
def test_an_address_mask_that_is_not_certain_decides_nothing(text: str) -> None:
    options = "route-filter-list L { 10.3.0.0/16 exact; }"
    one = made(body(f"term a {{ from {{ {text} }} then accept; }} term z {{ then reject; }}"), options=options).inbound
    assert says(one, "10.9.0.0/16") == "inconclusive"
