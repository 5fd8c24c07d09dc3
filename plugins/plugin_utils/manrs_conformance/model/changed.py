"""When a router says that its configuration last changed: the head of its text (IOS, IOS-XR, NX-OS, Junos), and dates in names of lists.

EOS and FRR write no such line into a running configuration. The time is the router's own clock and zone, and is shown as it stands.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

HEAD = 40
"""Lines at the top of a text among which such a line stands."""
_TIME = r"\d{1,2}:\d\d:\d\d(?:\.\d{1,6})?"
_ZONE = r"(?: [A-Z]{1,5}| [+-]\d\d:?\d\d)?"
_DAY = r"[A-Z][a-z]{2} [A-Z][a-z]{2} {1,2}\d{1,2}"
_STAMP = re.compile(
    rf"[!#]{{1,2}} ?(?:Last configuration change at|Running configuration last done at:|Last commit:)"
    rf" ((?:{_TIME}{_ZONE} {_DAY} \d{{4}})|(?:{_DAY} {_TIME}{_ZONE} \d{{4}})|(?:\d{{4}}-\d\d-\d\d {_TIME}{_ZONE}))(?= by |\s*$)"
)
_DATED = re.compile(r"(?<![0-9])(20[0-9]{2})([-_]?)(0[1-9]|1[0-2])\2(0[1-9]|[12][0-9]|3[01])(?![0-9])")


def kept(line: str) -> str | None:
    """The part of such a line that says when, without the name of who changed it; None for any other line."""
    found = _STAMP.match(line)
    return found[0] if found else None


def last_change(lines: Sequence[str]) -> tuple[int, str] | None:
    """Line number and time, as the router writes it, of its last change; None where it does not say."""
    for number, line in enumerate(lines[:HEAD], 1):
        found = _STAMP.match(line)
        if found:
            return number, found[1]
    return None


def dated(names: Iterable[str]) -> dict[str, str]:
    """The date that a name carries (`CUST64500-20260131`, `AS64500_2026-01-31`), by name, as YYYY-MM-DD."""
    found = {name: _DATED.search(name) for name in names}
    return {name: f"{one[1]}-{one[3]}-{one[4]}" for name, one in found.items() if one}
