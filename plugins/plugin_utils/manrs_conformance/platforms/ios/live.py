"""Live outputs of IOS (by key of `commands.COMMANDS.state`) as operational state; what cannot be read counts as not collected."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime

from ...model.router import Live, LiveCache, LiveSession
from .._address import canonical

_REFUSED = re.compile(r"^\s*%|Invalid input|BGP not active|Incomplete command", re.MULTILINE)
_CLOCK = re.compile(r"[*.]?(\d\d:\d\d:\d\d)(?:\.\d+)? (?:UTC|GMT) \w{3} (\w{3}) (\d{1,2}) (\d{4})\s*\Z")
_UPTIME = re.compile(r"uptime is (.+)")
_IN_VRF = re.compile(r"([^\s,]+), +vrf ([^\s,]+), +remote AS (\d{1,10}(?:\.\d{1,5})?)\b")
_UNITS = {"year": 31_536_000, "week": 604_800, "day": 86_400, "hour": 3600, "minute": 60}


def version(state: Mapping[str, str]) -> str | None:
    """The version that `show version` names."""
    found = re.search(r"Cisco IOS.*?Version ([^\s,]+)", state.get("version", ""))
    return found.group(1) if found else None


def read(state: Mapping[str, str]) -> Live:
    """Operational state; a part is None where its output is missing or not understood."""
    return Live(
        sessions=_sessions(state),
        caches=_caches(state.get("rpki_servers", "")),
        clock=_clock(state.get("clock", "")),
        uptime=_uptime(state),
        drops=_drops(state.get("urpf", "")),
    )


def _clock(text: str) -> str | None:
    """RFC 3339 time of a clock that runs in UTC; other zones are not told apart by name."""
    found = _CLOCK.search(text.strip())
    if found is None:
        return None
    try:
        moment = datetime.strptime(" ".join(found.groups()), "%H:%M:%S %b %d %Y").replace(tzinfo=UTC)
    except ValueError:
        return None
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def _uptime(state: Mapping[str, str]) -> int | None:
    found = _UPTIME.search(state.get("version", ""))
    parts = re.findall(r"(\d{1,6}) (year|week|day|hour|minute)s?", found.group(1)) if found else []
    return sum(int(count) * _UNITS[unit] for count, unit in parts) if parts else None


def _summary(text: str) -> Iterator[tuple[str, int, bool, int | None]]:
    """(neighbour, remote AS, established, prefixes accepted) of each row; a long address stands on a line of its own."""
    held = ""
    started = False
    for line in text.splitlines():
        words = line.split()
        if words[:2] == ["Neighbor", "V"]:
            started = True
            continue
        if not started or not words:
            continue
        if len(words) == 1:
            held = words[0]
            continue
        row = [held, *words] if held and line[:1] == " " else words
        held = ""
        if len(row) < 10 or not row[1].isdecimal() or not row[2].isdecimal():
            continue
        state = row[9]
        yield canonical(row[0].removeprefix("*")), int(row[2]), state.isdecimal(), int(state) if state.isdecimal() else None


def shown(state: Mapping[str, str]) -> Callable[[str, str], bool]:
    """Whether the neighbours of a VRF and family were listed. IOS prints nothing where a family has no neighbour; the list of all
    neighbours covers VRFs where it names one."""
    texts = {family: state.get(f"bgp_summary_{family}") for family in ("ipv4", "ipv6")}
    listed = {
        f"{family}-unicast"
        for family, text in texts.items()
        if text is not None and not _REFUSED.search(text) and (not text.strip() or "Neighbor" in text)
    }
    within = any(True for _one in _within(state.get("bgp_neighbors", "")))
    return lambda vrf, family: family in listed if vrf == "default" else within


def _sessions(state: Mapping[str, str]) -> tuple[LiveSession, ...] | None:
    """Sessions of the global table by the summaries, and of the VRFs by the list of all neighbours. Both count prefixes after the policy;
    whether more came in is not shown there."""
    texts = {family: state.get(f"bgp_summary_{family}", "") for family in ("ipv4", "ipv6")}
    within = tuple(_within(state.get("bgp_neighbors", "")))
    if not within and not any("Neighbor" in text and not _REFUSED.search(text) for text in texts.values()):
        return None
    details = dict(_details(state.get("bgp_neighbors", "")))
    out = []
    for family, text in texts.items():
        for neighbor, remote, up, accepted in _summary(text):
            refresh = details.get(neighbor)
            out.append(
                LiveSession(neighbor, f"{family}-unicast", remote, up, accepted=accepted, route_refresh=refresh if up else None)
            )
    return (*out, *within)


def _within(text: str) -> Iterator[LiveSession]:
    """Sessions in VRFs of `show bgp all neighbors`: each family has a part of its own, `VPNv4 Unicast` for IPv4 in a VRF. A neighbour with
    several families stands in the list once for each."""
    seen = set()
    for part in re.split(r"(?m)^BGP neighbor is ", text)[1:]:
        head = _IN_VRF.match(part)
        if head is None:
            continue
        up = re.search(r"^  BGP state = Established\b", part, re.MULTILINE) is not None
        refresh = re.search(r"Route refresh: (.*)", part)
        for family in re.split(r"(?m)^ (?=For address family: )", part)[1:]:
            name = re.match(r"For address family: (?:VPN|IP)v([46]) Unicast", family)
            counts = re.search(r"Prefixes Current: +(\d{1,10}) +(\d{1,10})\b", family)
            if name is None or (head[1], head[2], name[1]) in seen:
                continue
            seen.add((head[1], head[2], name[1]))
            sent, accepted = (int(counts[1]), int(counts[2])) if counts and up else (None, None)
            yield LiveSession(
                canonical(head[1]),
                f"ipv{name[1]}-unicast",
                _asn(head[3]),
                up,
                accepted=accepted,
                sent=sent,
                route_refresh=bool(refresh and "received" in refresh[1]) if up else None,
                vrf=head[2],
            )


def _asn(text: str) -> int:
    high, dot, low = text.partition(".")
    return (int(high) << 16) + int(low) if dot else int(high)


def _drops(text: str) -> dict[str, int]:
    """Packets that each interface dropped because their source failed the reverse path check (IPv4)."""
    out: dict[str, int] = {}
    name = ""
    for line in text.splitlines():
        head = re.match(r"(\S+) is .*line protocol is", line)
        count = re.match(r"\s+(\d{1,19}) verification drops\s*$", line)
        if head is not None:
            name = head[1]
        elif count is not None and name:
            out[name] = int(count[1])
    return out


def _details(text: str) -> Iterator[tuple[str, bool]]:
    """(neighbour, whether it takes route refresh) of `show bgp all neighbors`."""
    for part in re.split(r"(?m)^BGP neighbor is ", text)[1:]:
        if _IN_VRF.match(part):
            continue
        name = part.split(",", 1)[0].strip()
        found = re.search(r"Route refresh: (.*)", part)
        yield canonical(name), bool(found and "received" in found.group(1))


def _caches(text: str) -> tuple[LiveCache, ...] | None:
    """RTR sessions of `show bgp ipv4 unicast rpki servers`."""
    if not text.strip() or _REFUSED.search(text):
        return None
    out = []
    for part in re.split(r"(?m)^BGP (?:SOVC|RPKI) neighbor is ", text)[1:]:
        found = re.match(r"([0-9A-Fa-f.:]+?)[/,]?(?:\d{1,5})?,?\s[^\n]*port (\d{1,5})", part)
        told = re.search(r"Connection state is (\w+)", part)
        if found is None or told is None:
            return None
        out.append(LiveCache(found.group(1), int(found.group(2)), told.group(1) == "ESTAB"))
    return tuple(out) if out else None
