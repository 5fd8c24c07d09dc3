"""HTTP(S) servers: what eAPI and NX-API have in common."""

from __future__ import annotations

import base64
import http.server
import json
import select
import ssl
import threading
import time
from abc import ABC, abstractmethod
from typing import Any, ClassVar

from .device import Device, Fault, damaged

GARBAGE = b'{"jsonrpc": "2.0", "res\xff\xfe'


class Server(http.server.ThreadingHTTPServer):
    """One device behind one port of the loopback."""

    request_queue_size = 128
    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that goes away is no event."""


class Handler(http.server.BaseHTTPRequestHandler, ABC):
    """One request of JSON-RPC; a subclass gives the path and answers single commands."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    PATH: ClassVar[str] = ""
    device: Device

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing is printed."""

    def setup(self) -> None:
        """One more session."""
        super().setup()
        with self.device.mutex:
            self.device.sessions += 1

    def finish(self) -> None:
        """One less."""
        with self.device.mutex:
            self.device.sessions -= 1
        super().finish()

    def handle(self) -> None:
        """The requests of a connection, unless a fault stands before the first."""
        fault = self.device.greets()
        if self.device.closed:
            return
        if fault is not None and fault.kind == "garble":
            self.wfile.write(GARBAGE)
        elif fault is not None and fault.kind == "delay":
            self.device.faults.over.wait(fault.seconds)
            super().handle()
        elif fault is None or self._go_on(fault):
            super().handle()

    def do_POST(self) -> None:
        """Check the login, apply the faults, answer."""
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        token = base64.b64encode(f"{self.device.username}:{self.device.password}".encode()).decode()
        if self.path.rstrip("/") != self.PATH or self.headers.get("Authorization") != f"Basic {token}":
            self.device.heard("login refused")
            return self._send(401, b"Unauthorized")
        commands = self.commands(json.loads(body))
        planned = [(command, self.device.heard(command)) for command in commands]
        fault = next((one for _command, one in planned if one is not None), None)
        if fault is not None and not self._go_on(fault):
            return None
        refused = next((command for command, one in planned if one is not None and one.kind == "reject"), None)
        with self.device.mutex:
            answer = self.answers(json.loads(body), refused)
        if fault is not None and fault.kind == "lose":
            self.close_connection = True
            return self.connection.close()
        if fault is not None and fault.kind == "noise":
            answer = _noisy(answer)
        return self._send(200, json.dumps(answer).encode(), fault.seconds if fault is not None and fault.kind == "trickle" else 0.0)

    def _go_on(self, fault: Fault) -> bool:
        """Live through a delay or a hang; False when there is nothing more to say."""
        if fault.kind == "delay":
            self._pause(fault.seconds)
        elif fault.kind == "hang":
            self._pause(float("inf"))
        elif fault.kind == "garble":
            self._send(200, GARBAGE)
        if fault.kind in ("drop", "hang"):
            self.close_connection = True
            self.connection.close()
        return fault.kind not in ("drop", "hang", "garble")

    def _pause(self, seconds: float) -> bool:
        """Wait; False when the client went away, or every fault is over."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            try:
                gone = select.select([self.connection], [], [], 0)[0] and not self.connection.recv(1)
            except OSError:
                gone = True
            if gone or self.device.faults.over.wait(0.02):
                return False
        return True

    def _send(self, status: int, body: bytes, pace: float = 0.0) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if not pace:
            self.wfile.write(body)
            return
        for byte in body:
            self.wfile.write(bytes([byte]))
            if not self._pause(pace):
                break
        self.close_connection = True

    @abstractmethod
    def commands(self, body: Any) -> list[str]:
        """Every command of a request."""

    @abstractmethod
    def answers(self, body: Any, refused: str | None) -> Any:
        """The answer to a request; `refused` is the command that a fault rejects."""


def _noisy(value: Any) -> Any:
    """A document whose long texts were garbled."""
    if isinstance(value, dict):
        return {key: _noisy(one) for key, one in value.items()}
    if isinstance(value, list):
        return [_noisy(one) for one in value]
    return damaged(value) if isinstance(value, str) and len(value) > 20 else value


def serve(device: Device, handler: type[Handler], tls: tuple[str, str] | None) -> tuple[Server, int]:
    """Start; returns the server and its port. `tls` is certificate and key file."""
    made = type("Bound", (handler,), {"device": device})
    server = Server(("127.0.0.1", 0), made)
    if tls is not None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*tls)
        server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
    return server, int(server.server_address[1])
