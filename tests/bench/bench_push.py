"""A change of a filter: planned, rendered, merged and gated in the model, then really pushed onto a router of the lab.

The model rows are whole processes of their own work: the first filter of a customer, and one of whose entries a hundredth changed. The row of the real router
needs root and the lab's programs; without them it says so. It pushes 5,000 entries and takes them back, with `--full` 500,000, which FRR 8.4 takes minutes
to load.
"""

from __future__ import annotations

import functools
import json
import os
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from manrs_conformance import api, platforms
from manrs_conformance.model.reference import Authorised, Reference
from manrs_conformance.model.snapshot import Snapshot
from manrs_conformance.push import device
from table import ROOT, Row, timed

SCALES = (1, 10)
FULL = (100,)
BASE = 5_000
SET = "AS43211:AS-CUSTOMERS"
EDGE = """frr version 8.4.4
frr defaults traditional
hostname edge
!
router bgp 43210
 no bgp ebgp-requires-policy
 no bgp default ipv4-unicast
 neighbor 45.10.0.6 remote-as 43211
 !
 address-family ipv4 unicast
  neighbor 45.10.0.6 activate
  neighbor 45.10.0.6 route-map IN in
  neighbor 45.10.0.6 route-map OUT out
 exit-address-family
exit
!
route-map IN permit 10
exit
!
route-map OUT permit 10
exit
!
end
"""


def authorised(reference: Reference, count: int, less: int = 0) -> Reference:
    """Reference data that allow the customer `count` /24, but for the last `less` of them."""
    some = sorted(random.Random(64500).sample(range(60 << 16, 160 << 16), count))[: count - less]
    known = Authorised(tuple((one << 8, 24, 24, 24, True, 0) for one in some), (), (43211,))
    return replace(reference, authorised={SET: known})


def rows(scale: int) -> Iterator[Row]:
    """Both changes in the model, and the real push."""
    count = BASE * scale
    read = api.Inputs.read(ROOT / "tests/unit/push/rendering/manrs.yml", None, None, "2026-11-25T06:00:00Z")
    running = EDGE
    for words, less in (("first filter", 0), ("a hundredth changed", count // 100)):
        reference = authorised(read.reference, count, less)
        began = time.process_time()
        done = device.prepare(Snapshot("edge", "frr", running, {}), read.intent, reference)
        seconds = time.process_time() - began
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
        floor, _both = timed(functools.partial(both, running, done.merged), 1)
        must = 60.0 * count / 500_000 if scale >= 100 else None
        name = f"push: plan, render, merge, gate, {words}"
        yield Row(name, count, "entries", seconds, floor, "parsing both sides", {}, memory, must)
        running = done.merged
    if scale != 10:
        yield from real(count)


def both(*texts: str) -> None:
    """Parse what was before and after."""
    for text in texts:
        platforms.load("frr").parse(text, {})


def real(count: int) -> Iterator[Row]:
    """The push of the whole protocol onto FRR, in seconds of the clock: the router works, not this process. The floor is loading the lists alone."""
    sys.path.append(str(ROOT / "tests/lab"))
    sys.path.append(str(ROOT / "plugins/napalm"))
    if os.geteuid() != 0:
        print("push: onto FRR: not measured, it needs root and the programs of the lab (tests/lab/README.md)", flush=True)
        return
    import large
    from manrs_lab import Lab
    from manrs_lab.system import LabError
    from push_trials import AGENT

    lab = Lab("bench")
    try:
        lab.up()
    except LabError as error:
        print(f"push: onto FRR: not measured: {error}", flush=True)
        return
    try:
        one = large.prepare(lab, count)
        with tempfile.TemporaryDirectory() as folder:
            began = time.monotonic()
            done = large.push(one, Path(folder, "journal.jsonl"), revert_in=120 + count // 500)
            seconds = time.monotonic() - began
            steps = [(entry.at, entry.step) for entry in large.steps(Path(folder, "journal.jsonl"))]
        assert done.outcome == "confirmed", done.because
        loaded = large.between(steps, "committing", "refreshing")
        yield Row(
            "push: onto FRR 8.4, whole protocol (clock)",
            count,
            "entries",
            seconds,
            max(loaded, 1.0),
            "loading on the router",
            {},
            large.memory(lab),
        )
        began = time.monotonic()
        said = subprocess.run([*lab.edge("edge1").enter(), AGENT, "rollback"], capture_output=True, text=True, check=False).stdout
        assert json.loads(said)["ok"], said
        words = "loading on the router"
        seconds = time.monotonic() - began
        yield Row("push: rollback on FRR 8.4 (clock)", count, "entries", seconds, max(loaded, 1.0), words, {}, large.memory(lab))
    finally:
        lab.down()
