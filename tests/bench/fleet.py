"""`python tests/bench/fleet.py [ROUTERS]`: a fleet of routers of 20,000 lines judged, and judged again with one in a hundred changed.

Seconds by the clock, on one worker for a share of the fleet and on two for all of it, each beside a floor measured in the same run: reading the
texts and cutting them into lines. The memory is that of the greatest process.
"""

from __future__ import annotations

import resource
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

sys.path[:0] = [str(Path(__file__).resolve().parent), str(Path(__file__).resolve().parents[2] / "plugins" / "plugin_utils")]

import population  # noqa: E402
from manrs_conformance import api  # noqa: E402

MUST = 75.0
"""Seconds for 1,000 routers on two cores."""
AGAIN = 0.10
"""Share of the first time within which the same fleet must be judged again when one router in a hundred changed."""
ALONE = 10
"""One router in so many is also judged on one worker."""
AS_OF = "2026-12-01T00:00:00Z"


@contextmanager
def timed(rows: dict[str, float], what: str) -> Iterator[None]:
    """Note how long a step took."""
    began = time.perf_counter()
    yield
    rows[what] = time.perf_counter() - began
    print(f"{what:58} {rows[what]:9.2f} s", flush=True)


def main(routers: int = 1000) -> dict[str, float]:
    """Measure."""
    rows: dict[str, float] = {}
    with tempfile.TemporaryDirectory() as folder:
        base = Path(folder)
        with timed(rows, f"writing {routers} routers"):
            paths = population.write(base, routers)
        with timed(rows, "floor: read and cut into lines"):
            lines = sum(len(path.read_text(encoding="utf-8").splitlines()) for path in paths)
        print(f"{lines} lines")
        with timed(rows, "intent and reference data (400,000 route objects)"):
            inputs = api.Inputs.read(base / "manrs.yml", None, base / "sources", AS_OF)
        cache = api.Cache.open(base / "cache", inputs.intent_bytes, inputs.reference)
        some = max(1, routers // ALONE)
        with timed(rows, f"{some} routers, one worker"):
            one = api.audit_fleet(api.of_files(paths[:some], None), inputs, workers=1)
        with timed(rows, f"{some} routers, two workers"):
            two = api.audit_fleet(api.of_files(paths[:some], None), inputs, workers=2)
        assert api.report_json(one.report) == api.report_json(two.report), "the number of workers must not matter"
        del one, two
        with timed(rows, f"{routers} routers, two workers"):
            api.audit_fleet(api.of_files(paths, None), inputs, workers=2, cache=cache)
        population.write(base, routers, changed=max(1, routers // 100))
        with timed(rows, "the same with one in a hundred changed"):
            api.audit_fleet(api.of_files(paths, None), inputs, workers=2, cache=cache)
    rows["routers a second"] = routers / rows[f"{routers} routers, two workers"]
    rows["again / first"] = rows["the same with one in a hundred changed"] / rows[f"{routers} routers, two workers"]
    rows["memory of a worker, MB"] = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    rows["memory of the parent, MB"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    for name in ("routers a second", "again / first", "memory of a worker, MB", "memory of the parent, MB"):
        print(f"{name:58} {rows[name]:9.2f}")
    print(f"must: {MUST * routers / 1000:.1f} s, again {AGAIN}")
    return rows


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1000)
