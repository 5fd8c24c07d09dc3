"""Regular expressions that FRR hands to the C library, and that it reads in a way of its own."""

from __future__ import annotations

import re

STRANGE = re.compile(r"\[[:.=]|\\[0-9A-Za-z<>]|\(\?")
"""Classes in brackets, back references and other escapes: Python reads them differently from POSIX."""
ANCHOR = re.compile(r"[_^]")


def readable(pattern: str) -> bool:
    """Whether the pattern means here what it means to FRR."""
    return bool(pattern) and not STRANGE.search(pattern) and not _repeats_anchor(pattern)


def _repeats_anchor(pattern: str) -> bool:
    """Whether a part repeated by `+` or braces holds `_` or `^` before its end.

    The C library (glibc 2.36) keeps `^` for the later rounds of such a loop when its first round begins the text: `^(_1)+$` matches the path
    `11 1`. With `*`, or with the delimiter at the end of the part, both readings agree.
    """
    opened: list[int] = []
    at = 0
    while at < len(pattern):
        char, following = pattern[at], pattern[at + 1 : at + 2]
        if char == "\\":
            at += 1
        elif char == "[":
            closing = pattern.find("]", at + 2)
            at = len(pattern) if closing < 0 else closing
        elif char == "(":
            opened.append(at)
        elif char == ")" and opened:
            inside = pattern[opened.pop() + 1 : at]
            if following in ("+", "{") and following and _leading_anchor(inside):
                return True
        elif ANCHOR.match(char) and following in ("+", "{") and following:
            return True
        at += 1
    return False


def _leading_anchor(inside: str) -> bool:
    parts = inside.replace("(", "").replace(")", "|").split("|")
    return any(part in ("_", "^") or ANCHOR.search(part[:-1]) for part in parts)
