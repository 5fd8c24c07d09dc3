"""Origin validation of whole tables with arrays: payloads as a forest, in which every route climbs from the nearest to all that cover it.

The answers are those of `origin.validate` (RFC 6811 section 2). Prefixes are laminar: two overlap only where one covers the other. So, in order
of their first address and then of length, whatever covers a prefix is an ancestor of its predecessor.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, overload

from ..model import fast
from ..model.reference import Vrp
from . import arrays

NOBODY = -2
"""What stands for AS 0 in a payload: it never matches. A route without an origin has -1."""
NOT_FOUND, INVALID, VALID = range(3)


@dataclass(slots=True)
class Forest:
    """Payloads of one family by their upper 64 bits: first and last address, length, maxLength, ASN, and the payload that covers each."""

    start: Any
    end: Any
    most: Any
    asn: Any
    parent: Any

    @classmethod
    def of(cls, start: Any, length: Any, most: Any, asn: Any) -> Forest:
        """Payloads none of which is longer than 64 bits, in any order."""
        np = fast.numpy()
        order = np.lexsort((length, start))
        start, length = start[order], length[order]
        end = start | arrays.hosts(np, length)
        asn = asn[order].astype(np.int64)
        return cls(start, end, most[order], np.where(asn == 0, NOBODY, asn), _parents(np, end))

    def states(self, start: Any, length: Any, asn: Any) -> Any:
        """The state of each route (first address, length up to 64, origin or -1).

        They are looked up in the order of their addresses: to sort a million of them costs a tenth of looking them up in any order.
        """
        np = fast.numpy()
        order, found = np.argsort(start), np.empty(len(start), np.uint8)
        found[order] = self._in_order(start[order], length[order], asn[order])
        return found

    def _in_order(self, start: Any, length: Any, asn: Any) -> Any:
        np = fast.numpy()
        end = start | arrays.hosts(np, length)
        out = np.zeros(len(start), np.uint8)
        node = np.searchsorted(self.start, start, "right") - 1
        open_ones = np.flatnonzero(node >= 0)
        node = node[open_ones]
        while len(open_ones):
            covers = self.end[node] >= end[open_ones]
            out[open_ones[covers]] = INVALID
            right = covers & (self.asn[node] == asn[open_ones]) & (length[open_ones] <= self.most[node])
            out[open_ones[right]] = VALID
            node = self.parent[node]
            going = ~right & (node >= 0)
            open_ones, node = open_ones[going], node[going]
        return out


def _parents(np: Any, end: Any) -> Any:
    """The nearest payload that covers each, -1 for none: from the predecessor on, by ever longer steps past what does not cover."""
    found = np.arange(-1, len(end) - 1, dtype=np.int64)
    todo = np.flatnonzero((found >= 0) & (end[found] < end))
    while len(todo):
        step = found[found[todo]]
        found[todo] = step
        todo = todo[(step >= 0) & (end[step] < end[todo])]
    return found


class Columns(Sequence[Vrp]):
    """A whole set of payloads as columns, in order of family, prefix, maxLength and ASN; a `Vrp` is made when it is asked for.

    `texts` holds the prefixes as they are written, in any order, and `places` where in it each is; `start` the upper 64 bits of each network, and
    `four` is how many are IPv4.
    """

    __slots__ = ("_forests", "_made", "asn", "four", "length", "most", "places", "start", "texts")

    def __init__(self, texts: list[str], places: Any, start: Any, length: Any, most: Any, asn: Any, four: int) -> None:
        """Columns of equal length."""
        self.texts, self.places, self.start, self.length, self.most, self.asn, self.four = (
            texts,
            places,
            start,
            length,
            most,
            asn,
            four,
        )
        self._made: tuple[Vrp, ...] | None = None
        self._forests: tuple[Forest, Forest] | None = None

    @overload
    def __getitem__(self, at: int) -> Vrp: ...
    @overload
    def __getitem__(self, at: slice) -> Sequence[Vrp]: ...
    def __getitem__(self, at: int | slice) -> Vrp | Sequence[Vrp]:
        """One payload, or a tuple of some."""
        if isinstance(at, slice) or self._made is not None:
            return self.whole()[at]
        return Vrp(self.texts[self.places[at]], int(self.most[at]), int(self.asn[at]))

    def __len__(self) -> int:
        """How many there are."""
        return len(self.places)

    def __iter__(self) -> Iterator[Vrp]:
        """All of them, in order."""
        return iter(self.whole())

    def __eq__(self, other: object) -> bool:
        """Whether the other sequence holds the same payloads in the same order."""
        return isinstance(other, Sequence) and len(self) == len(other) and self.whole() == tuple(other)

    __hash__ = None  # type: ignore[assignment]

    def whole(self) -> tuple[Vrp, ...]:
        """All payloads as values, made once."""
        if self._made is None:
            self._made = tuple(map(Vrp, [self.texts[at] for at in self.places.tolist()], self.most.tolist(), self.asn.tolist()))
        return self._made

    def forests(self) -> tuple[Forest, Forest]:
        """The payloads of IPv4, and those of IPv6 up to 64 bits, made once."""
        if self._forests is None:
            np, cut = fast.numpy(), self.four
            six = np.flatnonzero(self.length[cut:] <= 64) + cut
            self._forests = (
                Forest.of(self.start[:cut], self.length[:cut], self.most[:cut], self.asn[:cut]),
                Forest.of(self.start[six], self.length[six], self.most[six], self.asn[six]),
            )
        return self._forests


def columns(vrps: Sequence[Vrp]) -> Columns | None:
    """The columns of any set of payloads; None when numpy is missing, or a prefix is written in an unusual way."""
    if isinstance(vrps, Columns):
        return vrps
    np = fast.numpy()
    if np is None:
        return None
    read = arrays.read([one.prefix for one in vrps])
    if read is None:
        return None
    places = np.concatenate([read.places4, read.places6]).tolist()
    both = [vrps[at] for at in places]
    return Columns(
        [one.prefix for one in both],
        np.arange(len(both)),
        np.concatenate(
            [read.upper4 & ~arrays.hosts(np, read.length4), read.upper6 & ~arrays.hosts(np, read.length6)],
        ),
        np.concatenate([read.length4, read.length6]),
        np.array([one.max_length for one in both], np.int64),
        np.array([one.asn for one in both], np.int64),
        len(read.places4),
    )


def states(known: Columns, prefixes: Sequence[str], origins: Sequence[int | None]) -> tuple[Any, list[int]] | None:
    """States by number as an array, and the places of routes longer than 64 bits, which are not judged here; None for unusual texts or origins."""
    np = fast.numpy()
    try:
        asn = np.array([-1 if one is None else one for one in origins] if None in origins else origins, np.int64)
    except (TypeError, ValueError, OverflowError):
        return None
    if asn.shape != (len(prefixes),) or (asn < -1).any():
        return None
    read = arrays.read(prefixes)
    if read is None:
        return None
    out = np.zeros(len(prefixes), np.uint8)
    forests = known.forests()
    start = read.upper4 & ~arrays.hosts(np, read.length4)
    out[read.places4] = forests[0].states(start, read.length4, asn[read.places4])
    short = read.length6 <= 64
    start, length, at = read.upper6[short], read.length6[short], read.places6[short]
    out[at] = forests[1].states(start & ~arrays.hosts(np, length), length, asn[at])
    return out, read.places6[~short].tolist()
