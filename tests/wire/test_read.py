"""Stock NAPALM drivers read the routers over their real protocols."""

from __future__ import annotations

from typing import Any

import pytest
from manrs_wire import Fleet
from manrs_wire.sessions import DRIVERS, Open, configuration, device

CASES = tuple(DRIVERS)
HOSTNAMES = {"nxos_ssh": "nxos1", "eos_ssh": "eos1", "iosxr_xml": "iosxr1"}


def lines(text: str) -> list[str]:
    """Lines that are statements."""
    return [one.rstrip() for one in text.splitlines() if one.strip() and not one.startswith(("!", "#"))]


@pytest.mark.parametrize("case", CASES)
def test_the_configuration_arrives_whole(case: str, session: Open) -> None:
    assert lines(session(case).get_config(retrieve="running")["running"]) == lines(configuration(case))


@pytest.mark.parametrize("case", CASES)
def test_facts_come_from_the_configuration(case: str, session: Open) -> None:
    facts = session(case).get_facts()
    assert facts["hostname"] == HOSTNAMES.get(case, f"{case}1")
    assert facts["uptime"] > 80_000
    assert len(facts["interface_list"]) == (2 if case == "ios" else 1)


@pytest.mark.parametrize("case", [case for case in CASES if case != "iosxr_xml"])
def test_addresses_come_from_the_configuration(case: str, fleet: Fleet, session: Open) -> None:
    one = device(fleet, case)
    if case == "nxos_ssh":
        one.running = one.running.replace("  ip address 45.10.3.1/30", "  ip address 45.10.3.1/30\n  ipv6 address 2a10:1000::1/64")
    found: dict[str, Any] = session(case).get_interfaces_ip()
    prefix = {address: more["prefix_length"] for one in found.values() for address, more in one.get("ipv4", {}).items()}
    assert prefix
    assert set(prefix.values()) == {30}
    assert all(address.startswith("45.10.") and address.endswith(".1") for address in prefix)


@pytest.mark.parametrize("case", ["ios", "eos", "junos", "iosxr"])
def test_sessions_come_from_the_configuration(case: str, fleet: Fleet, session: Open) -> None:
    neighbor = {"ios": "45.10.1.2", "eos": "45.10.4.2", "junos": "45.10.5.2", "iosxr": "45.10.6.2"}[case]
    device(fleet, case).prefixes[neighbor] = 3
    peers = session(case).get_bgp_neighbors()["global"]["peers"]
    assert set(peers) == {neighbor}
    assert peers[neighbor]["is_up"]
    assert peers[neighbor]["remote_as"] == 43213
    assert 3 in [counts["accepted_prefixes"] for counts in peers[neighbor]["address_family"].values()]
    device(fleet, case).down.add(neighbor)
    assert not session(case).get_bgp_neighbors()["global"]["peers"][neighbor]["is_up"]
