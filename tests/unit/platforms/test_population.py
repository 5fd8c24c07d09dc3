"""The sessions of a text and those that the router runs: what makes the text incomplete, and what explains a difference."""

from __future__ import annotations

import json
from typing import Any

import pytest
from manrs_conformance.model.policy import Attachment, Verdict
from manrs_conformance.model.router import LiveSession, Session
from manrs_conformance.platforms import load
from manrs_conformance.platforms._population import differs

NONE = Attachment("import", (), Verdict.ACCEPT)


def parsed(neighbor: str, **more: Any) -> Session:
    """A session of the text."""
    family = "ipv6-unicast" if ":" in neighbor else "ipv4-unicast"
    return Session(neighbor, family, 64501, "ebgp", 64500, NONE, NONE, **more)


def live(neighbor: str, vrf: str = "default") -> LiveSession:
    """A session of the router, down."""
    return LiveSession(neighbor, "ipv4-unicast", 64501, False, vrf=vrf)


def difference(text: list[Session], router: list[LiveSession] | None, shown: bool = True, **more: Any) -> str:
    """What `differs` says."""
    return differs(text, router, lambda _vrf, _family: shown, **more)


@pytest.mark.parametrize(
    ("text", "router"),
    [
        ([parsed("192.0.2.1")], [live("192.0.2.1")]),
        ([parsed("2001:db8::1")], [live("2001:DB8:0::1")]),
        ([parsed("192.0.2.0/24")], [live("192.0.2.77")]),
        ([parsed("192.0.2.0/24")], []),
        ([parsed("192.0.2.1", shutdown=True)], []),
        ([parsed("eth1", interface="eth1")], []),
        ([parsed("eth1", interface="eth1")], [live("eth1")]),
        ([parsed("Ethernet1", interface="Ethernet1")], [live("fe80::1%Ethernet1")]),
        ([parsed("Ethernet1", interface="Ethernet1")], [live("fe80::1")]),
        ([parsed("fe80::1%Vlan7")], [live("fe80::1%Vlan7")]),
        ([parsed("192.0.2.1", vrf="A")], [live("192.0.2.1", "A")]),
        ([parsed("192.0.2.1")], None),
    ],
)
def test_explained(text: list[Session], router: list[LiveSession] | None) -> None:
    assert difference(text, router) == ""


@pytest.mark.parametrize(
    ("text", "router", "named"),
    [
        ([], [live("192.0.2.1")], "runs a session with 192.0.2.1"),
        ([parsed("192.0.2.1", vrf="A")], [live("192.0.2.1")], "runs a session with 192.0.2.1 (VRF default)"),
        ([parsed("192.0.2.0/25")], [live("192.0.2.200")], "runs a session with 192.0.2.200"),
        ([parsed("192.0.2.0/24", vrf="A")], [live("192.0.2.1")], "runs a session with 192.0.2.1"),
        ([parsed("eth1", interface="eth1")], [live("eth2")], "runs a session with eth2"),
        ([parsed("eth1", interface="eth1", vrf="A")], [live("fe80::1")], "runs a session with fe80::1"),
        ([parsed("192.0.2.1")], [], "has a session with 192.0.2.1"),
        ([parsed("192.0.2.1", vrf="A"), parsed("192.0.2.1")], [live("192.0.2.1")], "192.0.2.1 (VRF A)"),
    ],
)
def test_a_difference_names_the_session(text: list[Session], router: list[LiveSession], named: str) -> None:
    assert named in difference(text, router)


def test_what_was_not_shown_proves_nothing() -> None:
    assert difference([parsed("192.0.2.1")], [], shown=False) == ""
    assert difference([], [live("192.0.2.1")], shown=False)


def test_a_neighbour_without_a_modelled_family_is_in_the_text() -> None:
    assert difference([], [live("192.0.2.1")], also=[("default", "192.0.2.1")]) == ""


FRR = """frr version 8.4.4
hostname a
router bgp 64500
 neighbor 192.0.2.1 remote-as 64501
 neighbor 192.0.2.2 remote-as 64502
 neighbor 192.0.2.2 shutdown
"""


def frr(*neighbors: str) -> dict[str, str]:
    """What FRR says of these neighbours in the IPv4 table."""
    peers = {one: {"remoteAs": 64501, "state": "Active"} for one in neighbors}
    return {"bgp_summary_ipv4": json.dumps({"default": {"peers": peers}}), "bgp_summary_ipv6": "{}"}


def test_frr() -> None:
    assert load("frr").parse(FRR, frr("192.0.2.1")).complete
    assert load("frr").parse(FRR, frr("192.0.2.1", "192.0.2.2")).complete
    for said in (frr(), frr("192.0.2.1", "192.0.2.3")):
        assert not load("frr").parse(FRR, said).complete
    assert load("frr").parse(FRR, {"bgp_summary_ipv4": "", "bgp_summary_ipv6": ""}).complete


JUNOS = """version 21.4R3;
system { host-name a; }
routing-options { autonomous-system 64500; }
protocols { bgp { group G { type internal; family inet-vpn { unicast; } neighbor 192.0.2.9; } } }
"""
PEER = """Peer: 192.0.2.9 AS 64500 Local: 192.0.2.1 AS 64500
  Group: G                     Routing-Instance: master
  Type: Internal    State: Active         Flags: <>
"""


def test_a_junos_neighbour_of_another_family_is_no_unicast_session() -> None:
    families = "  Address families configured: inet-vpn-unicast\n"
    assert load("junos").parse(JUNOS, {"bgp_neighbors": PEER + families}).complete
    assert not load("junos").parse(JUNOS, {"bgp_neighbors": PEER}).complete


def test_an_xr_neighbour_of_another_family_is_no_stranger() -> None:
    text = "hostname a\nrouter bgp 64500\n neighbor 192.0.2.9\n  remote-as 64500\n  address-family vpnv4 unicast\n  !\n !\n!\nend\n"
    peer = {"remote_as": 64500, "is_up": False, "address_family": {"": {"received_prefixes": -1}}}
    for address, complete in (("192.0.2.9", True), ("192.0.2.8", False)):
        said = json.dumps({"global": {"router_id": "", "peers": {address: peer}}})
        assert load("iosxr").parse(text, {"napalm_bgp_neighbors": said}).complete == complete
