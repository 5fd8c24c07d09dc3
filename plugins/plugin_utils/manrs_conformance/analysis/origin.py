"""Origin validation of single routes (RFC 6811 section 2)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from socket import AF_INET, AF_INET6, inet_pton

from ..model.policy import Rpki
from ..model.reference import Vrp
from .collecting import uncollected

Payloads = tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Index:
    """(maxLength, ASN) of the payloads of each prefix, and the lengths that occur: by family, 4 and 6."""

    four: Mapping[int, Payloads]
    six: Mapping[int, Payloads]
    lengths: tuple[tuple[int, ...], tuple[int, ...]]

    def at(self, family: int, network: int, length: int) -> Payloads:
        """The payloads of exactly this prefix."""
        return (self.six if family == 6 else self.four).get(network << 8 | length, ())


def index(vrps: Iterable[tuple[str, int, int]]) -> Index:
    """From (prefix, maxLength, ASN); near a microsecond each, for whole validator sets."""
    four: dict[int, Payloads] = {}
    six: dict[int, Payloads] = {}
    with uncollected():
        for prefix, most, asn in vrps:
            family, network, length = _place(prefix)
            out, key = six if family == 6 else four, network << 8 | length
            held = out.get(key)
            out[key] = ((most, asn),) if held is None else (*held, (most, asn))
    four_lengths, six_lengths = (tuple(sorted({key & 255 for key in out})) for out in (four, six))
    return Index(four, six, (four_lengths, six_lengths))


_KEPT: list[tuple[tuple[Vrp, ...], Index]] = []
"""The last sets that were indexed, found by identity: a hash over a million payloads would cost more than the index."""


def indexed(vrps: tuple[Vrp, ...]) -> Index:
    """The index of a set of payloads, made once for all that ask the same set."""
    for known, found in _KEPT:
        if known is vrps:
            return found
    made = index((one.prefix, one.max_length, one.asn) for one in vrps)
    _KEPT[:] = [*_KEPT[-1:], (vrps, made)]
    return made


def origin(path: tuple[int | tuple[int, ...], ...], own_as: int) -> int | None:
    """The right-most ASN, our own for an empty path, None when the path ends in an AS_SET."""
    if not path:
        return own_as
    return path[-1] if isinstance(path[-1], int) else None


def validate(known: Index, prefix: str, origin_as: int | None) -> Rpki:
    """Valid, invalid or not-found; AS 0 never matches."""
    family, number, longest = _place(prefix)
    if family == 6:
        table, bits, lengths = known.six, 128, known.lengths[1]
    else:
        table, bits, lengths = known.four, 32, known.lengths[0]
    covered = False
    for length in lengths:
        if length > longest:
            break
        shift = bits - length
        found = table.get(number >> shift << shift + 8 | length)
        if found is None:
            continue
        covered = True
        for most, asn in found:
            if asn and asn == origin_as and longest <= most:
                return Rpki.VALID
    return Rpki.INVALID if covered else Rpki.NOT_FOUND


def validate_all(known: Index, routes: Iterable[tuple[str, int | None]]) -> list[Rpki]:
    """The state of each (prefix, origin), in order: for whole tables."""
    with uncollected():
        return [validate(known, prefix, origin_as) for prefix, origin_as in routes]


def _place(prefix: str) -> tuple[int, int, int]:
    """Family, network and length of a prefix, host bits cleared; OSError or ValueError when it is none."""
    address, _, length_text = prefix.partition("/")
    six = ":" in address
    bits = 128 if six else 32
    length = int(length_text) if length_text else bits
    number = int.from_bytes(inet_pton(AF_INET6 if six else AF_INET, address), "big")
    return 6 if six else 4, number >> (bits - length) << (bits - length), length
