"""Coverage of an ordered prefix list by as many authorised ranges, exactly and with a witness both ways.

Met for the first time, in random order and in that of their addresses, in which filter generators write them; when the lists are known, as for every
question after the first; and with lines that deny, whose order counts.
"""

from __future__ import annotations

import json
import random
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from unittest import mock

import prefixes
from manrs_conformance.analysis import bulk
from manrs_conformance.model import fast as extra
from manrs_conformance.model.policy import PrefixList
from table import Row, peer, timed

SCALES = (1, 10, 100)
BASE = 5_000


def rows(scale: int) -> Iterator[Row]:
    """A row a family, and one where numpy decides. The peer answers a smaller question: whether one entry covers each range."""
    count = BASE * scale
    for afi in (4, 6):
        some = prefixes.ranges(count, afi, afi)
        floor, _ = timed(lambda some=some: sorted(some))  # type: ignore[misc]
        inner = prefixes.listed("inner", some, afi)
        outer = prefixes.listed("outer", random.Random(1).sample(some, count), afi)
        sides = [(inner, outer), (outer, inner)]
        with mock.patch.object(extra, "numpy", lambda: None):
            seconds, both = timed(lambda sides=sides: (prefixes.prefixes._read.clear(), decided(sides))[1])  # type: ignore[misc]
            again, known = timed(lambda sides=sides: decided(sides))  # type: ignore[misc]
        fast, also = timed(lambda sides=sides: decided(sides))  # type: ignore[misc]
        assert both == known == also == [None, None]
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder, "ranges.json")
            file.write_text(
                json.dumps([(prefixes.prefixes.text(afi, network, length), high) for network, length, _low, high in some])
            )
            found = {"py-radix": 2 * peer("radix_cover", str(file))}
        for name, spent, must in (("", seconds, 8.0), (", known lists", again, 8.0), (", numpy", fast, 1.2)):
            if 2 * count >= bulk.MANY or name != ", numpy":
                yield Row(
                    f"coverage both ways, IPv{afi}{name}",
                    count,
                    "entries",
                    spent,
                    floor,
                    "sort of the ranges",
                    found,
                    must=must if scale == SCALES[-1] else None,
                )
        yield in_order(some, afi)
        yield denying(some, afi, scale)


Pairs = Sequence[Sequence[PrefixList]]


def decided(sides: Pairs) -> list[tuple[int, int] | None]:
    """A prefix of the first of two lists that the second does not cover, for each two."""
    return [prefixes.prefixes.covers(*one) for one in sides]


def in_order(some: list[tuple[int, int, int, int]], afi: int) -> Row:
    """The same lists by address, in pure Python."""
    mixed = random.Random(2).sample(some, len(some))
    floor, _ = timed(lambda: sorted(mixed))
    sides = [prefixes.listed(name, sorted(some), afi) for name in ("inner", "outer")]
    with mock.patch.object(extra, "numpy", lambda: None):
        seconds, both = timed(lambda: (prefixes.prefixes._read.clear(), decided([sides, sides[::-1]]))[1])
    assert both == [None, None]
    return Row(f"coverage both ways, IPv{afi}, lists in order", len(some), "entries", seconds, floor, "sort of the ranges")


def denying(some: list[tuple[int, int, int, int]], afi: int, scale: int) -> Row:
    """Every tenth line denies, so that the order of lines counts; the classes of it and of the ranges, which answer both ways."""
    floor, _ = timed(lambda: sorted(some))
    lists = [
        prefixes.listed("inner", some, afi, deny=0.1),
        prefixes.listed("outer", random.Random(1).sample(some, len(some)), afi),
    ]
    with mock.patch.object(extra, "numpy", lambda: None):
        seconds, found = timed(lambda: (prefixes.prefixes._read.clear(), prefixes.prefixes.prefix_classes(lists, afi))[1])
    assert 2 in found.signatures, "what is denied is permitted by the ranges"
    must = 4.0 if scale == SCALES[-1] else None
    return Row(
        f"coverage both ways, IPv{afi}, every tenth line denies",
        len(some),
        "entries",
        seconds,
        floor,
        "sort of the ranges",
        must=must,
    )
