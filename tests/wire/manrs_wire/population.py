"""What a configuration text says about neighbours, interfaces and name, read plainly and apart from the engine's parsers."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterator
from dataclasses import dataclass

from .device import Device

IN_VRF = re.compile(r"^ address-family ipv[46] (?:unicast )?vrf (\S+)\n(?:  .*\n)* exit-address-family\n", re.MULTILINE)
ADDRESS = r"[0-9a-fA-F]*[.:][0-9a-fA-F.:]*"


@dataclass(frozen=True)
class Neighbor:
    """One BGP neighbour; of the global table where `vrf` says nothing else."""

    address: str
    asn: int
    description: str
    up: bool
    prefixes: int
    vrf: str = "default"

    @property
    def family(self) -> str:
        """`ipv4` or `ipv6`, by the address."""
        return f"ipv{ipaddress.ip_address(self.address).version}"


def hostname(device: Device) -> str:
    """Name in the configuration."""
    found = re.search(r"^\s*(?:hostname|host-name|switchname) ([^\s;]+)", device.running, re.MULTILINE)
    return found[1] if found else device.name


def local_as(device: Device) -> int:
    """AS number of the router."""
    found = re.search(r"^\s*(?:router bgp|autonomous-system) (\d+)", device.running, re.MULTILINE)
    return int(found[1]) if found else 0


def neighbors(device: Device) -> list[Neighbor]:
    """Neighbours in order of the text; one is down when it is shut or in `device.down`, and not there when in `device.unlisted`."""
    reader = {"junos": _curly, "nxos": _nested, "iosxr": _nested}.get(device.platform, _flat)
    out: dict[str, Neighbor] = {}
    for address, asn, shut in reader(device.running):
        if address in device.unlisted:
            continue
        up = not shut and address not in device.down
        out[address] = Neighbor(address, asn, "", up, device.prefixes.get(address, 1) if up else 0)
    return list(out.values())


def in_vrfs(device: Device) -> list[Neighbor]:
    """Neighbours in the VRFs of IOS."""
    out = []
    for block in IN_VRF.finditer(device.running):
        for address, asn, shut in _flat(block[0].split("\n", 1)[1]):
            up = not shut and address not in device.down
            out.append(Neighbor(address, asn, "", up, device.prefixes.get(address, 1) if up else 0, block[1]))
    return [one for one in out if one.address not in device.unlisted]


def _flat(text: str) -> Iterator[tuple[str, int, bool]]:
    """`neighbor A remote-as N`, or the N of its peer group; those of VRFs stand in blocks of their own."""
    text = IN_VRF.sub("", text)
    groups = dict(re.findall(r"^\s*neighbor (\S+) remote-as (\d+)", text, re.MULTILINE))
    members = dict(re.findall(r"^\s*neighbor (\S+) peer[- ]group (\S+)", text, re.MULTILINE))
    shut = set(re.findall(r"^\s*neighbor (\S+) shutdown", text, re.MULTILINE))
    for name in dict.fromkeys([*groups, *members]):
        asn = groups.get(name) or groups.get(members.get(name, ""))
        if re.fullmatch(ADDRESS, name) and asn:
            yield name, int(asn), name in shut or members.get(name) in shut


def _nested(text: str) -> Iterator[tuple[str, int, bool]]:
    """A block `neighbor A` with `remote-as N`, or the N of a template or group that it uses."""
    found = re.search(r"^router bgp .*\n(?:[ \t!].*\n?|\n)*", text, re.MULTILINE)
    blocks: dict[str, dict[str, str]] = {}
    name = ""
    for line in found[0].splitlines() if found else []:
        words = line.split()
        if words[:1] in (["neighbor"], ["neighbor-group"], ["template"]):
            name = words[-1] if words[0] != "neighbor" else words[1]
            blocks[name] = dict([words[2:4]]) if words[2:3] == ["remote-as"] else {}
        elif name and words[:1] in (["remote-as"], ["shutdown"]):
            blocks[name][words[0]] = words[-1]
        elif name and (words[:2] in (["inherit", "peer"], ["inherit", "peer-session"]) or words[:2] == ["use", "neighbor-group"]):
            blocks[name]["use"] = words[-1]
    for name, block in blocks.items():
        asn = block.get("remote-as") or blocks.get(block.get("use", ""), {}).get("remote-as")
        if re.fullmatch(ADDRESS, name) and asn:
            yield name, int(asn), "shutdown" in block


def _curly(text: str) -> Iterator[tuple[str, int, bool]]:
    """`neighbor A { peer-as N; }` or `neighbor A;` in a group with `peer-as N;`; those of a group `type internal` are of the own AS."""
    own_as = re.search(r"^ *autonomous-system (\d+);", text, re.MULTILINE)
    path: list[str] = []
    peers: list[tuple[str, str]] = []
    group_as: dict[str, int] = {}
    own: dict[str, int] = {}
    for raw in text.splitlines():
        line = raw.strip()
        if line.endswith("{"):
            path.append(line[:-1].strip())
        elif line == "}":
            path = path[:-1]
        group = next((one for one in path if one.startswith("group ")), "")
        told = re.match(r"neighbor (\S+?)(?:;| \{)", line)
        if told and group:
            peers.append((told[1], group))
        if line == "type internal;" and group and own_as:
            group_as.setdefault(group, int(own_as[1]))
        number = re.match(r"peer-as (\d+);", line)
        if number and path[-1].startswith("neighbor "):
            own[path[-1].split()[1]] = int(number[1])
        elif number and group:
            group_as[group] = int(number[1])
    for address, group in peers:
        asn = own.get(address) or group_as.get(group)
        if asn:
            yield address, asn, False


def interfaces(device: Device) -> dict[str, list[str]]:
    """Addresses with prefix length by interface name."""
    out: dict[str, list[str]] = {}
    name = ""
    if device.platform == "junos":
        return _curly_interfaces(device.running)
    for line in device.running.splitlines():
        words = line.split()
        if line.startswith("interface "):
            name = words[-1]
            out[name] = []
        elif not line.startswith((" ", "\t")):
            name = ""
        elif name and words[:2] in (["ip", "address"], ["ipv4", "address"]) and len(words) > 2 and words[2][0].isdigit():
            text = words[2] if "/" in words[2] else f"{words[2]}/{words[3]}"
            out[name].append(ipaddress.ip_interface(text).with_prefixlen)
        elif name and words[:2] == ["ipv6", "address"] and ":" in words[2]:
            out[name].append(words[2])
    return out


def _curly_interfaces(text: str) -> dict[str, list[str]]:
    out: dict[str, list[str]] = {}
    path: list[str] = []
    for raw in text.splitlines():
        line = raw.strip()
        if line.endswith("{"):
            path.append(line[:-1].strip())
        elif line == "}":
            path = path[:-1]
        if path[:1] == ["interfaces"] and len(path) > 2 and path[2].startswith("unit "):
            name = f"{path[1]}.{path[2].split()[1]}"
            found = re.match(r"address ([^\s;]+)", line)
            out.setdefault(name, [])
            if found:
                out[name].append(found[1])
    return out


def caches(device: Device) -> list[tuple[str, int]]:
    """RPKI caches that the text names, with port."""
    text = device.running
    found = re.findall(r"rpki server tcp (\S+) port (\d+)", text)
    found += re.findall(r"^\s*rpki server (\d\S+)\s*\n\s+transport tcp port (\d+)", text, re.MULTILINE)
    found += re.findall(r"^\s*(?:server|host) (\d\S+) port (\d+)", text, re.MULTILINE)
    found += re.findall(r"^\s*session (\d\S+) \{\n\s+port (\d+);", text, re.MULTILINE)
    return [(address, int(port)) for address, port in found]
