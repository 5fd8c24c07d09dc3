"""A router without a forwarding plane: configuration stores, a commit with a timer, what it was told, and how it misbehaves."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable
from dataclasses import dataclass, field

from .clock import Clock, RealClock, Timer

BOOT_AGE = 93_784
"""Seconds that a router has been up when its server starts: 1 day, 2 hours, 3 minutes, 4 seconds."""


KINDS = ("drop", "lose", "delay", "garble", "noise", "trickle", "reject", "hang")
NOISE = "~%&\ufffd garbled"
GREETING = -1


@dataclass
class Fault:
    """What happens at a message: `drop` closes the connection, `lose` does so after the message took effect, `delay` waits, `garble` says
    nonsense instead of an answer, `noise` damages the middle of the answer inside its frame, `trickle` sends it a byte at a time, `reject` is
    an error of the protocol, `hang` never answers. `at` is the number of the message, counted from 0, or a pattern found in it; -1 is the
    server's greeting."""

    kind: str
    at: int | str
    seconds: float = 0.0

    def hits(self, number: int, message: str) -> bool:
        """Whether the message is the one."""
        return self.at == number if isinstance(self.at, int) else re.search(self.at, message) is not None


@dataclass
class Faults:
    """Faults of one router, and the event that ends every hang and delay."""

    planned: list[Fault] = field(default_factory=list)
    over: threading.Event = field(default_factory=threading.Event)

    def add(self, kind: str, at: int | str, seconds: float = 0.0) -> None:
        """Plan one; `seconds` is the delay, or the time from byte to byte of a trickle."""
        if kind not in KINDS:
            raise ValueError(f"unknown fault {kind!r}")
        self.planned.append(Fault(kind, at, seconds))


def damaged(text: str) -> str:
    """A text whose middle lines were garbled on the way."""
    lines = text.splitlines()
    start = len(lines) // 3
    end = max(start + 1, 2 * len(lines) // 3)
    return "\n".join([*lines[:start], *(NOISE for _line in lines[start:end] or [""]), *lines[end:]])


class Device:
    """Stores, population and journal of one router; the protocols are faces of it. Every method may be called from any thread."""

    def __init__(
        self, platform: str, config: str, *, name: str = "", username: str = "audit", password: str = "audit-login",
        secret: str = "", clock: Clock | None = None,
    ) -> None:  # fmt: skip
        self.platform, self.name = platform, name or platform
        self.username, self.password, self.secret = username, password, secret
        self.running, self.startup = config, config
        self.candidate: str | None = None
        self.clock = clock or RealClock()
        self.booted = self.clock.now() - BOOT_AGE
        self.received: list[str] = []
        self.faults = Faults()
        self.down: set[str] = set()
        self.unlisted: set[str] = set()
        self.prefixes: dict[str, int] = {}
        self.files: dict[str, str] = {}
        self.history: list[str] = []
        self.checkpoints: dict[str, str] = {}
        self.full = False
        """Whether the file system has no room left."""
        self.locked_by: str | None = None
        self.closed_until = 0.0
        """No session is taken before that time."""
        self.reverted = 0
        """How often a timer of a commit ran out."""
        self.held: str | None = None
        """Who holds the lock of the running store, where it has one of its own."""
        self.sessions = 0
        self.pending: Timer | None = None
        self.pending_until = 0.0
        self.pending_by = ""
        """Session or token that the pending commit belongs to."""
        self.committed_at, self.pending_note = self.clock.now(), ""
        self.commits = 1
        """How many commits there were: a part of the name that Junos gives each."""
        self.mutex = threading.RLock()

    # -- messages ------------------------------------------------------------------------------------------------
    def heard(self, message: str) -> Fault | None:
        """Note a message; the fault planned for it, if any."""
        with self.mutex:
            number = len(self.received)
            self.received.append(message)
        return next((one for one in self.faults.planned if one.hits(number, message)), None)

    def greets(self) -> Fault | None:
        """The fault planned for the greeting, if any."""
        return next((one for one in self.faults.planned if one.at == GREETING), None)

    # -- configuration -------------------------------------------------------------------------------------------
    def commit(self, text: str, revert_in: float | None = None, note: str = "") -> None:
        """Make a text the running configuration; with `revert_in` (seconds) it goes away again unless confirmed."""
        with self.mutex:
            before = self.running
            self.history.insert(0, before)
            self.running, self.candidate = text, None
            self.commits += 1
            self.committed_at, self.pending_note = self.clock.now(), note
            if revert_in is not None:
                self.pending_until = self.clock.now() + revert_in
                self.pending = self.clock.later(revert_in, self._reverting(before))

    def _reverting(self, before: str) -> Callable[[], None]:
        def revert() -> None:
            with self.mutex:
                self.running, self.pending, self.pending_note = before, None, ""
                self.commits += 1
                self.reverted += 1

        return revert

    def confirm(self) -> bool:
        """Keep the pending commit; False when there is none."""
        with self.mutex:
            if self.pending is None:
                return False
            self.pending.cancel()
            self.pending, self.pending_note = None, ""
            return True

    def take_back(self) -> bool:
        """Undo the last commit now, timer or not; False when nothing was committed."""
        with self.mutex:
            if self.pending is not None:
                self.pending.cancel()
                self.pending, self.pending_note = None, ""
            if not self.history:
                return False
            self.running = self.history.pop(0)
            return True

    def save(self) -> bool:
        """Running becomes start-up; False when there is no room."""
        with self.mutex:
            if not self.full:
                self.startup = self.running
            return not self.full

    def lock(self, owner: str) -> bool:
        """Take the configuration lock; False when another session holds it."""
        with self.mutex:
            if self.locked_by not in (None, owner):
                return False
            self.locked_by = owner
            return True

    def unlock(self, owner: str) -> bool:
        """Give the lock back; False when it was not held. What was loaded and not committed goes away."""
        with self.mutex:
            if self.locked_by != owner:
                return False
            self.locked_by, self.candidate = None, None
            return True

    @property
    def closed(self) -> bool:
        """Whether no session is taken."""
        return self.clock.now() < self.closed_until

    @property
    def uptime(self) -> int:
        """Seconds since boot."""
        return int(self.clock.now() - self.booted)
