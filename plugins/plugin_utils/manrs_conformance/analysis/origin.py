"""Origin validation of single routes (RFC 6811 section 2)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from socket import AF_INET, AF_INET6, inet_pton

from ..model.policy import Rpki
from ..model.reference import Vrp

Index = Mapping[tuple[int, int, int], tuple[tuple[int, int], ...]]


def index(vrps: Iterable[tuple[str, int, int]]) -> Index:
    """(family, network, length) -> (maxLength, ASN) from (prefix, maxLength, ASN); near a microsecond each, for whole validator sets."""
    out: dict[tuple[int, int, int], tuple[tuple[int, int], ...]] = {}
    for prefix, most, asn in vrps:
        key = _place(prefix)
        out[key] = (*out[key], (most, asn)) if key in out else ((most, asn),)
    return out


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
    bits = 128 if family == 6 else 32
    covered = False
    for length in range(longest + 1):
        shift = bits - length
        found = known.get((family, number >> shift << shift, length))
        if found is None:
            continue
        covered = True
        for most, asn in found:
            if asn and asn == origin_as and longest <= most:
                return Rpki.VALID
    return Rpki.INVALID if covered else Rpki.NOT_FOUND


def _place(prefix: str) -> tuple[int, int, int]:
    """Family, network and length of a prefix, host bits cleared; OSError or ValueError when it is none."""
    address, _, length_text = prefix.partition("/")
    six = ":" in address
    bits = 128 if six else 32
    length = int(length_text) if length_text else bits
    number = int.from_bytes(inet_pton(AF_INET6 if six else AF_INET, address), "big")
    return 6 if six else 4, number >> (bits - length) << (bits - length), length
