"""Packets with any source address, sent from a neighbour and looked for behind the edge."""

from __future__ import annotations

import os
import select
import socket
import struct
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


def passes(
    prefix: str, node: str, source: str, *, edge: str, target: str | None = None, at: str | None = None, wait: float = 0.7
) -> bool:
    """Whether a packet from `node` through `edge` with that source arrives at a node behind it.

    The default target is the server behind the same edge; give `target` (address) and `at` (node) for another. `wait` seconds are
    given to three copies before the answer is no.
    """
    version = ip_address(source).version
    number = edge[-1]
    at = at or f"srv{number}"
    target = target or plan.link_of(edge, at).host(version, "node")
    if node == "member":
        near, far = plan.link_of("member", "rs"), plan.link_of(edge, "rs")
        out_iface, out_mac, edge_mac = near.iface, near.mac("edge"), far.mac("edge")
    else:
        link = plan.link_of(edge, node)
        out_iface = "br0" if node == "rs" else link.node_iface
        out_mac, edge_mac = link.mac("node"), link.mac("edge")
    token = os.urandom(12)
    kind = 0x0800 if version == 4 else 0x86DD
    frame = b"".join(bytes.fromhex(m.replace(":", "")) for m in (edge_mac, out_mac)) + struct.pack("!H", kind)
    frame += udp_packet(source, target, b"manrs-lab " + token)
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
