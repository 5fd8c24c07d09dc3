"""Clocks of the servers: the real one, and one that a test moves."""

from __future__ import annotations

import heapq
import itertools
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime


class Timer:
    """A call in the future that can be taken back."""

    def __init__(self, call: Callable[[], None]) -> None:
        self._call, self._lock, self.cancelled = call, threading.Lock(), False

    def cancel(self) -> None:
        """Never call."""
        with self._lock:
            self.cancelled = True

    def fire(self) -> None:
        """Call once, unless it was taken back."""
        with self._lock:
            if self.cancelled:
                return
            self.cancelled = True
        self._call()


class RealClock:
    """Wall time; timers run in threads that do not keep the process alive."""

    def now(self) -> float:
        """Seconds since 1970."""
        return time.time()

    def later(self, seconds: float, call: Callable[[], None]) -> Timer:
        """Call after that many seconds."""
        timer = Timer(call)
        thread = threading.Timer(seconds, timer.fire)
        thread.daemon = True
        thread.start()
        return timer


class ManualClock:
    """Time that stands still until `advance`."""

    def __init__(self, start: str = "2026-10-01T00:00:00+00:00") -> None:
        self._now = datetime.fromisoformat(start).timestamp()
        self._due: list[tuple[float, int, Timer]] = []
        self._count = itertools.count()
        self._lock = threading.Lock()

    def now(self) -> float:
        """Seconds since 1970."""
        return self._now

    def later(self, seconds: float, call: Callable[[], None]) -> Timer:
        """Call once `advance` has gone that far."""
        timer = Timer(call)
        with self._lock:
            heapq.heappush(self._due, (self._now + seconds, next(self._count), timer))
        return timer

    def advance(self, seconds: float) -> None:
        """Move on, and run what falls due on the way, each at its own time."""
        end = self._now + seconds
        while True:
            with self._lock:
                if not self._due or self._due[0][0] > end:
                    break
                self._now, _count, timer = heapq.heappop(self._due)
            timer.fire()
        self._now = end


Clock = RealClock | ManualClock


def moment(clock: Clock) -> datetime:
    """The clock's time as a date in UTC."""
    return datetime.fromtimestamp(clock.now(), UTC)
