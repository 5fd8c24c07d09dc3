"""Elements of community sets: literals, ranges, wildcards and expressions."""

from __future__ import annotations

import functools
import re

from ...model.policy import CommunityEntry, CommunityKind
from .._lists import WELL_KNOWN, Unreadable, community_name, decimal
from .paths import PRIVATE
from .rpl import Words

NAMES = {**WELL_KNOWN, "internet": "0:0"}
"""XR documents `internet` as 0:0 (RPL configuration guide, community-set)."""
LARGEST = {"standard": 0xFFFF, "large": 0xFFFFFFFF, "extended": 0xFFFFFFFF}
WIDTH = {"standard": 2, "large": 3, "extended": 2}
KEPT = ("0:0", "65535:65281", "65535:65282", "65535:65283")
"""What `delete community all` leaves: the well-known communities internet, no-export, no-advertise and local-AS."""
Span = tuple[tuple[int, int], ...]


def _half(text: str, kind: CommunityKind, peer: int | None) -> Span:
    largest = LARGEST[kind]
    if text == "*":
        return ((0, largest),)
    if text == "private-as":
        return tuple((low, min(high, largest)) for low, high in PRIVATE if low <= largest)
    if text == "peeras":
        if peer is None or peer > largest:
            raise Unreadable(text)
        return ((peer, peer),)
    if text.startswith("["):
        low, dots, high = text.strip("[]").partition("..")
        span = (decimal(low), decimal(high))
        if not dots or not span[0] <= span[1] <= largest:
            raise Unreadable(text)
        return (span,)
    value = decimal(text)
    if value > largest:
        raise Unreadable(text)
    return ((value, value),)


def element(words: Words, kind: CommunityKind, prefix: str, line: int, peer: int | None) -> CommunityEntry:
    """One element as an entry; `prefix` is `rt` or `soo` for extended ones. Unreadable for anything else."""
    if len(words) == 2 and words[0] in ("ios-regex", "dfa-regex") and words[1][:1] in ("'", '"'):
        return _expression(words[0], words[1][1:-1], kind, line)
    if len(words) != 1:
        raise Unreadable(" ".join(words))
    text = words[0]
    if kind == "standard" and text in NAMES:
        return CommunityEntry(True, (NAMES[text],), line=line)
    if kind == "extended":
        return CommunityEntry(True, (f"{prefix}:{community_name(text, 'extended')}",), line=line)
    if kind == "standard" and text == "*":
        text = "*:*"
    parts = [_half(one, kind, peer) for one in text.split(":")]
    if len(parts) != WIDTH[kind]:
        raise Unreadable(text)
    if all(len(one) == 1 and one[0][0] == one[0][1] for one in parts):
        return CommunityEntry(True, (":".join(str(one[0][0]) for one in parts),), line=line)
    return CommunityEntry(True, line=line, ranges=tuple(parts))


def _expression(sort: str, pattern: str, kind: CommunityKind, line: int) -> CommunityEntry:
    """An expression as ranges, where it speaks of the two halves apart; Unreadable for any other."""
    spans = _halves(pattern) if sort == "ios-regex" and kind == "standard" else None
    if spans is None:
        raise Unreadable(f"{sort} {pattern}")
    return CommunityEntry(True, line=line, ranges=spans)


@functools.lru_cache(maxsize=4096)
def _halves(pattern: str) -> tuple[Span, Span] | None:
    """The numbers that each side of the one colon matches; None when the expression is not of that form or reads names."""
    left, colon, right = pattern.partition(":")
    if not colon or ":" in right or not re.fullmatch(r"[\^_]?\(?[0-9.*+?\[\]|\-]*\)?", left):
        return None
    if not re.fullmatch(r"\(?[0-9.*+?\[\]|\-]*\)?[$_]?", right) or any(_loose(one) for one in (left, right)):
        return None
    begin = "" if left[:1] in "^_" and left else "[0-9]*"
    end = "" if right[-1:] in "$_" and right else "[0-9]*"
    try:
        first = _matching(re.compile(begin + left.lstrip("^_").replace(".", "[0-9]")))
        second = _matching(re.compile(right.rstrip("$_").replace(".", "[0-9]") + end))
    except re.error:
        return None
    if not first or not second or first[-1][1] == 0xFFFF or first[0][0] == second[0][0] == 0:
        return None  # 65535:* and 0:0 are printed by name, and the expression would read the name
    return first, second


def _loose(side: str) -> bool:
    """An alternative outside a group would reach over the colon; an open group would be closed on the other side."""
    bare = re.sub(r"\([^()]*\)", "", re.sub(r"\[[^\]]*\]", "", side))
    return "|" in bare or "(" in bare or ")" in bare


def _matching(expression: re.Pattern[str]) -> Span:
    out: list[tuple[int, int]] = []
    for number in range(0x10000):
        if expression.fullmatch(str(number)):
            if out and out[-1][1] == number - 1:
                out[-1] = (out[-1][0], number)
            else:
                out.append((number, number))
    return tuple(out)
