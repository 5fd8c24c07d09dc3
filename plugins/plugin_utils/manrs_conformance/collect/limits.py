"""Time limits that scale with size: a router may be slow, but it may not be silent, and it may not trickle."""

from __future__ import annotations

import contextlib
import threading
import time
import traceback
from collections.abc import Callable, Iterator
from contextvars import ContextVar
from typing import Any

from ..errors import CollectionError
from . import web

RATE = 10_000
"""Bytes a second that a router delivers at least, once it has begun to answer."""
LONG = 86_400
UNSEEN = 20
"""How many times the time-out a call may last whose bytes cannot be seen; its library limits the silence."""

_stop: ContextVar[threading.Event | None] = ContextVar("stop", default=None)


@contextlib.contextmanager
def until(stop: threading.Event) -> Iterator[None]:
    """Calls to routers in this thread end with a CollectionError as soon as the event is set, whatever their limits."""
    token = _stop.set(stop)
    try:
        yield
    finally:
        _stop.reset(token)


class Watch:
    """Bytes that came in on a session, and since when it has been silent."""

    def __init__(self, timeout: float) -> None:
        self.timeout, self.seen = timeout, False
        self.begin()

    def begin(self) -> None:
        """A message goes out."""
        self._start = self._last = time.monotonic()
        self._bytes = 0

    def came(self, count: int) -> None:
        """That much was read."""
        if count:
            self._bytes += count
            self._last = time.monotonic()

    def opened(self) -> None:
        """From now on what comes in is seen."""
        if not self.seen:
            self.seen = True
            self._last = time.monotonic()

    @property
    def over(self) -> bool:
        """Whether the answer is overdue: silence, or less than `RATE`."""
        now = time.monotonic()
        if not self.seen:
            return now - self._start > self.timeout * UNSEEN
        return now - self._last > self.timeout or now - self._start > self.timeout + self._bytes / RATE


def bounded(what: str, timeout: float, call: Callable[[], Any], *, late: Callable[[], Any] | None = None) -> Any:
    """The result of a call that must end in time; CollectionError otherwise, and `late` runs when the call ends after all."""
    watch = Watch(timeout / UNSEEN)
    return run(what, watch, call, timeout=timeout, late=late)


def run(what: str, watch: Watch, call: Callable[[], Any], *, timeout: float = 0.0, late: Callable[[], Any] | None = None) -> Any:
    """The result of a call while its watch is content; CollectionError names the limit, in seconds, or says that the run was stopped."""
    box: list[Any] = []
    given_up = threading.Event()
    done = threading.Event()

    def work() -> None:
        try:
            box.append((True, call()))
        except BaseException as error:  # handed to the caller, whatever it is
            box.append((False, error))
        done.set()
        if given_up.is_set() and late is not None:
            with contextlib.suppress(Exception):
                late()

    stop = _stop.get()
    watch.begin()
    threading.Thread(target=work, name="manrs-call", daemon=True).start()
    while not done.wait(0.1):
        if stop is not None and stop.is_set():
            given_up.set()
            raise CollectionError(f"{what}: interrupted")
        if watch.over:
            given_up.set()
            limit = timeout or watch.timeout * (1 if watch.seen else UNSEEN)
            raise CollectionError(f"{what} within {limit:g} s")
    ok, value = box[0]
    if not ok:
        # What the library held when it failed (a half-read connection) goes now, not when somebody forgets the error.
        traceback.clear_frames(value.__traceback__)
        raise value
    return value


def watch_driver(driver: Any, timeout: float) -> Watch:
    """A watch on the bytes of an open driver; its library's own limits on whole answers are lifted where the bytes can be seen."""
    watch = Watch(timeout)
    device: Any = _device(driver)
    # By class: ncclient's manager makes an operation of any name that it is asked for.
    if hasattr(type(device), "read_channel") and hasattr(device, "read_timeout_override"):
        _count(watch, device, "read_channel")
    else:
        session: Any = getattr(_manager(device), "_session", None)
        if session is not None and hasattr(session, "_transport_read"):
            _count(watch, session, "_transport_read")
        web.attach(device, watch.came, watch.opened)
    _allow(driver, LONG)
    return watch


def unwatch(driver: Any, watch: Watch) -> None:
    """Give the library its own limit back, for what is done with the session without a watch: closing it."""
    _allow(driver, watch.timeout)


def _allow(driver: Any, seconds: float) -> None:
    """How long the library waits for a whole answer."""
    device: Any = _device(driver)
    if hasattr(type(device), "read_channel") and hasattr(device, "read_timeout_override"):
        device.read_timeout_override = seconds
    elif getattr(_manager(device), "_session", None) is not None:
        for holder in (_manager(device), device):
            if hasattr(holder, "timeout"):
                holder.timeout = seconds


def _manager(device: Any) -> Any:
    """ncclient's manager: the device itself, or below PyEZ."""
    return device if hasattr(device, "_session") else getattr(device, "_conn", None)


def _device(driver: Any) -> Any:
    """The library's own object below a NAPALM driver; the one for the XML agent of IOS-XR has a layer between."""
    device = getattr(driver, "device", None)
    return device.__dict__["device"] if "device" in getattr(device, "__dict__", {}) else device


def _count(watch: Watch, holder: Any, name: str) -> None:
    read = getattr(holder, name)
    if getattr(read, "manrs_watches", None) is not None:
        read.manrs_watches[:] = [watch]
    else:
        watches = [watch]

        def counted(*args: Any, **more: Any) -> Any:
            data = read(*args, **more)
            if not data and getattr(getattr(holder, "remote_conn", None), "closed", False):
                raise ConnectionError("the router closed the connection")
            watches[0].came(len(data))
            return data

        counted.manrs_watches = watches  # type: ignore[attr-defined]
        setattr(holder, name, counted)
    watch.seen = True


def cut(driver: Any) -> None:
    """End a session that no longer answers, without asking it: the connection is closed, so that the router gives locks back."""
    device: Any = _device(driver)
    web.cut(device)
    for one in (getattr(getattr(_manager(device), "_session", None), "transport", None), getattr(device, "remote_conn_pre", None)):
        if one is not None:
            with contextlib.suppress(Exception):
                one.close()
