"""`python rovwhole.py VRPS ROUTES`: a validator's file and a table (`prefix origin` a line) read, indexed and judged, as one process."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "plugins" / "plugin_utils"))

from manrs_conformance.analysis import origin
from manrs_conformance.sources.vrp import load_payloads


def main() -> int:
    """Print how many routes have which state, in the order of their names, and the most memory in MB."""
    loaded = load_payloads(sys.argv[1], as_of="2026-11-24T06:00:00Z", max_age_hours=24)
    assert loaded.value is not None, loaded.provenance.problem
    words = Path(sys.argv[2]).read_text(encoding="ascii").split()
    states = origin.states(loaded.value.vrps, words[::2], list(map(int, words[1::2])))
    print(*(f"{state.value}={states.count(state)}" for state in sorted(set(states))), end=" ")
    peak = next(line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM"))
    print(f"peak={int(peak.split()[1]) // 1024}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
