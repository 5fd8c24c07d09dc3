"""A fleet of mixed routers, from saved configurations to verdicts: on one core, on two, and again when one router in a hundred changed."""

from __future__ import annotations

import hashlib
import json
import resource
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import population
from manrs_conformance import api
from table import Row, peer

SCALES = (1, 10)
FULL = (100,)
"""Only when all of it is asked for: ten minutes on two cores."""
ROUTERS = 10
SIZES = (3, 3, 49, 3, 15, 3, 3, 3, 15, 3)
"""Customers of the routers, ten on average: 7,000, 30,000 and 100,000 lines, and 20,000 on average."""
MUST, AGAIN = 0.075, 0.10
"""Seconds by the clock for a router on two cores, and share of the first time within which a fleet is judged again that is nearly the same."""
AS_OF = "2026-12-01T00:00:00Z"
FLOOR = "reading and splitting"
FROM = 100
"""Routers from which on targets count: processes are started, and lists seen for the first time, whatever the number."""


def used(what: Callable[[], api.Assessment]) -> tuple[float, float, str]:
    """Processor seconds with those of the workers, seconds by the clock, and a digest of what the audit says."""

    def spent() -> float:
        mine, theirs = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
        return mine.ru_utime + mine.ru_stime + theirs.ru_utime + theirs.ru_stime

    before, began = spent(), time.perf_counter()
    done = what()
    seconds, clock = spent() - before, time.perf_counter() - began
    told = json.dumps(api.report_json(done.report), sort_keys=True)
    return seconds, clock, hashlib.sha256(told.encode()).hexdigest()


def rows(scale: int) -> Iterator[Row]:
    """Five rows. The floor is one that reads all texts and cuts them into lines; the peer parses them only, and is asked at the smallest scale."""
    count = ROUTERS * scale
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        paths = population.write(folder, count, SIZES)
        began = time.process_time()
        inputs = api.Inputs.read(folder / "manrs.yml", None, folder / "sources", AS_OF)
        reading = time.process_time() - began
        began = time.process_time()
        dump = (folder / "sources/irr.rpsl").read_text().splitlines()
        objects, floor = len(dump) // 4, time.process_time() - began
        if scale == 1:
            yield Row("reference data of a fleet", objects, "route objects", reading, floor, FLOOR)
        began = time.process_time()
        lines = sum(len(one.read_text(encoding="utf-8").splitlines()) for one in paths)
        floor = time.process_time() - began
        cache = api.Cache.open(folder / "cache", inputs.intent_bytes, inputs.reference)
        texts = api.of_files(paths, None)
        found = {"ciscoconfparse2": sum(peer("ciscoconfparse2", str(path)) for path in paths)} if scale == 1 else {}
        must = MUST * count if count >= FROM else None
        spent, clock, told = used(lambda: api.audit_fleet(texts, inputs, workers=2, cache=cache))
        memory = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024
        yield Row("fleet judged, two workers", lines, "lines", spent, floor, FLOOR, found, memory, must and 2 * must)
        yield Row("fleet judged, two workers, by the clock", count, "routers", clock, floor, FLOOR, {}, memory, must)
        rewrite(paths, changed=True)
        again, _clock, _told = used(lambda: api.audit_fleet(texts, inputs, workers=2, cache=cache))
        yield Row("fleet judged again, 1 % changed", count, "routers", again, floor, FLOOR, {}, memory, must and AGAIN * spent)
        rewrite(paths, changed=False)
        alone, _clock, single = used(lambda: api.audit_fleet(texts, inputs, workers=1))
        assert single == told, "the number of workers must not matter"
        yield Row("fleet judged, one worker", lines, "lines", alone, floor, FLOOR, found)


def rewrite(paths: Sequence[Path], *, changed: bool) -> None:
    """One router in a hundred, with a line more or without it."""
    for number, path in enumerate(paths[: max(1, len(paths) // 100)]):
        customers = population.customers_of(number, SIZES[number % len(SIZES)])
        path.write_text(population.config(number, customers, changed=changed))
