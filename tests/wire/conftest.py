"""One router of each vendor on the loopback, and sessions to it the way the faces open them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import napalm
import pytest
from manrs_conformance.collect import connection, names
from manrs_wire import Device, Fleet, start
from manrs_wire.inventory import CONFIGS, LOGIN, devices

DRIVERS = {
    "ios": "ios",
    "nxos": "nxos",
    "nxos_ssh": "nxos_ssh",
    "eos": "eos",
    "eos_ssh": "eos",
    "junos": "junos",
    "iosxr": "iosxr_netconf",
}
"""NAPALM's driver by the name of a test case."""

Open = Callable[..., Any]


@pytest.fixture
def fleet(tmp_path: Path) -> Iterator[Fleet]:
    """The five routers of the vendors' demo."""
    with start(*devices(), folder=tmp_path / "wire") as running:
        yield running


@pytest.fixture
def session(fleet: Fleet) -> Iterator[Open]:
    """A function that opens a session to the router of a case; every session is closed in the end."""
    opened: list[Any] = []

    def open_case(case: str, **more: Any) -> Any:
        driver = connection.open_session(planned(fleet, case, **more), napalm.get_network_driver(DRIVERS[case]))
        opened.append(driver)
        return driver

    yield open_case
    for one in opened:
        if one.hostname:
            close(one)


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
