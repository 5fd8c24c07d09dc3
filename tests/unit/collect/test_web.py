"""HTTP answers of eAPI and NX-API: size takes its time, a trickle is cut, and the thread that waits for it ends."""

from __future__ import annotations

import http.server
import json
import threading
import time
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any, ClassVar

import pyeapi.eapilib
import pytest
from manrs_conformance.collect import limits
from manrs_conformance.errors import CollectionError
from napalm.nxapi_plumbing import api_client

COUNT = 8
"""Parts of an answer."""


class Slow(http.server.BaseHTTPRequestHandler):
    """Every answer comes in parts."""

    size: ClassVar[int] = 20_000

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing is printed."""

    def do_POST(self) -> None:
        """A JSON-RPC answer of both kinds, with a long text."""
        self.rfile.read(int(self.headers["Content-Length"]))
        answer = {"jsonrpc": "2.0", "result": {"msg": ""}, "id": 1}
        body = json.dumps(answer).encode().ljust(COUNT * self.size)
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        try:
            for start in range(0, len(body), self.size):
                self.wfile.write(body[start : start + self.size])
                time.sleep(0.1)
        except OSError:
            return


@pytest.fixture
def port() -> Iterator[int]:
    """A slow server."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Slow)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    yield server.server_port
    server.shutdown()
    server.server_close()


def eapi(port: int) -> Any:
    """An open EOS driver, as far as limits look at one, and its question."""
    link = pyeapi.eapilib.HttpEapiConnection("127.0.0.1", port=port, username="u", password="p", timeout=5)
    driver = SimpleNamespace(device=SimpleNamespace(connection=link))
    return driver, lambda: link.send(link.request(["show x"], encoding="text"))


def nxapi(port: int) -> Any:
    """The same for NX-OS."""
    client = api_client.RPCClient("127.0.0.1", "u", "p", transport="http", port=port, timeout=5)
    driver = SimpleNamespace(device=SimpleNamespace(api=client))
    return driver, lambda: client._nxapi_command(["show x"], method="cli_ascii")


@pytest.mark.parametrize("client", [eapi, nxapi])
def test_a_large_answer_may_take_longer_than_the_time_out(client: Any, port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Slow, "size", 20_000)
    driver, ask = client(port)
    watch = limits.watch_driver(driver, 0.5)
    began = time.monotonic()
    assert limits.run("no answer", watch, ask)
    assert time.monotonic() - began > 0.7
    assert watch.seen
    again = limits.watch_driver(driver, 0.5)
    assert limits.run("no answer", again, ask)
    assert again.seen, "a second watch counts over the same client"


@pytest.mark.parametrize("client", [eapi, nxapi])
def test_a_trickle_is_cut(client: Any, port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Slow, "size", 10)
    driver, ask = client(port)
    before = set(threading.enumerate())
    with pytest.raises(CollectionError, match=r"^no answer within 0\.3 s$"):
        limits.run("no answer", limits.watch_driver(driver, 0.3), ask)
    limits.cut(driver)
    end = time.monotonic() + 0.3
    while time.monotonic() < end and any(one.name.startswith("manrs-") for one in set(threading.enumerate()) - before):
        time.sleep(0.01)
    assert not [one for one in set(threading.enumerate()) - before if one.name.startswith("manrs-")]
