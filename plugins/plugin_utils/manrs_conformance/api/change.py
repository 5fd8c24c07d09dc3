"""Planning a change and bringing it onto a router."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from ..model.snapshot import Snapshot
from ..push import apply as protocol
from ..push import device as pushing
from ..push.journal import Journal
from .assess import Inputs, parse


def prepare_push(snapshot: Snapshot, inputs: Inputs, templates: Path | None = None) -> pushing.Prepared:
    """Plan, render and gate a push without touching the router."""
    return pushing.prepare(snapshot, inputs.intent, inputs.reference, templates=templates)


def push_device(
    snapshot: Snapshot,
    prepared: pushing.Prepared,
    connect: Callable[[], Any],
    inputs: Inputs,
    journal: Path,
    *,
    revert_in: int = 120,
    settle: float = 60.0,
    change_id: str = "",
    windows: Sequence[str] = (),
    no_revert_timer: bool = False,
) -> protocol.Pushed:
    """Push a prepared change by the whole protocol, within the change windows of the intent and those given."""
    return pushing.push(
        snapshot,
        prepared,
        connect,
        inputs.intent,
        inputs.reference,
        Journal(journal),
        pushing.Way(revert_in, settle, change_id, tuple(windows), no_revert_timer),
    )


def safe_diff(snapshot: Snapshot, prepared: pushing.Prepared) -> str:
    """The planned difference without the secrets of the running configuration."""
    lines = snapshot.config.splitlines()
    values = {lines[one.line - 1][one.start : one.end] for one in parse(snapshot).secrets if one.line <= len(lines)}
    text = prepared.diff
    for value in sorted(values, key=len, reverse=True):
        text = text.replace(value, "<redacted>") if value.strip() else text
    return text
