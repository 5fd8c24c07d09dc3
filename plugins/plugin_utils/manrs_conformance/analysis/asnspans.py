"""Digit expressions as ranges of AS numbers, where they are no more than digits in a row and alternatives of them."""

from __future__ import annotations

from collections.abc import Sequence

from .regex import DIGITS, Alt, Chars, Digits, Node, Repeat, Seq, characters

LARGEST_NUMBER = 4294967295
LONGEST = len(str(LARGEST_NUMBER))
MOST_HEADS = 2_000
"""Digit expressions that fan out further than this are left to an automaton."""


def numbered(expressions: Sequence[Sequence[tuple[int, int]]], largest: int) -> dict[int, int]:
    """Signature -> least ASN where every expression is a set of ranges of numbers: no automaton is needed."""
    changes: dict[int, int] = {0: 0}
    for index, some in enumerate(expressions):
        for low, high in _united(some):
            for at in (low, high + 1):
                changes[at] = changes.get(at, 0) ^ 1 << index
    out: dict[int, int] = {}
    signature = 0
    for at in sorted(changes):
        signature ^= changes[at]
        if at <= largest:
            out.setdefault(signature, at)
    return out


def _united(some: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """The same numbers as ranges that neither overlap nor touch."""
    out: list[tuple[int, int]] = []
    for low, high in sorted(some):
        if out and low <= out[-1][1] + 1:
            out[-1] = (out[-1][0], max(out[-1][1], high))
        else:
            out.append((low, high))
    return out


def spans(tree: Node) -> list[tuple[int, int]] | None:
    """Ranges of the numbers that a digit expression matches; None when it is more than digits in a row and alternatives of them."""
    if isinstance(tree, Digits):
        return _number(tree.text)
    if isinstance(tree, Repeat) and tree.part == Chars(DIGITS) and tree.low <= 1 and tree.high is None:
        return [(0, LARGEST_NUMBER)]
    if isinstance(tree, Alt):
        some = [spans(one) for one in tree.parts]
        return None if None in some else [span for one in some for span in one or ()]
    digits = _row(tree)
    if digits is None:
        return spans(tree.parts[0]) if isinstance(tree, Seq) and len(tree.parts) == 1 else None
    if not digits:
        return None
    if len(digits) > LONGEST:
        return []
    if len(digits) > 1:
        digits = [digits[0] - {"0"}, *digits[1:]]
    free = 0
    while free < len(digits) and digits[-1 - free] == DIGITS:
        free += 1
    heads = [""]
    for some_digits in digits[: len(digits) - free]:
        heads = [head + one for head in heads for one in sorted(some_digits)]
        if len(heads) > MOST_HEADS:
            return None
    size = 10**free
    found = [(int(head or "0") * size, int(head or "0") * size + size - 1) for head in heads]
    return [(low, min(high, LARGEST_NUMBER)) for low, high in found if low <= LARGEST_NUMBER]


def _number(text: str) -> list[tuple[int, int]]:
    """The number that these digits are as routers write it, if it is one."""
    if len(text) > LONGEST or (text[0] == "0" and text != "0") or int(text) > LARGEST_NUMBER:
        return []
    return [(int(text), int(text))]


def _row(tree: Node) -> list[frozenset[str]] | None:
    """One set of digits for each place of a number of fixed width, or None."""
    if isinstance(tree, Chars):
        return [tree.some]
    if isinstance(tree, Digits):
        return [one.some for one in characters(tree)]
    if not isinstance(tree, Seq):
        return None
    out: list[frozenset[str]] = []
    for part in tree.parts:
        row = _row(part)
        if row is None:
            return None
        out += row
    return out
