"""The BGP part of an FRR configuration as NAPALM's get_bgp_config: groups are peer-groups, `_` holds neighbours without one."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

Limit = dict[str, dict[str, dict[str, Any]]]


@dataclass
class _Peer:
    lines: dict[str, str] = field(default_factory=dict)
    families: dict[str, dict[str, str]] = field(default_factory=dict)
    group: str = ""
    is_group: bool = False


def bgp_config(config: str, group: str = "", neighbor: str = "") -> dict[str, dict[str, Any]]:
    """Groups and neighbours of every BGP instance; what a member does not set itself comes from its peer-group."""
    peers, local_as = _read(config)
    groups: dict[str, dict[str, Any]] = {"_": _group(_Peer(), local_as)}
    for name, one in peers.items():
        if one.is_group:
            groups[name] = _group(one, local_as)
    for name, one in peers.items():
        if not one.is_group:
            parent = peers.get(one.group, _Peer())
            groups.setdefault(one.group or "_", _group(parent, local_as))["neighbors"][name] = _neighbor(one, parent, local_as)
    if neighbor:
        groups = {
            key: {**one, "neighbors": {neighbor: one["neighbors"][neighbor]}}
            for key, one in groups.items()
            if neighbor in one["neighbors"]
        }
    return {
        key: one for key, one in groups.items() if (not group or key == group) and (key != "_" or one["neighbors"] or not group)
    }


def _read(config: str) -> tuple[dict[str, _Peer], int]:
    peers: dict[str, _Peer] = {}
    local_as, inside, family = 0, False, ""
    for line in config.splitlines():
        bare = line.strip()
        if not line.startswith(" ") and bare not in {"!", ""}:
            found = re.match(r"router bgp (\d+)(?: vrf (\S+))?", bare)
            inside, family = bool(found), ""
            if found and not found[2]:
                local_as = int(found[1])
        elif inside and bare.startswith("address-family "):
            family = bare.removeprefix("address-family ")
        elif inside and bare == "exit-address-family":
            family = ""
        elif inside and bare.startswith("neighbor "):
            _line(peers, bare.split(None, 3), family or "")
    return peers, local_as


def _line(peers: dict[str, _Peer], words: list[str], family: str) -> None:
    one = peers.setdefault(words[1], _Peer())
    key, value = words[2], words[3] if len(words) > 3 else ""
    if key == "peer-group":
        one.is_group, one.group = (True, "") if not value else (False, value)
    elif key == "interface" and value.startswith("peer-group "):
        one.group = value.split()[1]
    elif family:
        direction = value.rsplit(" ", 1)
        where = one.families.setdefault(family, {})
        if len(direction) == 2 and direction[1] in {"in", "out"}:
            where[f"{key} {direction[1]}"] = direction[0]
        else:
            where[key] = value
    else:
        one.lines[key] = value


def _all(one: _Peer, parent: _Peer, key: str) -> str:
    names = [
        families.get(family, {}).get(key) or parent.families.get(family, {}).get(key, "")
        for families in (one.families,)
        for family in dict.fromkeys([*one.families, *parent.families])
    ]
    return " ".join(dict.fromkeys(name for name in names if name))


def _policy(one: _Peer, parent: _Peer, direction: str) -> str:
    kinds = ("distribute-list", "prefix-list", "filter-list", "route-map")
    return " ".join(name for name in (_all(one, parent, f"{kind} {direction}") for kind in kinds) if name)


def _flag(one: _Peer, parent: _Peer, key: str) -> bool:
    return any(key in family for peer in (one, parent) for family in peer.families.values())


def _number(text: str) -> int:
    found = re.match(r"\d+", text)
    return int(found[0]) if found else 0


def _limit(one: _Peer, parent: _Peer) -> Limit:
    found: Limit = {}
    for name in dict.fromkeys([*parent.families, *one.families]):
        text = one.families.get(name, {}).get("maximum-prefix") or parent.families.get(name, {}).get("maximum-prefix", "")
        words = text.split()
        if words:
            threshold = int(words[1]) if len(words) > 1 and words[1].isdigit() else 75
            timeout = int(words[words.index("restart") + 1]) * 60 if "restart" in words else 0
            limit: dict[str, Any] = {"limit": int(words[0])}
            if "warning-only" not in words:
                limit["teardown"] = {"threshold": threshold, "timeout": timeout}
            family, _, kind = name.partition(" ")
            found.setdefault("inet6" if family == "ipv6" else "inet", {})[kind or "unicast"] = limit
    return found


def _group(one: _Peer, local_as: int) -> dict[str, Any]:
    empty, remote = _Peer(), one.lines.get("remote-as", "")
    internal = remote == "internal" or (bool(remote) and _number(remote) == local_as)
    return {
        "type": ("internal" if internal else "external") if remote else "",
        "description": one.lines.get("description", ""),
        "apply_groups": [],
        "multihop_ttl": _number(one.lines.get("ebgp-multihop", "")) or (255 if "ebgp-multihop" in one.lines else 0),
        "multipath": False,
        "local_address": one.lines.get("update-source", ""),
        "local_as": _number(one.lines.get("local-as", "")) or local_as,
        "remote_as": local_as if remote == "internal" else _number(remote),
        "import_policy": _policy(one, empty, "in"),
        "export_policy": _policy(one, empty, "out"),
        "remove_private_as": _flag(one, empty, "remove-private-AS"),
        "prefix_limit": _limit(one, empty),
        "neighbors": {},
    }


def _neighbor(one: _Peer, parent: _Peer, local_as: int) -> dict[str, Any]:
    def line(key: str) -> str:
        return one.lines.get(key) or parent.lines.get(key, "")

    remote = line("remote-as")
    return {
        "description": line("description"),
        "import_policy": _policy(one, parent, "in"),
        "export_policy": _policy(one, parent, "out"),
        "local_address": line("update-source"),
        "authentication_key": line("password"),
        "nhs": _flag(one, parent, "next-hop-self"),
        "route_reflector_client": _flag(one, parent, "route-reflector-client"),
        "local_as": _number(line("local-as")) or local_as,
        "remote_as": local_as if remote == "internal" else _number(remote),
        "prefix_limit": _limit(one, parent),
    }
