"""Sessions to the routers of the vendors' demo, the way the faces open them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from manrs_conformance.collect import connection, names

from . import Device, Fleet
from .inventory import CONFIGS, LOGIN

DRIVERS = {
    "ios": "ios",
    "nxos": "nxos",
    "nxos_ssh": "nxos_ssh",
    "eos": "eos",
    "eos_ssh": "eos",
    "junos": "junos",
    "iosxr": "iosxr_netconf",
    "iosxr_xml": "iosxr",
}
"""NAPALM's driver by the name of a test case."""

Open = Callable[..., Any]


def close(driver: Any) -> None:
    """Close a session, working or not."""
    try:
        driver.close()
    except Exception:
        return


def device(fleet: Fleet, case: str) -> Device:
    """The router of a case."""
    return fleet.devices[f"{names.platform_of(DRIVERS[case])}1"]


def planned(fleet: Fleet, case: str, **more: Any) -> connection.Connection:
    """The connection to the router of a case, everything verified."""
    one = device(fleet, case)
    ports = fleet.ssh_ports if case.endswith("_ssh") else fleet.ports
    given: dict[str, Any] = {
        "address": "127.0.0.1",
        "username": LOGIN,
        "password": one.password,
        "enable": one.secret,
        "port": ports[one.name],
        "known_hosts": str(fleet.known_hosts),
        "ca": str(fleet.ca),
        "timeout": 20,
    }
    system = names.system_of("eos", transport="network_cli") if case == "eos_ssh" else names.system_of(one.platform, DRIVERS[case])
    return connection.plan(connection.Wanted(system=system, **(given | more)))


def configuration(case: str) -> str:
    """The text that the router of a case starts with."""
    platform = names.platform_of(DRIVERS[case])
    return (CONFIGS / f"{platform}1.{platform}.cfg").read_text()
