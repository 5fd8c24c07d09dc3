"""BGP speakers of all scripted neighbours in one process, steered over a Unix socket by lines of JSON."""

from __future__ import annotations

import asyncio
import json
import socket
import struct
import sys
from dataclasses import asdict
from ipaddress import ip_address
from pathlib import Path
from typing import Any

from . import topology, wire
from .system import inside

TCP_MD5SIG = 14


class Link:
    """One session: keeps connecting, announces what its node announces, stores what it receives."""

    def __init__(self, prefix: str, session: topology.Session, routes: dict[str, wire.Announced]) -> None:
        self.namespace = f"{prefix}-{session.node}"
        self.session = session
        self.routes = routes
        self.received: dict[str, wire.Announced] = {}
        self.writer: asyncio.StreamWriter | None = None
        self.established = False
        self.enabled = True
        self.last_error = ""

    def mine(self, prefix: str) -> bool:
        """Whether the prefix is of the family of this session."""
        return (":" in prefix) == (self.session.family == 6)

    def send(self, data: bytes) -> None:
        """Write if established."""
        if self.established and self.writer:
            self.writer.write(data)

    def announce_all(self) -> None:
        """Send every route of the node, then End-of-RIB."""
        for route in self.routes.values():
            if self.mine(route.prefix):
                self.send(wire.update(route, self.session.node_address))
        self.send(wire.end_of_rib(self.session.family))

    def _socket(self) -> socket.socket:
        s = self.session
        with inside(self.namespace):
            sock = socket.socket(socket.AF_INET if s.family == 4 else socket.AF_INET6, socket.SOCK_STREAM)
        sock.setblocking(False)
        if s.family == 4:
            sock.setsockopt(socket.IPPROTO_IP, socket.IP_TTL, 255)
        else:
            sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_UNICAST_HOPS, 255)
        if s.password:
            sock.setsockopt(socket.IPPROTO_TCP, TCP_MD5SIG, _md5(s.edge_address, s.password))
        sock.bind((s.node_address, 0))
        return sock

    async def keep(self) -> None:
        """Connect for ever, a try every 0.3 s."""
        while True:
            if self.enabled:
                try:
                    await self._once()
                except (OSError, asyncio.IncompleteReadError, TimeoutError, ValueError) as error:
                    self.last_error = f"{type(error).__name__}: {error}"
                finally:
                    self.established = False
                    self.received.clear()
                    if self.writer:
                        self.writer.close()
                        self.writer = None
            await asyncio.sleep(0.3)

    async def _once(self) -> None:
        sock = self._socket()
        try:
            loop = asyncio.get_running_loop()
            await asyncio.wait_for(loop.sock_connect(sock, (self.session.edge_address, 179)), 2)
            reader, self.writer = await asyncio.open_connection(sock=sock)
        except BaseException:
            sock.close()
            raise
        s = self.session
        first4 = next(
            x.node_address for x in (*topology.sessions(), *topology.member_sessions()) if x.node == s.node and x.family == 4
        )
        self.writer.write(wire.open_message(s.node_asn, first4, s.family, s.role))
        while self.enabled:
            header = await asyncio.wait_for(reader.readexactly(19), 120)
            length, kind = struct.unpack("!HB", header[16:])
            body = await reader.readexactly(length - 19)
            self._handle(kind, body)

    def _handle(self, kind: int, body: bytes) -> None:
        assert self.writer
        if kind == wire.OPEN:
            self.writer.write(wire.message(wire.KEEPALIVE))
        elif kind == wire.KEEPALIVE:
            if not self.established:
                self.established = True
                self.announce_all()
            self.writer.write(wire.message(wire.KEEPALIVE))
        elif kind == wire.UPDATE:
            gone, routes = wire.read_update(body)
            for prefix in gone:
                self.received.pop(prefix, None)
            self.received.update({route.prefix: route for route in routes})
        elif kind == wire.REFRESH:
            self.announce_all()
        elif kind == wire.NOTIFICATION:
            raise ValueError(f"notification {body[0]}/{body[1]}")


def _md5(address: str, password: str) -> bytes:
    ip = ip_address(address)
    if ip.version == 4:
        peer = struct.pack("!HH4s120x", 0, 0, ip.packed)
        peer = struct.pack("=H", socket.AF_INET) + peer[2:]
    else:
        peer = struct.pack("=H", socket.AF_INET6) + struct.pack("!HI16sI100x", 0, 0, ip.packed, 0)
    key = password.encode()
    return peer + struct.pack("=BBHi80s", 0, 0, len(key), 0, key)


class Hub:
    """All scripted neighbours of one lab."""

    def __init__(self, prefix: str) -> None:
        self.routes: dict[str, dict[str, wire.Announced]] = {
            node: {p: wire.Announced(p, path) for p, path in topology.ANNOUNCED[node]} for node in topology.SPEAKERS
        }
        every = (*topology.sessions(), *topology.member_sessions())
        self.links = [Link(prefix, s, self.routes[s.node]) for s in every if s.node in topology.SPEAKERS]

    def _links(self, request: dict[str, Any]) -> list[Link]:
        edge = request.get("edge")
        return [k for k in self.links if k.session.node == request["node"] and (edge is None or k.session.edge == edge)]

    def do(self, request: dict[str, Any]) -> Any:
        """Carry out one request; the answer is JSON-able."""
        op = request["op"]
        if op == "status":
            return [
                {
                    "node": k.session.node,
                    "edge": k.session.edge,
                    "family": k.session.family,
                    "up": k.established,
                    "error": k.last_error,
                }
                for k in self.links
            ]
        links = self._links(request)
        if op == "announce":
            path = tuple(tuple(hop) if isinstance(hop, list) else hop for hop in request["as_path"])
            route = wire.Announced(
                request["prefix"],
                path,
                tuple(request.get("communities") or ()),
                tuple(request.get("large") or ()),
                request.get("next_hop"),
                request.get("otc"),
            )
            self.routes[request["node"]][route.prefix] = route
            for link in links:
                if link.mine(route.prefix):
                    link.send(wire.update(route, link.session.node_address))
            return len(links)
        if op == "withdraw":
            self.routes[request["node"]].pop(request["prefix"], None)
            for link in links:
                if link.mine(request["prefix"]):
                    link.send(wire.withdrawal(request["prefix"]))
            return len(links)
        if op == "received":
            return {k.session.edge + "/" + str(k.session.family): [asdict(r) for r in k.received.values()] for k in links}
        if op in ("enable", "disable"):
            for link in links:
                link.enabled = op == "enable"
                if not link.enabled and link.writer:
                    link.writer.close()
            return len(links)
        raise ValueError(f"unknown op {op}")

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer one client."""
        while line := await reader.readline():
            try:
                answer = {"ok": self.do(json.loads(line))}
            except (KeyError, ValueError, TypeError, struct.error) as error:
                answer = {"error": f"{type(error).__name__}: {error}"}
            writer.write(json.dumps(answer).encode() + b"\n")
            await writer.drain()
        writer.close()


async def main(prefix: str, control: str) -> None:
    """Run until killed."""
    hub = Hub(prefix)
    Path(control).unlink(missing_ok=True)
    server = await asyncio.start_unix_server(hub.serve, control, limit=1 << 24)
    async with server:
        await asyncio.gather(*(link.keep() for link in hub.links))


def ask(control: str, request: dict[str, Any], timeout: float = 5) -> Any:
    """Ask the hub and return its answer; ValueError with its message when it refuses."""
    with socket.socket(socket.AF_UNIX) as sock:
        sock.settimeout(timeout)
        sock.connect(control)
        sock.sendall(json.dumps(request).encode() + b"\n")
        with sock.makefile() as lines:
            answer = json.loads(lines.readline())
    if "error" in answer:
        raise ValueError(answer["error"])
    return answer["ok"]


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], sys.argv[2]))
