"""Times as public sources write them."""

from __future__ import annotations

import datetime


def when(text: str | None) -> datetime.datetime | None:
    """A time in UTC (taken as UTC where it names no zone), or None where there is none that can be read."""
    try:
        found = datetime.datetime.fromisoformat(text or "")
    except ValueError:
        return None
    return found.astimezone(datetime.UTC) if found.tzinfo else found.replace(tzinfo=datetime.UTC)
