"""Leaks across the routers of one AS: reflectors, lost marks, ways that only some sessions offer, and fleets of several platforms."""

from __future__ import annotations

from pathlib import Path

import pytest
from manrs_conformance import checks, platforms
from manrs_conformance.model.result import Finding
from manrs_conformance.sources.intent import load_intent
from manrs_conformance.sources.reference import load

INTENT = """organisation: {name: Example}
asns: [3333]
prefixes: [193.0.0.0/21]
neighbours:
  - select: {asn: 1299}
    relationship: provider
  - select: {asn: 25152}
    relationship: peer
"""
PROVIDER, PEER = "185.1.1.6", "185.1.1.2"
EDGE1, EDGE2, RR1, RR2 = (f"193.0.0.{n}" for n in (1, 2, 11, 12))
OWN = "ip prefix-list OWN seq 5 permit 193.0.0.0/21\n"
MARK = "route-map IN permit 10\n set community 3333:666\nexit\n"
UNMARKED = "bgp community-list standard MARK seq 5 permit 3333:666\nroute-map OUT deny 10\n match community MARK\nexit\nroute-map OUT permit 20\nexit\n"


def frr(address: str, internal: dict[str, str], external: str = "", policy: str = "") -> str:
    """An FRR router: loopback, internal neighbours with an option line each, one external neighbour with maps IN and OUT."""
    lines = [f"neighbor {one} remote-as 3333" for one in internal]
    inner = [
        f"neighbor {one} {option}" if option[:3] != "no " else f"no neighbor {one} {option[3:]}"
        for one, option in internal.items()
        if option
    ]
    if external:
        lines.append(f"neighbor {external} remote-as {1299 if external == PROVIDER else 25152}")
        inner += [f"neighbor {external} route-map IN in", f"neighbor {external} route-map OUT out"]
    bgp = "\n".join(
        [*(f" {one}" for one in lines), " address-family ipv4 unicast", *(f"  {one}" for one in inner), " exit-address-family"]
    )
    return (
        f"frr version 8.4.4\nfrr defaults traditional\ninterface lo\n ip address {address}/32\nexit\nrouter bgp 3333\n{bgp}\nexit\n"
        f"{OWN}{policy}end\n"
    )


def edge1(internal: dict[str, str], policy: str = MARK) -> str:
    """Learns from the provider, and sends it own routes only."""
    return frr(EDGE1, internal, PROVIDER, f"{policy}route-map OUT permit 10\n match ip address prefix-list OWN\nexit\n")


def edge2(internal: dict[str, str], policy: str = UNMARKED) -> str:
    """Learns nothing from the peer, and sends it what `policy` lets pass."""
    return frr(EDGE2, internal, PEER, f"route-map IN deny 10\nexit\n{policy}")


def judged(tmp_path: Path, routers: dict[str, str]) -> Finding:
    """The finding on the session to the peer; names of routers are NAME.PLATFORM."""
    (tmp_path / "manrs.yml").write_text(INTENT, encoding="utf-8")
    intent = load_intent(tmp_path / "manrs.yml")
    reference = load(tmp_path, "2026-11-24T06:00:00Z", intent=intent)
    parsed = {name.split(".")[0]: platforms.load(name.split(".")[1]).parse(text, {}) for name, text in routers.items()}
    lines = {name.split(".")[0]: text.splitlines() for name, text in routers.items()}
    found = checks.run_all(parsed, lines, intent, reference)
    (one,) = [one for one in found if one.check == "EXP-02" and PEER in one.subject]
    return one


def status(tmp_path: Path, **routers: str) -> str:
    """The status for a fleet of FRR routers."""
    return judged(tmp_path, {f"{name}.frr": text for name, text in routers.items()}).status.value


ALL = "route-map OUT permit 10\nexit\n"


def test_a_mark_that_arrives_stops_the_leak(tmp_path: Path) -> None:
    assert status(tmp_path, edge1=edge1({EDGE2: ""}), edge2=edge2({EDGE1: ""})) == "pass"
    assert status(tmp_path, edge1=edge1({EDGE2: ""}), edge2=edge2({EDGE1: ""}, ALL)) == "fail"


def test_a_mark_that_is_not_sent_stops_nothing(tmp_path: Path) -> None:
    routers = {"edge1.frr": edge1({EDGE2: "no send-community"}), "edge2.frr": edge2({EDGE1: ""})}
    found = judged(tmp_path, routers)
    assert found.status.value == "fail"
    assert "on edge1" in found.message
    (witness,) = found.witnesses
    assert "edge1" in (witness.learned_from or "") and PEER in (witness.sent_to or "")
    assert {one.policy for one in witness.trace} >= {"IN", "OUT"}


def test_a_tag_does_not_travel(tmp_path: Path) -> None:
    tag_in, tag_out = (
        "route-map IN permit 10\n set tag 7\nexit\n",
        "route-map OUT deny 10\n match tag 7\nexit\nroute-map OUT permit 20\nexit\n",
    )
    assert status(tmp_path, edge1=edge1({EDGE2: ""}, tag_in), edge2=edge2({EDGE1: ""}, tag_out)) == "fail"


def test_two_reflectors_in_a_row(tmp_path: Path) -> None:
    routers = {
        "edge1": edge1({RR1: ""}),
        "rr1": frr(RR1, {EDGE1: "route-reflector-client", RR2: ""}),
        "rr2": frr(RR2, {RR1: "", EDGE2: "route-reflector-client"}),
    }
    assert status(tmp_path, **routers, edge2=edge2({RR2: ""}, ALL)) == "fail"
    assert status(tmp_path, **routers, edge2=edge2({RR2: ""})) == "pass"


def test_without_a_client_nothing_is_reflected(tmp_path: Path) -> None:
    rr1 = frr(RR1, {EDGE1: "", EDGE2: ""})
    assert status(tmp_path, edge1=edge1({RR1: ""}), rr1=rr1, edge2=edge2({RR1: ""}, ALL)) == "pass"


def test_each_of_two_reflectors_is_a_way_of_its_own(tmp_path: Path) -> None:
    client = "route-reflector-client"
    routers = {
        "edge1": edge1({RR1: "", RR2: ""}),
        "edge2": edge2({RR1: "", RR2: ""}),
        "rr1": frr(RR1, {EDGE1: client, EDGE2: client}),
    }
    good, bad = frr(RR2, {EDGE1: client, EDGE2: client}), frr(RR2, {EDGE1: client, EDGE2: "no send-community"})
    assert status(tmp_path, **routers, rr2=good) == "pass"
    assert status(tmp_path, **routers, rr2=bad) == "fail"


def test_a_reflector_beside_a_direct_session(tmp_path: Path) -> None:
    client = "route-reflector-client"
    direct = edge1({EDGE2: "route-map NONE out", RR1: ""}, f"{MARK}route-map NONE deny 10\nexit\n")
    rr1 = frr(RR1, {EDGE1: client, EDGE2: client})
    assert status(tmp_path, edge1=direct, rr1=rr1, edge2=edge2({EDGE1: "", RR1: ""}, ALL)) == "fail"


@pytest.mark.parametrize("option", ["", "route-reflector-client"])
def test_a_stranger_behind_a_reflector_leaves_doubt(tmp_path: Path, option: str) -> None:
    stranger = "193.0.0.99"
    rr1 = frr(RR1, {EDGE1: "route-reflector-client", EDGE2: "route-reflector-client", stranger: option})
    found = judged(tmp_path, {"edge1.frr": edge1({RR1: ""}), "rr1.frr": rr1, "edge2.frr": edge2({RR1: ""})})
    assert found.status.value == "inconclusive"
    assert stranger in found.because


def test_a_stranger_that_cannot_be_reflected_does_not_matter(tmp_path: Path) -> None:
    rr1 = frr(RR1, {EDGE1: "route-reflector-client", EDGE2: "", "193.0.0.99": ""})
    assert status(tmp_path, edge1=edge1({RR1: ""}), rr1=rr1, edge2=edge2({RR1: ""})) == "pass"


SENT = {
    "ios": "  neighbor 193.0.0.2 send-community both\n",
    "nxos": "      send-community\n",
    "eos": "   neighbor 193.0.0.2 send-community standard\n",
}


def other(os: str, sends: bool) -> str:
    """`edge1` on another platform: it marks what the provider sends; `sends` says whether marks go to `edge2`."""
    more = SENT[os] if sends else ""
    if os == "ios":
        return (
            "version 17.9\nhostname edge1\ninterface Loopback0\n ip address 193.0.0.1 255.255.255.255\n!\nrouter bgp 3333\n"
            " no bgp default ipv4-unicast\n neighbor 185.1.1.6 remote-as 1299\n neighbor 193.0.0.2 remote-as 3333\n address-family ipv4\n"
            "  neighbor 185.1.1.6 activate\n  neighbor 185.1.1.6 route-map IN in\n  neighbor 185.1.1.6 route-map OUT out\n"
            f"  neighbor 193.0.0.2 activate\n{more} exit-address-family\n!\nip bgp-community new-format\nip prefix-list OWN seq 5 permit 193.0.0.0/21\n"
            "route-map IN permit 10\n set community 3333:666\n!\nroute-map OUT permit 10\n match ip address prefix-list OWN\n!\nend\n"
        )
    if os == "nxos":
        return (
            "version 10.3(3)\nhostname edge1\nfeature bgp\ninterface loopback0\n  ip address 193.0.0.1/32\n"
            "ip prefix-list OWN seq 5 permit 193.0.0.0/21 \nroute-map IN permit 10\n  set community 3333:666 \n"
            "route-map OUT permit 10\n  match ip address prefix-list OWN \nrouter bgp 3333\n  address-family ipv4 unicast\n"
            "  neighbor 185.1.1.6\n    remote-as 1299\n    address-family ipv4 unicast\n      route-map IN in\n      route-map OUT out\n"
            f"  neighbor 193.0.0.2\n    remote-as 3333\n    address-family ipv4 unicast\n{more}"
        )
    return (
        "! device: edge1 (DCS-7280SR, EOS-4.30.1F)\nservice routing protocols model multi-agent\nhostname edge1\ninterface Loopback0\n"
        "   ip address 193.0.0.1/32\n!\nip routing\nip prefix-list OWN\n   seq 5 permit 193.0.0.0/21\n!\nroute-map IN permit 10\n"
        "   set community 3333:666\n!\nroute-map OUT permit 10\n   match ip address prefix-list OWN\n!\nrouter bgp 3333\n"
        "   neighbor 185.1.1.6 remote-as 1299\n   neighbor 185.1.1.6 route-map IN in\n   neighbor 185.1.1.6 route-map OUT out\n"
        f"   neighbor 193.0.0.2 remote-as 3333\n{more}!\nend\n"
    )


@pytest.mark.parametrize("os", ["ios", "nxos", "eos"])
def test_where_communities_are_not_sent_by_default_a_mark_is_lost(tmp_path: Path, os: str) -> None:
    kept = judged(tmp_path, {f"edge1.{os}": other(os, True), "edge2.frr": edge2({EDGE1: ""})})
    assert kept.status.value == "pass", kept.because
    lost = judged(tmp_path, {f"edge1.{os}": other(os, False), "edge2.frr": edge2({EDGE1: ""})})
    assert lost.status.value == "fail", lost.because
    assert "on edge1" in lost.message
