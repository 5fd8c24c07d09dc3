"""What show commands of IOS-XR say about the running router."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime

from ...model.router import Live, LiveSession
from .. import _getters
from .._address import canonical

VERSION = re.compile(r"Cisco IOS XR Software, Version (\S+?)(?:\[|\s|$)")
HEAD = re.compile(r"^Neighbor +Spk", re.MULTILINE)
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
    return Live(sessions=told if told is not None else _sessions(state), clock=clock, uptime=_getters.uptime(state))


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
            vrf = "default"
            held, started = "", False
            for line in state.get(key, "").splitlines():
                words = line.split()
                if words[:1] == ["VRF:"] and len(words) > 1:
                    vrf, started = words[1], False
                elif words[:2] == ["Neighbor", "Spk"]:
                    started = seen = True
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
