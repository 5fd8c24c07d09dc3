"""What Junos' operational commands say about the running router."""

from __future__ import annotations

from manrs_conformance.model.router import LiveCache, LiveSession
from manrs_conformance.platforms.junos import live
from manrs_conformance.platforms.junos.parser import parse

NEIGHBORS = """Peer: 198.51.100.2+179 AS 64501 Local: 198.51.100.1+54321 AS 64500
  Description: customer 1
  Group: CUST                  Routing-Instance: master
  Forwarding routing-instance: master
  Type: External    State: Established    Flags: <Sync>
  Last State: OpenConfirm   Last Event: RecvKeepAlive
  Peer supports Refresh capability (2)
  NLRI for this session: inet-unicast inet6-unicast
  Table inet.0 Bit: 20000
    RIB State: BGP restart is complete
    Active prefixes:              1
    Received prefixes:            5
    Accepted prefixes:            4
    Suppressed due to damping:    0
    Advertised prefixes:          10
  Table inet6.0 Bit: 30000
    Received prefixes:            2
    Accepted prefixes:            2
    Advertised prefixes:          3

Peer: 2001:DB8::2 AS 64502      Local: 2001:db8::1 AS 64500
  Group: PEERS                 Routing-Instance: CUSTOMER-A
  Type: External    State: Active         Flags: <>
"""
UPTIME = """Current time: 2026-10-01 08:09:10 UTC
Time Source:  NTP CLOCK
System booted: 2026-09-01 00:00:00 UTC (4w2d 08:09 ago)
"""
SESSION = """Session                                  State   Flaps     Uptime #IPv4/IPv6 records
192.0.2.9                                Up          0 00:02:38 10/2
2001:db8::9                              Connect     0
"""


def test_sessions_with_their_families_and_counts() -> None:
    assert live.read({"bgp_neighbors": NEIGHBORS}).sessions == (
        LiveSession("198.51.100.2", "ipv4-unicast", 64501, True, 5, 4, 10, True),
        LiveSession("198.51.100.2", "ipv6-unicast", 64501, True, 2, 2, 3, True),
        LiveSession("2001:db8::2", "ipv6-unicast", 64502, False, vrf="CUSTOMER-A"),
    )


def test_no_session_is_not_the_same_as_not_asked() -> None:
    assert live.read({"bgp_neighbors": ""}).sessions == ()
    assert live.read({"bgp_neighbors": "BGP is not running\n"}).sessions == ()
    assert live.read({"bgp_neighbors": "error: permission denied"}).sessions is None
    assert live.read({}).sessions is None


def test_clock_and_uptime() -> None:
    found = live.read({"clock": UPTIME})
    assert found.clock == "2026-10-01T08:09:10Z"
    assert found.uptime == 30 * 86400 + 8 * 3600 + 9 * 60
    assert live.read({"clock": UPTIME.replace("UTC", "CEST")}).clock is None


def test_caches() -> None:
    assert live.read({"validation_session": SESSION}).caches == (
        LiveCache("192.0.2.9", 323, True),
        LiveCache("2001:db8::9", 323, False),
    )
    assert live.read({"validation_session": "error"}).caches is None


def test_a_hidden_part_is_no_complete_configuration() -> None:
    text = "version 21.4R3;\nsystem {\n    host-name r1;\n}\nprotocols { /* ACCESS-DENIED */ }\n"
    router = parse(text, {})
    assert not router.complete
    assert "line 5" in router.incomplete_because
    assert parse(text.replace(" /* ACCESS-DENIED */", ""), {}).complete
