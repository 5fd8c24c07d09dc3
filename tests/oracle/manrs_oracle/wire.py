"""BGP messages of a test neighbour with every attribute that policies read or write, with path identifiers (RFC 4271, 4360, 4760, 7911, 8092)."""

from __future__ import annotations

import functools
import socket
import struct
from collections.abc import Iterator, Sequence
from ipaddress import IPv4Address, ip_network

from manrs_conformance.model.route import Route
from manrs_lab.wire import KEEPALIVE, NOTIFICATION, OPEN, REFRESH, UPDATE, message

ORIGINS = ("igp", "egp", "incomplete")
SUBTYPES = {"rt": 2, "soo": 3}
__all__ = [
    "KEEPALIVE",
    "NOTIFICATION",
    "OPEN",
    "REFRESH",
    "UPDATE",
    "Heard",
    "encode",
    "end_of_rib",
    "message",
    "open_message",
    "read_update",
]

Heard = tuple[str, Route]
"""A prefix and the route heard for it."""


def open_message(asn: int, router_id: str, *, add_path: bool) -> bytes:
    """OPEN with both unicast families, four-octet ASN, route refresh and, if wanted, sending of several paths.

    The hold time is 0: no session may end while this process computes. Graceful restart (for no family) is there because bgpd sends End-of-RIB only to who has it.
    """
    caps = b"".join(
        (b"\x01\x04\0\x01\0\x01", b"\x01\x04\0\x02\0\x01", b"\x02\x00", b"\x40\x02\0\0", struct.pack("!BBI", 65, 4, asn))
    )
    if add_path:
        caps += b"\x45\x08\0\x01\x01\x02\0\x02\x01\x02"
    body = struct.pack("!BHH", 4, asn if asn < 65536 else 23456, 0) + IPv4Address(router_id).packed
    return message(OPEN, body + bytes([len(caps) + 2, 2, len(caps)]) + caps)


def end_of_rib(afi: int) -> bytes:
    """End-of-RIB marker (RFC 4724)."""
    return message(UPDATE, b"\0\0\0\0" if afi == 4 else b"\0\0\0\x06\x80\x0f\x03\0\x02\x01")


def _attribute(flags: int, kind: int, value: bytes) -> bytes:
    if len(value) > 255:
        return struct.pack("!BBH", flags | 0x10, kind, len(value)) + value
    return bytes((flags, kind, len(value))) + value


def _as_path(path: Sequence[int | tuple[int, ...]]) -> bytes:
    out = b""
    run: list[int] = []
    for hop in (*path, None):
        if isinstance(hop, int):
            run.append(hop)
            continue
        if run:
            out += struct.pack(f"!BB{len(run)}I", 2, len(run), *run)
            run = []
        if hop is not None:
            out += struct.pack(f"!BB{len(hop)}I", 1, len(hop), *hop)
    return out


def _extended(text: str) -> bytes:
    kind, high, low = text.split(":")
    sub = SUBTYPES[kind]
    if "." in high:
        return bytes((1, sub)) + IPv4Address(high).packed + struct.pack("!H", int(low))
    if int(high) > 65535:
        return bytes((2, sub)) + struct.pack("!IH", int(high), int(low))
    return bytes((0, sub)) + struct.pack("!HI", int(high), int(low))


def _nlri(prefix: str, path_id: int | None) -> bytes:
    return _packed(prefix) if path_id is None else struct.pack("!I", path_id) + _packed(prefix)


@functools.lru_cache(maxsize=100_000)
def _packed(prefix: str) -> bytes:
    net = ip_network(prefix)
    return bytes((net.prefixlen,)) + net.network_address.packed[: (net.prefixlen + 7) // 8]


def encode(route: Route, *, path_id: int | None, internal: bool) -> bytes:
    """UPDATE that announces one route; LOCAL_PREF only on an internal session."""
    v4 = route.afi == 4
    attrs = [_attribute(0x40, 1, bytes((ORIGINS.index(route.origin),))), _attribute(0x40, 2, _as_path(route.as_path))]
    hop = socket.inet_pton(socket.AF_INET if v4 else socket.AF_INET6, route.next_hop or "192.0.2.1")
    nlri = _nlri(route.prefix, path_id)
    if v4:
        attrs.append(_attribute(0x40, 3, hop))
    else:
        attrs.append(_attribute(0x80, 14, struct.pack("!HBB", 2, 1, len(hop)) + hop + b"\0" + nlri))
    if route.med is not None:
        attrs.append(_attribute(0x80, 4, struct.pack("!I", route.med)))
    if internal:
        attrs.append(_attribute(0x40, 5, struct.pack("!I", 100 if route.local_pref is None else route.local_pref)))
    if route.communities:
        attrs.append(_attribute(0xC0, 8, b"".join(struct.pack("!HH", *map(int, one.split(":"))) for one in route.communities)))
    if route.extended:
        attrs.append(_attribute(0xC0, 16, b"".join(_extended(one) for one in sorted(route.extended))))
    if route.large:
        attrs.append(_attribute(0xC0, 32, b"".join(struct.pack("!III", *map(int, one.split(":"))) for one in route.large)))
    packed = b"".join(attrs)
    return message(UPDATE, b"\0\0" + struct.pack("!H", len(packed)) + packed + (nlri if v4 else b""))


def _prefixes(data: bytes, v4: bool) -> Iterator[str]:
    at, size, family = 0, 4 if v4 else 16, socket.AF_INET if v4 else socket.AF_INET6
    while at < len(data):
        octets = (data[at] + 7) // 8
        network = data[at + 1 : at + 1 + octets].ljust(size, b"\0")
        yield f"{socket.inet_ntop(family, network)}/{data[at]}"
        at += 1 + octets


def _read_path(value: bytes) -> tuple[int | tuple[int, ...], ...]:
    out: list[int | tuple[int, ...]] = []
    at = 0
    while at < len(value):
        kind, count = value[at], value[at + 1]
        asns = struct.unpack_from(f"!{count}I", value, at + 2)
        if kind == 2:
            out.extend(asns)
        else:
            out.append(tuple(asns))
        at += 2 + 4 * count
    return tuple(out)


def _read_extended(value: bytes) -> Iterator[str]:
    names = {number: name for name, number in SUBTYPES.items()}
    for at in range(0, len(value), 8):
        kind, sub = value[at], value[at + 1]
        name = names.get(sub, f"{kind}/{sub}") if kind in (0, 1, 2) else f"{kind}/{sub}"
        if kind == 1:
            yield f"{name}:{IPv4Address(value[at + 2 : at + 6])}:{struct.unpack_from('!H', value, at + 6)[0]}"
        else:
            yield "{}:{}:{}".format(name, *struct.unpack_from("!IH" if kind == 2 else "!HI", value, at + 2))


def read_update(body: bytes) -> tuple[list[str], list[Route]]:
    """(withdrawn prefixes, announced routes) of an UPDATE body without path identifiers."""
    (gone_length,) = struct.unpack_from("!H", body)
    gone = list(_prefixes(body[2 : 2 + gone_length], True))
    (length,) = struct.unpack_from("!H", body, 2 + gone_length)
    at = 4 + gone_length
    end = at + length
    fields: dict[int, bytes] = {}
    while at < end:
        wide = body[at] & 0x10
        size = struct.unpack_from("!H", body, at + 2)[0] if wide else body[at + 2]
        start = at + (4 if wide else 3)
        fields[body[at + 1]] = body[start : start + size]
        at = start + size
    reached = list(_prefixes(body[end:], True))
    hop = socket.inet_ntop(socket.AF_INET, fields[3]) if 3 in fields else None
    if 15 in fields:
        gone += _prefixes(fields[15][3:], False)
    if 14 in fields:
        size = fields[14][3]
        hop = socket.inet_ntop(socket.AF_INET6, fields[14][4:20])
        reached += _prefixes(fields[14][5 + size :], False)
    if not reached:
        return gone, []
    standard, large = fields.get(8, b""), fields.get(32, b"")
    shared = Route(
        prefix="",
        as_path=_read_path(fields.get(2, b"")),
        communities=frozenset("{}:{}".format(*struct.unpack_from("!HH", standard, i)) for i in range(0, len(standard), 4)),
        large=frozenset("{}:{}:{}".format(*struct.unpack_from("!III", large, i)) for i in range(0, len(large), 12)),
        extended=frozenset(_read_extended(fields.get(16, b""))),
        next_hop=hop,
        origin=ORIGINS[fields[1][0]] if 1 in fields else "igp",
        med=struct.unpack("!I", fields[4])[0] if 4 in fields else None,
        local_pref=struct.unpack("!I", fields[5])[0] if 5 in fields else None,
    )
    return gone, [_with_prefix(shared, one) for one in reached]


def _with_prefix(shared: Route, prefix: str) -> Route:
    return Route(
        prefix, shared.as_path, shared.communities, shared.large, shared.extended, next_hop=shared.next_hop,
        origin=shared.origin, med=shared.med, local_pref=shared.local_pref,
    )  # fmt: skip
