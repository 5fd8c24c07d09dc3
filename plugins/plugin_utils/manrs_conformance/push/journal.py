"""The journal of a push: every step is on disk before it is taken, so that a controller that dies leaves a readable trail."""

from __future__ import annotations

import copy
import json
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from ..collect import now
from ..errors import InputError

STEPS = (
    "planned",
    "gated",
    "checked",
    "loading",
    "comparing",
    "committing",
    "refreshing",
    "verifying",
    "confirming",
    "confirmed",
    "rolling-back",
    "rolled-back",
    "unchanged",
)


@dataclass(frozen=True, slots=True)
class Entry:
    """One step: what is about to be done, when, and what matters for whoever reads it later."""

    step: str
    at: str
    note: str
    facts: Mapping[str, str] = field(default_factory=dict)
    """What whoever goes on with a push that was cut short needs: the change's name on the router, digests of configurations."""


class Journal:
    """Append-only JSON lines, flushed to the disk at every step; readable by its owner only."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._path = path
        self._clean: Callable[[str], str] = str

    def without_secrets(self, clean: Callable[[str], str]) -> Journal:
        """The same file, written with `clean`, which takes secrets out of what a router said."""
        made = copy.copy(self)
        made._clean = clean
        return made

    @property
    def path(self) -> Path:
        """Where the journal lies."""
        return self._path

    def write(self, step: str, note: str = "", **facts: str) -> None:
        """Record that `step` is about to be taken (or, for an ending, that it is so)."""
        if step not in STEPS:
            raise ValueError(step)
        more = {"facts": facts} if facts else {}
        line = json.dumps({"step": step, "at": now(), "note": self._clean(note)} | more, sort_keys=True)
        handle = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        try:
            os.write(handle, (line + "\n").encode())
            os.fsync(handle)
        finally:
            os.close(handle)

    def entries(self) -> tuple[Entry, ...]:
        """What was written so far; InputError names a damaged line."""
        if not self._path.exists():
            return ()
        out = []
        for number, line in enumerate(self._path.read_text("utf-8").splitlines(), 1):
            try:
                out.append(Entry(**json.loads(line)))
            except (ValueError, TypeError) as error:
                raise InputError(f"{self._path}:{number}: damaged journal line: {error}") from None
        return tuple(out)


def attempt(entries: tuple[Entry, ...]) -> tuple[Entry, ...]:
    """The steps of the last push on record: one journal may hold several, when a rollout was resumed."""
    begins = [number for number, one in enumerate(entries) if one.step == "planned"]
    return entries[begins[-1] :] if begins else entries


def facts(entries: tuple[Entry, ...]) -> dict[str, str]:
    """All facts of the last push on record, later ones first."""
    return {key: value for one in attempt(entries) for key, value in one.facts.items()}


def outcome(entries: tuple[Entry, ...]) -> str:
    """What the router must hold now, read from the journal alone: `unchanged`, `confirmed`, `rolled-back`, `reverting`, or `unknown` when
    the controller ended while it confirmed, or took back a confirmation that seemed to fail: the router has either kept the change or takes it
    back."""
    last = entries[-1].step if entries else "unchanged"
    if last in ("confirmed", "rolled-back"):
        return last
    if last == "confirming" or (last == "rolling-back" and any(one.step == "confirming" for one in attempt(entries))):
        return "unknown"
    if last in ("committing", "refreshing", "verifying", "rolling-back"):
        return "reverting"
    return "unchanged"
