"""Where what was collected is kept: in the run directory, or, on a worker elsewhere, with the answer that goes home."""

from __future__ import annotations

import contextlib
import dataclasses
from collections.abc import Iterator, Mapping
from contextvars import ContextVar
from pathlib import Path
from typing import Any

from manrs_conformance import collect
from manrs_conformance.model.snapshot import Snapshot

Carried = dict[str, dict[str, Any] | None]
"""Snapshots by their path in the run directory, as plain values; None for one that must not be there any more."""
_carried: ContextVar[Carried | None] = ContextVar("carried", default=None)


def path_of(run_dir: str | Path, host: str) -> Path:
    """Where the snapshot of a host lies."""
    return Path(run_dir) / "devices" / f"{collect.safe_name(host)}.snapshot.json"


def forget(path: Path) -> None:
    """Take an earlier snapshot away, so that it is never taken for a new one."""
    carried = _carried.get()
    if carried is None:
        path.unlink(missing_ok=True)
    else:
        carried[str(path)] = None


def keep(snapshot: Snapshot, path: Path) -> None:
    """Save a snapshot at its path."""
    carried = _carried.get()
    if carried is None:
        collect.save(snapshot, path.parent)
    else:
        carried[str(path)] = {one.name: getattr(snapshot, one.name) for one in dataclasses.fields(snapshot)}


@contextlib.contextmanager
def carried() -> Iterator[Carried]:
    """Nothing is written here; what would be is in the value."""
    out: Carried = {}
    token = _carried.set(out)
    try:
        yield out
    finally:
        _carried.reset(token)


def unload(brought: Mapping[str, Mapping[str, Any] | None]) -> None:
    """Write at home what a worker collected."""
    for name, one in brought.items():
        path = Path(name)
        if one is None:
            path.unlink(missing_ok=True)
        else:
            collect.save(Snapshot(**one), path.parent)
