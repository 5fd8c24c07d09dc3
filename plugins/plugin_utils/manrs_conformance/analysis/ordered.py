"""Prefix lists of which the order of entries counts, each by itself: what stays permitted under every prefix that an entry names."""

from __future__ import annotations

from collections.abc import Sequence

from ..model.policy import PrefixEntry
from .rows import Rows, in_order, ranges, tails

Frame = tuple[int, int, int, int, int, int, int, int]
"""Of an entry: greatest key under it, its key, its place in the list and its lengths; of all that cover its prefix: the first place and the last, and the
lengths that they decide and permit."""


def read(entries: Sequence[PrefixEntry], bits: int, *, longest: bool) -> Rows:
    """The rows of a list whose first entry that holds decides, or whose longest prefix does: several of one prefix count in order.

    The entries over a prefix lie on a stack. An entry that stands in the list before all of them or behind them costs no look at each.
    """
    ends, spans, out = tails(bits), ranges(bits), Rows(whole=True)
    nothing = (1 << bits + 8, -1, -1, 0, len(entries), -1, 0, 0)
    frames: list[Frame] = [nothing]
    codes = [
        ((a << 8 | b) << 32 | at) << 17 | low << 9 | high << 1 | permit
        for at, (a, b, low, high, permit, _line) in enumerate(entries)
        if longest or low <= high  # the longest prefix is chosen even when its range is empty
    ]
    for code in in_order(codes):
        key, at, span = code >> 49, code >> 17 & 0xFFFFFFFF, spans[code >> 1 & 0xFFFF]
        while frames[-1][0] < key:
            frames.pop()
        _, over, _, _, first, last, decided, permitted = frames[-1] if not longest or frames[-1][1] == key else nothing
        new = span if at < first else span & ~(decided if at > last else _before(at, frames))
        permitted = permitted | new if code & 1 else permitted & ~new
        before, behind = at if at < first else first, at if at > last else last  # min and max would be calls
        frames.append((key | ends[key & 255], key, at, span, before, behind, decided | span, permitted))
        if over == key:
            out.masks[-1] = permitted
            continue
        out.keys.append(key)
        out.masks.append(permitted)
    return out


def _before(at: int, frames: Sequence[Frame]) -> int:
    """The lengths that covering entries decide that stand in the list before a place."""
    out = 0
    for frame in frames:
        if frame[2] < at:
            out |= frame[3]
    return out
