"""Coverage of an ordered prefix list by as many authorised ranges, exactly and with a witness both ways."""

from __future__ import annotations

import json
import random
import tempfile
from collections.abc import Iterator
from pathlib import Path

import prefixes
from table import Row, peer, timed

SCALES = (1, 10, 100)
BASE = 5_000


def rows(scale: int) -> Iterator[Row]:
    """A row a family. The peer answers a smaller question: whether one entry covers each range."""
    count = BASE * scale
    for afi in (4, 6):
        some = prefixes.ranges(count, afi, afi)
        floor, _ = timed(lambda some=some: sorted(some))  # type: ignore[misc]
        inner = prefixes.listed("inner", some, afi)
        outer = prefixes.listed("outer", random.Random(1).sample(some, count), afi)
        seconds, both = timed(
            lambda inner=inner, outer=outer: (prefixes.prefixes.covers(inner, outer), prefixes.prefixes.covers(outer, inner))
        )  # type: ignore[misc]
        assert both == (None, None)
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder, "ranges.json")
            file.write_text(
                json.dumps([(prefixes.prefixes.text(afi, network, length), high) for network, length, _low, high in some])
            )
            found = {"py-radix": 2 * peer("radix_cover", str(file))}
        yield Row(
            f"coverage both ways, IPv{afi}",
            count,
            "entries",
            seconds,
            floor,
            "sort of the ranges",
            found,
            must=8 * count / 500_000 if scale == SCALES[-1] else None,
        )
