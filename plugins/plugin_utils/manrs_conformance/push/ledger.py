"""The record of a rollout: every decision is on disk before it is carried out, so that a rollout goes on where its controller died."""

from __future__ import annotations

import hashlib
import json
import os
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from ..collect import now
from ..errors import InputError

EVENTS = ("begun", "pushing", "pushed", "gating", "gated", "stopping", "taking-back", "taken-back", "ended")


@dataclass(frozen=True, slots=True)
class Event:
    """One line: what, when, for which host or batch, and how it ended."""

    event: str
    at: str
    about: str = ""
    outcome: str = ""
    because: str = ""
    facts: Mapping[str, str] = field(default_factory=dict)


class Ledger:
    """Append-only JSON lines, flushed to the disk; any thread may write."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.path = path
        self._lock = threading.Lock()

    def write(self, event: str, about: str = "", outcome: str = "", because: str = "", **facts: str) -> None:
        """Record what is about to happen (`pushing`, `gating`, `taking-back`) or what came of it."""
        if event not in EVENTS:
            raise ValueError(event)
        line = {"event": event, "at": now(), "about": about, "outcome": outcome, "because": because, "facts": facts}
        with self._lock:
            handle = os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
            try:
                os.write(handle, (json.dumps(line, sort_keys=True) + "\n").encode())
                os.fsync(handle)
            finally:
                os.close(handle)

    def events(self) -> tuple[Event, ...]:
        """What was recorded; InputError names a damaged line, except a last one that a crash cut short."""
        if not self.path.exists():
            return ()
        lines = self.path.read_text("utf-8").splitlines(keepends=True)
        out = []
        for number, line in enumerate(lines, 1):
            try:
                out.append(Event(**json.loads(line)))
            except (ValueError, TypeError) as error:
                if number == len(lines) and not line.endswith("\n"):
                    break
                raise InputError(f"{self.path}:{number}: damaged line: {error}") from None
        return tuple(out)


def fingerprint(value: object) -> str:
    """SHA-256 that tells one plan of a rollout from another."""
    return hashlib.sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()
