"""The waits of the client libraries, shortened: on the loopback they only wait for themselves. Nothing is sent, read or left out otherwise."""

from __future__ import annotations

import contextlib
import socket
import time
from collections.abc import Iterator
from typing import Any
from unittest import mock

import ncclient.transport.session
import netmiko.base_connection
import netmiko.cisco_base_connection

FASTER = 20


class Brisk:
    """The module `time`, with sleeps that are shorter."""

    def __getattr__(self, name: str) -> Any:
        return getattr(time, name)

    @staticmethod
    def sleep(seconds: float) -> None:
        """Wait a part of it."""
        time.sleep(seconds / FASTER)


@contextlib.contextmanager
def brisk() -> Iterator[None]:
    """Netmiko looks for answers 20 times as often, and ncclient for messages to send."""
    with (
        mock.patch.object(netmiko.base_connection, "time", Brisk()),
        mock.patch.object(netmiko.cisco_base_connection, "time", Brisk()),
        mock.patch.object(ncclient.transport.session, "TICK", 0.1 / FASTER),
    ):
        yield


def at_once(driver: Any) -> None:
    """No waiting for acknowledgements on the loopback: the libraries leave Nagle's algorithm on."""
    held: Any = getattr(driver, "device", None)
    for path in (("remote_conn_pre", "_transport"), ("_session", "transport"), ("_conn", "_session", "transport")):
        found = held
        for name in path:
            found = getattr(found, name, None)
        if found is not None and hasattr(found, "sock"):
            found.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
