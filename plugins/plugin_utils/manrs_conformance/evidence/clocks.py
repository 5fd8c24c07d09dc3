"""The clock of a device beside that of the controller, from what `show clock` and the like print."""

from __future__ import annotations

import re
from datetime import UTC, datetime

from ..model.snapshot import Snapshot

MONTHS = {
    name: at for at, name in enumerate(["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"], 1)
}
ZONES = frozenset({"UTC", "GMT", "Z"})
"""Zones whose distance is known; the abbreviation of any other is not unique."""

FIRST_TIME = re.compile(
    r"(?m)^(?P<mark>[*.]?)(?P<time>\d{1,2}:\d\d:\d\d)(?:\.\d+)?\s+(?P<zone>\w+)\s+\w{3}\s+(?P<month>\w{3})\s+(?P<day>\d{1,2})\s+(?P<year>\d{4})"
)
"""IOS, NX-OS and IOS-XR: `*09:12:44.123 UTC Mon Sep 1 2025`; `*` is not authoritative, `.` not synchronised (Cisco, show clock)."""

FIRST_DAY = re.compile(r"(?m)^\w{3}\s+(?P<month>\w{3})\s+(?P<day>\d{1,2})\s+(?P<time>\d{1,2}:\d\d:\d\d)\s+(?P<year>\d{4})\s*$")
"""EOS: `Mon Sep  1 09:12:44 2025`, then `Timezone: UTC` on a line of its own."""

NUMBERS = re.compile(r"(?:Current time:\s*)?(?P<day>\d{4}-\d\d-\d\d)[ T](?P<time>\d\d:\d\d:\d\d)(?:\.\d+)?\s*(?P<zone>Z|UTC|GMT)\b")
"""Junos: `Current time: 2025-09-01 09:12:44 UTC`; and what `date -u` was asked to print."""


def device_time(text: str | None) -> datetime | None:
    """The time that a device tells; None where it tells none, or in a zone that is not UTC."""
    if not text:
        return None
    if found := NUMBERS.search(text):
        return datetime.fromisoformat(f"{found['day']}T{found['time']}+00:00")
    found = FIRST_TIME.search(text)
    zone = found["zone"] if found else ""
    if not found and (found := FIRST_DAY.search(text)):
        named = re.search(r"(?m)^Timezone:?\s*(?:is\s+)?(\S+)", text)
        zone = named[1] if named else ""
    if not found or zone.upper() not in ZONES or found["month"].lower() not in MONTHS:
        return None
    hour, minute, second = (int(part) for part in found["time"].split(":"))
    try:
        return datetime(int(found["year"]), MONTHS[found["month"].lower()], int(found["day"]), hour, minute, second, tzinfo=UTC)
    except ValueError:
        return None


def distrusted(text: str | None) -> bool:
    """Whether the device itself says that its clock is not authoritative or not synchronised."""
    found = FIRST_TIME.search(text or "")
    return bool(found and found["mark"])


def skew(snapshot: Snapshot) -> int | None:
    """Seconds that the device's clock is ahead of the controller's; None where one of them is not known."""
    device = device_time(snapshot.device_clock)
    try:
        controller = datetime.fromisoformat(snapshot.collected_at)
        return None if device is None else round((device - controller).total_seconds())
    except (ValueError, TypeError):
        return None
