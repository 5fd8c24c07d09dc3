"""Origin validation (RFC 6811) of a table of routes."""

from __future__ import annotations

import json
import random
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from unittest import mock

from manrs_conformance.analysis import origin
from manrs_conformance.analysis.prefixes import parse
from manrs_conformance.model import fast as extra
from manrs_conformance.model.reference import Vrp
from rov import internet
from table import Row, best, environment, peer, timed

SCALES = (1, 10, 100)
PAYLOADS, ROUTES = 6_000, 10_000
AHEAD = 7
"""By how much a whole run must take less than the loop of the MANRS IXP validation tool, at full size and with numpy."""


def rows(scale: int) -> Iterator[Row]:
    """Index and validation together, as a run does both; then the whole process, from the files to the counts."""
    # Made anew, so that they lie in memory as a reader leaves them.
    vrps, table = json.loads(json.dumps(internet(random.Random(6811), PAYLOADS * scale, ROUTES * scale)))

    def judged(vrps: Sequence[tuple[str, int, int]], table: Sequence[tuple[str, int]]) -> float:
        """A set that is met for the first time, without numpy."""
        payloads, prefixes, origins = [Vrp(*one) for one in vrps], [one for one, _asn in table], [asn for _one, asn in table]
        with mock.patch.object(extra, "numpy", lambda: None):
            return timed(lambda: origin.states(list(payloads), prefixes, origins), 2)[0]

    floor, _ = timed(lambda: [one.partition("/") for one, _asn in table], 2)
    seconds = judged(vrps, table)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "rov.json")
        file.write_text(json.dumps({"vrps": vrps, "routes": table}))
        found = {"py-radix": peer("radix_rov", str(file))}
        yield Row("origin validation", len(table), "routes", seconds, floor, "one pass over the routes", found)
        if extra.numpy() is not None:
            payloads, prefixes, origins = [Vrp(*one) for one in vrps], [one for one, _asn in table], [asn for _one, asn in table]
            seconds, _ = timed(lambda: origin.states(list(payloads), prefixes, origins))
            yield Row("origin validation, numpy", len(table), "routes", seconds, floor, "one pass over the routes", found)
        yield whole(Path(folder), vrps, table, scale == SCALES[-1])
    # As validators and routers write them.
    vrps, table = json.loads(json.dumps([sorted(one, key=lambda row: parse(row[0])) for one in (vrps, table)]))
    seconds = judged(vrps, table)
    yield Row("origin validation, both in order", len(table), "routes", seconds, floor, "one pass over the routes")


def whole(folder: Path, vrps: list[tuple[str, int, int]], table: list[tuple[str, int]], full: bool) -> Row:
    """A validator's file and a table as files, each program a process of its own."""
    files = folder / "vrps.json", folder / "routes.txt"
    roas = [{"prefix": one, "maxLength": most, "asn": f"AS{asn}", "ta": "bench"} for one, most, asn in vrps]
    files[0].write_text(json.dumps({"metadata": {"buildtime": "2026-11-24T05:00:00Z"}, "roas": roas}))
    files[1].write_text("".join(f"{one} {asn}\n" for one, asn in table))
    floor, _ = timed(lambda: (json.loads(files[0].read_bytes()), files[1].read_text().split()), 1)
    words = [str(one) for one in files]
    here = Path(__file__).parent
    ours = [sys.executable, str(here / "rovwhole.py"), *words]
    seconds, _, code = best(ours)
    # The kernel counts the memory of the parent before `exec` too, so the program says its own.
    memory = int(subprocess.run(ours, capture_output=True, text=True, check=True).stdout.rpartition("peak=")[2])
    theirs, _, failed = best([str(environment("peers")), str(here / "peers.py"), "ixp_rov", *words])
    assert code == failed == 0
    fast = extra.numpy() is not None
    name = f"origin validation, whole process, {'numpy' if fast else 'pure'}"
    must = theirs / AHEAD if full and fast else None
    peers = {"loop of the MANRS IXP tool (written again)": theirs}
    return Row(name, len(table), "routes", seconds, floor, "JSON and words", peers, memory, must)
