"""A device's own difference read back: the text that a unified diff makes of another."""

from __future__ import annotations

import re

HUNK = re.compile(r"@@ -(\d+)(,0)?(?:,\d+)? \+\d+(?:,\d+)? @@")
FAR = 50
"""How many lines further up or down than it says a hunk may fit: a device may print a line more here than there."""


def patched(base: str, diff: str) -> str | None:
    """The text that a unified diff makes of `base`; None when it does not fit line by line, so that nothing can be said."""
    old, out, at, shift = base.splitlines(), [], 0, 0
    for stated, lines in _hunks(diff):
        before = [line[1:] for line in lines if not line.startswith("+")]
        near = sorted(range(max(at, stated + shift - FAR), stated + shift + FAR + 1), key=lambda one: abs(one - stated - shift))
        start = next((one for one in near if old[one : one + len(before)] == before), None)
        if start is None:
            return None
        out += old[at:start]
        out += [line[1:] for line in lines if not line.startswith("-")]
        at, shift = start + len(before), start - stated
    return "\n".join([*out, *old[at:]]) + "\n"


def _hunks(diff: str) -> list[tuple[int, list[str]]]:
    """Line (from 0) and lines of every hunk."""
    found: list[tuple[int, list[str]]] = []
    for line in diff.splitlines():
        head = HUNK.match(line)
        if head:
            found.append((int(head[1]) - (0 if head[2] else 1), []))
        elif found:
            found[-1][1].append(line or " ")
    return found
