"""Live outputs of Junos in text form as operational state; damaged or missing ones count as not collected."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from ...model.router import Live, LiveCache, LiveSession
from .._address import canonical

_CLOCK = re.compile(r"^Current time:\s+(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d) (?:UTC|GMT)\s*$", re.MULTILINE)
_BOOTED = re.compile(
    r"^System booted:.*\((?:(\d{1,5})w)?\s?(?:(\d{1,5})d)?\s?(?:(\d{1,3}):(\d\d))?(?::(\d\d))? ago\)", re.MULTILINE
)
_PEER = re.compile(r"^Peer: (\S+?)(?:\+\d+)? +AS (\d{1,10}) ", re.MULTILINE)
_TABLE = re.compile(r"^  Table (?:(\S+)\.)?inet(6?)\.0(?:\s|$)", re.MULTILINE)
_CACHE = re.compile(r"^([0-9A-Fa-f][0-9A-Fa-f.:]+)\s+(\S+)\s+\d+\s", re.MULTILINE)


def read(state: Mapping[str, str]) -> Live:
    """Operational state; a part is None where its output is missing or not understood."""
    return Live(
        sessions=_sessions(state.get("bgp_neighbors")),
        caches=_caches(state.get("validation_session")),
        clock=_clock(state.get("clock", "")),
        uptime=_uptime(state.get("clock", "")),
    )


def _clock(text: str) -> str | None:
    found = _CLOCK.search(text)
    return f"{found[1]}T{found[2]}Z" if found else None


def _uptime(text: str) -> int | None:
    found = _BOOTED.search(text)
    if found is None or not any(found.groups()):
        return None
    weeks, days, hours, minutes, seconds = (int(one or 0) for one in found.groups())
    return ((weeks * 7 + days) * 24 + hours) * 3600 + minutes * 60 + seconds


def _sessions(text: str | None) -> tuple[LiveSession, ...] | None:
    """Sessions of `show bgp neighbor`; a router without any says that, or nothing."""
    if text is None or ("Peer: " not in text and not re.fullmatch(r"\s*|\s*BGP is not running\s*", text)):
        return None
    parts = re.split(r"(?m)^(?=Peer: )", text)
    return tuple(one for part in parts for one in _session(part))


def _session(part: str) -> Iterator[LiveSession]:
    head = _PEER.match(part)
    if head is None:
        return
    neighbor, remote = canonical(head[1]), int(head[2])
    instance = re.search(r"^  Group: .*Routing-Instance: (\S+)", part, re.MULTILINE)
    vrf = instance[1] if instance and instance[1] != "master" else "default"
    up = re.search(r"\bState: Established\b", part) is not None
    refresh = "Peer supports Refresh capability" in part if up else None
    tables = list(_TABLE.finditer(part)) if up else []
    for number, table in enumerate(tables):
        end = tables[number + 1].start() if number + 1 < len(tables) else len(part)
        body = part[table.start() : end]
        yield LiveSession(
            neighbor=neighbor,
            family=f"ipv{table[2] or 4}-unicast",
            remote_as=remote,
            established=True,
            received=_number(body, "Received prefixes"),
            accepted=_number(body, "Accepted prefixes"),
            sent=_number(body, "Advertised prefixes"),
            route_refresh=refresh,
            vrf=vrf,
        )
    seen = {f"ipv{table[2] or 4}-unicast" for table in tables}
    for family in dict.fromkeys(_configured(part, neighbor)):
        if family not in seen:
            yield LiveSession(neighbor, family, remote, False, vrf=vrf)


def _configured(part: str, neighbor: str) -> Iterator[str]:
    """Unicast families of a neighbour; the line is there when some are named, else that of the address holds."""
    line = re.search(r"^  Address families configured: (.*)$", part, re.MULTILINE)
    for word in line[1].split() if line else ["inet6-unicast" if ":" in neighbor else "inet-unicast"]:
        found = re.fullmatch(r"inet(6?)-(?:labeled-)?unicast", word)
        if found:
            yield f"ipv{found[1] or 4}-unicast"


def _number(text: str, name: str) -> int | None:
    found = re.search(rf"^\s+{name}:\s+(\d{{1,10}})\s*$", text, re.MULTILINE)
    return int(found[1]) if found else None


def _caches(text: str | None) -> tuple[LiveCache, ...] | None:
    """RTR sessions of `show validation session`, which tells no port: Junos' default 323 stands for it."""
    if text is None or not text.lstrip().startswith("Session"):
        return None
    return tuple(LiveCache(found[1], 323, found[2] == "Up") for found in _CACHE.finditer(text))
