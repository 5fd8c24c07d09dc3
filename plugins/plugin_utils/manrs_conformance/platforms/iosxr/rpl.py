"""Routing policy language as a syntax tree: statements, nested conditions and applied policies, each with its line."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

Words = tuple[str, ...]
TOKEN = re.compile(r"'[^']*'|\"[^\"]*\"|[(),]|(?:[^\s(),'\"\[\]]|\[[^\]]*\])+")
COMMENT = re.compile(r"(?:^|\s)#.*")
STRUCTURE = frozenset({"if", "elseif", "else", "endif", "then"})
ENDS = frozenset({"and", "or", "then"})
DEPTH = 40
UNKNOWN = "?redacted"


class Broken(Exception):
    """The statements do not nest as RPL does."""


@dataclass(frozen=True, slots=True)
class Atom:
    """One comparison, as words."""

    words: Words
    line: int


@dataclass(frozen=True, slots=True)
class ApplyTest:
    """`apply P(args)` as a condition."""

    name: str
    args: tuple[Words, ...]
    line: int


@dataclass(frozen=True, slots=True)
class Junction:
    """`and`, `or` or `not` of conditions."""

    kind: str
    parts: tuple[Test, ...]


Test = Atom | ApplyTest | Junction


@dataclass(frozen=True, slots=True)
class Simple:
    """`pass`, `drop`, `done`, `set …`, `prepend …`, `delete …` and their like, as words."""

    words: Words
    line: int


@dataclass(frozen=True, slots=True)
class Apply:
    """`apply P(args)` as a statement."""

    name: str
    args: tuple[Words, ...]
    line: int


@dataclass(frozen=True, slots=True)
class Branch:
    """`if` or `elseif` with its statements."""

    test: Test
    body: tuple[Stmt, ...]
    line: int


@dataclass(frozen=True, slots=True)
class If:
    """A whole `if … endif`."""

    branches: tuple[Branch, ...]
    otherwise: tuple[Stmt, ...]


@dataclass(frozen=True, slots=True)
class Anything:
    """A line whose meaning is not known: it could do anything."""

    line: int


Stmt = Simple | Apply | If | Anything


@dataclass(slots=True)
class Source:
    """A `route-policy` as written."""

    name: str
    params: tuple[str, ...]
    body: tuple[Stmt, ...]
    lines: tuple[int, ...]
    broken: int = 0
    """Line where the nesting breaks, or 0."""
    whole: list[int] = field(default_factory=list)
    """Lines of placeholders that stand for unread statements."""


def tokens(lines: Iterable[tuple[int, str]]) -> list[tuple[str, int]]:
    """Words of policy text with their lines; comments are left out."""
    out: list[tuple[str, int]] = []
    for number, text in lines:
        if "#" in text:
            text = COMMENT.sub("", text)
        out += [(one, number) for one in TOKEN.findall(text)]
    return out


def parse(words: list[tuple[str, int]]) -> tuple[Stmt, ...]:
    """The statements of a policy body; Broken(line) when they do not nest."""
    reader = _Reader(words)
    body = reader.block(0)
    if reader.at < len(words):
        raise Broken(words[reader.at][1])
    return body


def arguments(words: Words) -> tuple[Words, ...]:
    """The arguments between the outer parentheses, split at commas of the outer level; Broken when they are not closed."""
    if not words:
        return ()
    if words[0] != "(" or words[-1] != ")":
        raise Broken(0)
    out: list[list[str]] = [[]]
    depth = 0
    for word in words[1:-1]:
        depth += (word == "(") - (word == ")")
        if depth < 0:
            raise Broken(0)
        if word == "," and depth == 0:
            out.append([])
        else:
            out[-1].append(word)
    return tuple(tuple(one) for one in out if one)


class _Reader:
    def __init__(self, words: list[tuple[str, int]]) -> None:
        self.words = words
        self.at = 0

    @property
    def now(self) -> str:
        return self.words[self.at][0] if self.at < len(self.words) else ""

    @property
    def line(self) -> int:
        return self.words[min(self.at, len(self.words) - 1)][1] if self.words else 0

    def expect(self, word: str) -> int:
        if self.now != word:
            raise Broken(self.line)
        line = self.line
        self.at += 1
        return line

    def block(self, depth: int) -> tuple[Stmt, ...]:
        if depth > DEPTH:
            raise Broken(self.line)
        out: list[Stmt] = []
        while self.now and self.now not in ("elseif", "else", "endif", "then"):
            out.append(self.condition(depth) if self.now == "if" else self.simple())
        return tuple(out)

    def condition(self, depth: int) -> If:
        branches: list[Branch] = []
        otherwise: tuple[Stmt, ...] = ()
        line = self.expect("if")
        while True:
            test = self.either(0)
            self.expect("then")
            branches.append(Branch(test, self.block(depth + 1), line))
            if self.now != "elseif":
                break
            line = self.expect("elseif")
        if self.now == "else":
            self.expect("else")
            otherwise = self.block(depth + 1)
        self.expect("endif")
        return If(tuple(branches), otherwise)

    def simple(self) -> Stmt:
        line, start, depth = self.line, self.at, 0
        while self.now and (depth > 0 or self.at == start or (self.line == line and self.now not in STRUCTURE)):
            depth += (self.now == "(") - (self.now == ")")
            self.at += 1
            if self.at == start + 1 and self.words[start][0] in ("pass", "drop", "done"):
                break
        words = tuple(word for word, _ in self.words[start : self.at])
        if words[0] == UNKNOWN:
            return Anything(line)
        if words[0] == "apply" and len(words) > 1:
            name, args = _applied(words, line)
            return Apply(name, args, line)
        return Simple(words, line)

    def either(self, depth: int) -> Test:
        parts = [self.both(depth)]
        while self.now == "or":
            self.at += 1
            parts.append(self.both(depth))
        return parts[0] if len(parts) == 1 else Junction("or", tuple(parts))

    def both(self, depth: int) -> Test:
        parts = [self.single(depth)]
        while self.now == "and":
            self.at += 1
            parts.append(self.single(depth))
        return parts[0] if len(parts) == 1 else Junction("and", tuple(parts))

    def single(self, depth: int) -> Test:
        if depth > DEPTH:
            raise Broken(self.line)
        if self.now == "not":
            self.at += 1
            return Junction("not", (self.single(depth + 1),))
        if self.now == "(":
            self.at += 1
            inner = self.either(depth + 1)
            self.expect(")")
            return inner
        line, start, level = self.line, self.at, 0
        while self.now and (level > 0 or (self.now not in ENDS and self.now != ")")):
            if self.now in STRUCTURE:
                raise Broken(self.line)
            level += (self.now == "(") - (self.now == ")")
            self.at += 1
        words = tuple(word for word, _ in self.words[start : self.at])
        if not words or not self.now:
            raise Broken(line)
        if words[0] == "apply" and len(words) > 1:
            name, args = _applied(words, line)
            return ApplyTest(name, args, line)
        return Atom(words, line)


def _applied(words: Words, line: int) -> tuple[str, tuple[Words, ...]]:
    rest = words[2:]
    name = words[1]
    if name == "route-policy" and rest and rest[0] != "(":
        name, rest = rest[0], rest[1:]
    try:
        return name, arguments(rest)
    except Broken as error:
        raise Broken(line) from error


def header(text: str) -> tuple[str, tuple[str, ...]] | None:
    """Name and parameters of `route-policy NAME($a, $b)`; None when it is not that."""
    words = TOKEN.findall(text)
    if len(words) < 2 or words[0] != "route-policy":
        return None
    try:
        args = arguments(tuple(words[2:]))
    except Broken:
        return None
    if any(len(one) != 1 or not one[0].startswith("$") for one in args):
        return None
    return words[1], tuple(one[0][1:] for one in args)
