"""A whole validator's list of payloads read with arrays; whatever is unusual in it is left to the strict reading, which says what is wrong."""

from __future__ import annotations

import math
from collections.abc import Mapping
from types import NoneType
from typing import Any

from ..analysis import arrays
from ..analysis.rovtable import Columns
from ..model import fast
from ..model.reference import Vrp

LARGEST = (1 << 32) - 1
SMALL = 20
"""Bits of an ASN that stand in a key of 64 bits beside network and lengths of IPv4."""


def read(items: list[Any], now: float, asns: frozenset[int]) -> tuple[Columns, float, Mapping[Vrp, float]] | None:
    """Payloads that have not expired, when the first of them does (infinity for never), and when those of `asns` do; None: read it strictly."""
    np = fast.numpy()
    if np is None or len(items) < arrays.MANY:
        return None
    try:
        return _read(np, items, now, asns)
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError):
        return None


def _read(np: Any, items: list[Any], now: float, asns: frozenset[int]) -> tuple[Columns, float, Mapping[Vrp, float]] | None:
    split = _split(items)
    if split is None:
        return None
    prefixes, most_of, expires = split
    asn, most, ends = _numbers(np, [one["asn"] for one in items]), np.array(most_of, np.int64), _ends(np, expires)
    if asn is None or ends is None or (asn < 0).any() or (asn > LARGEST).any():
        return None
    read = arrays.read(prefixes)
    if read is None:
        return None
    alive = ends > now
    first, second = _four(np, read, most, asn, alive), _six(np, read, most, asn, alive)
    if first is None or second is None:
        return None
    kept, upper, length = (np.concatenate([one, other]) for one, other in zip(first, second, strict=True))
    dated: dict[Vrp, float] = {}
    own = np.flatnonzero(np.isin(asn, list(asns)) & alive & np.isfinite(ends)).tolist() if asns else ()
    for at in own:
        vrp = Vrp(prefixes[at], most_of[at], int(asn[at]))
        dated[vrp] = max(expires[at] or 0, dated.get(vrp, 0))
    columns = Columns(prefixes, kept, upper, length, most[kept], asn[kept], len(first[0]))
    return columns, float(ends[alive].min()) if alive.any() else math.inf, dated


PIECE = 2_000
"""Items that are read at once: what one column brings into the processor's cache is still there for the next."""


def _split(items: list[Any]) -> tuple[list[str], list[int], list[Any]] | None:
    """Prefixes, maxLengths and ends, or None where one of them is not of the kind that validators write."""
    prefixes: list[str] = []
    most: list[int] = []
    ends: list[Any] = []
    texts, numbers, times = set[type](), set[type](), set[type]()
    for at in range(0, len(items), PIECE):
        some = items[at : at + PIECE]
        prefixes += (column := [one["prefix"] for one in some])
        texts.update(map(type, column))
        most += (column := [one["maxLength"] for one in some])
        numbers.update(map(type, column))
        ends += (column := [one.get("expires") for one in some])
        times.update(map(type, column))
    usual = texts == {str} and numbers == {int} and times <= {int, float, NoneType}
    return (prefixes, most, ends) if usual else None


def _ends(np: Any, expires: list[Any]) -> Any:
    """When each payload expires, infinity for never; None where a number is none."""
    never = expires.count(None)
    if never == len(expires):
        return np.full(len(expires), math.inf)
    ends = np.array([math.inf if one is None else one for one in expires], np.float64)
    return None if np.isnan(ends).any() or int(np.isinf(ends).sum()) != never else ends


def _four(np: Any, read: arrays.Read, most: Any, asn: Any, alive: Any) -> tuple[Any, Any, Any] | None:
    """Places in order without repetitions, networks and lengths of those that are IPv4 and have not expired; None when one is wrong."""
    places, number, length = read.places4, read.upper4, read.length4
    most, asn, alive = most[places], asn[places], alive[places]
    if ((most < length) | (most > 32)).any() or (number & arrays.hosts(np, length)).any():
        return None
    key = number | (length.astype(np.uint64) << np.uint64(6) | most.astype(np.uint64)) << np.uint64(SMALL)
    # One sort instead of two, while no ASN is greater than any that is given out today.
    order = np.argsort(key | asn.astype(np.uint64)) if int(asn.max(initial=0)) < 1 << SMALL else np.lexsort((asn, key))
    order = order[alive[order]]
    order = order[_last(np, key[order], asn[order])]
    return places[order], number[order], length[order]


def _six(np: Any, read: arrays.Read, most: Any, asn: Any, alive: Any) -> tuple[Any, Any, Any] | None:
    """As `_four` for IPv6; networks by their upper 64 bits."""
    places, upper, lower, length = read.places6, read.upper6, read.lower6, read.length6
    most, asn, alive = most[places], asn[places], alive[places]
    low = arrays.hosts(np, np.where(length > 64, length - np.uint8(64), np.uint8(0)))
    if ((most < length) | (most > 128)).any() or (upper & arrays.hosts(np, length)).any() or (lower & low).any():
        return None
    size = length.astype(np.int64) << 8 | most
    order = np.lexsort((asn, size, lower, upper))
    order = order[alive[order]]
    order = order[_last(np, upper[order], lower[order], size[order], asn[order])]
    return places[order], upper[order], length[order]


def _last(np: Any, *keys: Any) -> Any:
    """Whether a row, in order, is the last of those with the same keys."""
    last = np.ones(len(keys[0]), np.bool_)
    if len(last):
        last[:-1] = np.logical_or.reduce([one[1:] != one[:-1] for one in keys])
    return last


def _numbers(np: Any, values: list[Any]) -> Any:
    """AS numbers as an array, all written as numbers or all as `AS64500`; None for others."""
    kinds = set(map(type, values))
    if kinds == {int}:
        return np.array(values, np.int64)
    if kinds != {str}:
        return None
    text = "," + ",".join(values)
    bare = text.replace(",AS", ",")
    alike = text.count(",") == text.count(",AS") == len(values) and bare.replace(",", "").isdecimal()
    if not alike or not text.isascii() or ",," in bare or bare.endswith(","):
        return None
    return np.fromstring(bare[1:], np.int64, sep=",")
