"""Live outputs of NX-OS, and what a running session that the text lacks means."""

from __future__ import annotations

import json

from manrs_conformance.platforms import Platform, load

CONFIG = "version 9.3(8)\nhostname a\nrouter bgp 64500\n  neighbor 192.0.2.0/25 remote-as 64501\n    address-family ipv4 unicast\n      maximum-prefix 5\n"


def summary(*neighbors: str, state: str = "Established") -> str:
    """`show bgp vrf all all summary | json` with these neighbours: a table of one row is no list."""
    rows = [{"neighborid": one, "neighboras": "64501", "state": state, "prefixreceived": "7"} for one in neighbors]
    table = {"TABLE_neighbor": {"ROW_neighbor": rows[0] if len(rows) == 1 else rows}}
    saf = {"TABLE_saf": {"ROW_saf": {"safi": "1", "af-name": "IPv4 Unicast", **table}}}
    vrf = {"vrf-name-out": "default", "TABLE_af": {"ROW_af": [{"af-id": "1", **saf}]}}
    return json.dumps({"TABLE_vrf": {"ROW_vrf": vrf}})


def test_sessions_of_a_summary() -> None:
    router = load("nxos").parse(CONFIG, {"bgp_summary": summary("192.0.2.7", "192.0.2.8")})
    assert router.live is not None
    assert router.live.sessions is not None
    assert [(s.neighbor, s.remote_as, s.established, s.accepted) for s in router.live.sessions] == [
        ("192.0.2.7", 64501, True, 7),
        ("192.0.2.8", 64501, True, 7),
    ]
    assert router.complete


def test_a_running_session_that_the_text_lacks_makes_it_incomplete() -> None:
    router = load("nxos").parse(CONFIG, {"bgp_summary": summary("192.0.2.200", state="Idle")})
    assert not router.complete
    assert "192.0.2.200" in router.incomplete_because


def test_a_neighbour_on_an_interface_is_no_range() -> None:
    text = CONFIG + "  neighbor Ethernet1/5\n    remote-as external\n    address-family ipv4 unicast\n"
    assert load("nxos").parse(text, {"bgp_summary": summary("192.0.2.7")}).complete


def test_version_clock_and_uptime() -> None:
    version = "Cisco Nexus\nSoftware\n  BIOS: version 05.45\n NXOS: version 9.3(8)\nKernel uptime is 2 day(s), 3 hour(s), 4 minute(s), 5 second(s)\n"
    state = {"version": version, "clock": "Time source is NTP\n07:58:18.123 UTC Wed Nov 25 2026\n"}
    router = load("nxos").parse("hostname a\n", state)
    assert router.version == "9.3(8)"
    assert router.live is not None
    assert (router.live.clock, router.live.uptime) == ("2026-11-25T07:58:18Z", 2 * 86400 + 3 * 3600 + 4 * 60 + 5)
    assert (router.live.sessions, router.live.caches) == (None, None)


def test_commands_only_show() -> None:
    platform = load("nxos")
    assert all(one.startswith("show ") for one in platform.commands.allowed())
    assert platform.commands.optional <= set(platform.commands.state)
    assert isinstance(platform, Platform)
