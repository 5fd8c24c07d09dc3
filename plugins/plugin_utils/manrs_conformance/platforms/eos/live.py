"""Live outputs of EOS in text form as operational state; damaged or missing ones count as not collected."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import datetime

from ...model.router import Live, LiveCache, LiveSession

_FAMILIES = {"ipv4": "ipv4-unicast", "ipv6": "ipv6-unicast"}
_VRF = re.compile(r"^\s*BGP summary information for VRF (\S+)", re.ASCII)
_ROW = re.compile(
    r"^(?P<front>.*\S)\s+4\s+(?P<asn>\d+(?:\.\d+)?)\s+\d+\s+\d+\s+\d+\s+\d+\s+(?:\S+)\s+(?P<state>[A-Z][A-Za-z()]*)(?:\s+(?P<received>\d+)(?:\s+(?P<accepted>\d+))?)?"
    r"(?:\s+(?P<sent>\d+))?\s*$",
    re.ASCII,
)
_CACHE = re.compile(r"^\s*Host:\s+(\S+)(?:\s+port\s+(\d{1,5}))?", re.ASCII)


def version(state: Mapping[str, str]) -> str | None:
    """The version that `show version` names."""
    found = re.search(r"Software image version:\s*(\S+)", state.get("version", ""))
    return found.group(1) if found else None


def read(state: Mapping[str, str]) -> Live:
    """Operational state; a part is None where its output is missing or damaged."""
    return Live(
        sessions=_sessions(state),
        caches=_caches(state.get("rpki_cache")),
        clock=_clock(state.get("clock", "")),
        uptime=_uptime(state.get("version", "")),
    )


def shown(state: Mapping[str, str]) -> Callable[[str, str], bool]:
    """Whether the neighbours of a VRF and family were listed: those of all VRFs come together."""
    listed = frozenset(
        family
        for key, family in _FAMILIES.items()
        if any(_VRF.match(line) for line in state.get(f"bgp_summary_{key}", "").splitlines())
    )
    return lambda _vrf, family: family in listed


def _sessions(state: Mapping[str, str]) -> tuple[LiveSession, ...] | None:
    out: list[LiveSession] = []
    seen = False
    for key, family in _FAMILIES.items():
        vrf = ""
        for line in state.get(f"bgp_summary_{key}", "").splitlines():
            head = _VRF.match(line)
            if head is not None:
                vrf, seen = head.group(1), True
                continue
            row = _ROW.match(line) if vrf else None
            if row is not None:
                out.append(_session(row, family, vrf))
    return tuple(out) if seen else None


def _session(row: re.Match[str], family: str, vrf: str) -> LiveSession:
    text = row.group("asn")
    high, dot, low = text.partition(".")
    return LiveSession(
        neighbor=row.group("front").split()[-1],
        family=family,
        remote_as=(int(high) << 16) + int(low) if dot else int(text),
        established=row.group("state").startswith("Estab"),
        received=_number(row.group("received")),
        accepted=_number(row.group("accepted")),
        sent=_number(row.group("sent")),
        vrf=vrf,
    )


def _number(text: str | None) -> int | None:
    return int(text) if text and len(text) < 11 else None


def _caches(text: str | None) -> tuple[LiveCache, ...] | None:
    """`Host: H port P` … `State: synced` … `Connection: Active (…)` of each cache."""
    if not text:
        return None
    out: list[LiveCache] = []
    for line in text.splitlines():
        host = _CACHE.match(line)
        if host is not None:
            out.append(LiveCache(host.group(1), int(host.group(2) or 323), False))
        elif out and re.match(r"^\s*State:\s+synced\b", line):
            out[-1] = LiveCache(out[-1].address, out[-1].port, True)
        elif out and re.match(r"^\s*Connection:\s+(?!Active)", line):
            out[-1] = LiveCache(out[-1].address, out[-1].port, False)
    return tuple(out) if out else None


def _clock(text: str) -> str | None:
    """`Wed Nov 25 07:54:59 2026` with `Timezone: UTC` as RFC 3339; other time zones are not converted."""
    found = re.search(r"^\s*\w{3} (\w{3} +\d{1,2} \d\d:\d\d:\d\d \d{4})", text, re.ASCII | re.MULTILINE)
    if found is None or not re.search(r"^Timezone:\s*(?:UTC|GMT|Etc/UTC)\s*$", text, re.MULTILINE):
        return None
    try:
        return datetime.strptime(" ".join(found.group(1).split()), "%b %d %H:%M:%S %Y").strftime("%Y-%m-%dT%H:%M:%SZ")
    except ValueError:
        return None


def _uptime(text: str) -> int | None:
    """`Uptime: 1 week, 2 days, 3 hours and 4 minutes` in seconds."""
    found = re.search(r"^Uptime:\s*(.+)$", text, re.MULTILINE)
    if found is None:
        return None
    seconds = {"week": 604800, "day": 86400, "hour": 3600, "minute": 60, "second": 1}
    parts = re.findall(r"(\d{1,6}) (week|day|hour|minute|second)s?", found.group(1))
    return sum(int(count) * seconds[unit] for count, unit in parts) if parts else None
