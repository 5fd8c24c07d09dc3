"""What show commands of IOS-XR say about the running router."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime

from ...model.router import Live, LiveCache, LiveSession
from .. import _getters
from .._address import canonical

VERSION = re.compile(r"Cisco IOS XR Software, Version (\S+?)(?:\[|\s|$)")
HEAD = re.compile(r"^(?:BGP router identifier |Neighbor +Spk)", re.MULTILINE)
UNITS = {"year": 31_536_000, "week": 604_800, "day": 86_400, "hour": 3600, "minute": 60}
CLOCK = re.compile(r"(\d\d:\d\d:\d\d)(?:\.\d+)? UTC \w{3} (\w{3} +\d+ \d{4})")


def version(state: Mapping[str, str]) -> str | None:
    """The version of `show version`, or None."""
    found = VERSION.search(state.get("version", ""))
    return found[1] if found else _getters.version(state)


def read(state: Mapping[str, str]) -> Live:
    """The live state; a clock that is not in UTC is left out."""
    found = CLOCK.search(state.get("clock", ""))
    clock: str | None = None
    if found:
        try:
            at = datetime.strptime(f"{found[1]} {' '.join(found[2].split())}", "%H:%M:%S %b %d %Y").replace(tzinfo=UTC)
            clock = at.strftime("%Y-%m-%dT%H:%M:%SZ")
        except ValueError:
            clock = None
    told = _getters.sessions(state)
    return Live(
        sessions=told if told is not None else _sessions(state),
        caches=_caches(state.get("rpki_servers", "")),
        clock=clock,
        uptime=_uptime(state),
    )


def _uptime(state: Mapping[str, str]) -> int | None:
    """Seconds since boot, by the getter or by `System uptime is …` (other wordings count as not collected)."""
    found = re.search(r"^.*\buptime is (.+)$", state.get("version", ""), re.MULTILINE)
    parts = re.findall(r"(\d{1,6}) (year|week|day|hour|minute)s?\b", found[1]) if found else []
    return sum(int(count) * UNITS[unit] for count, unit in parts) if parts else _getters.uptime(state)


def _caches(text: str) -> tuple[LiveCache, ...] | None:
    """RTR sessions of `show bgp rpki server summary`: address, transport with port, state; a row that reads otherwise makes all unknown."""
    _head, mark, rows = text.partition("Hostname/Address")
    if not mark:
        return None
    out = []
    for line in rows.splitlines()[1:]:
        if not line.strip():
            continue
        found = re.match(r"([0-9A-Za-z.:_-]+)\s+(?:TCP|SSH):(\d{1,5})\s+([A-Z]+)\b", line)
        if found is None:
            return None
        out.append(LiveCache(canonical(found[1]), int(found[2]), found[3] == "ESTAB"))
    return tuple(out)


def shown(state: Mapping[str, str]) -> Callable[[str, str], bool]:
    """Whether the neighbours of a VRF and family were listed; the getter lists those of every family."""
    if _getters.sessions(state) is not None:
        return lambda _vrf, _family: True

    def came(vrf: str, family: str) -> bool:
        key = f"bgp_summary{'_default' if vrf == 'default' else ''}_{family.partition('-')[0]}"
        return HEAD.search(state.get(key, "")) is not None

    return came


def _sessions(state: Mapping[str, str]) -> tuple[LiveSession, ...] | None:
    """Sessions of the summaries, which count the prefixes after the policy; None when none of the four outputs is a summary."""
    out: dict[tuple[str, str, str], LiveSession] = {}
    seen = False
    for afi in ("ipv4", "ipv6"):
        for key in (f"bgp_summary_default_{afi}", f"bgp_summary_{afi}"):
            seen = seen or HEAD.search(state.get(key, "")) is not None
            vrf = "default"
            held, started = "", False
            for line in state.get(key, "").splitlines():
                words = line.split()
                if words[:1] == ["VRF:"] and len(words) > 1:
                    vrf, started = words[1], False
                elif words[:2] == ["Neighbor", "Spk"]:
                    started = True
                elif started and len(words) == 1:
                    held = words[0]
                elif started and words:
                    row = [held, *words] if held and line[:1] == " " else words
                    held = ""
                    one = _row(row, f"{afi}-unicast", vrf)
                    if one is not None:
                        out[(one.vrf, one.neighbor, one.family)] = one
    return tuple(out.values()) if seen else None


def _row(row: list[str], family: str, vrf: str) -> LiveSession | None:
    if len(row) < 10 or not row[2].isascii() or not row[2].isdecimal() or len(row[2]) > 10:
        return None
    up = row[9].isascii() and row[9].isdecimal() and len(row[9]) < 10
    return LiveSession(canonical(row[0]), family, int(row[2]), up, accepted=int(row[9]) if up else None, vrf=vrf)
