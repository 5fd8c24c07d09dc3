"""VRPs straight from an RTR cache: a client for RFC 8210 (version 1) that falls back to RFC 6810 (version 0)."""

from __future__ import annotations

import socket
import struct
import time
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address

from ..model.reference import Vrp
from ._bytes import Sourced, SourceError, described, sourced, split_prefix
from ._http import GREATEST

SOURCE = "vrps"
HEADER = struct.Struct("!BBHI")
RESET_QUERY, SERIAL_NOTIFY, CACHE_RESPONSE, IPV4, IPV6, END_OF_DATA, CACHE_RESET, ROUTER_KEY, ERROR = 2, 0, 3, 4, 6, 7, 8, 9, 10
LENGTHS = {SERIAL_NOTIFY: (12,), CACHE_RESPONSE: (8,), IPV4: (20,), IPV6: (32,), END_OF_DATA: (12, 24), CACHE_RESET: (8,)}
UNSUPPORTED_VERSION = 4
ERRORS = {
    0: "corrupt data",
    1: "internal error",
    2: "no data available",
    3: "invalid request",
    4: "unsupported protocol version",
    5: "unsupported PDU type",
    6: "withdrawal of unknown record",
    7: "duplicate announcement",
    8: "unexpected protocol version",
}


class _Downgrade(SourceError):
    """The cache does not speak version 1."""


@dataclass(frozen=True, slots=True)
class RtrData:
    """A complete set from a cache; `refresh`, `retry` and `expire` in seconds are None in version 0."""

    vrps: tuple[Vrp, ...]
    version: int
    session: int
    serial: int
    refresh: int | None = None
    retry: int | None = None
    expire: int | None = None


def load_rtr(host: str, port: int, *, as_of: str, timeout: float = 30) -> Sourced[tuple[Vrp, ...]]:
    """All VRPs of a cache over TCP within `timeout` seconds; failure, error report or an empty set is a `problem`."""
    location = f"rtr://{f'[{host}]' if ':' in host else host}:{port}"
    raw = b""
    try:
        raw = fetch_rtr(host, port, timeout=timeout)
        data = decode_rtr(raw)
    except SourceError as error:
        return sourced(SOURCE, location, as_of, raw, problem=f"{location}: {error}")
    problem = None if data.vrps else f"{location}: the cache holds no VRP"
    result = sourced(SOURCE, location, as_of, raw, data.vrps or None, problem=problem)
    return described(result, serial=f"{data.session}/{data.serial}", query=f"reset query, version {data.version}")


def fetch_rtr(host: str, port: int, *, timeout: float) -> bytes:
    """The bytes of a cache's answer to a reset query, up to and with End of Data; raises SourceError."""
    deadline = time.monotonic() + timeout
    try:
        return _exchange(host, port, 1, deadline)
    except _Downgrade:
        return _exchange(host, port, 0, deadline)


def decode_rtr(raw: bytes) -> RtrData:
    """Read a recorded answer; raises SourceError unless it is one complete, consistent set (RFC 8210 section 5)."""
    at, version, session = 0, -1, -1
    found: dict[tuple[int, int, int, int, int], Vrp] = {}
    while True:
        version, kind, field, body = _pdu(raw, at, version)
        at += HEADER.size + len(body)
        if kind == SERIAL_NOTIFY and session < 0:
            version = -1
        elif kind == CACHE_RESPONSE and session < 0:
            session = field
        elif kind in {IPV4, IPV6} and session >= 0:
            key, vrp = _record(kind, body)
            if key in found:
                raise SourceError(f"{vrp.prefix} AS{vrp.asn} is announced twice")
            found[key] = vrp
        elif kind == END_OF_DATA and session >= 0:
            if field != session:
                raise SourceError(f"End of Data belongs to session {field}, not {session}")
            numbers = struct.unpack(f"!{len(body) // 4}I", body)
            timers = numbers[1:] if len(numbers) == 4 else (None, None, None)
            return RtrData(tuple(found[key] for key in sorted(found)), version, session, numbers[0], *timers)
        elif kind == ROUTER_KEY and session >= 0 and version == 1:
            continue
        else:
            raise SourceError(f"PDU type {kind} is out of place")


def _exchange(host: str, port: int, version: int, deadline: float) -> bytes:
    kept = bytearray()
    try:
        with socket.create_connection((host, port), timeout=_left(deadline)) as link:
            link.sendall(HEADER.pack(version, RESET_QUERY, 0, HEADER.size))
            while True:
                head = _receive(link, HEADER.size, deadline, bool(kept), version)
                got, kind, field, length = HEADER.unpack(head)
                if not HEADER.size <= length <= 65536 or len(kept) > GREATEST:
                    raise SourceError(f"PDU of type {kind} claims {length} bytes")
                body = _receive(link, length - HEADER.size, deadline, True, version)
                if kind == ERROR:
                    _refuse(got, field, body, version)
                if got != version and kind != SERIAL_NOTIFY:
                    raise _Downgrade(f"answers in version {got}") if got < version else SourceError(f"answers in version {got}")
                if kind != SERIAL_NOTIFY:
                    kept += head + body
                if kind == END_OF_DATA:
                    return bytes(kept)
                if kind == CACHE_RESET:
                    raise SourceError("answers a reset query with Cache Reset")
    except TimeoutError as error:
        raise SourceError("no complete answer in time") from error
    except OSError as error:
        raise SourceError(f"{error.strerror or error}") from error


def _left(deadline: float) -> float:
    left = deadline - time.monotonic()
    if left <= 0:
        raise TimeoutError
    return left


def _receive(link: socket.socket, size: int, deadline: float, begun: bool, version: int) -> bytes:
    out = bytearray()
    while len(out) < size:
        link.settimeout(_left(deadline))
        try:
            part = link.recv(min(size - len(out), 1 << 16))
        except ConnectionResetError:
            part = b""
        if not part:
            if version and not begun and not out:  # RFC 8210 section 7: an old cache may just hang up
                raise _Downgrade("hangs up on version 1")
            raise SourceError("the connection ended before End of Data")
        out += part
    return bytes(out)


def _refuse(got: int, code: int, body: bytes, version: int) -> None:
    """Raise what an Error Report says (RFC 8210 section 5.11)."""
    inner = int.from_bytes(body[:4], "big")
    text = body[8 + inner :].decode("utf-8", "replace").strip()[:200]
    said = f"{ERRORS.get(code, f'error {code}')}{f' ({text})' if text else ''}"
    if code == UNSUPPORTED_VERSION and version and got < version:
        raise _Downgrade(said)
    raise SourceError(f"the cache reports: {said}")


def _pdu(raw: bytes, at: int, version: int) -> tuple[int, int, int, bytes]:
    if len(raw) < at + HEADER.size:
        raise SourceError("ends before End of Data")
    got, kind, field, length = HEADER.unpack_from(raw, at)
    if got > 1 or (version >= 0 and got != version):
        raise SourceError(f"unexpected protocol version {got}")
    if length < HEADER.size or len(raw) < at + length:
        raise SourceError("ends before End of Data")
    allowed = {0: (12,), 1: (24,)}[got] if kind == END_OF_DATA else LENGTHS.get(kind)
    if allowed and length not in allowed:
        raise SourceError(f"PDU of type {kind} has {length} bytes")
    if kind == ERROR:
        _refuse(got, field, raw[at + HEADER.size : at + length], 0)
    return got, kind, field, raw[at + HEADER.size : at + length]


def _record(kind: int, body: bytes) -> tuple[tuple[int, int, int, int, int], Vrp]:
    flags, length, longest, _zero = body[:4]
    packed, asn = body[4:-4], int.from_bytes(body[-4:], "big")
    prefix = f"{IPv4Address(packed) if kind == IPV4 else IPv6Address(packed)}/{length}"
    if not flags & 1:
        raise SourceError(f"withdraws {prefix} in answer to a reset query")
    try:
        family, network, _length = split_prefix(prefix)
    except ValueError as error:
        raise SourceError(str(error)) from error
    if not length <= longest <= (32 if kind == IPV4 else 128):
        raise SourceError(f"{prefix} has max length {longest}")
    return (family, network, length, longest, asn), Vrp(prefix, longest, asn)
