"""Origin validation of single routes (RFC 6811 section 2)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from socket import AF_INET, AF_INET6, inet_pton

from ..model import fast
from ..model.policy import Rpki
from ..model.reference import Vrp
from . import arrays, rovsweep, rovtable
from .collecting import uncollected
from .rows import in_order

Payloads = tuple[tuple[int, int], ...]
Table = dict[int, Payloads]
"""Payloads by the bits of their prefix."""


@dataclass(frozen=True, slots=True)
class Index:
    """(maxLength, ASN) of the payloads of each prefix: by length, for families 4 and 6; and which of them to ask for a route of each length."""

    four: Mapping[int, Table]
    six: Mapping[int, Table]
    steps: tuple[tuple[tuple[tuple[int, Table], ...], ...], ...]
    """By family (0 for IPv4, 1 for IPv6) and length of the route: how many bits to drop, and the table to look in."""

    @classmethod
    def of(cls, four: dict[int, Table], six: dict[int, Table]) -> Index:
        """From tables by length."""
        return cls(four, six, (_steps(four, 32), _steps(six, 128)))

    def at(self, family: int, network: int, length: int) -> Payloads:
        """The payloads of exactly this prefix."""
        tables, bits = (self.six, 128) if family == 6 else (self.four, 32)
        return tables.get(length, {}).get(network >> (bits - length), ())


def _steps(tables: Mapping[int, Table], bits: int) -> tuple[tuple[tuple[int, Table], ...], ...]:
    ways = [(length, bits - length, tables[length]) for length in sorted(tables)]
    return tuple(tuple((drop, table) for length, drop, table in ways if length <= most) for most in range(bits + 1))


def index(vrps: Iterable[tuple[str, int, int]]) -> Index:
    """From (prefix, maxLength, ASN)."""
    with uncollected():
        return of_keys(*rovsweep.numbers(vrps))


def of_keys(four: Iterable[int], six: Iterable[int]) -> Index:
    """From payloads as numbers: network, length (8 bits), maxLength (8 bits), ASN (32 bits)."""
    made: list[dict[int, Table]] = []
    with uncollected():
        for keys, bits in ((four, 32), (six, 128)):
            tables: dict[int, Table] = {}
            for one in keys:
                length = one >> 40 & 255
                table = tables.get(length)
                if table is None:
                    table = tables[length] = {}
                key = one >> 48 + bits - length
                held = table.get(key)
                pair = (one >> 32 & 255, one & rovsweep.ASN)
                table[key] = (pair,) if held is None else (*held, pair)
            made.append(tables)
    return Index.of(*made)


STATES = (Rpki.NOT_FOUND, Rpki.INVALID, Rpki.VALID)
"""States by the number that `rovtable` gives them."""
_KEPT: list[tuple[Sequence[Vrp], Index]] = []
"""The last sets that were indexed, found by identity: a hash over a million payloads would cost more than the index."""
_NUMBERS: list[tuple[Sequence[Vrp], Sequence[int], Sequence[int]]] = []
"""The last sets whose payloads are known as numbers already."""


def indexed(vrps: Sequence[Vrp]) -> Index:
    """The index of a set of payloads, made once for all that ask the same set."""
    for known, found in _KEPT:
        if known is vrps:
            return found
    made = of_keys(*_numbers(vrps))
    _KEPT[:] = [*_KEPT[-1:], (vrps, made)]
    return made


def keep_numbers(vrps: Sequence[Vrp], four: Sequence[int], six: Sequence[int]) -> None:
    """Keep the numbers of a set (see `of_keys`), in order, that were found when it was read."""
    _NUMBERS[:] = [*_NUMBERS[-1:], (vrps, four, six)]


def _numbers(vrps: Sequence[Vrp]) -> tuple[Sequence[int], Sequence[int]]:
    """The payloads of a set as numbers in order, by family."""
    for known, four, six in _NUMBERS:
        if known is vrps:
            return four, six
    four, six = rovsweep.numbers((one.prefix, one.max_length, one.asn) for one in vrps)
    # Made anew, so that they lie in memory in the order in which they are gone through; else each would be waited for.
    keep_numbers(vrps, [one + 0 for one in in_order(four)], [one + 0 for one in in_order(six)])
    return _numbers(vrps)


def origin(path: tuple[int | tuple[int, ...], ...], own_as: int) -> int | None:
    """The right-most ASN, our own for an empty path, None when the path ends in an AS_SET."""
    if not path:
        return own_as
    return path[-1] if isinstance(path[-1], int) else None


def validate(known: Index, prefix: str, origin_as: int | None) -> Rpki:
    """Valid, invalid or not-found; AS 0 never matches."""
    return validate_all(known, ((prefix, origin_as),))[0]


def validate_all(known: Index, routes: Iterable[tuple[str, int | None]]) -> list[Rpki]:
    """The state of each (prefix, origin), in order; about two microseconds each, so everything stands in one loop."""
    out: list[Rpki] = []
    steps4, steps6 = known.steps
    valid, invalid, not_found = Rpki.VALID, Rpki.INVALID, Rpki.NOT_FOUND
    for prefix, origin_as in routes:
        address, _, size = prefix.partition("/")
        if ":" in address:
            number, longest = int.from_bytes(inet_pton(AF_INET6, address), "big"), int(size) if size else 128
            if not 0 <= longest <= 128:
                raise ValueError(f"{prefix}: no length of an IPv6 prefix")
            steps = steps6[longest]
        else:
            number, longest = int.from_bytes(inet_pton(AF_INET, address), "big"), int(size) if size else 32
            if not 0 <= longest <= 32:
                raise ValueError(f"{prefix}: no length of an IPv4 prefix")
            steps = steps4[longest]
        state = not_found
        for drop, table in steps:
            found = table.get(number >> drop)
            if found is not None:
                state = invalid
                for most, asn in found:
                    if asn == origin_as and longest <= most and asn:
                        state = valid
                        break
                if state is valid:
                    break
        out.append(state)
    return out


_TABLES: list[tuple[Sequence[Vrp], rovtable.Columns]] = []
"""As `_KEPT`, for the columns of sets that were not read as such."""


def states(vrps: Sequence[Vrp], prefixes: Sequence[str], origins: Sequence[int | None]) -> list[Rpki]:
    """The state of each prefix with its origin (None for an AS_SET), in order, with arrays where the table is large and numpy installed."""
    if len(prefixes) >= arrays.MANY and len(vrps) and fast.numpy() is not None:
        with uncollected():
            table = _columns(vrps)
            found = rovtable.states(table, prefixes, origins) if table is not None else None
        if found is not None:
            out: list[Rpki] = fast.numpy().array(STATES, object)[found[0]].tolist()
            if found[1]:
                known = indexed(vrps)
                for at in found[1]:
                    out[at] = validate(known, prefixes[at], origins[at])
            return out
    with uncollected():
        if len(prefixes) >= rovsweep.MANY:
            return [STATES[one] for one in rovsweep.states(*_numbers(vrps), prefixes, origins)]
        return validate_all(indexed(vrps), zip(prefixes, origins, strict=True))


def _columns(vrps: Sequence[Vrp]) -> rovtable.Columns | None:
    for known, found in _TABLES:
        if known is vrps:
            return found
    made = rovtable.columns(vrps)
    if made is not None:
        _TABLES[:] = [*_TABLES[-1:], (vrps, made)]
    return made
