"""Answers to show commands, made from the stores of the device: `answer(device, command)` is None for a command it does not know."""

from __future__ import annotations

import ipaddress
import json
import re
from collections.abc import Callable
from typing import Any

from . import conf
from .clock import moment
from .device import Device
from .population import Neighbor, caches, hostname, in_vrfs, interfaces, local_as, neighbors

ROUTER_ID = "192.0.2.255"


def answer(device: Device, command: str) -> str | None:
    """Text of a read-only command."""
    found = {"ios": IOS, "nxos": NXOS, "eos": EOS, "junos": JUNOS, "iosxr": IOSXR}[device.platform].get(command)
    return found(device) if found is not None else None


def clear(device: Device, words: list[str]) -> str:
    """Routes of one neighbour pass its policies again: `clear [ip] bgp … ADDRESS soft in|out`."""
    known = {ipaddress.ip_address(one.address) for one in neighbors(device)}
    asked = words[-2:-1] == ["soft"] and words[-1] in ("in", "out") and "bgp" in words[:3]
    try:
        asked = asked and ipaddress.ip_address(words[-3]) in known
    except ValueError:
        asked = False
    if not asked:
        return "% Invalid input detected at '^' marker."
    return ""


# -- shared ----------------------------------------------------------------------------------------------------------
def _age(device: Device) -> tuple[int, int, int, int]:
    minutes, seconds = divmod(device.uptime, 60)
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    return days, hours, minutes, seconds


def _of(device: Device, family: str) -> list[Neighbor]:
    return [one for one in neighbors(device) if one.family == family]


def running(device: Device) -> str:
    """The running configuration as the platform shows it."""
    if device.platform == "ios":
        return f"Building configuration...\n\nCurrent configuration : {len(device.running)} bytes\n{device.running}"
    if device.platform == "nxos":
        at = moment(device.clock).strftime("%a %b %e %H:%M:%S %Y")
        return f"\n!Command: show running-config\n!Running configuration last done at: {at}\n!Time: {at}\n\n{device.running}"
    return device.running


def _startup(device: Device) -> str:
    return device.startup


def _cisco_summary(family: str, short: bool = False) -> Callable[[Device], str]:
    def show(device: Device) -> str:
        head = f"BGP router identifier {ROUTER_ID}, local AS number {local_as(device)}\nBGP table version is 1, main routing table version 1\n"
        rows = ["Neighbor        V           AS MsgRcvd MsgSent   TblVer  InQ OutQ Up/Down  State/PfxRcd"]
        for one in _of(device, family):
            state = f"{one.prefixes:>8}" if one.up else "Idle"
            age = "1d02h" if one.up else "never"
            row = f"4 {one.asn:>12} {100:>7} {100:>7} {1:>8} {0:>4} {0:>4} {age:>8} {state:>8}"
            rows += [f"{one.address:<15} {row}"] if len(one.address) < 16 else [one.address, f"                {row}"]
        return head + "\n" + "\n".join(rows) + "\n"

    return show


# -- IOS -------------------------------------------------------------------------------------------------------------
def _ios_version(device: Device) -> str:
    days, hours, minutes, _seconds = _age(device)
    return (
        "Cisco IOS XE Software, Version 17.09.04a\n"
        "Cisco IOS Software [Cupertino], Virtual XE Software (X86_64_LINUX_IOSD-UNIVERSALK9-M), Version 17.9.4a, RELEASE SOFTWARE (fc3)\n"
        f"\n{hostname(device)} uptime is {days} day, {hours} hours, {minutes} minutes\n"
        'System image file is "bootflash:packages.conf"\n\n'
        "cisco C8000V (VXE) processor (revision VXE) with 2028465K/3075K bytes of memory.\nProcessor board ID 9WIRE00TEST\n"
        "\nConfiguration register is 0x2102\n"
    )


def _ios_clock(device: Device) -> str:
    return moment(device.clock).strftime("%H:%M:%S.000 UTC %a %b %-d %Y")


def _ios_neighbors(device: Device) -> str:
    out = []
    for family in ("ipv4", "ipv6"):
        out.append(f"For address family: {family.upper().replace('IPV', 'IPv')} Unicast")
        for one in _of(device, family):
            state = "Established, up for 1d02h" if one.up else "Idle"
            refresh = "advertised and received(new)" if one.up else "advertised"
            out.append(f"BGP neighbor is {one.address},  remote AS {one.asn}, external link")
            out.append(f"  BGP version 4, remote router ID {ROUTER_ID}\n  BGP state = {state}")
            out.append(f"  Neighbor capabilities:\n    Route refresh: {refresh}\n")
    for version in "46":
        within = [one for one in in_vrfs(device) if one.family == f"ipv{version}"]
        out += [f"For address family: VPNv{version} Unicast", *(_ios_in_vrf(one, version) for one in within)]
    return "\n".join(out)


def _ios_in_vrf(one: Neighbor, version: str) -> str:
    state = "Established, up for 1d02h" if one.up else "Idle"
    return (
        f"BGP neighbor is {one.address},  vrf {one.vrf},  remote AS {one.asn}, external link\n  BGP version 4, remote router ID {ROUTER_ID}\n"
        f"  BGP state = {state}\n  Neighbor capabilities:\n    Route refresh: advertised and received(new)\n\n"
        f" For address family: VPNv{version} Unicast\n  Translates address family IPv{version} Unicast for VRF {one.vrf}\n"
        "                                 Sent       Rcvd\n  Prefix activity:               ----       ----\n"
        f"    Prefixes Current:               3          {one.prefixes} (Consumes 120 bytes)\n"
    )


def _ios_drops(device: Device) -> str:
    rows = []
    for name in interfaces(device):
        rows.append(f"{name} is up, line protocol is up")
        if re.search(rf"^interface {re.escape(name)}\n(?: .*\n)* ip verify unicast source", device.running, re.MULTILINE):
            rows += ["   12 verification drops", "   3 suppressed verification drops"]
    return "\n".join(rows)


def _ios_all(device: Device) -> str:
    parts = [
        f"For address family: IPv{family[-1]} Unicast\n{_cisco_summary(family)(device)}"
        for family in ("ipv4", "ipv6")
        if _of(device, family)
    ]
    return "\n".join(parts)


def _ios_family(family: str) -> Callable[[Device], str]:
    def show(device: Device) -> str:
        out = []
        for one in _of(device, family):
            state = "Established, up for 1d02h" if one.up else "Idle"
            out += [
                f"BGP neighbor is {one.address},  remote AS {one.asn}, external link",
                "  BGP version 4, remote router ID 192.0.2.254",
                f"  BGP state = {state}",
                f" For address family: IPv{family[-1]} Unicast",
                "                                 Sent       Rcvd",
                "  Prefix activity:               ----       ----",
                f"    Prefixes Current:               1          {one.prefixes} (Consumes 100 bytes)",
                "                                   Outbound    Inbound",
                "  Local Policy Denied Prefixes:    --------    -------",
            ]
        return "\n".join(out)

    return show


def _ios_servers(device: Device) -> str:
    parts = [
        f"BGP RPKI neighbor is {address}/{port}, port {port}\nFlags 64, Refresh time is 600\n"
        "Connection state is ESTAB, I/O status: 1, unread input bytes: 0"
        for address, port in caches(device)
    ]
    return "\n".join(parts)


def _ios_brief(device: Device) -> str:
    rows = ["Interface              IP-Address      OK? Method Status                Protocol"]
    for name, addresses in interfaces(device).items():
        v4 = next((one.partition("/")[0] for one in addresses if "." in one), "unassigned")
        rows.append(f"{name:<22} {v4:<15} YES NVRAM  up                    up")
    return "\n".join(rows)


def _ios_addresses(device: Device) -> str:
    rows = []
    for name, addresses in interfaces(device).items():
        v4 = [one for one in addresses if "." in one]
        rows.append(f"{name} is up, line protocol is up")
        rows += [f"  Internet address is {one}" for one in v4[:1]] + [f"  Secondary address {one}" for one in v4[1:]]
    return "\n".join(rows)


def _ios_addresses6(device: Device) -> str:
    rows = []
    for name, addresses in interfaces(device).items():
        v6 = [one for one in addresses if ":" in one]
        if v6:
            rows.append(
                f"{name} is up, line protocol is up\n  IPv6 is enabled, link-local address is FE80::1\n  Global unicast address(es):"
            )
            for one in v6:
                net = ipaddress.ip_interface(one)
                rows.append(f"    {str(net.ip).upper()}, subnet is {str(net.network).upper()}")
    return "\n".join(rows)


IOS: dict[str, Callable[[Device], str]] = {
    "show running-config": running,
    "show startup-config": _startup,
    "show version": _ios_version,
    "show clock": _ios_clock,
    "show privilege": lambda device: "Current privilege level is 15",
    "show hosts": lambda device: "Default domain is example.net\nName servers are 192.0.2.53",
    "show ip interface brief": _ios_brief,
    "show ip interface": _ios_addresses,
    "show ipv6 interface": _ios_addresses6,
    "show bgp ipv4 unicast summary": _cisco_summary("ipv4"),
    "show bgp ipv6 unicast summary": _cisco_summary("ipv6"),
    "show bgp all neighbors": _ios_neighbors,
    "show bgp all summary": _ios_all,
    "show ip interface | include line protocol|verification drops": _ios_drops,
    "show bgp ipv4 unicast neighbors": _ios_family("ipv4"),
    "show bgp ipv6 unicast neighbors": _ios_family("ipv6"),
    "show bgp ipv4 unicast rpki servers": _ios_servers,
}


# -- NX-OS -----------------------------------------------------------------------------------------------------------
def _nxos_version(device: Device) -> str:
    days, hours, minutes, seconds = _age(device)
    return (
        "Cisco Nexus Operating System (NX-OS) Software\n\nSoftware\n  NXOS: version 9.3(8)\n"
        "  NXOS compile time:  8/4/2021 13:00:00 [08/04/2021 22:25:27]\n\nHardware\n  cisco Nexus9000 C9300v Chassis \n"
        f"  Processor Board ID 9WIRETEST02\n\n  Device name: {hostname(device)}\n"
        f"Kernel uptime is {days} day(s), {hours} hour(s), {minutes} minute(s), {seconds} second(s)\n"
    )


def _nxos_ip(device: Device, six: bool = False) -> list[str]:
    out = []
    for name, addresses in interfaces(device).items():
        out.append(f"{name}, Interface status: protocol-up/link-up/admin-up, iod: 40\n")
        for one in addresses:
            if six and ":" in one:
                out.append(f"  IPv6 address:\n    {one} [VALID]\n")
            elif not six and "." in one:
                net = ipaddress.ip_interface(one)
                out.append(f"  IP address: {net.ip}, IP subnet: {net.network} route-preference: 0, tag: 0\n")
    return out


def nxos_summary(device: Device) -> dict[str, Any]:
    """`show bgp vrf all all summary` as data."""
    families = []
    for family in ("ipv4", "ipv6"):
        rows = [
            {"neighborid": one.address, "neighborversion": 4, "neighboras": one.asn, "time": "P1DT2H",
             "state": "Established" if one.up else "Idle", "prefixreceived": one.prefixes}
            for one in _of(device, family)
        ]  # fmt: skip
        saf: dict[str, Any] = {"safi": 1, "af-name": f"IPv{family[-1]} Unicast", "configuredpeers": len(rows)}
        if rows:
            saf["TABLE_neighbor"] = {"ROW_neighbor": rows if len(rows) > 1 else rows[0]}
        families.append({"af-id": 1 if family == "ipv4" else 2, "TABLE_saf": {"ROW_saf": saf}})
    vrf = {
        "vrf-name-out": "default",
        "vrf-router-id": ROUTER_ID,
        "vrf-local-as": local_as(device),
        "TABLE_af": {"ROW_af": families},
    }
    return {"TABLE_vrf": {"ROW_vrf": vrf}}


NXOS: dict[str, Callable[[Device], str]] = {
    "show running-config": running,
    "show startup-config": lambda device: f"!Command: show startup-config\n\n{device.startup}",
    "show version": _nxos_version,
    "show hostname": hostname,
    "show hosts": lambda device: "Default domain is example.net",
    "show clock": lambda device: moment(device.clock).strftime("%H:%M:%S.000 UTC %a %b %e %Y\nTime source is NTP"),
    "show bgp vrf all all summary | json": lambda device: json.dumps(nxos_summary(device)),
    "show running-config all": running,
    "show ip interface vrf all": lambda device: "".join(_nxos_ip(device)),
    "show ipv6 interface vrf all": lambda device: "".join(_nxos_ip(device, six=True)),
    "show interface status": lambda device: (
        "Port Name Status Vlan Duplex Speed Type\n"
        + "\n".join(f"{one} -- connected routed full 10G 10g" for one in interfaces(device))
    ),
}


# -- EOS -------------------------------------------------------------------------------------------------------------
def _eos_version(device: Device) -> str:
    days, hours, minutes, _seconds = _age(device)
    return (
        "Arista vEOS-lab\nHardware version: \nSerial number: WIRE0003\nSystem MAC address: 5001.0003.0000\n\n"
        "Software image version: 4.30.2F\nArchitecture: x86_64\nInternal build version: 4.30.2F-33092087.4302F\n\n"
        f"Uptime: {days} day, {hours} hours and {minutes} minutes\nTotal memory: 4002356 kB\nFree memory: 3211240 kB\n"
    )


def _eos_summary(family: str) -> Callable[[Device], str]:
    def show(device: Device) -> str:
        rows = [
            f"BGP summary information for VRF default\nRouter identifier {ROUTER_ID}, local AS number {local_as(device)}\n"
            "Neighbor Status Codes: m - Under maintenance",
            "  Neighbor         V AS           MsgRcvd   MsgSent  InQ OutQ  Up/Down State   PfxRcd PfxAcc",
        ]
        for one in _of(device, family):
            counts = f"Estab   {one.prefixes:<6} {one.prefixes}" if one.up else "Idle(Admin)"
            rows.append(f"  {one.address:<16} 4 {one.asn:<12} {100:>7} {100:>9} {0:>4} {0:>4}    1d02h {counts}")
        return "\n".join(rows) + "\n"

    return show


def _eos_cache(device: Device) -> str:
    parts = [
        f"cache{number}:\nHost: {address} port {port}\nVRF: default\nRefresh interval: 600 seconds\nState: synced\nConnection: Active (0:10:00)\n"
        for number, (address, port) in enumerate(caches(device), 1)
    ]
    return "".join(parts)


EOS: dict[str, Callable[[Device], str]] = {
    "show running-config": running,
    "show startup-config": _startup,
    "show version": _eos_version,
    "show clock": lambda device: moment(device.clock).strftime("%a %b %e %H:%M:%S %Y\nTimezone: UTC\nClock source: local\n"),
    "show ip bgp summary vrf all": _eos_summary("ipv4"),
    "show ipv6 bgp summary vrf all": _eos_summary("ipv6"),
    "show bgp rpki cache": _eos_cache,
    "show running-config | section router bgp": lambda device: conf.section(device.running, "router bgp"),
}


# -- Junos -----------------------------------------------------------------------------------------------------------
def _junos_neighbors(device: Device) -> str:
    out = []
    for one in neighbors(device):
        table = "inet.0" if one.family == "ipv4" else "inet6.0"
        nlri = "inet-unicast" if one.family == "ipv4" else "inet6-unicast"
        state = "Established" if one.up else "Active"
        out.append(
            f"Peer: {one.address}+179 AS {one.asn} Local: 192.0.2.1+50000 AS {local_as(device)}\n"
            f"  Group: EXT                  Routing-Instance: master\n  Forwarding routing-instance: master\n"
            f"  Type: External    State: {state}    Flags: <Sync>"
        )
        if one.up:
            out.append(
                f"  NLRI for this session: {nlri}\n  Peer supports Refresh capability (2)\n  Table {table} Bit: 20000\n"
                f"    RIB State: BGP restart is complete\n    Send state: in sync\n    Active prefixes:              {one.prefixes}\n"
                f"    Received prefixes:            {one.prefixes}\n    Accepted prefixes:            {one.prefixes}\n"
                "    Suppressed due to damping:    0\n    Advertised prefixes:          1"
            )
        out.append("")
    return "\n".join(out)


def _junos_uptime(device: Device) -> str:
    at = moment(device.clock)
    days, hours, minutes, _seconds = _age(device)
    return (
        f"Current time: {at:%Y-%m-%d %H:%M:%S} UTC\nTime Source:  NTP CLOCK\n"
        f"System booted: 2026-09-01 00:00:00 UTC ({days}d {hours:02}:{minutes:02} ago)\n"
        f"{at:%H:%M}AM  up {days} day,  {hours}:{minutes:02}, 1 users, load averages: 0.00, 0.00, 0.00\n"
    )


def _junos_caches(device: Device) -> str:
    rows = ["Session                                  State   Flaps     Uptime #IPv4/IPv6 records"]
    rows += [f"{address:<40} Up          0 00:10:00 10/2" for address, _port in caches(device)]
    return "\n".join(rows) + "\n"


JUNOS: dict[str, Callable[[Device], str]] = {
    "show configuration": running,
    "show version": lambda device: (
        f"Hostname: {hostname(device)}\nModel: vmx\nJunos: 21.4R3-S5.4\nJUNOS OS Kernel 64-bit  [20230504.6f0a5ae_builder_stable_12_214]\n"
    ),
    "show ephemeral-configuration merge": lambda device: "",
    "show system uptime": _junos_uptime,
    "show bgp neighbor": _junos_neighbors,
    "show validation session": _junos_caches,
}

# -- IOS-XR ----------------------------------------------------------------------------------------------------------
NONE = "% None of the requested address families are configured for instance 'default'(29261)\n"


def _xr_version(device: Device) -> str:
    days, hours, minutes, _seconds = _age(device)
    return (
        "Cisco IOS XR Software, Version 7.5.2\nCopyright (c) 2013-2022 by Cisco Systems, Inc.\n\n"
        f"cisco IOS-XRv 9000 () processor\nSystem uptime is {days} day {hours} hours {minutes} minutes\n"
    )


def _xr_summary(family: str) -> Callable[[Device], str]:
    def show(device: Device) -> str:
        found = _of(device, family)
        if f"\n address-family {family} unicast" not in device.running:
            return NONE
        rows = [
            f"BGP router identifier {ROUTER_ID}, local AS number {local_as(device)}\nBGP main routing table version 1\n",
            "Process       RcvTblVer   bRIB/RIB   LabelVer  ImportVer  SendTblVer  StandbyVer",
            "Speaker               1          1          1          1           1           0\n",
            "Neighbor        Spk    AS MsgRcvd MsgSent   TblVer  InQ OutQ  Up/Down  St/PfxRcd",
        ]
        for one in found:
            age, state = ("1d02h", f"{one.prefixes:>10}") if one.up else ("00:00:00", "Idle")
            row = f"0 {one.asn:>5} {100:>7} {100:>7} {1:>8} {0:>4} {0:>4} {age:>8} {state}"
            rows += [f"{one.address:<16}  {row}"] if len(one.address) < 17 else [one.address, f"                  {row}"]
        return "\n".join(rows) + "\n"

    return show


def _xr_servers(device: Device) -> str:
    rows = ["\nHostname/Address        Transport       State           Time            ROAs (IPv4/IPv6)"]
    for address, port in caches(device):
        state, roas = ("CONNECT", "N/A") if address in device.down else ("ESTAB", "5/1")
        rows.append(f"{address:<23} TCP:{port:<11} {state:<15} 04:41:46        {roas}")
    return "\n".join(rows) + "\n"


IOSXR: dict[str, Callable[[Device], str]] = {
    "show running-config": running,
    "show version": _xr_version,
    "show clock": lambda device: moment(device.clock).strftime("%H:%M:%S.000 UTC %a %b %-d %Y"),
    "show bgp ipv4 unicast summary": _xr_summary("ipv4"),
    "show bgp ipv6 unicast summary": _xr_summary("ipv6"),
    "show bgp vrf all ipv4 unicast summary": lambda device: NONE,
    "show bgp vrf all ipv6 unicast summary": lambda device: NONE,
    "show bgp rpki server summary": _xr_servers,
}
