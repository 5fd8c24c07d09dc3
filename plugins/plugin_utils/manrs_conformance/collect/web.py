"""Bytes of the HTTP connections that eAPI and NX-API clients open, one for each request: counted, and cut when a limit is over."""

from __future__ import annotations

import contextlib
import importlib
import io
import socket
import types
import weakref
from collections.abc import Callable
from typing import Any


class Line:
    """The HTTP connections of one driver. `came` is told how many bytes each read brought, `opened` that there is something to count."""

    def __init__(self, came: Callable[[int], None], opened: Callable[[], None]) -> None:
        self.came, self.opened = came, opened
        self.open: weakref.WeakSet[Counted] = weakref.WeakSet()

    def take(self, link: Any) -> Counted:
        """A connected socket, from now on counted."""
        counted = Counted(link, self)
        self.open.add(counted)
        self.opened()
        return counted


class Counted:
    """A socket that tells how much was read from it; HTTP clients read through `makefile`."""

    def __init__(self, link: Any, line: Line) -> None:
        self._link, self._line = link, line

    def __getattr__(self, name: str) -> Any:
        return getattr(self._link, name)

    def makefile(self, mode: str, *_given: Any, **_more: Any) -> Any:
        """A buffered file for reading."""
        if mode != "rb":
            return self._link.makefile(mode)
        return io.BufferedReader(_Raw(self._link.makefile("rb", buffering=0), self))

    def count(self, size: int) -> None:
        """That much was read."""
        self._line.came(size)


class _Raw(io.RawIOBase):
    def __init__(self, raw: Any, link: Counted) -> None:
        self._raw, self._link = raw, link

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        size: int | None = self._raw.readinto(buffer)
        self._link.count(size or 0)
        return size

    def close(self) -> None:
        if not self.closed:
            self._raw.close()
        super().close()


def attach(device: Any, came: Callable[[int], None], opened: Callable[[], None]) -> None:
    """Count what an open eAPI or NX-API client reads; nothing happens with any other."""
    holder = _holder(device)
    if holder is None:
        return
    line = getattr(holder, "manrs_line", None)
    if line is not None:
        line.came, line.opened = came, opened
        return
    holder.manrs_line = line = Line(came, opened)
    if hasattr(holder, "transport"):
        _connect(holder.transport, line)
    else:
        _post(holder, line)


def cut(device: Any) -> None:
    """End the connections of a client, so that whoever reads from one gets an error."""
    holder = _holder(device)
    line = getattr(holder, "manrs_line", None)
    link = getattr(getattr(holder, "transport", None), "sock", None)
    for one in [*(line.open if line is not None else ()), *([link] if link is not None else ())]:
        with contextlib.suppress(OSError, ValueError):
            one.shutdown(socket.SHUT_RDWR)


def _holder(device: Any) -> Any:
    """pyeapi's connection, or the client of NAPALM's nxapi_plumbing."""
    connection = getattr(device, "connection", None)
    if hasattr(getattr(connection, "transport", None), "getresponse"):
        return connection
    client = getattr(device, "api", None)
    return client if hasattr(type(client), "_send_request") else None


def _connect(transport: Any, line: Line) -> None:
    """pyeapi keeps an `http.client` connection, which connects anew for each request."""
    plain = transport.connect

    def connect() -> None:
        plain()
        transport.sock = line.take(transport.sock)

    transport.connect = connect


def _post(client: Any, line: Line) -> None:
    """NX-API calls `requests.post`, which makes its own connections: the client's method gets a module whose `post` has counted ones."""
    requests = importlib.import_module("requests")

    def post(url: str, **given: Any) -> Any:
        with requests.Session() as session:
            for scheme in ("https://", "http://"):
                adapter = requests.adapters.HTTPAdapter()
                pools = adapter.poolmanager
                pools.pool_classes_by_scheme = {key: _pool(one, line) for key, one in pools.pool_classes_by_scheme.items()}
                session.mount(scheme, adapter)
            return session.post(url, **given)

    method = client._send_request.__func__
    names = method.__globals__ | {"requests": types.SimpleNamespace(post=post, packages=requests.packages)}
    client._send_request = types.MethodType(types.FunctionType(method.__code__, names), client)


def _pool(pool: Any, line: Line) -> Any:
    def connect(self: Any) -> None:
        pool.ConnectionCls.connect(self)
        self.sock = line.take(self.sock)

    connection = type("CountedConnection", (pool.ConnectionCls,), {"connect": connect})
    return type("CountedPool", (pool,), {"ConnectionCls": connection})
