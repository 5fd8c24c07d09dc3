"""A whole validator's list of payloads read with arrays; whatever is unusual in it is left to the strict reading, which says what is wrong."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from types import NoneType
from typing import Any

from ..analysis import arrays
from ..analysis.rovtable import Columns
from ..model import fast
from ..model.reference import Vrp

LARGEST = (1 << 32) - 1


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
    prefixes = [one["prefix"] for one in items]
    most_of, expires = [one["maxLength"] for one in items], [one.get("expires") for one in items]
    asn_of = _numbers([one["asn"] for one in items])
    if (
        set(map(type, prefixes)) != {str}
        or set(map(type, most_of)) != {int}
        or not set(map(type, expires)) <= {int, float, NoneType}
    ):
        return None
    if asn_of is None:
        return None
    asn, most = np.array(asn_of, np.int64), np.array(most_of, np.int64)
    ends = _ends(np, expires)
    if ends is None or (asn < 0).any() or (asn > LARGEST).any():
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
        vrp = Vrp(prefixes[at], most_of[at], asn_of[at])
        dated[vrp] = max(expires[at] or 0, dated.get(vrp, 0))
    columns = Columns([prefixes[at] for at in kept.tolist()], upper, length, most[kept], asn[kept], len(first[0]))
    return columns, float(ends[alive].min()) if alive.any() else math.inf, dated


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
    key = number | length.astype(np.uint64) << np.uint64(8) | most.astype(np.uint64)
    order = np.lexsort((asn, key))
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


_ASNS = re.compile(r"AS\d{1,10}(?:,AS\d{1,10})*+", re.ASCII)


def _numbers(values: list[Any]) -> list[int] | None:
    """AS numbers, all written as numbers or all as `AS64500`."""
    kinds = set(map(type, values))
    if kinds == {int}:
        return values
    if kinds != {str} or not _ASNS.fullmatch(text := ",".join(values)):
        return None
    found = list(map(int, text[2:].split(",AS")))
    return found if len(found) == len(values) else None
