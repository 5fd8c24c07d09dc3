"""Origin validation of whole tables without arrays: payloads and routes are gone through together, in the order of their addresses.

The answers are those of `origin.validate` (RFC 6811 section 2). Prefixes are laminar, so the payloads that cover a route lie on a stack when it is
come to, each prefix with what it and those over it allow together. Half a million payloads in dictionaries would be waited for once per length and route.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from socket import AF_INET, AF_INET6, inet_pton

from .rovtable import INVALID, VALID
from .rows import in_order, tails

ASN = 0xFFFFFFFF
MANY = 2_000
"""Routes from which on all payloads are gone through, rather than put into dictionaries to look the routes up."""


def place(prefix: str) -> tuple[int, int, int]:
    """Family, network and length of a prefix, host bits cleared; OSError or ValueError when it is none."""
    address, _, size = prefix.partition("/")
    six = ":" in address
    bits = 128 if six else 32
    length = int(size) if size else bits
    number = int.from_bytes(inet_pton(AF_INET6 if six else AF_INET, address), "big")
    if not 0 <= length <= bits:
        raise ValueError(f"{prefix}: no length of an IPv{6 if six else 4} prefix")
    return 6 if six else 4, number >> (bits - length) << (bits - length), length


def numbers(rows: Iterable[tuple[str, int, int]]) -> tuple[list[int], list[int]]:
    """Payloads (prefix, maxLength, ASN) as numbers, by family: network, length (8 bits), maxLength (8 bits), ASN (32 bits)."""
    out: tuple[list[int], list[int]] = ([], [])
    for prefix, most, asn in rows:
        family, network, length = place(prefix)
        if not (0 <= most <= 255 and 0 <= asn <= ASN):
            raise ValueError(f"{prefix}: no payload has the maxLength {most} and the AS {asn}")
        out[family == 6].append(((network << 8 | length) << 8 | most) << 32 | asn)
    return out


def states(four: Sequence[int], six: Sequence[int], prefixes: Sequence[str], origins: Sequence[int | None]) -> bytearray:
    """The state of each prefix with its origin (None for an AS_SET), in their order, as `rovtable` numbers them; payloads as numbers in order."""
    out = bytearray(len(prefixes))  # a list of them would be a wait for memory at each route, whose places lie anywhere
    routes: dict[int, list[int]] = {4: [], 6: []}
    for at, (prefix, asn) in enumerate(zip(prefixes, origins, strict=True)):
        family, network, length = place(prefix)
        routes[family].append((network << 8 | length) << 64 | (asn or 0) << 32 | at)
    _sweep(four, routes[4], 32, out)
    _sweep(six, routes[6], 128, out)
    return out


def _sweep(payloads: Sequence[int], routes: list[int], bits: int, out: bytearray) -> None:
    """Write the states of the routes of one family; a comparison and a look-up for each, however many payloads there are and lie within others."""
    ends, last = tails(bits), 1 << bits + 48
    waiting = iter((*payloads, last))
    number = next(waiting)
    key, top, limit = number >> 40, -1, last
    longest: dict[int, int] = {}  # by ASN the greatest maxLength of the payloads that cover the route; AS 0 makes no route valid
    covering = [(limit, longest)]
    for code in in_order(routes):
        route = code >> 64
        while key <= route:
            end = key | ends[key & 255]
            if end >= route:  # else it covers none of the routes
                while limit < key:
                    covering.pop()
                    limit, longest = covering[-1]
                if key != top:
                    top, limit, longest = key, end, longest.copy()
                    covering.append((end, longest))
                asn, most = number & ASN, number >> 32 & 255
                if asn and most > longest.get(asn, -1):
                    longest[asn] = most
            number = next(waiting)
            key = number >> 40
        while limit < route:
            covering.pop()
            limit, longest = covering[-1]
        if limit != last:
            out[code & ASN] = VALID if longest.get(code >> 32 & ASN, -1) >= route & 255 else INVALID
