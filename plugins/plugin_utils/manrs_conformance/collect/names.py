"""Names that inventories give to router systems: platform and NAPALM driver of each."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class System:
    """A platform and how NAPALM speaks to it. `kind` is ssh, netconf, web (HTTP), or frr."""

    platform: str
    driver: str
    kind: str


_DRIVERS = {
    "frr": System("frr", "frr", "frr"),
    "ios": System("ios", "ios", "ssh"),
    "iosxr": System("iosxr", "iosxr", "ssh"),
    "iosxr_netconf": System("iosxr", "iosxr_netconf", "netconf"),
    "nxos": System("nxos", "nxos", "web"),
    "nxos_ssh": System("nxos", "nxos_ssh", "ssh"),
    "eos": System("eos", "eos", "web"),
    "eos_ssh": System("eos", "eos", "ssh"),
    "junos": System("junos", "junos", "netconf"),
}
_OTHER = {
    "frrouting": "frr",
    "iosxe": "ios",
    "ios_xe": "ios",
    "ios_xr": "iosxr",
    "cisco_ios": "ios",
    "cisco_xe": "ios",
    "cisco_xr": "iosxr",
    "cisco_nxos": "nxos",
    "arista_eos": "eos",
    "juniper_junos": "junos",
}
_BY_TRANSPORT = {
    ("iosxr", "netconf"): "iosxr_netconf",
    ("iosxr", ""): "iosxr_netconf",
    ("iosxr", "network_cli"): "iosxr_netconf",
    ("nxos", "network_cli"): "nxos_ssh",
    ("eos", "network_cli"): "eos_ssh",
}
"""IOS-XR goes over NETCONF unless the driver is named: its XML agent is off by default and gone from newer releases."""


def platform_of(name: str) -> str:
    """The platform of an `ansible_network_os` (`cisco.ios.ios`), a NAPALM driver (`nxos_ssh`) or a Nornir platform; unknown names stay."""
    word = _word(name)
    found = _DRIVERS.get(word)
    return found.platform if found is not None else word


def system_of(name: str, driver: str | None = None, transport: str = "") -> System:
    """Platform and driver of a router. `driver` is NAPALM's name where the inventory gives one, `transport` the last word of its
    connection plugin (httpapi, network_cli, netconf)."""
    platform = platform_of(name)
    if driver:
        found = _DRIVERS.get(driver)
        return System(platform, driver, found.kind if found is not None else "other")
    word = _word(name)
    exact = word not in (platform, "") and word in _DRIVERS
    chosen = word if exact else _BY_TRANSPORT.get((platform, transport.rsplit(".", maxsplit=1)[-1]), platform)
    return _DRIVERS.get(chosen, System(platform, chosen, "other"))


def _word(name: str) -> str:
    last = name.strip().lower().rsplit(".", maxsplit=1)[-1]
    return _OTHER.get(last, last)
