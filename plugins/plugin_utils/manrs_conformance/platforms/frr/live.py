"""Live outputs of FRR (by key of `commands.COMMANDS.state`) as operational state; damaged ones count as not collected."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from itertools import pairwise
from socket import AF_INET, AF_INET6, inet_pton
from typing import Any

from ...model.policy import Rpki
from ...model.router import Live, LiveCache, LiveRoute, LiveSession
from .statement import version_of

_FAMILIES = {"ipv4": "ipv4-unicast", "ipv6": "ipv6-unicast"}
_STATES = (("valid", Rpki.VALID), ("invalid", Rpki.INVALID), ("notfound", Rpki.NOT_FOUND))


def version(state: Mapping[str, str]) -> str | None:
    """The version that `show version` names."""
    found = re.search(r"FRRouting (\S+)", state.get("version", ""))
    return found.group(1) if found else None


def version_numbers(state: Mapping[str, str]) -> tuple[int, ...] | None:
    """The running version as numbers."""
    text = version(state)
    return version_of(text) if text else None


def document(text: str | None) -> Any:
    """The first JSON document in an output, or None."""
    if not text:
        return None
    start = min((at for at in (text.find("{"), text.find("[")) if at >= 0), default=-1)
    if start < 0:
        return None
    try:
        return json.JSONDecoder().raw_decode(text, start)[0]
    except (ValueError, RecursionError):
        return None


def read(state: Mapping[str, str]) -> Live:
    """Operational state; a part is None where its output is missing or damaged."""
    clock = state.get("clock", "").strip()
    return Live(
        sessions=_sessions(state),
        caches=_caches(state.get("rpki_cache")),
        vrps=_vrps(state.get("rpki_prefixes")),
        routes=_routes(state),
        clock=clock if re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", clock) else None,
        uptime=_uptime(state.get("uptime", "")),
        drops=_drops(state),
    )


def _uptime(text: str) -> int | None:
    found = re.match(r"\s*(\d{1,12})(?:\.\d+)?\s", text + " ")
    return int(found.group(1)) if found else None


def _vrfs(data: Any) -> Iterator[tuple[str, dict[str, Any]]]:
    """(VRF, body) of an output of `vrf all`, or of one VRF without its wrapper."""
    if not isinstance(data, dict):
        return
    if "peers" in data or "routes" in data:
        yield str(data.get("vrfName", "default")), data
        return
    for name, body in data.items():
        if isinstance(body, dict):
            yield str(name), body


def shown(state: Mapping[str, str]) -> Callable[[str, str], bool]:
    """Whether the neighbours of a VRF and family were listed: those of all VRFs come together."""
    listed = frozenset(family for key, family in _FAMILIES.items() if document(state.get(f"bgp_summary_{key}")) is not None)
    return lambda _vrf, family: family in listed


def _sessions(state: Mapping[str, str]) -> tuple[LiveSession, ...] | None:
    summaries = {key: document(state.get(f"bgp_summary_{key}")) for key in _FAMILIES}
    if all(one is None for one in summaries.values()):
        return None
    details = document(state.get("bgp_neighbors"))
    out: list[LiveSession] = []
    for key, family in _FAMILIES.items():
        for vrf, body in _vrfs(summaries[key]):
            peers = body.get("peers")
            for neighbor, one in peers.items() if isinstance(peers, dict) else ():
                if isinstance(one, dict):
                    detail = _child(_child(details, vrf), neighbor)
                    out.append(_session(neighbor, family, vrf, one, detail))
    return tuple(out)


def _child(data: Any, key: str) -> Any:
    return data.get(key) if isinstance(data, dict) else None


def _number(value: Any) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= 2**32 else None


def _session(neighbor: str, family: str, vrf: str, one: dict[str, Any], detail: Any) -> LiveSession:
    name = "ipv4Unicast" if family.startswith("ipv4") else "ipv6Unicast"
    counters = _child(_child(detail, "addressFamilyInfo"), name)
    refresh = _child(_child(detail, "neighborCapabilities"), "routeRefresh")
    established = one.get("state") == "Established"
    return LiveSession(
        neighbor=neighbor,
        family=family,
        remote_as=_number(one.get("remoteAs")) or 0,
        established=established,
        received=_number(one.get("pfxRcd")),
        accepted=_number(_child(counters, "acceptedPrefixCounter")),
        sent=_number(one.get("pfxSnt")),
        route_refresh=None if detail is None or not established else bool(isinstance(refresh, str) and "eceived" in refresh),
        vrf=vrf,
    )


def _caches(text: str | None) -> tuple[LiveCache, ...] | None:
    data = document(text)
    if not isinstance(data, dict):
        return None
    found = data.get("connections")
    out: list[LiveCache] = []
    for one in found if isinstance(found, list) else ():
        if isinstance(one, dict):
            address = one.get("host", one.get("cache", ""))
            port = str(one.get("port", ""))
            state = str(one.get("state", "")).lower()
            out.append(
                LiveCache(str(address), int(port) if port.isdecimal() and len(port) < 6 else 0, state.startswith("connected"))
            )
    return tuple(out)


def _vrps(text: str | None) -> tuple[tuple[str, int, int], ...] | None:
    """The payloads that the router holds; None when one of them is none: the others would say too little of what is invalid."""
    data = document(text)
    if not isinstance(data, dict):
        return None
    out: list[tuple[str, int, int]] = []
    found = data.get("prefixes")
    for one in found if isinstance(found, list) else ():
        made = _payload(one) if isinstance(one, dict) else None
        if made is None:
            return None
        out.append(made)
    return tuple(out)


def _payload(one: Mapping[str, Any]) -> tuple[str, int, int] | None:
    """Prefix, maxLength and ASN, or None where the answer is damaged; a router holds half a million of them."""
    prefix, length, most = (
        one.get("prefix"),
        one.get("prefixLenMin", one.get("prefixMinLen")),
        one.get("prefixLenMax", one.get("prefixMaxLen")),
    )
    origin = one.get("asn", one.get("as"))
    if type(prefix) is not str or type(length) is not int or type(most) is not int or type(origin) is not int:
        return None
    family, bits = (AF_INET6, 128) if ":" in prefix else (AF_INET, 32)
    try:
        inet_pton(family, prefix)
    except (OSError, ValueError):
        return None
    return (f"{prefix}/{length}", most, origin) if 0 <= length <= most <= bits and 0 <= origin < 1 << 32 else None


def _routes(state: Mapping[str, str]) -> tuple[LiveRoute, ...] | None:
    out: list[LiveRoute] = []
    read_any = False
    for key in _FAMILIES:
        data = document(state.get(f"bgp_table_{key}"))
        if data is None:
            continue
        read_any = True
        states = _validation(state, key)
        for vrf, body in _vrfs(data):
            table = body.get("routes")
            for prefix, paths in table.items() if isinstance(table, dict) else ():
                for path in paths if isinstance(paths, list) else ():
                    if isinstance(path, dict):
                        rpki = states.get((prefix, _peer(path)), Rpki.UNVERIFIED) if vrf == "default" else Rpki.UNVERIFIED
                        best, hops = path.get("bestpath") is True, _as_path(path.get("path"))
                        out.append(LiveRoute(prefix, _peer(path), hops, best, rpki, next_hop=_next_hop(path)))
    return tuple(out) if read_any else None


def _peer(path: Mapping[str, Any]) -> str:
    return str(path.get("peerId", ""))


def _next_hop(path: Mapping[str, Any]) -> str:
    """The global address among those that a path came with (RFC 2545), else the first one."""
    hops = path.get("nexthops")
    some = [one for one in hops if isinstance(one, dict)] if isinstance(hops, list) else []
    ahead = sorted(some, key=lambda one: one.get("scope") == "link-local")
    return str(ahead[0].get("ip", "")) if ahead else ""


def _validation(state: Mapping[str, str], family: str) -> dict[tuple[str, str], Rpki]:
    """State of each path: one listing a state, as the listing of all paths does not show it."""
    out: dict[tuple[str, str], Rpki] = {}
    for name, value in _STATES:
        for _, body in _vrfs(document(state.get(f"bgp_{name}_{family}"))):
            table = body.get("routes")
            for prefix, paths in table.items() if isinstance(table, dict) else ():
                for path in paths if isinstance(paths, list) else ():
                    if isinstance(path, dict):
                        out[(prefix, _peer(path))] = value
    return out


def _as_path(text: Any) -> tuple[int | tuple[int, ...], ...]:
    """`64501 64502 {1,2}` as ASNs; sets are tuples; confederation segments are left out."""
    out: list[int | tuple[int, ...]] = []
    plain = re.sub(r"\([^)]*\)|\[[^\]]*\]", " ", text if isinstance(text, str) else "")
    for word in re.findall(r"\{[^}]*\}|\d{1,10}", plain):
        out.append(tuple(int(one) for one in re.findall(r"\d{1,10}", word)) if word[0] == "{" else int(word))
    return tuple(out)


def _drops(state: Mapping[str, str]) -> dict[str, int]:
    """Counters of dropped sources: the kernel's reverse path filter and nftables rules that look up the source."""
    out: dict[str, int] = {}
    lines = state.get("netstat", "").splitlines()
    for names, values in pairwise(lines):
        head, row = names.split(), values.split()
        if head[:1] == ["TcpExt:"] and row[:1] == ["TcpExt:"] and "IPReversePathFilter" in head:
            at = head.index("IPReversePathFilter")
            if at < len(row) and row[at].isdecimal() and len(row[at]) < 20:
                out["IPReversePathFilter"] = int(row[at])
    return out
