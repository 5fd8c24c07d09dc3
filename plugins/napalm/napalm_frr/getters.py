"""FRR's JSON answers as NAPALM's dictionaries: pure functions, no session."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from napalm.base.helpers import mac as normal_mac

FAMILIES = {"ipv4Unicast": "ipv4", "ipv6Unicast": "ipv6"}
VERSION = re.compile(r"^FRRouting (\S+)(?: \(([^)]*)\))?(?: on (\S+))?", re.MULTILINE)
Json = Mapping[str, Any]


def facts(version: str, interfaces: Json, uptime: str, fqdn: str) -> dict[str, Any]:
    """Facts; uptime is the system's in seconds, -1.0 where the account cannot read it."""
    found = VERSION.search(version)
    hostname = (found[2] if found else None) or ""
    try:
        seconds = float(uptime.split(maxsplit=1)[0])
    except (ValueError, IndexError):
        seconds = -1.0
    return {
        "vendor": "FRRouting",
        "model": found[3].rstrip(".") if found and found[3] else "Linux",
        "os_version": found[1] if found else "",
        "serial_number": "",
        "hostname": hostname,
        "fqdn": fqdn.strip() or hostname,
        "uptime": seconds,
        "interface_list": sorted(interfaces),
    }


def interfaces(data: Json) -> dict[str, dict[str, Any]]:
    """Interfaces; FRR tells no time of the last flap in a form that can be computed with, hence -1.0."""
    found = {}
    for name, one in data.items():
        address = str(one.get("hardwareAddress", ""))
        found[name] = {
            "is_up": one.get("operationalStatus") == "up",
            "is_enabled": one.get("administrativeStatus") == "up",
            "description": str(one.get("description", one.get("alias", ""))),
            "last_flapped": -1.0,
            "mtu": int(one.get("mtu", 0)),
            "speed": float(one.get("speed", 0)),
            "mac_address": normal_mac(address) if address else "",
        }
    return found


def interfaces_ip(data: Json) -> dict[str, dict[str, dict[str, dict[str, int]]]]:
    """Addresses with prefix length by interface and family; interfaces without one are left out."""
    found: dict[str, dict[str, dict[str, dict[str, int]]]] = {}
    for name, one in data.items():
        for entry in one.get("ipAddresses", ()):
            address, _, length = str(entry["address"]).partition("/")
            family = "ipv6" if ":" in address else "ipv4"
            found.setdefault(name, {}).setdefault(family, {})[address] = {"prefix_length": int(length)}
    return found


def vrfs(data: Json) -> dict[str, dict[str, Json]]:
    """Neighbours by VRF of `show bgp vrf all neighbors json`, with or without the VRF level; the default VRF is `global`."""
    if data and all(not isinstance(one, dict) or "bgpState" in one for one in data.values()):
        data = {str(data.get("vrfName", "default")): data}
    return {
        ("global" if name == "default" else name): {
            peer: one for peer, one in vrf.items() if isinstance(one, dict) and "bgpState" in one
        }
        for name, vrf in data.items()
        if isinstance(vrf, dict)
    }


def neighbors(data: Json, summary: Json) -> dict[str, dict[str, Any]]:
    """BGP neighbours; received_prefixes is -1: FRR counts what passed the import policy, not what was received."""
    ids = {("global" if name == "default" else name): _router_id(one) for name, one in summary.items() if isinstance(one, dict)}
    found: dict[str, dict[str, Any]] = {}
    for vrf, peers in vrfs(data).items():
        own = next((str(one.get("localRouterId")) for one in peers.values() if one.get("localRouterId")), "")
        found[vrf] = {"router_id": own or ids.get(vrf, ""), "peers": {peer: _peer(one) for peer, one in peers.items()}}
    if "global" not in found:
        found["global"] = {"router_id": ids.get("global", ""), "peers": {}}
    return found


def _router_id(summary: Json) -> str:
    return next((str(one["routerId"]) for one in summary.values() if isinstance(one, dict) and "routerId" in one), "")


def _peer(one: Json) -> dict[str, Any]:
    up = one.get("bgpState") == "Established"
    families = {}
    for name, family in one.get("addressFamilyInfo", {}).items():
        if name in FAMILIES:
            accepted, sent = family.get("acceptedPrefixCounter", 0), family.get("sentPrefixCounter", 0)
            families[FAMILIES[name]] = {
                "sent_prefixes": int(sent) if up else -1,
                "accepted_prefixes": int(accepted) if up else -1,
                "received_prefixes": -1,
            }
    return {
        "local_as": int(one.get("localAs", 0)),
        "remote_as": int(one.get("remoteAs", 0)),
        "remote_id": str(one.get("remoteRouterId", "")),
        "is_up": up,
        "is_enabled": not one.get("adminShutDown", False),
        "description": str(one.get("nbrDesc", "")),
        "uptime": int(one.get("bgpTimerUpMsec", 0)) // 1000 if up else -1,
        "address_family": families,
    }


def neighbors_detail(data: Json, address: str = "") -> dict[str, dict[int, list[dict[str, Any]]]]:
    """BGP neighbours in detail, by VRF and remote AS."""
    found: dict[str, dict[int, list[dict[str, Any]]]] = {}
    for vrf, peers in vrfs(data).items():
        for peer, one in peers.items():
            if not address or peer == address:
                found.setdefault(vrf, {}).setdefault(int(one.get("remoteAs", 0)), []).append(_detail(vrf, peer, one))
    return found


def _detail(vrf: str, peer: str, one: Json) -> dict[str, Any]:
    families = list(one.get("addressFamilyInfo", {}).values())
    stats, up = one.get("messageStats", {}), one.get("bgpState") == "Established"

    def names(*keys: str) -> str:
        return " ".join(dict.fromkeys(str(family[key]) for family in families for key in keys if family.get(key)))

    def total(key: str) -> int:
        return sum(int(family.get(key, 0)) for family in families) if up else -1

    return {
        "up": up,
        "local_as": int(one.get("localAs", 0)),
        "remote_as": int(one.get("remoteAs", 0)),
        "router_id": str(one.get("remoteRouterId", "")),
        "local_address": str(one.get("hostLocal", "")).replace("Unknown", ""),
        "routing_table": vrf,
        "local_address_configured": bool(one.get("updateSource")),
        "local_port": int(one.get("portLocal", -1)),
        "remote_address": peer,
        "remote_port": int(one.get("portForeign", -1)),
        "multihop": int(one.get("externalBgpNbrMaxHopsAway", 1)) > 1,
        "multipath": False,
        "remove_private_as": any(key.startswith(("privateAs", "removePrivateAs")) for family in families for key in family),
        "import_policy": names(
            "routeMapForIncomingAdvertisements", "incomingUpdatePrefixFilterList", "incomingUpdateAsPathFilterList"
        ),
        "export_policy": names(
            "routeMapForOutgoingAdvertisements", "outgoingUpdatePrefixFilterList", "outgoingUpdateAsPathFilterList"
        ),
        "input_messages": int(stats.get("totalRecv", 0)),
        "output_messages": int(stats.get("totalSent", 0)),
        "input_updates": int(stats.get("updatesRecv", 0)),
        "output_updates": int(stats.get("updatesSent", 0)),
        "messages_queued_out": int(stats.get("depthOutq", 0)),
        "connection_state": str(one.get("bgpState", "")),
        "previous_connection_state": "",
        "last_event": str(one.get("lastResetDueTo", "")),
        "suppress_4byte_as": False,
        "local_as_prepend": False,
        "holdtime": int(one.get("bgpTimerHoldTimeMsecs", 0)) // 1000,
        "configured_holdtime": int(one.get("bgpTimerConfiguredHoldTimeMsecs", 0)) // 1000,
        "keepalive": int(one.get("bgpTimerKeepAliveIntervalMsecs", 0)) // 1000,
        "configured_keepalive": int(one.get("bgpTimerConfiguredKeepAliveIntervalMsecs", 0)) // 1000,
        "active_prefix_count": total("acceptedPrefixCounter"),
        "received_prefix_count": -1,
        "accepted_prefix_count": total("acceptedPrefixCounter"),
        "suppressed_prefix_count": -1,
        "advertised_prefix_count": total("sentPrefixCounter"),
        "flap_count": int(one.get("connectionsDropped", 0)),
    }


def seconds(text: str) -> int:
    """FRR's uptime notations (01:02:03, 2d03h04m, 1w2d03h, 1y2w3d) in seconds; -1 when it is none of them."""
    if re.fullmatch(r"\d+:\d\d:\d\d", text):
        hours, minutes, rest = map(int, text.split(":"))
        return hours * 3600 + minutes * 60 + rest
    parts = re.findall(r"(\d+)([ywdhm])", text)
    size = {"y": 31_536_000, "w": 604_800, "d": 86_400, "h": 3600, "m": 60}
    return sum(int(value) * size[unit] for value, unit in parts) if parts else -1


def routes(rib: Json, bgp: Mapping[str, Json], protocol: str) -> dict[str, list[dict[str, Any]]]:
    """Routes by prefix; `bgp` holds the BGP answer by prefix, from which the protocol attributes come."""
    found: dict[str, list[dict[str, Any]]] = {}
    for prefix, entries in rib.items():
        for entry in entries:
            name = str(entry.get("protocol", ""))
            if protocol and name.lower() != protocol.lower():
                continue
            hops = entry.get("nexthops") or [{}]
            found.setdefault(prefix, []).extend(_route(entry, hop, name, bgp.get(prefix, {})) for hop in hops)
    return found


def _route(entry: Json, hop: Json, name: str, bgp: Json) -> dict[str, Any]:
    selected = bool(entry.get("selected"))
    next_hop = str(hop.get("ip", ""))
    return {
        "protocol": name.upper() if name == "bgp" else name,
        "current_active": selected,
        "last_active": selected,
        "age": seconds(str(entry.get("uptime", ""))),
        "next_hop": next_hop,
        "outgoing_interface": str(hop.get("interfaceName", "")),
        "selected_next_hop": bool(hop.get("fib", False)) and selected,
        "preference": int(entry.get("distance", 0)),
        "inactive_reason": "" if selected else "not selected",
        "routing_table": str(entry.get("vrfName", "default")),
        "protocol_attributes": _attributes(bgp, next_hop) if name == "bgp" else {},
    }


def _attributes(bgp: Json, next_hop: str) -> dict[str, Any]:
    paths = [one for one in bgp.get("paths", ()) if any(hop.get("ip") == next_hop for hop in one.get("nexthops", ()))]
    best = next((one for one in paths if one.get("bestpath", {}).get("overall")), paths[0] if paths else None)
    if best is None:
        return {}
    path = str(best.get("aspath", {}).get("string", ""))
    first = re.match(r"\d+", path)
    return {
        "local_as": int(bgp.get("localAs", 0)),
        "remote_as": int(first[0]) if first else 0,
        "peer_id": str(best.get("peer", {}).get("peerId", "")),
        "as_path": path,
        "communities": [str(one) for one in best.get("community", {}).get("list", ())],
        "local_preference": int(best.get("locPrf", best.get("localpref", 100))),
        "preference2": 0,
        "metric": int(best.get("metric", best.get("med", 0))),
        "metric2": 0,
    }
