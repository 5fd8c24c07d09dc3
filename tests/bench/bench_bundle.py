"""An evidence bundle of a synthetic fleet: built device by device, and verified."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import evidence_fleet
from table import Row

SCALES = (1, 10)
FULL = (50,)
"""A thousand routers."""
BASE = 20


def rows(scale: int) -> Iterator[Row]:
    """Two rows: a twentieth of the routers has 200,000 lines."""
    with tempfile.TemporaryDirectory() as folder:
        found = evidence_fleet.measure(Path(folder, "bundle"), BASE * scale, "blocks")
    building = found.building - found.making
    print(
        f"bundle of {found.routers:,} routers: {found.files:,} files, {found.size / 1e6:.1f} MB, {found.archive / 1e6:.1f} MB as .tar.gz",
        flush=True,
    )
    yield Row(
        "bundle: build", found.lines, "lines", building, found.making, "making and reading the synthetic routers", {}, found.memory
    )
    must = found.files / 10_000 if scale > SCALES[0] else None
    yield Row(
        "bundle: verify, warm", found.lines, "lines", found.verifying, found.floor, "sha256sum -c", {}, found.verify_memory, must
    )
