"""Origin validation of single routes (RFC 6811 section 2)."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Mapping

from ..model.policy import Rpki

Index = Mapping[tuple[int, int, int], tuple[tuple[int, int], ...]]


def index(vrps: Iterable[tuple[str, int, int]]) -> Index:
    """(family, network, length) -> (maxLength, ASN) from (prefix, maxLength, ASN)."""
    out: dict[tuple[int, int, int], tuple[tuple[int, int], ...]] = {}
    for prefix, most, asn in vrps:
        net = ipaddress.ip_network(prefix, strict=False)
        key = (net.version, int(net.network_address), net.prefixlen)
        out[key] = (*out.get(key, ()), (most, asn))
    return out


def origin(path: tuple[int | tuple[int, ...], ...], own_as: int) -> int | None:
    """The right-most ASN, our own for an empty path, None when the path ends in an AS_SET."""
    if not path:
        return own_as
    return path[-1] if isinstance(path[-1], int) else None


def validate(known: Index, prefix: str, origin_as: int | None) -> Rpki:
    """Valid, invalid or not-found; AS 0 never matches."""
    net = ipaddress.ip_network(prefix, strict=False)
    bits, number = net.max_prefixlen, int(net.network_address)
    covered = False
    for length in range(net.prefixlen + 1):
        shift = bits - length
        for most, asn in known.get((net.version, number >> shift << shift, length), ()):
            covered = True
            if asn and asn == origin_as and net.prefixlen <= most:
                return Rpki.VALID
    return Rpki.INVALID if covered else Rpki.NOT_FOUND
