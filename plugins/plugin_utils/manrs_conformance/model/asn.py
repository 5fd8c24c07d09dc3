"""AS number ranges as POSIX extended regular expressions over decimal digits."""

from __future__ import annotations


def decimal_range(low: int, high: int) -> str:
    """An expression that matches exactly the decimal numbers low..high, without leading zeros."""
    parts: list[str] = []
    start = low
    while start <= high:
        width = len(str(start))
        end = min(high, 10**width - 1)
        parts.extend(_same_width(str(start), str(end)))
        start = end + 1
    return "|".join(parts)


def _same_width(low: str, high: str) -> list[str]:
    if not low:
        return [""]
    if low == high:
        return [low]
    rest = len(low) - 1
    if low[0] == high[0]:
        return [low[0] + tail for tail in _same_width(low[1:], high[1:])]
    if set(low[1:]) <= {"0"} and set(high[1:]) <= {"9"}:
        return [_digit(low[0], high[0]) + "[0-9]" * rest]
    first, last = int(low[0]), int(high[0])
    out: list[str] = []
    if set(low[1:]) - {"0"}:
        out += [low[0] + tail for tail in _same_width(low[1:], "9" * rest)]
        first += 1
    upper: list[str] = []
    if set(high[1:]) - {"9"}:
        upper = [high[0] + tail for tail in _same_width("0" * rest, high[1:])]
        last -= 1
    if first <= last:
        out.append(_digit(str(first), str(last)) + "[0-9]" * rest)
    return out + upper


def _digit(low: str, high: str) -> str:
    return low if low == high else f"[{low}-{high}]"
