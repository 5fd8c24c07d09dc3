"""AS-path conditions of the routing policy language as patterns: `neighbor-is`, `originates-from`, `passes-through`, sets and expressions."""

from __future__ import annotations

from itertools import pairwise

from ...model.asn import decimal_range
from ...model.policy import AllOf, AnyOf, AsPathEntry, AsPathList, AsPathMatch, Cond, Const, NumberMatch
from .._lists import Unreadable, decimal
from .rpl import Words

PRIVATE = ((64512, 65534), (4200000000, 4294967294))
"""RFC 6996."""
PLACES = {"neighbor-is": ("^", "_"), "originates-from": ("_", "$"), "passes-through": ("_", "_")}
LARGEST = 4294967295
COLLAPSE = "whether repeated ASNs are taken as one without `exact` is not confirmed"
UNIQUE = "unique-length leaves out repeated ASNs, which is not modelled"
Ranges = tuple[tuple[int, int], ...]


def asn(text: str) -> int:
    """An AS number, plain or with a dot; Unreadable otherwise."""
    high, dot, low = text.partition(".")
    value = decimal(high) * 65536 + decimal(low) if dot else decimal(high)
    if value > LARGEST or (dot and max(decimal(high), decimal(low)) > 65535):
        raise Unreadable(text)
    return value


def comparison(words: Words, largest: int = LARGEST) -> tuple[tuple[int, int], ...]:
    """Ranges of `eq|is|ge|le N`; Unreadable otherwise."""
    if len(words) != 2 or words[0] not in ("eq", "is", "ge", "le"):
        raise Unreadable(" ".join(words))
    number = decimal(words[1])
    return {"ge": ((number, largest),), "le": ((0, number),)}.get(words[0], ((number, number),))


def _item(text: str, peer: int | None) -> Ranges:
    if text == "private-as":
        return PRIVATE
    if text == "peeras":
        if peer is None:
            raise Unreadable(text)
        return ((peer, peer),)
    if text.startswith("["):
        low, dots, high = text.strip("[]").partition("..")
        if not dots or asn(low) > asn(high):
            raise Unreadable(text)
        return ((asn(low), asn(high)),)
    return ((asn(text), asn(text)),)


def _pattern(ranges: Ranges) -> str:
    """One ASN of the ranges, as an expression."""
    some = "|".join(decimal_range(low, high) for low, high in ranges)
    return some if ranges[0][0] == ranges[0][1] and len(ranges) == 1 else f"({some})"


def sequence(kind: str, text: str, exact: bool, peer: int | None) -> tuple[str, str | None]:
    """Patterns of a quoted sequence of ASNs: as written, and with repeated ASNs taken as one (the same when it makes no difference).

    None stands for a sequence whose second reading is not expressible. Only the inner side of an end can repeat: `neighbor-is` leaves
    what follows open, `originates-from` what precedes, `passes-through` both.
    """
    items = [_item(one, peer) for one in text.strip("'\"").split()]
    if not items:
        raise Unreadable(text)
    before, after = PLACES[kind]
    written = before + "_".join(_pattern(one) for one in items) + after
    if exact or len(items) == 1:
        return written, written
    if any(a[0] <= d[1] and d[0] <= a[1] for one, two in pairwise(items) for a in one for d in two):
        return written, None
    free = {0} if kind in ("originates-from", "passes-through") else set()
    free |= {len(items) - 1} if kind in ("neighbor-is", "passes-through") else set()
    parts: list[str] = []
    for place, one in enumerate(items):
        if place in free:
            parts.append(_pattern(one))
        elif one[0][0] == one[0][1] and len(one) == 1:
            parts.append(f"{one[0][0]}(_{one[0][0]})*")
        else:
            return written, None
    return written, before + "_".join(parts) + after


def match(name: str, patterns: list[tuple[str, str, int]], line: int) -> Cond:
    """Some (pattern, dialect, line) matches; each dialect stands in a list of its own, so that one unknown expression hides no other."""
    groups: dict[str, list[AsPathEntry]] = {}
    for pattern, dialect, at in patterns:
        groups.setdefault(dialect, []).append(AsPathEntry(True, pattern, dialect, at))
    lists = tuple(AsPathList(name, tuple(entries), tuple(one.line for one in entries)) for entries in groups.values())
    return AsPathMatch(lists, line)


def element(words: Words, line: int, peer: int | None) -> tuple[list[tuple[str, str, int]], list[Cond]]:
    """Patterns and other conditions of one element of an as-path-set, any of which makes it match; Unreadable for any other.

    The syntax of `dfa-regex` is not documented well enough to decide anything by it.
    """
    head, rest = words[0] if words else "", words[1:]
    if head == "ios-regex" and len(rest) == 1 and rest[0][:1] in ("'", '"'):
        return [(rest[0][1:-1], "cisco", line)], []
    if head in PLACES and rest and len(rest) <= 2 and rest[1:] in ((), ("exact",)):
        written, collapsed = sequence(head, rest[0], len(rest) == 2, peer)
        if collapsed == written:
            return [(written, "cisco", line)], []
        if collapsed is None:
            return [], [Const(None, COLLAPSE, line)]
        doubt = AllOf((match("", [(collapsed, "cisco", line)], line), Const(None, COLLAPSE, line)))
        return [(written, "cisco", line)], [doubt]
    if head in ("length", "unique-length"):
        ranges = comparison(rest[:-1] if rest[-1:] == ("all",) else rest)
        cond: Cond = NumberMatch("path_length", ranges, line)
        return [], [cond if head == "length" else _unique(ranges[0], line)]
    if words == ("is-local",):
        return [("^$", "cisco", line)], []
    raise Unreadable(" ".join(words))


def _unique(bounds: tuple[int, int], line: int) -> Cond:
    """Fewer distinct ASNs than ASNs: at least as many ASNs are needed, and a short path is enough for an upper bound."""
    low, high = bounds
    doubt = Const(None, UNIQUE, line)

    def between(least: int, most: int) -> Cond:
        return NumberMatch("path_length", ((least, most),), line)

    if high == LARGEST:
        return between(low, LARGEST) if low <= 1 else AllOf((between(low, LARGEST), doubt))
    if high == 0:
        return between(0, 0)
    if low <= 1:
        return AnyOf((between(low, high), AllOf((between(high + 1, LARGEST), doubt))))
    return AllOf((between(low, LARGEST), doubt))


def combined(name: str, parts: list[tuple[list[tuple[str, str, int]], list[Cond]]], line: int) -> Cond:
    """Any element matches."""
    patterns = [one for some, _ in parts for one in some]
    conds: list[Cond] = [match(name, patterns, line)] if patterns else []
    conds += [one for _, some in parts for one in some]
    return conds[0] if len(conds) == 1 else AnyOf(tuple(conds))
