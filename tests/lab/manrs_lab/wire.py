"""BGP messages, only as much as a test neighbour needs (RFC 4271, 4760, 6793, 8092, 9234)."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import ip_address, ip_network

OPEN, UPDATE, NOTIFICATION, KEEPALIVE, REFRESH = 1, 2, 3, 4, 5
ROLES = {"provider": 0, "rs-server": 1, "rs-client": 2, "customer": 3, "peer": 4}


@dataclass(frozen=True, slots=True)
class Announced:
    """A route as sent or received."""

    prefix: str
    as_path: tuple[int | tuple[int, ...], ...]
    """A nested tuple is an AS_SET."""
    communities: tuple[str, ...] = ()
    large: tuple[str, ...] = ()
    next_hop: str | None = None
    otc: int | None = None
    origin: int = 0


def message(kind: int, body: bytes = b"") -> bytes:
    """A whole BGP message."""
    return b"\xff" * 16 + struct.pack("!HB", 19 + len(body), kind) + body


def open_message(asn: int, router_id: str, family: int, role: str, hold: int = 90) -> bytes:
    """OPEN with multiprotocol, route refresh, four-octet ASN and, if given, the role capability."""
    caps = struct.pack("!BBHBB", 1, 4, 1 if family == 4 else 2, 0, 1) + b"\x02\x00" + struct.pack("!BBI", 65, 4, asn)
    if role:
        caps += bytes([9, 1, ROLES[role]])
    params = bytes([2, len(caps)]) + caps
    two = asn if asn < 65536 else 23456
    return message(OPEN, struct.pack("!BHH", 4, two, hold) + ip_address(router_id).packed + bytes([len(params)]) + params)


def nlri(prefix: str) -> bytes:
    """A prefix in NLRI form."""
    net = ip_network(prefix)
    return bytes([net.prefixlen]) + net.network_address.packed[: (net.prefixlen + 7) // 8]


def _attribute(flags: int, kind: int, value: bytes) -> bytes:
    if len(value) > 255:
        return struct.pack("!BBH", flags | 0x10, kind, len(value)) + value
    return bytes([flags, kind, len(value)]) + value


def _as_path(path: Sequence[int | tuple[int, ...]]) -> bytes:
    out = b""
    run: list[int] = []
    for hop in (*path, None):
        if isinstance(hop, int):
            run.append(hop)
            continue
        while run:
            part, run = run[:255], run[255:]
            out += bytes([2, len(part)]) + b"".join(struct.pack("!I", a) for a in part)
        if hop is not None:
            out += bytes([1, len(hop)]) + b"".join(struct.pack("!I", a) for a in hop)
    return out


def update(route: Announced, next_hop: str) -> bytes:
    """UPDATE that announces one route."""
    attrs = _attribute(0x40, 1, bytes([route.origin])) + _attribute(0x40, 2, _as_path(route.as_path))
    hop = ip_address(route.next_hop or next_hop).packed
    v4 = ":" not in route.prefix
    if v4:
        attrs += _attribute(0x40, 3, hop)
    else:
        attrs += _attribute(0x80, 14, struct.pack("!HBB", 2, 1, len(hop)) + hop + b"\0" + nlri(route.prefix))
    if route.communities:
        packed = b"".join(struct.pack("!HH", *map(int, c.split(":"))) for c in route.communities)
        attrs += _attribute(0xC0, 8, packed)
    if route.large:
        attrs += _attribute(0xC0, 32, b"".join(struct.pack("!III", *map(int, c.split(":"))) for c in route.large))
    if route.otc is not None:
        attrs += _attribute(0xC0, 35, struct.pack("!I", route.otc))
    return message(UPDATE, b"\0\0" + struct.pack("!H", len(attrs)) + attrs + (nlri(route.prefix) if v4 else b""))


def withdrawal(prefix: str) -> bytes:
    """UPDATE that withdraws one prefix."""
    if ":" not in prefix:
        gone = nlri(prefix)
        return message(UPDATE, struct.pack("!H", len(gone)) + gone + b"\0\0")
    attrs = _attribute(0x80, 15, struct.pack("!HB", 2, 1) + nlri(prefix))
    return message(UPDATE, b"\0\0" + struct.pack("!H", len(attrs)) + attrs)


def end_of_rib(family: int) -> bytes:
    """End-of-RIB marker (RFC 4724)."""
    if family == 4:
        return message(UPDATE, b"\0\0\0\0")
    return message(UPDATE, b"\0\0" + struct.pack("!H", 6) + _attribute(0x80, 15, struct.pack("!HB", 2, 1)))


def _prefixes(data: bytes, family: int) -> list[str]:
    out: list[str] = []
    size, at = (4 if family == 4 else 16), 0
    while at < len(data):
        octets = (data[at] + 7) // 8
        raw = data[at + 1 : at + 1 + octets].ljust(size, b"\0")
        out.append(f"{ip_address(raw)}/{data[at]}")
        at += 1 + octets
    return out


def _read_path(value: bytes) -> tuple[int | tuple[int, ...], ...]:
    out: list[int | tuple[int, ...]] = []
    at = 0
    while at < len(value):
        kind, count = value[at], value[at + 1]
        asns = struct.unpack(f"!{count}I", value[at + 2 : at + 2 + 4 * count])
        if kind == 2:
            out.extend(asns)
        else:
            out.append(tuple(asns))
        at += 2 + 4 * count
    return tuple(out)


def read_update(body: bytes) -> tuple[list[str], list[Announced]]:
    """(withdrawn prefixes, announced routes) of an UPDATE body."""
    (gone_len,) = struct.unpack_from("!H", body)
    gone = _prefixes(body[2 : 2 + gone_len], 4)
    (attr_len,) = struct.unpack_from("!H", body, 2 + gone_len)
    at = 4 + gone_len
    end = at + attr_len
    reached = _prefixes(body[end:], 4)
    fields: dict[int, bytes] = {}
    while at < end:
        flags, kind = body[at], body[at + 1]
        wide = bool(flags & 0x10)
        length = struct.unpack_from("!H", body, at + 2)[0] if wide else body[at + 2]
        at += 4 if wide else 3
        fields[kind] = body[at : at + length]
        at += length
    hop = str(ip_address(fields[3])) if 3 in fields else None
    if 15 in fields:
        gone += _prefixes(fields[15][3:], 6)
    if 14 in fields:
        size = fields[14][3]
        hop = str(ip_address(fields[14][4 : 4 + min(size, 16)]))
        reached = _prefixes(fields[14][5 + size :], 6)
    std = fields.get(8, b"")
    large = fields.get(32, b"")
    routes = [
        Announced(
            prefix,
            _read_path(fields.get(2, b"")),
            tuple("{}:{}".format(*struct.unpack_from("!HH", std, i)) for i in range(0, len(std), 4)),
            tuple("{}:{}:{}".format(*struct.unpack_from("!III", large, i)) for i in range(0, len(large), 12)),
            hop,
            struct.unpack("!I", fields[35])[0] if 35 in fields else None,
            fields.get(1, b"\0")[0],
        )
        for prefix in reached
    ]
    return gone, routes
