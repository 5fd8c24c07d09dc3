"""Route-maps, their statements and access lists as the Cisco-like languages share them, platform truths given as values."""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence
from typing import Literal

import pytest
from manrs_conformance.analysis import concrete
from manrs_conformance.model.policy import Attachment, Filter, Policy, PrefixEntry, Rpki, Verdict
from manrs_conformance.model.route import Route
from manrs_conformance.platforms import _acl, _clauses
from manrs_conformance.platforms._lists import Lists, Numbered, Unreadable, prefix_entry
from manrs_conformance.platforms._routemap import Language, RouteMap, cannot, lower
from manrs_conformance.platforms._runs import run_of_prefixes

KINDS = ("prefix-list", "access-list", "as-path", "community-list", "extcommunity-list", "large-community-list")
PLAIN = Language(
    families_or=True,
    other_family=False,
    lines_or=True,
    undefined=dict.fromkeys(KINDS, False),
    deny_continues=False,
    missing_target="ignore",
)


def lists() -> Lists:
    """Two IPv4 lists, one IPv6 list and an empty one."""
    out = Lists()
    for afi, name, text in (
        (4, "TEN", "permit 10.0.0.0/8 le 32"),
        (4, "NET", "permit 192.0.2.0/24"),
        (6, "SIX", "permit 2001:db8::/32"),
    ):
        seq, entry = prefix_entry(text.split(), afi, 1)  # type: ignore[arg-type]
        out.prefix[(afi, name)] = Numbered(name)  # type: ignore[index]
        out.prefix[(afi, name)].add(seq, entry, 1)  # type: ignore[index]
    out.prefix[(4, "EMPTY")] = Numbered("EMPTY")
    return out


def build(text: str, language: Language = PLAIN) -> tuple[Policy, _clauses.Scope]:
    """A map of lines `permit|deny SEQ`, `match …`, `set …`, `continue [N]`, `?` (not understood) in this order."""
    scope = _clauses.Scope(lists(), language)
    one = RouteMap("M")
    entry = None
    for number, raw in enumerate(text.strip().splitlines(), 1):
        words = raw.split()
        if words[0] in ("permit", "deny"):
            entry = one.entry(words[0] == "permit", int(words[1]), number)
            continue
        assert entry is not None
        if words[0] == "match":
            key, cond = _clauses.match(_clauses.MATCHES, words[1:], number, entry.permit, scope)
            entry.matches.setdefault(key, []).append(cond)
        elif words[0] == "set":
            key, actions = _clauses.change(_clauses.SETS, words[1:], number, scope)
            entry.actions[key] = actions
        elif words[0] == "continue":
            entry.follow = int(words[1]) if len(words) > 1 else 0
        else:
            cannot(entry, words[1] if len(words) > 1 else "", number)
    return lower(one, language), scope


def decide(policy: Policy, prefix: str = "192.0.2.0/24", **more: object) -> str:
    """What the map alone does with a route."""
    attachment = Attachment("import", (Filter("route-map", "M", policy),), Verdict.ACCEPT)
    return concrete.decide(attachment, Route(prefix, (64500,), **more)).verdict  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "verdict"),
    [
        ("permit 10", "accept"),
        ("deny 10", "reject"),
        ("permit 10\nmatch ip address prefix-list TEN", "reject"),
        ("permit 10\nmatch ip address prefix-list TEN NET", "accept"),
        ("permit 10\nmatch ip address prefix-list TEN\nmatch ip address prefix-list NET", "accept"),
        ("permit 10\nmatch ip address prefix-list NET\nmatch tag 7", "reject"),
        ("permit 10\nmatch ip address prefix-list NET\nmatch ipv6 address prefix-list SIX", "accept"),
        ("permit 10\nmatch ip address prefix-list NET\ncontinue\ndeny 20\nmatch tag 7", "accept"),
        ("permit 10\nmatch ip address prefix-list NET\ncontinue 30\ndeny 20\npermit 30\nmatch tag 7", "accept"),
        ("permit 10\ncontinue\ndeny 20\nmatch ip address prefix-list NET", "reject"),
        ("permit 10\ncontinue 99\ndeny 20", "accept"),
        ("deny 10\ncontinue 20\npermit 20", "reject"),
        ("permit 10\nset community 64500:1\ncontinue\ndeny 20\nmatch community NONE", "accept"),
        ("permit 10\n? match", "inconclusive"),
        ("permit 10\n? set", "accept"),
        ("deny 10\nmatch tag 9\n?\npermit 20", "inconclusive"),
    ],
)
def test_flow(text: str, verdict: str) -> None:
    """Values are alternatives, kinds must all hold, a permit of `continue` sticks, and what is not understood leaves doubt."""
    assert decide(build(text)[0]) == verdict


def test_conditions_see_the_original_attributes() -> None:
    policy, _ = build("permit 10\nset tag 7\ncontinue\ndeny 20\nmatch tag 7")
    assert policy.view == "original"
    assert decide(policy) == "accept"
    assert decide(policy, tag=7) == "reject"


def test_prepending_comes_last_and_deletion_first() -> None:
    policy, _ = build("permit 10\nset as-path prepend 64500 64500\nset local-preference 200\nset community 64500:1 additive")
    assert [type(one).__name__ for one in policy.terms[0].actions] == ["SetCommunity", "SetNumber", "Prepend"]


@pytest.mark.parametrize(("value", "effect", "verdict"), [(None, "unknown", "inconclusive"), (True, "permit-all", "accept")])
def test_undefined_list_is_what_the_platform_makes_of_it(value: bool | None, effect: str, verdict: str) -> None:
    language = Language(undefined={"prefix-list": value})
    policy, scope = build("permit 10\nmatch ip address prefix-list NOPE", language)
    assert decide(policy) == verdict
    assert [(one.name, one.effect) for one in scope.undefined] == [("NOPE", effect)]
    assert decide(build("permit 10\nmatch ip address prefix-list EMPTY", Language())[0]) == "inconclusive"


def test_unknown_truths_leave_doubt() -> None:
    """Families in one entry, a missing target and `continue` in a deny entry, where the platform's way is not known."""
    doubt = Language()
    lines = "permit 10\nmatch ip address prefix-list NET\nmatch ip address prefix-list TEN"
    assert decide(build(lines, doubt)[0]) == "inconclusive"
    assert decide(build(lines, Language(lines_or=False))[0]) == "reject"
    other = "permit 10\nmatch ip address prefix-list NET"
    assert decide(build(other, doubt)[0], "2001:db8::/32") == "inconclusive"
    assert decide(build(other, doubt)[0], "198.51.100.0/24") == "reject"
    assert decide(build(other, Language(other_family=False))[0], "2001:db8::/32") == "reject"
    families = "permit 10\nmatch ip address prefix-list NET\nmatch ipv6 address prefix-list SIX"
    assert decide(build(families, doubt)[0]) == "inconclusive"
    assert decide(build(families, doubt)[0], "198.51.100.0/24") == "reject"
    assert decide(build(families, Language(families_or=False))[0]) == "reject"
    assert decide(build("permit 10\ncontinue 99\npermit 20", doubt)[0]) == "inconclusive"
    assert decide(build("deny 10\ncontinue 20\npermit 20", doubt)[0]) == "inconclusive"


def test_rpki_states() -> None:
    policy, _ = build("deny 10\nmatch rpki invalid\npermit 20\nmatch rpki valid not-found")
    got = {state.value: decide(policy, rpki=state) for state in Rpki}
    assert got == {"valid": "accept", "invalid": "reject", "not-found": "accept", "unverified": "inconclusive"}


def acl(lines: Sequence[str], *, standard: bool = False, afi: int = 4) -> _acl.Acl:
    """An access list of these lines."""
    out = _acl.Acl("A", afi, standard, 1)  # type: ignore[arg-type]
    for number, text in enumerate(lines, 1):
        words = text.split()
        seq, rule = _acl.standard_rule(words, number) if standard else _acl.extended_rule(words, afi, number)  # type: ignore[arg-type]
        out.rules.add(seq, rule, number)
    return out


def permitted(one: _acl.Acl, prefix: str) -> bool:
    """What the list as a route filter makes of a prefix."""
    scope = _clauses.Scope(Lists(), PLAIN, {(4, "A"): one})
    cond = _clauses.access_lists(4)(["A"], 1, True, scope)
    return concrete.holds(cond, Route(prefix)) is True


def test_standard_list_as_route_filter_looks_at_the_network_address_alone() -> None:
    one = acl(["deny 10.1.0.0 0.0.255.255", "permit 10.0.0.0 0.255.255.255"], standard=True)
    assert permitted(one, "10.2.0.0/16")
    assert permitted(one, "10.0.0.0/8")
    assert not permitted(one, "10.1.0.0/16")
    assert not permitted(one, "10.1.5.0/24")
    assert not permitted(one, "11.0.0.0/8")


def test_shorter_route_than_a_standard_list_names_is_left_open() -> None:
    scope = _clauses.Scope(Lists(), PLAIN, {(4, "A"): acl(["permit 10.0.0.0 0.255.255.255"], standard=True)})
    cond = _clauses.access_lists(4)(["A"], 1, True, scope)
    got = {prefix: concrete.holds(cond, Route(prefix)) for prefix in ("10.0.0.0/7", "10.0.0.0/8", "10.2.0.0/16", "12.0.0.0/7")}
    assert got == {"10.0.0.0/7": None, "10.0.0.0/8": True, "10.2.0.0/16": True, "12.0.0.0/7": False}


def test_extended_list_as_route_filter_matches_network_and_mask() -> None:
    one = acl(["permit ip 10.0.0.0 0.255.255.255 host 255.255.255.0", "permit ip host 0.0.0.0 host 0.0.0.0"])
    assert permitted(one, "10.9.8.0/24")
    assert not permitted(one, "10.9.8.0/25")
    assert permitted(one, "0.0.0.0/0")


@pytest.mark.parametrize("text", ["permit tcp any any", "permit ip 10.0.0.0 0.255.0.255 any", "permit ip object-group G any"])
def test_rules_without_a_meaning_for_routes(text: str) -> None:
    with pytest.raises(Unreadable):
        _acl.route_filter(acl([text]))


def sources(one: _acl.Acl) -> tuple[list[str], bool]:
    """Permitted ranges as text, and whether they are exact."""
    found = _acl.source_filter(one)
    make = ipaddress.IPv4Network if one.afi == 4 else ipaddress.IPv6Network
    return [str(make(entry[:2])) for entry in found.permits], found.exact


def test_packet_filter_permits_what_gets_through() -> None:
    lines = [
        "10 deny ip 192.0.2.128 0.0.0.127 any log",
        "20 permit ip 192.0.2.0 0.0.0.255 any",
        "30 permit tcp host 198.51.100.7 any eq bgp",
        "40 deny udp 203.0.113.0 0.0.0.255 any eq 53",
        "50 permit ip 203.0.113.0 0.0.0.255 any",
        "60 deny ip any any",
        "70 permit ip any any",
    ]
    assert sources(acl(lines)) == (["192.0.2.0/25", "198.51.100.7/32", "203.0.113.0/24"], True)


def test_packet_filter_with_rules_that_cannot_be_read_exactly_is_not_exact() -> None:
    assert sources(acl(["permit ip object-group CUSTOMERS any"])) == (["0.0.0.0/0"], False)
    assert sources(acl(["deny ip 10.0.0.0 0.255.0.255 any", "permit ip 10.0.0.0 0.255.255.255 any"])) == (["10.0.0.0/8"], False)


def test_ipv6_packet_filter_in_both_spellings_of_the_sequence() -> None:
    lines = [
        "permit ipv6 2001:DB8:1::/48 any sequence 20",
        "sequence 10 deny ipv6 2001:db8:1:2::/64 any",
        "permit ipv6 FE80::/10 any",
    ]
    found, exact = sources(acl(lines, afi=6))
    assert exact
    assert "2001:db8:1:2::/64" not in found
    assert sum(ipaddress.ip_network(one).num_addresses for one in found[:-1]) == 2**80 - 2**64
    assert found[-1] == "fe80::/10"


def test_run_of_prefix_lines_reads_what_the_plain_reader_reads() -> None:
    """The tight loop gives the same entries, stops at what it does not know, and keeps the order of sequence numbers."""
    lines = [
        "ip prefix-list A seq 10 permit 192.0.2.0/24",
        "ip prefix-list A seq 5 deny 192.0.2.128/25 ge 26 le 28",
        "ipv6 prefix-list A seq 5 permit 2001:DB8::/32 le 48",
        "ip prefix-list A seq 20 permit 10.1.2.3/8 ge 9",
        "ip prefix-list A seq 30 permit 10.0.0.0/8 le 4",
        "ip prefix-list A seq 40 permit 10.0.0.0/8",
    ]
    table: dict[tuple[Literal[4, 6], str], Numbered[PrefixEntry]] = {}
    states = bytearray(b"?" * len(lines))
    assert run_of_prefixes(lines, 0, table, states) == 4
    assert states == b"uuuu??"
    plain: dict[tuple[int, str], Numbered[PrefixEntry]] = {}
    for number, text in enumerate(lines[:4], 1):
        words = text.split()
        afi: Literal[4, 6] = 4 if words[0] == "ip" else 6
        seq, entry = prefix_entry(words[3:], afi, number)
        plain.setdefault((afi, "A"), Numbered("A")).add(seq, entry, number)
    assert {key: (one.final(), one.lines) for key, one in table.items()} == {
        key: (one.final(), one.lines) for key, one in plain.items()
    }
    assert [entry[5] for entry in table[(4, "A")].final()] == [2, 1, 4]
