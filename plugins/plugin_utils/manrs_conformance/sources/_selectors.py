"""Tell whether two selectors can select the same session without one being more specific."""

from __future__ import annotations

import functools
import ipaddress
import string
from collections.abc import Sequence

from ..model.intent import Selector

WILDCARDS = frozenset("*?[")
Token = frozenset[str] | None
"""Characters a position may hold; None is any run of characters."""
ANY = frozenset(string.printable)


def ambiguous(selectors: Sequence[Selector]) -> tuple[int, int] | None:
    """The first two selectors (by index) that tie on some session, or None."""
    groups: dict[tuple[object, ...], list[int]] = {}
    for index, one in enumerate(selectors):
        key = (_shape(one), one.asn, one.vrf, one.family)
        for other in groups.setdefault(key, []):
            if _meet(selectors[other], one):
                return other, index
        groups[key].append(index)
    return None


def _shape(one: Selector) -> tuple[object, ...]:
    """What makes a selector specific, apart from the values themselves; see `analysis.scope.specificity`."""
    return (_length(one.address), _wild(one.group), _wild(one.device))


def _wild(pattern: str | None) -> int:
    return 0 if pattern is None else 1 if WILDCARDS & set(pattern) else 2


def _length(address: str | None) -> int:
    if address is None:
        return -1
    try:
        network = ipaddress.ip_network(address, strict=False)
    except ValueError:
        return 255  # an interface name: between a host address (256) and any range
    return 2 * (128 - (network.max_prefixlen - network.prefixlen))


def _meet(first: Selector, second: Selector) -> bool:
    """Of two selectors of one shape: whether one session can satisfy both (prefixes of one length meet only when equal)."""
    return (
        first.address == second.address
        and _patterns_meet(first.group or "*", second.group or "*")
        and _patterns_meet(first.device or "*", second.device or "*")
    )


def _patterns_meet(first: str, second: str) -> bool:
    """Whether some text matches both shell wildcards."""
    if first == second:
        return True
    a, b = _tokens(first), _tokens(second)

    @functools.cache
    def walk(i: int, j: int) -> bool:
        if i == len(a) and j == len(b):
            return True
        if i < len(a) and a[i] is None:
            return walk(i + 1, j) or (j < len(b) and walk(i, j + 1))
        if j < len(b) and b[j] is None:
            return walk(i, j + 1) or (i < len(a) and walk(i + 1, j))
        if i == len(a) or j == len(b):
            return False
        left, right = a[i], b[j]
        return left is not None and right is not None and bool(left & right) and walk(i + 1, j + 1)

    return walk(0, 0)


def _tokens(pattern: str) -> list[Token]:
    out: list[Token] = []
    at = 0
    while at < len(pattern):
        sign = pattern[at]
        end = pattern.find("]", at + 2) if sign == "[" else -1
        if sign == "*":
            out.append(None)
        elif sign == "?" or end > 0:
            out.append(ANY)  # a class counts as any character: at worst a harmless tie is refused
            at = max(at, end)
        else:
            out.append(frozenset(sign))
        at += 1
    return out
