"""Packets with any source address, sent from a neighbour and looked for behind the edge."""

from __future__ import annotations

import contextlib
import os
import select
import socket
import struct
import threading
import time
from ipaddress import ip_address

from . import topology as plan
from .system import inside

ETH_P_ALL = 3
OUTGOING = 4


def _checksum(data: bytes) -> int:
    total: int = sum(struct.unpack(f"!{(len(data) + 1) // 2}H", data + b"\0" * (len(data) % 2)))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def udp_packet(source: str, target: str, payload: bytes) -> bytes:
    """An IP packet with UDP from port 40000 to the discard port."""
    src, dst = ip_address(source), ip_address(target)
    length = 8 + len(payload)
    head = struct.pack("!HHHH", 40000, 9, length, 0)
    pseudo = src.packed + dst.packed + struct.pack("!IHBB", length, 0, 0, 17)
    udp = head[:6] + struct.pack("!H", _checksum(pseudo + head + payload) or 0xFFFF) + payload
    if src.version == 6:
        return struct.pack("!IHBB", 6 << 28, length, 17, 64) + src.packed + dst.packed + udp
    ip = struct.pack("!BBHHHBBH", 0x45, 0, 20 + length, 1, 0, 64, 17, 0) + src.packed + dst.packed
    return ip[:10] + struct.pack("!H", _checksum(ip)) + ip[12:] + udp


def _first_hop(node: str, edge: str, version: int) -> tuple[str, bytes]:
    """The interface from which a node reaches an edge, and the head of an Ethernet frame to it."""
    if node == "member":
        near, far = plan.link_of("member", "rs"), plan.link_of(edge, "rs")
        out_iface, out_mac, edge_mac = near.iface, near.mac("edge"), far.mac("edge")
    else:
        link = plan.link_of(edge, node)
        out_iface = "br0" if node == "rs" else link.node_iface
        out_mac, edge_mac = link.mac("node"), link.mac("edge")
    kind = 0x0800 if version == 4 else 0x86DD
    return out_iface, b"".join(bytes.fromhex(m.replace(":", "")) for m in (edge_mac, out_mac)) + struct.pack("!H", kind)


class Stream:
    """Numbered packets from a node through an edge every few milliseconds, counted where they come out; as a context."""

    def __init__(self, prefix: str, node: str, source: str, *, edge: str, target: str, at: str, interval: float = 0.01) -> None:
        self.name = f"{node} {source} > {target} at {at}"
        self.interval = interval
        self.sent: list[float] = []
        self.arrived: set[int] = set()
        self._token = os.urandom(12)
        self._source, self._target = source, target
        version = ip_address(source).version
        iface, self._head = _first_hop(node, edge, version)
        with inside(f"{prefix}-{at}"):
            self._listener = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(0x0800 if version == 4 else 0x86DD))
        self._listener.setsockopt(socket.SOL_SOCKET, 33, 1 << 24)  # SO_RCVBUFFORCE: what is not fetched at once is not lost
        with inside(f"{prefix}-{node}"):
            self._sender = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
            self._sender.bind((iface, 0))
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> Stream:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()
        time.sleep(0.2)
        self._fetch()
        self._listener.close()
        self._sender.close()

    @property
    def lost(self) -> list[int]:
        """Numbers of the packets that did not come out."""
        return [number for number in range(len(self.sent)) if number not in self.arrived]

    def _run(self) -> None:
        while not self._stop.wait(self.interval):
            payload = self._token + struct.pack("!I", len(self.sent))
            self._sender.send(self._head + udp_packet(self._source, self._target, payload))
            self.sent.append(time.monotonic())
            self._fetch()

    def _fetch(self) -> None:
        with contextlib.suppress(BlockingIOError):
            while True:
                data, address = self._listener.recvfrom(65535, socket.MSG_DONTWAIT)
                at = data.find(self._token)
                if address[2] != OUTGOING and at >= 0:
                    self.arrived.add(struct.unpack_from("!I", data, at + len(self._token))[0])


def passes(
    prefix: str, node: str, source: str, *, edge: str, target: str | None = None, at: str | None = None, wait: float = 0.7
) -> bool:
    """Whether a packet from `node` through `edge` with that source arrives at a node behind it.

    The default target is the server behind the same edge; give `target` (address) and `at` (node) for another. `wait` seconds are
    given to three copies before the answer is no.
    """
    version = ip_address(source).version
    at = at or f"srv{edge[-1]}"
    target = target or plan.link_of(edge, at).host(version, "node")
    token = os.urandom(12)
    out_iface, head = _first_hop(node, edge, version)
    frame = head + udp_packet(source, target, b"manrs-lab " + token)
    with inside(f"{prefix}-{at}"):
        listener = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(ETH_P_ALL))
    with inside(f"{prefix}-{node}"):
        sender = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
        sender.bind((out_iface, 0))
    with listener, sender:
        until = time.monotonic() + wait
        copies, next_copy = 3, 0.0
        while (now := time.monotonic()) < until:
            if copies and now >= next_copy:
                sender.send(frame)
                copies, next_copy = copies - 1, now + wait / 5
            if select.select([listener], [], [], 0.02)[0]:
                data, address = listener.recvfrom(65535)
                if address[2] != OUTGOING and token in data:
                    return True
    return False
