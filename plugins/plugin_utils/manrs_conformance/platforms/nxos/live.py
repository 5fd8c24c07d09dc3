"""Live outputs of NX-OS (by key of `commands.COMMANDS.state`) as operational state; damaged ones count as not collected."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from ...model.router import Live, LiveSession
from .._address import canonical

FAMILY = {"ipv4 unicast": "ipv4-unicast", "ipv6 unicast": "ipv6-unicast"}
FAMILIES = frozenset(FAMILY.values())
"""Families of `show bgp vrf all all summary`."""
_UNITS = {"day": 86400, "hour": 3600, "minute": 60, "second": 1}
_CLOCK = re.compile(r"(\d\d):(\d\d):(\d\d)(?:\.\d+)? (?:UTC|GMT) \w{3} (\w{3}) +(\d{1,2}) (\d{4})")


def version(state: Mapping[str, str]) -> str | None:
    """The version that `show version` names: `NXOS: version 9.3(8)`, or `system: version 7.3(1)D1(1)` on older ones."""
    text = state.get("version", "")
    found = re.search(r"^\s*(?:NXOS|system):\s+version (\S+)", text, re.MULTILINE)
    return found.group(1) if found else None


def read(state: Mapping[str, str]) -> Live:
    """Operational state; a part is None where its output is missing or damaged.

    What NX-OS prints of its RPKI caches is not confirmed, so they count as not collected.
    """
    return Live(sessions=_sessions(state.get("bgp_summary")), clock=_clock(state), uptime=_uptime(state.get("version", "")))


def _clock(state: Mapping[str, str]) -> str | None:
    found = _CLOCK.search(state.get("clock", ""))
    if found is None:
        return None
    hour, minute, second, month, day, year = found.groups()
    try:
        at = datetime.strptime(f"{year} {month} {day} {hour}:{minute}:{second}", "%Y %b %d %H:%M:%S")
    except ValueError:
        return None
    return f"{at.isoformat()}Z"


def _uptime(text: str) -> int | None:
    found = re.search(r"[Uu]ptime is ((?:\d{1,6} \w+\(s\)(?:, )?)+)", text)
    if found is None:
        return None
    parts = re.findall(r"(\d{1,6}) (day|hour|minute|second)\(s\)", found.group(1))
    return sum(int(count) * _UNITS[unit] for count, unit in parts) if parts else None


def _document(text: str | None) -> Any:
    start = (text or "").find("{")
    if text is None or start < 0:
        return None
    try:
        return json.JSONDecoder().raw_decode(text, start)[0]
    except (ValueError, RecursionError):
        return None


def rows(body: Any, name: str) -> Iterator[dict[str, Any]]:
    """Rows of a table in NX-OS JSON, where a table of one row is no list."""
    table = body.get(f"TABLE_{name}") if isinstance(body, dict) else None
    for part in table if isinstance(table, list) else [table]:
        found = part.get(f"ROW_{name}") if isinstance(part, dict) else None
        for row in found if isinstance(found, list) else [found]:
            if isinstance(row, dict):
                yield row


def _sessions(text: str | None) -> tuple[LiveSession, ...] | None:
    data = _document(text)
    if not isinstance(data, dict) or "TABLE_vrf" not in data:
        return None
    out: list[LiveSession] = []
    for vrf in rows(data, "vrf"):
        for af in rows(vrf, "af"):
            for saf in rows(af, "saf"):
                family = FAMILY.get(str(saf.get("af-name", "")).lower())
                if family is not None:
                    out += [_session(one, family, str(vrf.get("vrf-name-out", "default"))) for one in rows(saf, "neighbor")]
    return tuple(out)


def _session(one: dict[str, Any], family: str, vrf: str) -> LiveSession:
    established = str(one.get("state", "")).lower() == "established"
    return LiveSession(
        neighbor=canonical(str(one.get("neighborid", ""))),
        family=family,
        remote_as=_asn(one.get("neighboras")),
        established=established,
        accepted=_count(one.get("prefixreceived")) if established else None,
        vrf=vrf,
    )


def _asn(value: Any) -> int:
    high, dot, low = str(value).partition(".")
    if not high.isdecimal() or (dot and not low.isdecimal()) or len(high) > 10 or len(low) > 5:
        return 0
    return (int(high) << 16) + int(low) if dot else int(high)


def _count(value: Any) -> int | None:
    text = str(value)
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else None
