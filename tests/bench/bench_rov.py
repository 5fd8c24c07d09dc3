"""Origin validation (RFC 6811) of a table of routes."""

from __future__ import annotations

import json
import random
import tempfile
from collections.abc import Iterator
from pathlib import Path

from manrs_conformance.analysis import origin
from table import Row, peer, timed

SCALES = (1, 10, 100)
PAYLOADS, ROUTES = 6_000, 10_000


def rows(scale: int) -> Iterator[Row]:
    """Index and validation together, as a run does both; routes are half of the payloads' prefixes and half of others."""
    dice = random.Random(6811)

    def prefix() -> str:
        return f"{dice.randint(1, 223)}.{dice.getrandbits(8)}.{dice.getrandbits(8)}.0/24"

    vrps = [(prefix(), 24, dice.randint(1, 400_000)) for _ in range(PAYLOADS * scale)]
    table = [
        (vrps[dice.randrange(len(vrps))][0], dice.randint(1, 400_000)) if dice.random() < 0.5 else (prefix(), 1)
        for _ in range(ROUTES * scale)
    ]

    def all_of() -> int:
        known = origin.index(vrps)
        return sum(origin.validate(known, one, asn).value == "invalid" for one, asn in table)

    floor, _ = timed(lambda: [one.partition("/") for one, _asn in table], 2)
    seconds, _ = timed(all_of, 1)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "rov.json")
        file.write_text(json.dumps({"vrps": vrps, "routes": table}))
        found = {"py-radix": peer("radix_rov", str(file))}
    yield Row("origin validation", len(table), "routes", seconds, floor, "one pass over the routes", found)
