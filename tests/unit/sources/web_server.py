"""A real HTTP server on 127.0.0.1 that serves recorded answers and the failures that public sources show."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Served = Callable[["Request"], None]


@dataclass
class Server:
    """What is served by path (with its query), and what was asked."""

    url: str = ""
    pages: dict[str, Served | list[Served]] = field(default_factory=dict)
    asked: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    busy: int = 0
    most: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def starting(self, path: str) -> Served | list[Served] | None:
        """The page whose name ends in `*` and begins like the path."""
        return next((page for name, page in self.pages.items() if name.endswith("*") and path.startswith(name[:-1])), None)

    def paths(self) -> list[str]:
        return [path for path, _headers in self.asked]


class Request(BaseHTTPRequestHandler):
    """One request."""

    protocol_version = "HTTP/1.1"
    server: Any
    counted = False

    def do_GET(self) -> None:
        world: Server = self.server.world
        with world.lock:
            world.asked.append((self.path, dict(self.headers)))
            world.busy += 1
            world.most = max(world.most, world.busy)
            page = world.pages.get(self.path) or world.starting(self.path) or status(404)
            act = page if callable(page) else page.pop(0) if len(page) > 1 else page[0]
        self.counted = True
        try:
            act(self)
        finally:
            self.leave()

    def leave(self) -> None:
        """Count this request as answered: before the client can see its end and ask again."""
        with self.server.world.lock:
            self.server.world.busy -= self.counted
            self.counted = False

    def log_message(self, *_words: Any) -> None:
        """Be quiet."""

    def answer(self, code: int, body: bytes = b"", **headers: str) -> None:
        self.send_response(code)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.leave()
        self.wfile.write(body)


def good(data: Any, **headers: str) -> Served:
    return lambda request: request.answer(200, json.dumps(data).encode(), **headers)


def status(code: int, **headers: str) -> Served:
    return lambda request: request.answer(code, **headers)


def moved(place: str) -> Served:
    return lambda request: request.answer(302, Location=place)


def tagged(data: Any, tag: str) -> Served:
    """An answer with an ETag, and 304 for who has it."""

    def act(request: Request) -> None:
        if request.headers.get("If-None-Match") == tag:
            request.answer(304)
        else:
            request.answer(200, json.dumps(data).encode(), ETag=tag)

    return act


def cut(data: Any) -> Served:
    """Fewer bytes than announced, then the connection ends."""

    def act(request: Request) -> None:
        body = json.dumps(data).encode()
        request.send_response(200)
        request.send_header("Content-Length", str(len(body) + 10))
        request.end_headers()
        request.wfile.write(body)
        request.close_connection = True

    return act


def raw(body: bytes) -> Served:
    return lambda request: request.answer(200, body)


def slow(seconds: float, data: Any) -> Served:
    def act(request: Request) -> None:
        time.sleep(seconds)
        request.answer(200, json.dumps(data).encode())

    return act


@contextmanager
def serving(**pages: Served) -> Iterator[Server]:
    world = Server()
    server = ThreadingHTTPServer(("127.0.0.1", 0), Request)
    server.world = world  # type: ignore[attr-defined]
    server.daemon_threads = True
    world.url = f"http://127.0.0.1:{server.server_address[1]}/"
    world.pages = {f"/{name}": page for name, page in pages.items()}
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield world
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
