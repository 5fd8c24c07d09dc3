"""The FRR points that are easiest to get wrong (policy semantics reference, sections 1, 7 and 21)."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from manrs_conformance.analysis import concrete
from manrs_conformance.model.policy import (
    ACCEPT,
    AllOf,
    Const,
    Flow,
    Opaque,
    PrefixMatch,
    RpkiMatch,
    Verdict,
)
from manrs_conformance.model.route import Route
from manrs_conformance.model.router import Router, Session
from manrs_conformance.platforms import load

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent))
from invariants import reread, same_meaning  # noqa: E402


def router(case: str) -> Router:
    """The router of a case folder."""
    return load("frr").parse((HERE / case / "running.conf").read_text(encoding="utf-8"), {})


def session(one: Router, neighbor: str, family: str = "ipv4-unicast", vrf: str = "default") -> Session:
    """The session, which must exist."""
    found = one.session(neighbor, family, vrf)
    assert found is not None
    return found


def test_point_1_undefined_filters_deny_everything() -> None:
    one = router("undefined")
    for last in "123":
        (only,) = session(one, f"192.0.2.{last}").inbound.filters
        assert not only.defined
        assert (only.policy.terms, only.policy.default) == ((), Verdict.REJECT)
    assert {(u.kind, u.effect) for u in one.undefined if u.name == "NOPE"} == {
        ("route-map", "deny-all"),
        ("prefix-list", "deny-all"),
        ("filter-list", "deny-all"),
    }


def test_point_3_undefined_list_in_a_match_never_matches() -> None:
    first = router("undefined").policies["USES"].terms[0]
    assert isinstance(first.cond, Const)
    assert first.cond.value is False


def test_point_4_whether_an_empty_prefix_list_matches_is_not_in_the_text() -> None:
    one = router("undefined")
    (only,) = session(one, "192.0.2.4").inbound.filters
    assert only.defined
    (term,) = only.policy.terms
    assert isinstance(term.cond, Const)
    assert term.cond.value is None
    second = one.policies["USES"].terms[1]
    assert isinstance(second.cond, Const)
    assert second.cond.value is None


def test_point_5_call_to_an_undefined_map_is_ignored() -> None:
    one = router("undefined")
    assert all(term.call is None for term in one.policies["USES"].terms)
    assert ("MISSING", "permit-all") in {(u.name, u.effect) for u in one.undefined}


def test_point_5_call_runs_after_the_sets_and_a_miss_jumps_over_it() -> None:
    terms = {term.name: term for term in router("flow").policies["IN"].terms}
    assert terms["30"].on_match == Flow("next")
    assert terms["30"].on_miss == Flow("goto", "50", Verdict.REJECT)
    assert len(terms["30"].actions) == 1
    assert terms["30+call"].call == "SUB"
    assert "SUB" in session(router("flow"), "192.0.2.1").inbound.called


def test_point_6_pending_verdict_of_on_match_and_of_a_miss() -> None:
    terms = {term.name: term for term in router("flow").policies["IN"].terms}
    assert terms["10"].on_match == Flow("goto", "20", Verdict.ACCEPT)
    assert terms["20"].on_miss == Flow("next", pending=Verdict.REJECT)
    assert terms["20"].on_match == ACCEPT
    # goto 45: the first entry at or after it.
    assert terms["30+call"].on_match == Flow("goto", "50", Verdict.ACCEPT)


@pytest.mark.parametrize(
    ("action", "more", "wanted"),
    [
        ("deny", "", ("reject", None)),
        ("permit", " match tag 7\n", ("reject", None)),
        ("permit", " set metric 7\n", ("accept", 7)),
        ("permit", " call OTHER\n", ("reject", None)),
        ("permit", " on-match next\n", ("reject", None)),
    ],
)
def test_many_entries_with_a_list_each_are_one_list_only_where_they_do_nothing_else(
    action: str, more: str, wanted: tuple[str, int | None]
) -> None:
    """Forty entries that permit a list each mean what any of these lists permits; with one that is otherwise they are followed one by one."""
    head = "frr version 8.4.4\nrouter bgp 64500\n neighbor 192.0.2.1 remote-as 64501\n address-family ipv4 unicast\n"
    head += "  neighbor 192.0.2.1 route-map P in\n exit-address-family\nexit\nroute-map OTHER deny 10\nexit\n"
    lists = "".join(f"ip prefix-list L{n} seq 5 permit 198.51.{n}.0/24\n" for n in range(40))

    def read(action: str, more: str) -> Router:
        odd = {20: (action, more)}
        entries = [(n, *odd.get(n, ("permit", ""))) for n in range(40)]
        maps = [f"route-map P {kind} {n}\n match ip address prefix-list L{n}\n{words}exit\n" for n, kind, words in entries]
        return load("frr").parse(head + lists + "".join(maps), {})

    def decided(network: int) -> tuple[str, int | None]:
        found = concrete.decide(session(one, "192.0.2.1").inbound, Route(f"198.51.{network}.0/24", (64501,)))
        return found.verdict, found.after.med if found.after is not None else None

    one = read(action, more)
    assert decided(20) == wanted
    assert [decided(n)[0] for n in (0, 19, 21, 39, 40)] == ["accept"] * 4 + ["reject"]
    assert len(read("permit", "").policies["P"].terms) == 1 < len(one.policies["P"].terms)


def test_point_7_matches_see_modified_attributes() -> None:
    assert router("flow").policies["IN"].view == "modified"


def test_point_8_second_prefix_list_replaces_and_families_are_anded() -> None:
    terms = {term.name: term for term in router("flow").policies["IN"].terms}
    assert isinstance(terms["10"].cond, PrefixMatch)
    assert [one.name for one in terms["10"].cond.lists] == ["B"]
    assert isinstance(terms["20"].cond, AllOf)
    assert [one.lists[0].afi for one in terms["20"].cond.conds if isinstance(one, PrefixMatch)] == [4, 6]


def test_points_10_and_11_default_without_policy() -> None:
    found = {
        case: session(router(case), "192.0.2.1").inbound.default
        for case in ("saved_conf", "datacenter", "old_version", "no_version")
    }
    assert found == {"saved_conf": Verdict.REJECT, "datacenter": Verdict.ACCEPT, "old_version": Verdict.ACCEPT, "no_version": None}


def test_no_policy_is_accepted_on_ibgp_and_between_confederation_peers() -> None:
    one = router("confederation")
    assert [(s.neighbor[-1], s.kind, s.inbound.default) for s in one.sessions] == [
        ("1", "confed", Verdict.ACCEPT),
        ("2", "ebgp", Verdict.REJECT),
        ("3", "ibgp", Verdict.ACCEPT),
    ]
    assert session(one, "192.0.2.2").local_as == 64500


def test_point_24_rpki_states_are_matched_as_named() -> None:
    (term,) = router("groups").policies["PG-IN"].terms
    assert isinstance(term.cond, RpkiMatch)
    assert session(router("groups"), "192.0.2.1").rov == "policy"
    assert session(router("groups"), "192.0.2.2").rov == "off"


def test_point_29_expanded_list_reads_the_whole_string() -> None:
    lists = {one.name: one for one in router("lists").community_lists}
    assert lists["EXP"].entries[0].scope == "whole"
    assert lists["STD"].entries[0].literals == ("64500:1", "65535:65281")
    assert lists["EXT"].entries[0].literals == ("rt:64500:1",)


def test_regex_that_reads_names_of_well_known_communities_is_not_trusted() -> None:
    one = router("lists")
    assert [str(u.taints) for u in one.unread] == ["list BAD"]
    last = one.policies["IN"].terms[-1]
    assert isinstance(last.cond, Const)
    assert last.cond.value is None


def test_order_of_set_community_and_comm_list_delete_matters_only_where_they_meet() -> None:
    first, second, _ = router("lists").policies["IN"].terms
    assert any(isinstance(action, Opaque) for action in first.actions)
    assert not any(isinstance(action, Opaque) for action in second.actions)


def test_point_33_deny_only_list_keeps_its_implicit_deny() -> None:
    (paths,) = router("lists").as_path_lists
    assert [entry.permit for entry in paths.entries] == [False]


def test_filters_are_anded_in_order() -> None:
    attachment = session(router("lists"), "192.0.2.1").inbound
    assert [one.kind for one in attachment.filters] == ["distribute-list", "filter-list", "route-map"]
    assert attachment.combine == "all"


def test_access_list_matches_longer_prefixes_and_wildcards_any_length() -> None:
    (acl,) = router("lists").other_lists
    wild = [entry for entry in acl.entries if entry[5] == 14]
    assert {(entry[1], entry[2], entry[3]) for entry in wild if entry[1] == 24} == {(24, n, n) for n in range(24, 33)}
    assert min(entry[1] for entry in wild) == 23  # 192.0.2.0 has one zero bit more than a /24
    exact = [entry for entry in acl.entries if entry[5] == 15]
    assert [entry[1:5] for entry in exact] == [(24, 24, 24, True)]


def test_prefix_list_is_ordered_by_sequence_and_numbers_what_has_none() -> None:
    (found,) = (one for one in router("lists").prefix_lists if one.name == "ORDER")
    assert [entry[4] for entry in found.entries] == [False, True, True]
    assert found.entries[-1][1:4] == (24, 24, 24)


def test_send_community_is_on_unless_taken_away() -> None:
    assert session(router("lists"), "192.0.2.1").send_community == ("standard", "extended")


def test_point_39_activation_and_inheritance() -> None:
    one = router("groups")
    assert one.session("192.0.2.1", "ipv6-unicast") is None
    assert one.session("192.0.2.3", "ipv4-unicast") is None
    assert session(one, "192.0.2.2", "ipv6-unicast").group == "PG"
    assert [f.name for f in session(one, "192.0.2.2").inbound.filters] == ["OWN-IN"]
    assert [f.name for f in session(one, "192.0.2.1").inbound.filters] == ["PG-IN"]
    assert (session(one, "eth0").interface, session(one, "198.51.100.0/24").remote_as) == ("eth0", 64501)
    assert {s.auth for s in one.sessions} == {"md5"}
    assert session(one, "192.0.2.1").max_prefix_action == "warning"


def test_enforce_first_as_default_follows_the_version() -> None:
    values = {case: session(router(case), "192.0.2.1").enforce_first_as for case in ("datacenter", "saved_conf", "no_version")}
    assert values == {"datacenter": False, "saved_conf": True, "no_version": None}


def test_unread_lines_taint_what_they_stand_in() -> None:
    one = router("unread")
    assert [str(u.taints) for u in one.unread] == [
        "router",
        "router",
        "session 192.0.2.1",
        "interface eth0",
        "list L",
        "policy IN",
        "policy IN",
        "policy IN",
    ]
    (used, _) = session(one, "192.0.2.1").inbound.filters
    assert isinstance(used.policy.terms[0].cond, Const)


def test_redacted_text_gives_the_same_model() -> None:
    clear, hidden = router("unread"), router("redacted")
    assert [(u.line, u.state, u.taints) for u in clear.unread] == [(u.line, u.state, u.taints) for u in hidden.unread]
    assert clear.line_states == hidden.line_states
    assert clear.policies == hidden.policies
    assert clear.sessions == hidden.sessions


def test_a_text_without_its_end_is_incomplete() -> None:
    assert not router("truncated").complete
    assert router("saved_conf").complete
    assert not load("frr").parse("", {}).complete


@pytest.mark.parametrize(
    ("ending", "whole"),
    [
        ("route-map A permit 10\nexit\n!\nroute-map A permit 20\n match tag 5\n", False),
        ("interface eth0\n ip address 192.0.2.1/24\nexit\n!\nrouter bgp 64500\n address-family ipv4 unicast\n", False),
        ("route-map A permit 10\nexit\n!\nroute-map A permit 20\nexit\n!\n", True),
        ("route-map A permit 10\n!\nroute-map A permit 20\n match tag 5\n", True),
        (
            "route-map A permit 10\nip prefix-list L seq 5 permit 192.0.2.0/24\nroute-map A permit 20\nexit\nroute-map A permit 30\n",
            True,
        ),
        ("route-map A permit 10\nexit\nip prefix-list L seq 5 permit 192.0.2.0/24\n", True),
    ],
)
def test_a_saved_file_whose_last_block_alone_is_open_may_have_been_cut(ending: str, whole: bool) -> None:
    assert load("frr").parse(f"frr version 8.4.4\nhostname edge1\n!\n{ending}", {}).complete is whole


def test_vrfs_are_kept_apart() -> None:
    one = router("vrf")
    assert session(one, "192.0.2.1").remote_as == 64501
    assert session(one, "192.0.2.1", vrf="CUST").remote_as == 64502
    assert [(s.vrf, s.discard) for s in one.statics] == [("CUST", True)]
    assert one.unread == ()


def test_secrets_are_located() -> None:
    text = (HERE / "groups" / "running.conf").read_text(encoding="utf-8").splitlines()
    (found,) = router("groups").secrets
    assert text[found.line - 1][found.start : found.end] == "hidden-word"


DOUBTED = """frr version 8.4.4
frr defaults traditional
hostname a
router bgp 64500
 neighbor G peer-group
 neighbor G remote-as 64501
 neighbor G frobnicate
 neighbor 2001:DB8:0::1 peer-group G
 neighbor 192.0.2.1 peer-group G
 neighbor 2001:DB8:0::2 remote-as 64502
 neighbor 2001:DB8:0::2 frobnicate
 neighbor 192.0.2.9 frobnicate
 neighbor 192.0.2.9 description without remote-as
 bgp listen range 198.51.100.0/24 peer-group G
end
"""


def test_doubts_reach_sessions_by_the_address_that_routers_print() -> None:
    """However an address was typed, and through the group of which a session is a member."""
    router = load("frr").parse(DOUBTED, {})
    assert {one.neighbor for one in router.sessions} == {"2001:db8::1", "192.0.2.1", "2001:db8::2", "198.51.100.0/24"}
    found = {(one.line, str(one.taints), one.derived) for one in router.unread}
    assert found == {
        (7, "session G", False),
        (7, "session 2001:db8::1", True),
        (7, "session 192.0.2.1", True),
        (7, "session 198.51.100.0/24", True),
        (11, "session 2001:db8::2", False),
        (12, "session 192.0.2.9", False),
    }


def test_doubts_about_groups_are_read_again_from_a_redacted_text() -> None:
    """A placeholder stands for the group it was written about, and nothing else comes into doubt."""
    before, after, kept = reread("frr", DOUBTED)
    assert kept.splitlines()[6] == " !manrs-redacted unrecognised session G"
    same_meaning(before, after)
    assert after.line_states == before.line_states
