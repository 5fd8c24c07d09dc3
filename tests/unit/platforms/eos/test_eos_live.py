"""Live outputs of EOS in text form: sessions, caches, version, clock; damaged ones count as not collected."""

from __future__ import annotations

from manrs_conformance.model.router import Live, LiveCache
from manrs_conformance.platforms import load

SUMMARY = """BGP summary information for VRF default
Router identifier 198.51.100.1, local AS number 64500
Neighbor Status Codes: m - Under maintenance
  Description              Neighbor         V AS           MsgRcvd   MsgSent  InQ OutQ  Up/Down State   PfxRcd PfxAcc
  transit 64510 v4         203.0.113.1      4 64510          12345      4321    0    0    5d03h Estab   950000 949000
                           203.0.113.10     4 64600            123       321    0    0 00:12:34 Idle(NoIf)
m a long description ...   203.0.113.70     4 1.10              77        88    0    0 01:00:00 Active
BGP summary information for VRF CUST-1
Router identifier 198.51.100.1, local AS number 64500
  Description              Neighbor         V AS           MsgRcvd   MsgSent  InQ OutQ  Up/Down State   PfxRcd PfxAcc
                           10.1.0.2         4 64511             10        10    0    0 00:01:00 Estab   3      2
"""
CACHES = """RTR1:
Host: 192.0.2.101 port 3323
VRF: MGMT
Preference: 4
State: synced
Last update sync: 0:01:19 ago
Entries: 241240
Connection: Active (1:09:06)

RTR2:
Host: 192.0.2.102
State: syncing
Connection: Inactive
"""


def live(**state: str) -> Live:
    """Operational state of outputs."""
    found = load("eos").parse("hostname a\nend\n", state).live
    assert found is not None
    return found


def test_sessions_of_every_vrf() -> None:
    sessions = live(bgp_summary_ipv4=SUMMARY).sessions
    assert sessions is not None
    rows = [(one.neighbor, one.vrf, one.remote_as, one.established, one.received, one.accepted) for one in sessions]
    assert rows == [
        ("203.0.113.1", "default", 64510, True, 950000, 949000),
        ("203.0.113.10", "default", 64600, False, None, None),
        ("203.0.113.70", "default", 65546, False, None, None),
        ("10.1.0.2", "CUST-1", 64511, True, 3, 2),
    ]
    assert {one.family for one in sessions} == {"ipv4-unicast"}


def test_caches() -> None:
    assert live(rpki_cache=CACHES).caches == (LiveCache("192.0.2.101", 3323, True), LiveCache("192.0.2.102", 323, False))


def test_a_cache_that_lost_its_connection_is_not_connected() -> None:
    lost = CACHES.replace("Connection: Active (1:09:06)", "Connection: Failed")
    assert not any(one.connected for one in live(rpki_cache=lost).caches or ())


def test_version_clock_and_uptime() -> None:
    version = "Arista vEOS-lab\nSoftware image version: 4.31.1F\nUptime: 1 week, 2 days, 3 hours and 4 minutes\n"
    clock = "Wed Nov 25 07:54:59 2026\nTimezone: UTC\nClock source: local\n"
    state = {"version": version, "clock": clock}
    router = load("eos").parse("hostname a\nend\n", state)
    assert router.version == "4.31.1F"
    assert router.live is not None
    assert (router.live.clock, router.live.uptime) == ("2026-11-25T07:54:59Z", 788640)
    assert live(clock=clock.replace("UTC", "Europe/Berlin")).clock is None


def test_damaged_outputs_are_not_collected() -> None:
    found = live(bgp_summary_ipv4="% Invalid input\n", rpki_cache="% BGP inactive\n", clock="?", version="")
    assert (found.sessions, found.caches, found.clock, found.uptime) == (None, None, None, None)


def test_an_audit_only_shows() -> None:
    assert all(one.startswith("show ") for one in load("eos").commands.allowed())
