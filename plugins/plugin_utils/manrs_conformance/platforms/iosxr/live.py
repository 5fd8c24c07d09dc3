"""What show commands of IOS-XR say about the running router."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime

from ...model.router import Live

VERSION = re.compile(r"Cisco IOS XR Software, Version (\S+?)(?:\[|\s|$)")
CLOCK = re.compile(r"(\d\d:\d\d:\d\d)(?:\.\d+)? UTC \w{3} (\w{3} +\d+ \d{4})")


def version(state: Mapping[str, str]) -> str | None:
    """The version of `show version`, or None."""
    found = VERSION.search(state.get("version", ""))
    return found[1] if found else None


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
    return Live(clock=clock)
