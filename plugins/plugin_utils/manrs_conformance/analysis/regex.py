"""POSIX extended regular expressions over AS paths as a syntax tree: literals, delimiters (`_`), anchors, groups and repetition."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

DIGITS = frozenset("0123456789")
SYMBOLS = DIGITS | {" "}
LIMIT = 255


class UnsupportedPattern(ValueError):
    """The pattern uses something that is not modelled exactly."""


@dataclass(frozen=True, slots=True)
class Chars:
    """One character out of a set."""

    some: frozenset[str]


@dataclass(frozen=True, slots=True)
class Digits:
    """Literal digits one after the other: most numbers of most lists, thousands in a cone's, so they are one leaf."""

    text: str


@dataclass(frozen=True, slots=True)
class Mark:
    """`begin`, `end`, or `delim` (a separator, the begin or the end: `_`)."""

    kind: str


@dataclass(frozen=True, slots=True)
class Seq:
    """Parts one after the other."""

    parts: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Alt:
    """One of several parts."""

    parts: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Repeat:
    """A part `low` to `high` times; None is without limit."""

    part: Node
    low: int
    high: int | None


@dataclass(frozen=True, slots=True)
class Cone:
    """`^N(_N)*$`, the pattern of a member of a cone, of which lists have thousands: only ever a whole pattern."""

    number: Digits

    def written(self) -> Seq:
        """The same in full."""
        return Seq((BEGIN, self.number, Repeat(Seq((DELIM, self.number)), 0, None), END))


Node = Chars | Digits | Mark | Seq | Alt | Repeat | Cone
_SINGLE = {one: Chars(frozenset(one)) for one in SYMBOLS}


BEGIN, END, DELIM = Mark("begin"), Mark("end"), Mark("delim")
_CONE = re.compile(r"\^([0-9]+)\(_\1\)\*\$")
_ROW = re.compile(r"[0-9]+(?![*+?{])")
"""Digits of which none is repeated: a repetition holds for the one digit before it."""
_ROWS = re.compile(r"[0-9]+(?:\|[0-9]+)+(?=\)|\Z)")


def parse(pattern: str) -> Node:
    """The syntax tree of a pattern; UnsupportedPattern when it is not one of the plain constructs."""
    usual = _CONE.fullmatch(pattern)
    if usual is not None:
        return Cone(Digits(usual[1]))
    reader = _Reader(pattern)
    node = reader.alternation()
    if reader.at < len(pattern):
        raise UnsupportedPattern(f"unexpected {pattern[reader.at]!r}")
    return node


DEEP = 200


def flat(node: Node) -> tuple[Node, ...]:
    """The parts of a tree one after the other, digits one by one."""
    if isinstance(node, Digits):
        return characters(node)
    if isinstance(node, Cone):
        node = node.written()
    return tuple(one for part in node.parts for one in flat(part)) if isinstance(node, Seq) else (node,)


def characters(digits: Digits) -> tuple[Chars, ...]:
    """Literal digits one by one."""
    return tuple([_SINGLE[one] for one in digits.text])


def factored(rows: Sequence[tuple[Node, ...]]) -> Node:
    """Any of the rows of parts, with what they have in common at the begin written once: thousands of them stay a tree of few branches."""
    if len(rows) == 1 or any(len(row) > DEEP for row in rows):
        return Seq(rows[0]) if len(rows) == 1 else Alt(tuple(Seq(row) for row in rows))
    groups: dict[Node, list[tuple[Node, ...]]] = {}
    ends = False
    for row in rows:
        if row:
            groups.setdefault(row[0], []).append(row[1:])
        else:
            ends = True
    parts: list[Node] = [Seq((first, factored(rests))) for first, rests in groups.items()]
    if ends:
        parts.append(Seq(()))
    return parts[0] if len(parts) == 1 else Alt(tuple(parts))


class _Reader:
    def __init__(self, pattern: str) -> None:
        self.pattern = pattern
        self.at = 0

    def peek(self) -> str:
        return self.pattern[self.at] if self.at < len(self.pattern) else ""

    def take(self) -> str:
        char = self.peek()
        self.at += 1
        return char

    def alternation(self) -> Node:
        rows = _ROWS.match(self.pattern, self.at)
        if rows is not None:
            self.at = rows.end()
            return Alt(tuple([Digits(one) for one in rows[0].split("|")]))
        parts = [self.sequence()]
        while self.peek() == "|":
            self.take()
            parts.append(self.sequence())
        return parts[0] if len(parts) == 1 else Alt(tuple(parts))

    def sequence(self) -> Node:
        parts: list[Node] = []
        while (char := self.peek()) not in ("", "|", ")"):
            row = _ROW.match(self.pattern, self.at) if char in DIGITS else None
            if row is not None:
                self.at = row.end()
                parts.append(Digits(row[0]))
            else:
                parts.append(self.repeated())
        return parts[0] if len(parts) == 1 else Seq(tuple(parts))

    def repeated(self) -> Node:
        node = self.atom()
        if self.peek() and self.peek() in "*+?{":
            char = self.take()
            low, high = {"*": (0, None), "+": (1, None), "?": (0, 1)}.get(char) or self.bounds()
            node = Repeat(node, low, high)
            if self.peek() and self.peek() in "*+?{":
                raise UnsupportedPattern("a repetition of a repetition")  # lazy or possessive in other dialects
        return node

    def bounds(self) -> tuple[int, int | None]:
        end = self.pattern.find("}", self.at)
        words = self.pattern[self.at : end].split(",") if end > 0 else []
        if not 1 <= len(words) <= 2 or not words[0].isdigit() or (len(words) == 2 and words[1] and not words[1].isdigit()):
            raise UnsupportedPattern("a repetition count is not a number")
        self.at = end + 1
        low = int(words[0])
        high = low if len(words) == 1 else int(words[1]) if words[1] else None
        if low > LIMIT or (high is not None and (high > LIMIT or high < low)):
            raise UnsupportedPattern("a repetition count is out of range")
        return low, high

    def atom(self) -> Node:
        char = self.take()
        if char == "(":
            node = self.alternation()
            if self.take() != ")":
                raise UnsupportedPattern("a group is not closed")
            return node
        if char == "[":
            return self.bracket()
        if char in "^$_":
            return Mark({"^": "begin", "$": "end", "_": "delim"}[char])
        if char == ".":
            return Chars(SYMBOLS)
        if char == "\\":
            char = self.take()
            if not char or char.isalnum():
                raise UnsupportedPattern("a back reference or class escape")
            return Chars(frozenset(char) & SYMBOLS)
        if char in "*+?{":
            raise UnsupportedPattern("a repetition without a part")
        return _SINGLE.get(char) or Chars(frozenset())

    def bracket(self) -> Node:
        negated = self.peek() == "^"
        if negated:
            self.take()
        some: set[str] = set()
        first = True
        while first or self.peek() != "]":
            char = self.take()
            first = False
            if not char or (char == "[" and self.peek() in ":.="):
                raise UnsupportedPattern("a bracket expression")
            if self.peek() == "-" and self.pattern[self.at + 1 : self.at + 2] not in ("]", ""):
                self.take()
                last = self.take()
                some |= {one for one in SYMBOLS if char <= one <= last}
            else:
                some.add(char)
        self.take()
        return Chars((SYMBOLS - some) if negated else (SYMBOLS & some))
