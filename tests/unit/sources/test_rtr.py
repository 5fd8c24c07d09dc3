"""The RTR client against a real cache and against servers that misbehave."""

from __future__ import annotations

import json
import shutil
import socket
import struct
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Thread

import pytest
from manrs_conformance.model.reference import Vrp
from manrs_conformance.sources._bytes import SourceError
from manrs_conformance.sources.rtr import decode_rtr, fetch_rtr, load_rtr

AS_OF = "2026-11-24T06:00:00Z"


def pdu(version: int, kind: int, field: int, body: bytes = b"") -> bytes:
    return struct.pack("!BBHI", version, kind, field, 8 + len(body)) + body


def v4(
    version: int, flags: int = 1, asn: int = 64501, length: int = 24, longest: int = 24, address: bytes = b"\xcb\x00\x71\x00"
) -> bytes:
    return pdu(version, 4, 0, bytes((flags, length, longest, 0)) + address + asn.to_bytes(4, "big"))


def error(version: int, code: int, text: bytes = b"") -> bytes:
    return pdu(version, 10, code, bytes(4) + len(text).to_bytes(4, "big") + text)


def end(version: int, session: int = 7) -> bytes:
    return pdu(version, 7, session, struct.pack("!I", 42) + (struct.pack("!III", 3600, 600, 7200) if version else b""))


@contextmanager
def server(answer: Callable[[bytes], bytes | None]) -> Iterator[int]:
    """A cache on loopback: each query is answered by `answer`, None hangs up."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            while True:
                try:
                    link, _ = listener.accept()
                except OSError:
                    return
                with link:
                    reply = answer(link.recv(64))
                    if reply:
                        link.sendall(reply)
                        link.settimeout(0.5)
                        with suppress(OSError):
                            link.recv(1)

        thread = Thread(target=serve, daemon=True)
        thread.start()
        yield listener.getsockname()[1]
        listener.shutdown(socket.SHUT_RDWR)
        thread.join(2)


def test_version_1() -> None:
    reply = pdu(1, 0, 7, bytes(4)) + pdu(1, 3, 7) + v4(1) + pdu(1, 9, 0x100, bytes(24)) + end(1)
    with server(lambda _query: reply) as port:
        data = decode_rtr(fetch_rtr("127.0.0.1", port, timeout=2))
    assert data.vrps == (Vrp("203.0.113.0/24", 24, 64501),)
    assert (data.version, data.session, data.serial, data.expire) == (1, 7, 42, 7200)


@pytest.mark.parametrize("refusal", [error(0, 4), pdu(0, 3, 7) + v4(0) + end(0), None])
def test_falls_back_to_version_0(refusal: bytes | None) -> None:
    old = pdu(0, 3, 7) + v4(0) + end(0)
    with server(lambda query: refusal if query[0] == 1 else old) as port:
        data = decode_rtr(fetch_rtr("127.0.0.1", port, timeout=2))
    assert data.version == 0 and len(data.vrps) == 1 and data.expire is None


@pytest.mark.parametrize(
    ("reply", "part"),
    [
        (error(1, 2), "no data available"),
        (error(1, 1, b"disk full"), "internal error (disk full)"),
        (pdu(1, 8, 0), "Cache Reset"),
        (pdu(1, 3, 7) + v4(1), "in time|ended before End of Data"),
        (pdu(1, 3, 7) + end(1, 8), "session 8"),
        (pdu(1, 3, 7) + v4(1) + v4(1) + end(1), "twice"),
        (pdu(1, 3, 7) + v4(1, flags=0) + end(1), "withdraws"),
        (pdu(1, 3, 7) + v4(1, longest=33) + end(1), "max length"),
        (pdu(1, 3, 7) + v4(1, length=16) + end(1), "host bits|has max length|24"),
        (pdu(1, 3, 7) + end(1), "no VRP"),
        (v4(1) + end(1), "out of place"),
        (struct.pack("!BBHI", 1, 3, 7, 4), "claims 4 bytes"),
    ],
)
def test_what_goes_wrong_is_a_problem_and_no_value(reply: bytes, part: str) -> None:
    if "host bits" in part:
        reply = pdu(1, 3, 7) + v4(1, length=16, longest=24) + end(1)
    with server(lambda _query: reply) as port:
        result = load_rtr("127.0.0.1", port, as_of=AS_OF, timeout=0.4)
    assert result.value is None
    assert any(one in (result.provenance.problem or "") for one in part.split("|"))


def test_nobody_listens_and_nobody_answers() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        assert "in time" in (load_rtr("127.0.0.1", port, as_of=AS_OF, timeout=0.2).provenance.problem or "")
    assert load_rtr("127.0.0.1", port, as_of=AS_OF, timeout=0.2).provenance.problem


def test_recorded_bytes_that_were_cut_are_refused() -> None:
    whole = pdu(1, 3, 7) + v4(1) + end(1)
    for size in range(len(whole)):
        with pytest.raises(SourceError):
            decode_rtr(whole[:size])


def test_a_real_cache(tmp_path: Path) -> None:
    assert shutil.which("stayrtr"), "install stayrtr (apt: stayrtr)"
    roas = [
        {"asn": "AS64501", "prefix": "203.0.113.0/24", "maxLength": 24, "ta": "x"},
        {"asn": "AS64502", "prefix": "2001:db8::/32", "maxLength": 48, "ta": "x"},
    ]
    cache = tmp_path / "vrps.json"
    cache.write_text(json.dumps({"metadata": {"counts": 2, "generated": int(time.time())}, "roas": roas}), encoding="utf-8")
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    process = subprocess.Popen(
        ["stayrtr", "-bind", f"127.0.0.1:{port}", "-cache", str(cache), "-checktime=false", "-metrics.addr", ""],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        deadline = time.monotonic() + 20
        result = load_rtr("127.0.0.1", port, as_of=AS_OF, timeout=3)
        while result.value is None and time.monotonic() < deadline:
            time.sleep(0.2)
            result = load_rtr("127.0.0.1", port, as_of=AS_OF, timeout=3)
    finally:
        process.terminate()
        process.wait(5)
    assert result.provenance.problem is None
    assert result.value == (Vrp("203.0.113.0/24", 24, 64501), Vrp("2001:db8::/32", 48, 64502))
    assert "version 1" in result.provenance.query
