"""AS-path patterns of which every atom is a whole ASN (EOS `ip as-path regex-mode asn`), rewritten as patterns over the printed path.

A number is a whole ASN wherever it stands, `[64496-64511]` is a range of ASNs, `_` or a space is a boundary between ASNs, `.*` and `.+` are any ASNs.
A text that would mean something else in character mode, where no vendor text decides it, is refused: a range of single digits, a lone
dot, a repeated number, numbers without a boundary between them.
"""

from __future__ import annotations

import re

from ..model.asn import decimal_range
from .regex import UnsupportedPattern

_REPEAT = re.compile(r"[*+?]|\{\d{1,3}(?:,\d{0,3})?\}", re.ASCII)
_ASN = re.compile(r"\d{1,10}|\[\d{1,10}-\d{1,10}\]", re.ASCII)
_BOUNDARY = frozenset("_ ")
_ANY = "([0-9]+_)*"
LARGEST = 4294967295


def characters(pattern: str) -> str:
    """The pattern over characters that finds the same paths of whole ASNs; UnsupportedPattern when its reading is not certain.

    Every ASN is written with the boundary behind it, so that parts can be put together in any way.
    """
    reader = _Reader(pattern)
    text = reader.alternation()
    if reader.at < len(pattern):
        raise UnsupportedPattern(f"unexpected {pattern[reader.at]!r}")
    return text


class _Reader:
    def __init__(self, pattern: str) -> None:
        self.pattern = pattern
        self.at = 0
        self.depth = 0

    def peek(self) -> str:
        return self.pattern[self.at] if self.at < len(self.pattern) else ""

    def alternation(self) -> str:
        parts = [self.sequence()]
        while self.peek() == "|":
            self.at += 1
            parts.append(self.sequence())
        return "|".join(parts)

    def sequence(self) -> str:
        first, kind, out = True, "", []
        while self.peek() not in ("", "|", ")"):
            if self.depth == 0 and first and self.pattern[self.at] in _BOUNDARY:
                self.boundary()
                continue
            sort, text = self.part()
            if first:
                kind, first = sort, False
            out.append(text)
        if self.depth:
            return "".join(out)
        return self.opened(kind, out)

    @staticmethod
    def opened(kind: str, out: list[str]) -> str:
        """A top-level alternative that may begin at any ASN of the path."""
        if kind == "begin" or not out:
            return "".join(out)
        if kind == "any":
            return f"^{''.join(out)}"
        return f"_{''.join(out)}" if kind == "asn" else f"^{_ANY}{''.join(out)}"

    def boundary(self) -> None:
        self.at += 1
        if self.peek() in _BOUNDARY or _REPEAT.match(self.pattern, self.at):
            raise UnsupportedPattern("a repeated boundary")

    def part(self) -> tuple[str, str]:
        char = self.peek()
        if char in _BOUNDARY:
            self.boundary()
            return "boundary", ""
        if char in "^$":
            self.at += 1
            if _REPEAT.match(self.pattern, self.at):
                raise UnsupportedPattern("a repeated anchor")
            return ("begin" if char == "^" else "end"), char
        if char == ".":
            kind = self.pattern[self.at : self.at + 2]
            if kind not in (".*", ".+") or _REPEAT.match(self.pattern, self.at + 2):
                raise UnsupportedPattern("a dot that does not stand for any number of ASNs")
            self.at += 2
            return ("any", _ANY) if kind == ".*" else ("group", f"[0-9]+_{_ANY}")
        return self.group() if char == "(" else self.number()

    def number(self) -> tuple[str, str]:
        found = _ASN.match(self.pattern, self.at)
        if found is None:
            raise UnsupportedPattern(f"{self.peek()!r} in asn mode")
        self.apart()
        self.at = found.end()
        if self.peek() not in ("", "|", ")", ".", "$", "(", *_BOUNDARY):
            raise UnsupportedPattern(f"{found.group()} runs into {self.peek()!r}")
        numbers = [int(one) for one in found.group().strip("[]").split("-")]
        low, high = numbers[0], numbers[-1]
        if low > high or high > LARGEST or (len(numbers) == 2 and high < 10):
            raise UnsupportedPattern(f"{found.group()} in asn mode")
        return "asn", f"{low}_" if low == high else f"({decimal_range(low, high)})_"

    def apart(self) -> None:
        """Refuse an ASN or a group right behind another one: nothing says where one ends."""
        before = self.pattern[: self.at]
        repeat = re.search(r"\)(?:[*+?]|\{[\d,]*\})?\Z", before, re.ASCII)
        if repeat is not None:
            before = before[: repeat.start()]
        if before and (before[-1].isdigit() or before[-1] in ")]"):
            raise UnsupportedPattern("numbers without a boundary between them")

    def group(self) -> tuple[str, str]:
        self.at += 1
        inner = self.peek()
        if inner not in ("_", " ", "^", "$", ".", "("):
            self.at -= 1
            self.apart()
            self.at += 1
        self.depth += 1
        text = self.alternation()
        self.depth -= 1
        if self.peek() != ")":
            raise UnsupportedPattern("a group is not closed")
        last = self.pattern[self.at - 1]
        self.at += 1
        repeat = _REPEAT.match(self.pattern, self.at)
        if repeat is None:
            return "group", f"({text})"
        self.at = repeat.end()
        if repeat.group() != "?" and inner not in _BOUNDARY and last not in _BOUNDARY:
            raise UnsupportedPattern("a repeated group without a boundary")
        return "group", f"({text}){repeat.group()}"
