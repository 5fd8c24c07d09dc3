"""Live outputs of IOS: what is read, and that nothing is made up where an output is missing or damaged."""

from __future__ import annotations

import re

from manrs_conformance.model.router import LiveCache, LiveSession
from manrs_conformance.platforms import load

SUMMARY = """BGP router identifier 45.10.0.1, local AS number 43210
BGP table version is 7, main routing table version 7
6 network entries using 1488 bytes of memory

Neighbor        V           AS MsgRcvd MsgSent   TblVer  InQ OutQ Up/Down  State/PfxRcd
45.10.0.2       4        43210      33      29        7    0    0 00:22:01        2
45.15.0.1       4        43215       0       0        1    0    0 never    Idle
45.14.0.2       4        43214       0       0        1    0    0 1d02h    Idle (Admin)
*100.80.0.9     4        64620      11      12        7    0    0 00:05:01       25
Dynamically created based on a listen range command
Dynamically created neighbors: 1, Subnet ranges: 1
"""
SUMMARY6 = """BGP router identifier 45.10.0.1, local AS number 43210

Neighbor        V           AS MsgRcvd MsgSent   TblVer  InQ OutQ Up/Down  State/PfxRcd
2A10:1000:FFFF::2
                4        43211      33      29        7    0    0 00:22:01      120
"""
NEIGHBORS = """For address family: IPv4 Unicast
BGP neighbor is 45.10.0.2,  remote AS 43210, internal link
  BGP version 4, remote router ID 45.10.0.2
  BGP state = Established, up for 00:22:01
  Neighbor capabilities:
    Route refresh: advertised and received(new)
    Four-octets ASN Capability: advertised and received

BGP neighbor is 100.80.0.9,  remote AS 64620, external link
  BGP state = Established, up for 00:05:01
  Neighbor capabilities:
    Route refresh: advertised
"""
SERVERS = """BGP SOVC neighbor is 192.0.2.9/3323 connected to port 3323
Flags 64, Refresh time is 600, Serial number is 5, Session ID is 9
InQ has 0 messages, OutQ has 0 messages, formatted msg 4
Connection state is ESTAB, I/O status: 1, unread input bytes: 0
BGP SOVC neighbor is 192.0.2.10/3323 connected to port 3323
Flags 0, Refresh time is 600, Serial number is 0, Session ID is 0
Connection state is CLOSED, I/O status: 1, unread input bytes: 0
"""
VERSION = """Cisco IOS XE Software, Version 17.09.04a
Cisco IOS Software [Cupertino], ASR1000 Software (X86_64_LINUX_IOSD-UNIVERSALK9-M), Version 17.9.4a, RELEASE SOFTWARE (fc3)
edge1 uptime is 1 year, 2 weeks, 3 days, 4 hours, 5 minutes
"""
STATE = {
    "bgp_summary_ipv4": SUMMARY,
    "bgp_summary_ipv6": SUMMARY6,
    "bgp_neighbors": NEIGHBORS,
    "rpki_servers": SERVERS,
    "version": VERSION,
    "clock": "*09:12:44.120 UTC Mon Sep 1 2025\n",
}


def test_live_state_is_read() -> None:
    router = load("ios").parse("version 17.9\nend\n", STATE)
    assert router.version == "17.09.04a"
    live = router.live
    assert live is not None
    assert live.sessions == (
        LiveSession("45.10.0.2", "ipv4-unicast", 43210, True, accepted=2, route_refresh=True),
        LiveSession("45.15.0.1", "ipv4-unicast", 43215, False),
        LiveSession("45.14.0.2", "ipv4-unicast", 43214, False),
        LiveSession("100.80.0.9", "ipv4-unicast", 64620, True, accepted=25, route_refresh=False),
        LiveSession("2a10:1000:ffff::2", "ipv6-unicast", 43211, True, accepted=120, route_refresh=None),
    )
    assert live.caches == (LiveCache("192.0.2.9", 3323, True), LiveCache("192.0.2.10", 3323, False))
    assert live.clock == "2025-09-01T09:12:44Z"
    assert live.uptime == 31_536_000 + 2 * 604_800 + 3 * 86_400 + 4 * 3600 + 5 * 60


WITHIN = """For address family: VPNv4 Unicast
BGP neighbor is 192.0.2.10,  vrf AS64499,  remote AS 64496, external link
  BGP version 4, remote router ID 192.0.2.10
  BGP state = Established, up for 00:13:30
  Neighbor capabilities:
    Route refresh: advertised and received(new)

 For address family: VPNv4 Unicast
  Translates address family IPv4 Unicast for VRF AS64499
                                 Sent       Rcvd
  Prefix activity:               ----       ----
    Prefixes Current:               1          5 (Consumes 120 bytes)
    Prefixes Total:                 1          9

BGP neighbor is 45.10.0.2,  vrf B,  remote AS 1.10, external link
  BGP state = Idle
  Neighbor capabilities:
    Route refresh: advertised

 For address family: VPNv4 Unicast
    Prefixes Current:               0          0

BGP neighbor is 192.0.2.1,  remote AS 43210, internal link
  BGP state = Established, up for 00:13:30

 For address family: VPNv4 Unicast
    Prefixes Current:               1          1 (Consumes 120 bytes)
"""


def test_neighbours_in_vrfs_are_sessions_of_the_vrf_and_vpn_neighbours_are_none() -> None:
    live = load("ios").parse("version 17.9\nend\n", {"bgp_neighbors": NEIGHBORS + WITHIN, "bgp_summary_ipv4": SUMMARY}).live
    assert live is not None
    assert [one for one in live.sessions or () if one.vrf != "default"] == [
        LiveSession("192.0.2.10", "ipv4-unicast", 64496, True, accepted=5, sent=1, route_refresh=True, vrf="AS64499"),
        LiveSession("45.10.0.2", "ipv4-unicast", 65546, False, vrf="B"),
    ]
    assert LiveSession("45.10.0.2", "ipv4-unicast", 43210, True, accepted=2, route_refresh=True) in (live.sessions or ())
    assert len(live.sessions or ()) == 6


def test_drop_counters_are_read_by_interface() -> None:
    text = "Gi1 is up, line protocol is up\nGi2 is up, line protocol is up\n   12 verification drops\n   3 suppressed verification drops\n"
    live = load("ios").parse("version 17.9\nend\n", {"urpf": text}).live
    assert live is not None
    assert live.drops == {"Gi2": 12}


def test_what_was_not_collected_or_refused_stays_unknown() -> None:
    refused = {
        "bgp_summary_ipv4": "% BGP not active\n",
        "rpki_servers": "          ^\n% Invalid input detected at '^' marker.\n",
        "clock": "09:12:44.120 CET Mon Sep 1 2025",
        "version": "",
    }
    live = load("ios").parse("version 17.9\nend\n", refused).live
    assert live is not None
    assert (live.sessions, live.caches, live.clock, live.uptime, live.vrps, live.routes) == (None,) * 6
    odd = load("ios").parse("version 17.9\nend\n", {"rpki_servers": "BGP SOVC neighbor is somewhere\n"}).live
    assert odd is not None
    assert odd.caches is None
    assert load("ios").parse("version 17.9\nend\n", {}).live is None


def test_commands_only_show() -> None:
    commands = load("ios").commands
    assert all(re.fullmatch(r"show [a-z0-9 -]+(?: \| include [a-z |]+)?", one) for one in commands.allowed())
    assert commands.config == "show running-config"
