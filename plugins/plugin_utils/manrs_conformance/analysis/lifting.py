"""AS-path patterns over whole ASNs: what stands between delimiters in the syntax tree of a pattern becomes one letter, a set of numbers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from .regex import BEGIN, DELIM, DIGITS, END, SYMBOLS, Alt, Chars, Cone, Digits, Mark, Node, Repeat, Seq


class NotTokens(Exception):
    """A pattern looks inside a number in a way that whole ASNs cannot express."""


@dataclass(frozen=True, slots=True)
class Number:
    """A whole ASN that one of these digit expressions matches; `index` is its place in the alphabet table."""

    index: int


@dataclass(frozen=True, slots=True)
class Space:
    """The separator itself: unlike `_` it is never the begin or the end."""


@dataclass(frozen=True, slots=True)
class Member:
    """`^N(_N)*$` with N as a letter: a list of a cone has thousands of them."""

    number: Number

    def written(self) -> Seq:
        """The same in full."""
        number: Node = self.number  # type: ignore[assignment]
        return Seq((BEGIN, number, Repeat(Seq((DELIM, number)), 0, None), END))


class Alphabet:
    """The digit expressions of a question, each a letter."""

    def __init__(self) -> None:
        self.expressions: dict[Node, int] = {}

    def number(self, tree: Node) -> Number:
        """The letter of a digit expression."""
        return Number(self.expressions.setdefault(tree, len(self.expressions)))


def lifted(tree: Node, alphabet: Alphabet) -> Node:
    """A pattern with its numbers as single letters; the outer ends of an unanchored number reach into longer ones.

    NotTokens when it looks inside a number.
    """
    if isinstance(tree, Cone):
        return Member(alphabet.number(tree.number))  # type: ignore[return-value]
    return _lift(list(tree.parts) if isinstance(tree, Seq) else [tree], alphabet, outer=True)


def indexes(part: object) -> Iterator[int]:
    """Digit expressions that a lifted pattern names, by their place in the alphabet."""
    if isinstance(part, Member):
        yield part.number.index
        return
    stack = [part]
    while stack:
        node = stack.pop()
        if isinstance(node, Number):
            yield node.index
        elif isinstance(node, Seq | Alt):
            stack.extend(node.parts)
        elif isinstance(node, Repeat):
            stack.append(node.part)


def _lift(parts: list[Node], alphabet: Alphabet, *, outer: bool) -> Node:
    out: list[Node] = []
    run: list[Node] = []
    for part in [*parts, None]:
        if part is not None and _digits_only(part):
            run.append(part)
            continue
        if run:
            first, last = outer and not out, outer and part is None
            out.append(_number(run, first, last, alphabet))
            run = []
        if part is not None:
            out.append(_lift_one(part, alphabet))
    if _apart(out):
        return Seq(tuple(out))
    _check(out)
    if outer:
        _check_edge(out, last=False)
        _check_edge(out[::-1], last=True)
    return Seq(tuple(out))


def _apart(parts: Sequence[object]) -> bool:
    """Whether this is `_N_`, the usual shape, whose number stands apart: nothing is left to check."""
    return len(parts) == 3 and isinstance(parts[1], Number) and isinstance(parts[0], Mark) and isinstance(parts[2], Mark)


def _number(run: list[Node], first: bool, last: bool, alphabet: Alphabet) -> Node:
    digits = Repeat(Chars(DIGITS), 0, None)
    some = [*([digits] if first else []), *run, *([digits] if last else [])]
    if not isinstance(run[0], Chars | Digits) and all(_optional(one) for one in some):
        raise NotTokens
    return alphabet.number(some[0] if len(some) == 1 else Seq(tuple(some)))  # type: ignore[return-value]


def _lift_one(part: Node, alphabet: Alphabet) -> Node:
    if isinstance(part, Mark):
        return part
    if isinstance(part, Chars):
        if part.some == {" "}:
            return Space()  # type: ignore[return-value]
        raise NotTokens
    if isinstance(part, Repeat):
        if isinstance(part.part, Chars) and part.part.some == SYMBOLS and part.low == 0 and part.high is None:
            return Repeat(Chars(SYMBOLS), 0, None)
        inner: list[Node] = list(part.part.parts) if isinstance(part.part, Seq) else [part.part]
        return Repeat(_lift(inner, alphabet, outer=False), part.low, part.high)
    if isinstance(part, Alt):
        return Alt(tuple(_lift(list(one.parts) if isinstance(one, Seq) else [one], alphabet, outer=False) for one in part.parts))
    if isinstance(part, Seq):
        return _lift(list(part.parts), alphabet, outer=False)
    raise NotTokens


def _digits_only(node: Node) -> bool:
    if isinstance(node, Digits):
        return True
    if isinstance(node, Chars):
        return bool(node.some) and node.some <= DIGITS
    if isinstance(node, Mark | Cone):
        return False
    if isinstance(node, Repeat):
        return _digits_only(node.part)
    return bool(node.parts) and all(_digits_only(one) for one in node.parts)


def _check(parts: Sequence[Node]) -> None:
    """Refuse neighbours that would cut a number: two numbers, or a number beside `.*`; an optional part may be there or not."""
    for left, right in _pairs(parts):
        if {"number", "any"} >= {left, right} and "number" in (left, right):
            raise NotTokens
        if left == right == "any":
            continue
    for one in parts:
        if isinstance(one, Repeat) and not isinstance(one.part, Chars) and (one.high is None or one.high > 1):
            for last in _ends(one.part, last=True):
                for first in _ends(one.part, last=False):
                    if {"number", "any"} >= {last, first} and "number" in (last, first):
                        raise NotTokens


def _check_edge(parts: Sequence[Node], *, last: bool) -> None:
    """Refuse a number at an open end of the pattern unless it is the outermost part, which `_number` has already opened."""
    for index, one in enumerate(parts):
        if index == 0 and isinstance(one, Number):
            return
        if "number" in _ends(one, last=last):
            raise NotTokens
        if not _optional(one):
            return


def _pairs(parts: Sequence[Node]) -> set[tuple[str, str]]:
    out: set[tuple[str, str]] = set()
    for index, left in enumerate(parts):
        for right in parts[index + 1 :]:
            out |= {(a, b) for a in _ends(left, last=True) for b in _ends(right, last=False)}
            if not _optional(right):
                break
    return out


def _ends(node: object, *, last: bool) -> set[str]:
    """What a part can end (or begin) with: `number`, `any` or `delim`."""
    if isinstance(node, Number):
        return {"number"}
    if isinstance(node, Chars):
        return {"any"}
    if isinstance(node, Mark | Space):
        return {"delim"}
    if isinstance(node, Repeat):
        return _ends(node.part, last=last)
    out: set[str] = set()
    if isinstance(node, Alt):
        for part in node.parts:
            out |= _ends(part, last=last)
        return out
    if isinstance(node, Seq):
        for part in reversed(node.parts) if last else node.parts:
            out |= _ends(part, last=last)
            if not _optional(part):
                break
    return out


def _optional(node: object) -> bool:
    if isinstance(node, Repeat):
        return node.low == 0 or _optional(node.part)
    if isinstance(node, Alt):
        return any(_optional(one) for one in node.parts)
    if isinstance(node, Seq):
        return all(_optional(one) for one in node.parts)
    return False
