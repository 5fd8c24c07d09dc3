"""Prefixes of whole tables as arrays, where numpy is installed (the extra `fast`); what is written in an unusual way is left to the slow reading."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from socket import AF_INET6, inet_pton
from typing import Any

from ..model import fast

MANY = 20_000
"""From so many items on, arrays are worth their making."""
PIECE = 20_000
"""Texts that are read at once, so that intermediate arrays stay in the processor's cache."""
ALL = (1 << 64) - 1
DOT, SLASH, NEWLINE, ZERO, NINE, COLON = 46, 47, 10, 48, 57, 58
ENDS = (DOT, DOT, DOT, SLASH, NEWLINE)
"""What ends each of the five numbers of an IPv4 prefix."""


@dataclass(frozen=True, slots=True)
class Read:
    """Prefixes as arrays: whether each is IPv6, then places, networks by upper (and for IPv6 lower) 64 bits, and lengths, of either family."""

    six: Any
    places4: Any
    upper4: Any
    length4: Any
    places6: Any
    upper6: Any
    lower6: Any
    length6: Any


def read(texts: Sequence[str]) -> Read | None:
    """All prefixes; IPv4 in the upper half of 64 bits. None when one is not in plain decimal form, or is no prefix with a length."""
    np = fast.numpy()
    sixes, numbers, lengths = [], [], []
    for at in range(0, len(texts), PIECE):
        piece = texts[at : at + PIECE]
        one = _piece(np, piece)
        if one is None:
            return None
        sixes.append(one[0])
        numbers.append(one[1])
        lengths.append(one[2])
    six = np.concatenate(sixes) if sixes else np.zeros(0, np.bool_)
    places6 = np.flatnonzero(six)
    more = read6([texts[at] for at in places6.tolist()])
    if more is None:
        return None
    upper4 = np.concatenate(numbers) if numbers else np.zeros(0, np.uint64)
    length4 = np.concatenate(lengths) if lengths else np.zeros(0, np.uint8)
    return Read(six, np.flatnonzero(~six), upper4, length4, places6, *more)


def _piece(np: Any, texts: Sequence[str]) -> tuple[Any, Any, Any] | None:
    """Which are IPv6, and numbers and lengths of the others."""
    try:
        raw = np.frombuffer(("\n".join(texts) + "\n").encode("ascii"), np.uint8)
    except (UnicodeEncodeError, TypeError):
        return None
    lines = np.flatnonzero(raw == NEWLINE)
    if len(lines) != len(texts):
        return None
    begins = np.empty_like(lines)
    begins[0], begins[1:] = 0, lines[:-1] + 1
    six = np.logical_or.reduceat(raw == COLON, begins)
    if six.any():
        raw = raw[np.repeat(~six, lines - begins + 1)]
    four = _decimal(np, raw, len(texts) - int(six.sum()))
    return None if four is None else (six, *four)


def _decimal(np: Any, raw: Any, count: int) -> tuple[Any, Any] | None:
    """Numbers and lengths of so many lines of IPv4 prefixes."""
    ends = np.flatnonzero((raw < ZERO) | (raw > NINE))
    if len(ends) != 5 * count or (raw[ends].reshape(-1, 5) != np.array(ENDS, np.uint8)).any():
        return None
    begins = np.empty_like(ends)
    begins[:1], begins[1:] = 0, ends[:-1] + 1
    sizes = ends - begins
    if (sizes < 1).any() or (sizes > 3).any() or ((sizes > 1) & (raw[begins] == ZERO)).any():
        return None
    values = (raw[ends - 1] - ZERO).astype(np.int64)
    for place, worth in ((2, 10), (3, 100)):
        there = np.flatnonzero(sizes >= place)
        values[there] += worth * (raw[ends[there] - place].astype(np.int64) - ZERO)
    fields = values.reshape(-1, 5)
    if (fields[:, :4] > 255).any() or (fields[:, 4] > 32).any():
        return None
    number = fields[:, 0] << 24 | fields[:, 1] << 16 | fields[:, 2] << 8 | fields[:, 3]
    return number.astype(np.uint64) << np.uint64(32), fields[:, 4].astype(np.uint8)


def read6(texts: Sequence[str]) -> tuple[Any, Any, Any] | None:
    """Upper and lower 64 bits and lengths of IPv6 prefixes; None when one is none, or has no length in plain decimal form."""
    np = fast.numpy()
    try:
        halves = [one.partition("/") for one in texts]
        raw = b"".join([inet_pton(AF_INET6, address) for address, _, _ in halves])
        lengths = [LENGTHS[size] for _, _, size in halves]
    except (OSError, ValueError, KeyError, TypeError):
        return None
    both = np.frombuffer(raw, ">u8").astype(np.uint64).reshape(-1, 2)
    return both[:, 0], both[:, 1], np.array(lengths, np.uint8)


LENGTHS = {str(length): length for length in range(129)}


def ones(np: Any, count: Any) -> Any:
    """For each count up to 64 the number whose lowest bits, so many, are set."""
    count = count.astype(np.uint64)
    return np.where(count == 64, np.uint64(ALL), (np.uint64(1) << np.minimum(count, np.uint64(63))) - np.uint64(1))


def hosts(np: Any, lengths: Any) -> Any:
    """The bits of 64 that a prefix of each length (up to 64) leaves free."""
    return ones(np, np.uint64(64) - np.minimum(lengths, 64).astype(np.uint64))
