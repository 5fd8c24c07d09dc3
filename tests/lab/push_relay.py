"""A relay between the controller and the SSH server of a router, which does harm to one message on its way."""

from __future__ import annotations

import contextlib
import select
import socket
import threading
import time

KINDS = ("cut", "lose", "delay", "garble", "noise", "hang", "refused")


class Relay:
    """Listens on a free port of the loopback; a message is what the controller sends at once, counted from 0 over all its sessions.

    `cut` ends the session before the message, `lose` after it took effect, `delay` keeps it back, `garble` damages it, `noise` damages what comes
    back, `hang` lets nothing through any more, `refused` ends every session and takes none, the last two for so many seconds.
    """

    def __init__(self, address: str) -> None:
        self.target = (address, 22)
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self._mutex = threading.Lock()
        self.plan("", -1, 0.0)
        threading.Thread(target=self._accept, daemon=True).start()

    def plan(self, kind: str, at: int, seconds: float) -> None:
        """Count anew, and strike at that message."""
        self.kind, self.at, self.seconds = kind, at, seconds
        self.count, self.struck, self.closed_until = 0, False, 0.0

    def close(self) -> None:
        """Take no session any more."""
        self.listener.close()

    @property
    def closed(self) -> bool:
        """Whether no session is let in."""
        return time.monotonic() < self.closed_until

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                client, _ = self.listener.accept()
                if self.closed:
                    client.close()
                else:
                    threading.Thread(target=self._session, args=(client,), daemon=True).start()

    def _session(self, client: socket.socket) -> None:
        with contextlib.suppress(OSError), client, socket.create_connection(self.target, 5) as server:
            for one in (client, server):
                one.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            noisy = False
            while not self.closed:
                ready = select.select([client, server], [], [], 0.05)[0]
                if client in ready:
                    data = client.recv(65536)
                    kind = self._strikes() if data else ""
                    if not data or kind in ("cut", "refused"):
                        return
                    if kind in ("delay", "hang"):
                        time.sleep(self.seconds)
                    if kind == "hang":
                        return
                    server.sendall(_damaged(data) if kind == "garble" else data)
                    if kind == "lose":
                        select.select([server], [], [], 5)
                        return
                    noisy = noisy or kind == "noise"
                if server in ready:
                    data = server.recv(65536)
                    if not data:
                        return
                    client.sendall(_damaged(data) if noisy else data)
                    noisy = False

    def _strikes(self) -> str:
        with self._mutex:
            number, self.count = self.count, self.count + 1
            if number != self.at or not self.kind:
                return ""
            self.struck = True
            if self.kind == "refused":
                self.closed_until = time.monotonic() + self.seconds
            return self.kind


def _damaged(data: bytes) -> bytes:
    middle = len(data) // 2
    return data[:middle] + bytes([data[middle] ^ 0x55]) + data[middle + 1 :]
