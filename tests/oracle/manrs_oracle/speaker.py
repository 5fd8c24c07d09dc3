"""Test neighbours: many BGP sessions from one process, announcing in bulk and keeping what they hear."""

from __future__ import annotations

import select
import socket
import struct
import time
from collections.abc import Sequence
from dataclasses import dataclass, field

from manrs_conformance.model.route import Route
from manrs_lab.system import LabError, inside

from . import wire

CHUNK = 1 << 16


@dataclass(slots=True)
class Peer:
    """One neighbour: its address and ASN, whether it announces several paths, and the routes it holds or has heard."""

    address: str
    asn: int
    add_path: bool = True
    sock: socket.socket | None = None
    pending: bytearray = field(default_factory=bytearray)
    incoming: bytearray = field(default_factory=bytearray)
    established: bool = False
    heard: dict[str, Route] = field(default_factory=dict)
    ends: int = 0
    """End-of-RIB markers seen."""
    error: str = ""

    def _handle(self, kind: int, body: bytes) -> None:
        if kind == wire.OPEN:
            self.pending += wire.message(wire.KEEPALIVE)
        elif kind == wire.KEEPALIVE:
            self.established = True
            self.pending += wire.message(wire.KEEPALIVE)
        elif kind == wire.UPDATE:
            if body in (b"\0\0\0\0", b"\0\0\0\x06\x80\x0f\x03\0\x02\x01"):
                self.ends += 1
            gone, routes = wire.read_update(body)
            for prefix in gone:
                self.heard.pop(prefix, None)
            for route in routes:
                self.heard[route.prefix] = route
        elif kind == wire.NOTIFICATION:
            raise LabError(f"{self.address}: the router sent notification {body[0]}/{body[1]} {body[2:].hex()}")

    def receive(self) -> None:
        """Read what is there and handle whole messages."""
        assert self.sock
        data = self.sock.recv(1 << 18)
        if not data:
            raise LabError(f"{self.address}: the router closed the session")
        self.incoming += data
        at = 0
        while len(self.incoming) - at >= 19:
            length, kind = struct.unpack_from("!HB", self.incoming, at + 16)
            if len(self.incoming) - at < length:
                break
            self._handle(kind, bytes(self.incoming[at + 19 : at + length]))
            at += length
        del self.incoming[:at]

    def flush(self) -> None:
        """Write what the socket takes."""
        assert self.sock
        sent = self.sock.send(memoryview(self.pending)[:CHUNK])
        del self.pending[:sent]


class Speakers:
    """All neighbours of one router; a context manager that closes them."""

    def __init__(self, namespace: str, router: str, peers: Sequence[Peer]) -> None:
        self.namespace, self.router, self.peers = namespace, router, list(peers)

    def __enter__(self) -> Speakers:
        return self

    def __exit__(self, *_: object) -> None:
        for one in self.peers:
            if one.sock is not None:
                one.sock.close()
                one.sock = None

    def connect(self, timeout: float = 8) -> None:
        """Establish every session; LabError naming those that did not come up."""
        until = time.monotonic() + timeout
        while time.monotonic() < until:
            for one in self.peers:
                if one.sock is None:
                    self._open(one)
            self.turn(0.02)
            if any(one.sock is None for one in self.peers):
                time.sleep(0.05)
            if all(one.established for one in self.peers):
                return
        down = ", ".join(f"{one.address} {one.error}" for one in self.peers if not one.established)
        raise LabError(f"sessions not established: {down}")

    def _open(self, one: Peer) -> None:
        with inside(self.namespace):
            sock = socket.socket()
        try:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            sock.bind((one.address, 0))
            sock.settimeout(2)
            sock.connect((self.router, 179))
            sock.setblocking(False)
        except OSError as error:
            one.error = str(error)
            sock.close()
            return
        one.sock, one.established, one.incoming = sock, False, bytearray()
        one.pending = bytearray(wire.open_message(one.asn, one.address, add_path=one.add_path))

    def turn(self, wait: float) -> bool:
        """Read and write once; whether anything happened."""
        live = [one for one in self.peers if one.sock is not None]
        readable, writable, _ = select.select([o.sock for o in live], [o.sock for o in live if o.pending], [], wait)
        for one in live:
            try:
                if one.sock in writable:
                    one.flush()
                if one.sock in readable:
                    one.receive()
            except (OSError, LabError) as error:
                if one.established:
                    raise LabError(str(error)) from error
                assert one.sock
                one.sock.close()
                one.sock, one.error = None, str(error)
        if not live:
            time.sleep(wait)
        return bool(readable or writable)

    def drain(self) -> None:
        """Until everything that was queued is written."""
        while any(one.pending for one in self.peers):
            self.turn(0.1)
