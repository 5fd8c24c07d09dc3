"""Junos AS-path expressions, whose letters are whole ASNs, written as patterns over the printed path.

Every ASN becomes its digits and a delimiter, so that `64496 .*` reads `^64496_([0-9]+_)*$` and nothing can match inside a number. Sources: Juniper,
"AS path regular expressions": a term is an ASN, `.` or a group; the whole path must match; `^` and `$` are implicit; `()` is the empty path.
"""

from __future__ import annotations

import re

from ..model.asn import decimal_range
from .regex import LIMIT, UnsupportedPattern

LARGEST = 4294967295
ANY = "[0-9]+_"
EVERY = f"({ANY})*"
_RANGE = re.compile(r"\s*(\d{1,10})(?:\s*-\s*(\d{1,10}))?(?:\s+|\s*,\s*|\Z)", re.ASCII)
_NUMBER = re.compile(r"(\d{1,10})(?:-(\d{1,10}))?(?![\d.\[])", re.ASCII)
_COUNT = re.compile(r"\{(\d{1,4})(,(\d{0,4}))?\}", re.ASCII)


def characters(pattern: str) -> str:
    """The same language over printed plain paths (no AS_SET) as an unanchored pattern; UnsupportedPattern where its reading is not sure."""
    reader = _Reader(pattern.strip().removeprefix("^").removesuffix("$").strip())
    parts = reader.alternation()
    if reader.at < len(reader.text):
        raise UnsupportedPattern(f"unexpected {reader.text[reader.at]!r}")
    # `.*` at an end is what an unanchored pattern means anyway, and much cheaper that way.
    return "|".join(_opened(one) for one in parts)


def _opened(body: str) -> str:
    if body == EVERY:
        return "_"
    head, tail = body.startswith(EVERY), body.endswith(EVERY)
    inner = body[len(EVERY) if head else 0 : -len(EVERY) if tail else None]
    return f"{'_' if head else '^'}{inner}{'' if tail else '$'}"


class _Reader:
    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0

    def peek(self) -> str:
        return self.text[self.at] if self.at < len(self.text) else ""

    def alternation(self) -> list[str]:
        out = [self.sequence()]
        while self.peek() == "|":
            self.at += 1
            out.append(self.sequence())
        return out

    def sequence(self) -> str:
        out = ""
        while (char := self.peek()) not in ("", "|", ")"):
            if char == " ":
                self.at += 1
            else:
                out += self.repeated(self.atom())
        return out

    def atom(self) -> str:
        char = self.peek()
        if char == "(":
            self.at += 1
            inner = self.alternation()
            if self.peek() != ")":
                raise UnsupportedPattern("a group is not closed")
            self.at += 1
            return f"({'|'.join(inner)})"
        if char == "[":
            end = self.text.find("]", self.at)
            inside, self.at = self.text[self.at + 1 : end], end + 1
            if end < 0 or self.peek().isdigit():
                raise UnsupportedPattern("a set is not closed, or runs into a number")
            return _members(inside)
        if char == ".":
            self.at += 1
            if self.peek().isdigit():
                raise UnsupportedPattern("a dot runs into a number")
            return f"({ANY})"
        found = _NUMBER.match(self.text, self.at)
        if found is None:
            raise UnsupportedPattern(f"{char!r} where an AS number stands")
        self.at = found.end()
        return _span(int(found[1]), int(found[2] or found[1]))

    def repeated(self, part: str) -> str:
        char = self.peek()
        if not char or char not in "*+?{":
            return part
        if char != "{":
            self.at += 1
            sign = char
        else:
            found = _COUNT.match(self.text, self.at)
            if found is None:
                raise UnsupportedPattern("a repetition count is not a number")
            low = int(found[1])
            high = low if not found[2] else int(found[3]) if found[3] else None
            if low > LIMIT or (high is not None and not low <= high <= LIMIT):
                raise UnsupportedPattern("a repetition count is out of range")
            self.at, sign = found.end(), found[0]
        if self.peek() and self.peek() in "*+?{":
            raise UnsupportedPattern("a repetition of a repetition")
        return EVERY if (part, sign) == (f"({ANY})", "*") else f"({part}){sign}"


def _members(inside: str) -> str:
    at, out = 0, []
    while at < len(inside):
        found = _RANGE.match(inside, at)
        if found is None:
            raise UnsupportedPattern("a set of AS numbers")
        out.append(_span(int(found[1]), int(found[2] or found[1])))
        at = found.end()
    if not out:
        raise UnsupportedPattern("an empty set")
    return f"({'|'.join(out)})"


def _span(low: int, high: int) -> str:
    if not low <= high <= LARGEST:
        raise UnsupportedPattern("a range of AS numbers")
    return f"{low}_" if low == high else f"({decimal_range(low, high)})_"
