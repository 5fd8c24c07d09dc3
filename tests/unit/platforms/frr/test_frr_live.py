"""Live state of real routers: source validation by sysctl and nftables, addresses, sessions, merges compared with vtysh."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from manrs_conformance.errors import UsageError
from manrs_conformance.model.policy import Rpki
from manrs_conformance.model.router import Interface, Router
from manrs_conformance.platforms import Platform, load, names

HERE = Path(__file__).parent
NAMES = "".join(f"interface eth{n}\nexit\n!\n" for n in range(8))


def text(name: str) -> str:
    """A recorded output."""
    return (HERE / name).read_text(encoding="utf-8")


def faces(**state: str) -> dict[str, Interface]:
    """Interfaces by name."""
    router = load("frr").parse(f"hostname a\n{NAMES}", state)
    return {one.name: one for one in router.interfaces}


def test_source_validation_is_unknown_when_it_was_not_collected() -> None:
    assert {(one.urpf_v4, one.urpf_v6) for one in faces().values()} == {("unknown", "unknown")}
    assert faces(sysctl=text("sysctl.txt"))["eth0"].urpf_v4 == "unknown"


def test_sysctl_takes_the_greater_of_all_and_the_interface() -> None:
    assert faces(sysctl=text("sysctl.txt"))["eth1"].urpf_v4 == "strict"
    loose = text("sysctl.txt").replace("all.rp_filter = 0", "all.rp_filter = 2")
    empty = '{"nftables": []}'
    assert faces(sysctl=loose, nft=empty)["eth1"].urpf_v4 == "loose"
    assert faces(sysctl=loose, nft=empty)["eth1"].urpf_v4_allow_default
    assert faces(sysctl=loose)["eth1"].urpf_v4 == "unknown"  # a rule that was not collected could be stricter


def test_nft_fib_rules_count_when_they_drop_and_are_reached() -> None:
    found = faces(sysctl=text("sysctl.txt"), nft=text("nft.json"))
    assert [found[f"eth{n}"].urpf_v6 for n in range(5)] == ["strict", "loose", "none", "unknown", "none"]
    assert found["eth0"].urpf_v4 == "strict"
    assert found["eth1"].urpf_v4 == "strict"  # the sysctl is stricter than the rule


def test_nft_source_rules_become_source_filters() -> None:
    found = faces(sysctl=text("sysctl.txt"), nft=text("nft.json"))
    four, five, six = (found[f"eth{n}"].sources_v4 for n in (4, 5, 6))
    assert four is not None
    assert [entry[1] for entry in four.permits if entry[4]] == [24, 24]
    assert found["eth4"].sources_v6 is None
    assert five is not None
    assert five.exact
    assert [entry[1] for entry in five.permits] == [24]
    assert found["eth5"].sources_v6 is not None
    assert six is not None
    assert [entry[4] for entry in six.permits] == [False, False, True]
    assert found["eth7"].sources_v4 is None


def test_an_accept_under_a_condition_before_the_drop_is_not_strict() -> None:
    assert faces(nft=text("nft.json"))["eth3"].urpf_v6 == "unknown"


def test_addresses_come_from_the_kernel_too() -> None:
    assert "10.0.1.1/30" in faces(addresses=text("addresses.json"))["eth0"].addresses


def test_sessions_of_a_summary() -> None:
    live = load("frr").parse("hostname a\n", {"bgp_summary_ipv4": text("summary.json"), "clock": "2026-11-24T06:00:00Z\n"}).live
    assert live is not None
    assert live.sessions is not None
    assert {one.neighbor for one in live.sessions} >= {"10.0.1.3", "eth0"}
    assert not any(one.established for one in live.sessions)
    assert (live.clock, live.vrps, live.caches) == ("2026-11-24T06:00:00Z", None, None)


def test_validation_state_of_a_path_comes_from_the_listing_by_state() -> None:
    path = [{"peerId": "192.0.2.1", "path": "64501 {64502,64503}", "bestpath": True}]
    listing = {"vrfName": "default", "routes": {"198.51.100.0/24": path}}
    state = {"bgp_table_ipv4": json.dumps({"default": listing}), "bgp_invalid_ipv4": json.dumps(listing)}
    live = load("frr").parse("hostname a\n", state).live
    assert live is not None
    assert live.routes is not None
    (route,) = live.routes
    assert (route.rpki, route.as_path, route.best) == (Rpki.INVALID, (64501, (64502, 64503)), True)


PAYLOAD = {"prefix": "192.0.2.0", "prefixLenMin": 24, "prefixLenMax": 26, "asn": 64500}
DAMAGED = [
    None,
    [],
    {},
    *({**PAYLOAD, **one} for one in ({"prefix": None}, {"prefix": "192.0.2"}, {"prefixLenMin": 33}, {"prefixLenMin": "24"})),
]
DAMAGED += [
    {**PAYLOAD, **one}
    for one in ({"prefixLenMax": 23}, {"prefixLenMax": 999}, {"prefixLenMax": True}, {"asn": -1}, {"asn": 1 << 32})
]


@pytest.mark.parametrize("damaged", DAMAGED)
def test_payloads_of_which_one_is_damaged_are_not_known(damaged: object) -> None:
    """Without it a route could be not-found that is invalid."""
    for found, wanted in (([PAYLOAD], (("192.0.2.0/24", 26, 64500),)), ([PAYLOAD, damaged], None), ([], ())):
        live = load("frr").parse("hostname a\n", {"rpki_prefixes": json.dumps({"prefixes": found})}).live
        assert live is not None and live.vrps == wanted


def statements(config: str) -> list[str]:
    """Lines that mean something, sorted."""
    skip = ("!", "Building", "Current")
    return sorted(line for line in config.splitlines() if line.strip() and not line.strip().startswith(skip))


def test_merge_gives_what_vtysh_gave() -> None:
    merged = load("frr").merge(text("merge/before.txt"), text("merge/fragment.txt"))
    assert statements(merged) == statements(text("merge/after.txt"))
    left, right = (load("frr").parse(one, {}) for one in (merged, text("merge/after.txt")))
    assert sorted(summary(left)) == sorted(summary(right))


def summary(router: Router) -> list[str]:
    """What sessions do, without line numbers."""
    return [
        f"{one.key} {one.remote_as} {[(f.name, len(f.policy.terms)) for f in one.inbound.filters]} {one.inbound.default}"
        for one in router.sessions
    ]


def test_platforms_are_found_by_folder() -> None:
    assert "frr" in names()
    assert isinstance(load("frr"), Platform)
    with pytest.raises(UsageError, match=r"known are .*frr"):
        load("nothing")


def test_commands_only_read() -> None:
    commands = load("frr").commands
    assert commands.large <= set(commands.state)
    assert commands.privileged <= set(commands.state)
    assert all(
        one.removeprefix("sudo -n ").split()[0] in ("vtysh", "date", "cat", "sysctl", "nft", "ip") for one in commands.allowed()
    )
    assert all("show" in one for one in commands.allowed() if one.startswith("vtysh"))
