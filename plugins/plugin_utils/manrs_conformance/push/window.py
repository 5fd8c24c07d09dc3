"""Change windows: when a push may begin and must have ended."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from ..errors import InputError

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
WEEKLY = re.compile(r"(?:(?P<day>[a-z]{3})(?:-(?P<last>[a-z]{3}))? )?(?P<start>\d\d:\d\d)-(?P<end>\d\d:\d\d)")


def closed(windows: Sequence[str], at: str, seconds: float) -> str:
    """Why a change that needs so many seconds may not begin at that time (RFC 3339); empty when it may, or no window is set.

    A window is an ISO 8601 interval (`2026-11-25T22:00Z/2026-11-26T02:00Z`) or weekly in UTC (`mon-thu 22:00-02:00`, `sun 01:00-05:00`,
    `02:00-04:00` for every day). InputError names one that cannot be read.
    """
    if not windows:
        return ""
    now = datetime.fromisoformat(at).astimezone(UTC)
    spans = [span for one in windows for span in _spans(one, now)]
    within = [end for start, end in spans if start <= now < end]
    if not within:
        return f"{now:%Y-%m-%dT%H:%MZ} is outside the change window ({', '.join(windows)})"
    if now + timedelta(seconds=seconds) > max(within):
        return f"the change window ends at {max(within):%Y-%m-%dT%H:%MZ}, before the revert timer would have run out"
    return ""


def _spans(window: str, now: datetime) -> list[tuple[datetime, datetime]]:
    """Beginnings and ends near that time."""
    try:
        return _interval(window) if "/" in window else _weekly(window.strip().lower(), now)
    except ValueError:
        raise InputError(
            f"change window {window!r}: write an ISO 8601 interval with time zones, or weekly UTC times such as 'mon-thu 22:00-02:00'"
        ) from None


def _interval(window: str) -> list[tuple[datetime, datetime]]:
    start, end = (datetime.fromisoformat(one.strip()) for one in window.split("/"))
    if start.tzinfo is None or end.tzinfo is None or end <= start:
        raise ValueError(window)
    return [(start.astimezone(UTC), end.astimezone(UTC))]


def _weekly(window: str, now: datetime) -> list[tuple[datetime, datetime]]:
    found = WEEKLY.fullmatch(window)
    if not found:
        raise ValueError(window)
    first, last = (DAYS.index(one) if one else None for one in (found["day"], found["last"] or found["day"]))
    out = []
    for back in (-1, 0, 1):
        day = (now + timedelta(days=back)).replace(hour=0, minute=0, second=0, microsecond=0)
        number = day.weekday()
        if (
            first is not None
            and last is not None
            and not (first <= number <= last if first <= last else number >= first or number <= last)
        ):
            continue
        start, end = (day + _clock(found[side]) for side in ("start", "end"))
        out.append((start, end if end > start else end + timedelta(days=1)))
    return out


def _clock(text: str) -> timedelta:
    hours, minutes = map(int, text.split(":"))
    if hours > 24 or minutes > 59:
        raise ValueError(text)
    return timedelta(hours=hours, minutes=minutes)
