"""A filter of many thousand entries on a real router: loaded in time, right at every entry, and taken back as fast."""

from __future__ import annotations

import json
import subprocess
import time
from pathlib import Path

import large
from manrs_lab import Lab, topology
from push_trials import AGENT, held

COUNT = 10_000
SAMPLE = 60


def test_a_filter_of_ten_thousand_entries_holds_at_every_one_of_them(lab: Lab, tmp_path: Path) -> None:
    edge = lab.edge("edge1")
    before = held(lab, "edge1")
    one = large.prepare(lab, COUNT)
    done = large.push(one, tmp_path / "journal.jsonl", revert_in=30)
    assert done.outcome == "confirmed", done.because
    step = len(one.inside) // SAMPLE
    wanted, unwanted = set(one.inside[::step]), set(one.outside[::step])
    try:
        assert done.diff.count("\n+ip prefix-list MANRS-ALLOW4-") > COUNT
        for prefix in wanted | unwanted:
            lab.announce("cust", prefix, [topology.ASNS["cust"]])
        until = time.monotonic() + 15
        while not wanted <= edge.prefixes(4) and time.monotonic() < until:
            time.sleep(0.2)
        assert wanted <= edge.prefixes(4)
        assert not unwanted & edge.prefixes(4)
    finally:
        for prefix in wanted | unwanted:
            lab.withdraw("cust", prefix)
        taken = subprocess.run([*edge.enter(), AGENT, "rollback"], capture_output=True, text=True, timeout=120, check=False)
        assert json.loads(taken.stdout)["ok"], taken.stdout
    assert held(lab, "edge1") == before
