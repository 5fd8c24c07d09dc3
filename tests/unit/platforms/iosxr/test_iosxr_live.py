"""What IOS-XR says about the running router: by its summaries, or by NAPALM's getters where there is no command line."""

from __future__ import annotations

import json

from manrs_conformance.model.router import LiveSession
from manrs_conformance.platforms.iosxr import live

SUMMARY = """BGP router identifier 192.0.2.1, local AS number 64500
BGP main routing table version 5

Process       RcvTblVer   bRIB/RIB   LabelVer  ImportVer  SendTblVer  StandbyVer
Speaker               5          5          5          5           5           0

Neighbor        Spk    AS MsgRcvd MsgSent   TblVer  InQ OutQ  Up/Down  St/PfxRcd
198.51.100.2      0 64501     100     100        5    0    0    1d02h          7
198.51.100.6      0 64502       0       0        0    0    0 00:00:00 Idle
2001:db8:ffff:ffff::1
                  0 64503     100     100        5    0    0    1d02h         12
"""
FACTS = {"os_version": "7.5.2", "uptime": 93784.0, "hostname": "xr1"}
PEERS = {
    "global": {
        "router_id": "192.0.2.1",
        "peers": {
            "198.51.100.2": {
                "remote_as": 64501,
                "is_up": True,
                "address_family": {"ipv4": {"received_prefixes": 9, "accepted_prefixes": 7, "sent_prefixes": 1}},
            },
            "2001:DB8::2": {"remote_as": 64502, "is_up": False, "address_family": {"ipv6": {"received_prefixes": -1}}},
        },
    }
}


def test_summaries() -> None:
    assert live.read({"bgp_summary_default_ipv4": SUMMARY}).sessions == (
        LiveSession("198.51.100.2", "ipv4-unicast", 64501, True, accepted=7),
        LiveSession("198.51.100.6", "ipv4-unicast", 64502, False),
        LiveSession("2001:db8:ffff:ffff::1", "ipv4-unicast", 64503, True, accepted=12),
    )
    assert live.read({"bgp_summary_default_ipv4": "% BGP instance 'default' not active"}).sessions is None


def test_getters() -> None:
    state = {"napalm_facts": json.dumps(FACTS), "napalm_bgp_neighbors": json.dumps(PEERS)}
    found = live.read(state)
    assert live.version(state) == "7.5.2"
    assert found.uptime == 93784
    assert found.sessions == (
        LiveSession("198.51.100.2", "ipv4-unicast", 64501, True, 9, 7, 1),
        LiveSession("2001:db8::2", "ipv6-unicast", 64502, False),
    )


def test_damaged_getters_count_as_not_collected() -> None:
    for text in ("", "[]", "{", '{"global": 1}', "null", '{"global": {"peers": {"a": 1}}}'):
        state = {"napalm_facts": text, "napalm_bgp_neighbors": text}
        assert live.version(state) is None
        assert not live.read(state).sessions
