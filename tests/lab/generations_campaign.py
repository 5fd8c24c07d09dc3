"""Two generations of a filter on a real router: the old one goes when nothing refers to it, and nothing is ever open meanwhile.

It leaves edge1 with its filter, so it has a lab of its own: `python -m pytest tests/lab/generations_campaign.py`, as root.
"""

from __future__ import annotations

import re
import threading
import time
from pathlib import Path

from large import push_customer
from manrs_conformance import platforms
from manrs_lab import Lab, topology
from test_push import connect

REFUSED, DROPPED = "45.99.0.0/16", "45.11.128.0/24"
"""A prefix that the customer may never announce, and one that only the first generation lets through."""


def brought(lab: Lab, text: str) -> None:
    """Load a fragment by the driver: timed, then confirmed."""
    driver = connect(lab, "edge1", "push")
    try:
        driver.load_merge_candidate(config=text)
        driver.commit_config(revert_in=60)
        driver.confirm_commit()
    finally:
        driver.close()


class Watch(threading.Thread):
    """Looks every tenth of a second whether the router holds a prefix that it must not, or lacks one that it must have."""

    def __init__(self, lab: Lab) -> None:
        super().__init__(daemon=True)
        self.edge, self.ended, self.looks, self.wrong = lab.edge("edge1"), threading.Event(), 0, list[str]()

    def run(self) -> None:
        """Look until ended."""
        while not self.ended.wait(0.1):
            there = self.edge.prefixes(4)
            self.looks += 1
            self.wrong += [f"held {REFUSED}"] if REFUSED in there else []
            self.wrong += ["lost 45.11.0.0/20"] if "45.11.0.0/20" not in there else []


def test_an_old_generation_goes_and_nothing_is_ever_open(lab: Lab, tmp_path: Path) -> None:
    edge, frr = lab.edge("edge1"), platforms.load("frr")
    extra = (0x2D0B8000, 24, 24, 24, True, 0)

    def lists() -> set[str]:
        return set(re.findall(r"MANRS-ALLOW4-\S+", edge.vtysh("show running-config")))

    first = push_customer(lab, tmp_path / "1.jsonl", (extra,))
    assert first.outcome == "confirmed", first.because
    old = lists()
    path = [topology.ASNS["cust"]]
    for prefix in (REFUSED, DROPPED):
        lab.announce("cust", prefix, path)
    watch = Watch(lab)
    with lab.stream("prov", "45.15.0.1", "45.11.0.1", "cust", edge="edge1") as stream:
        until = time.monotonic() + 10
        while DROPPED not in edge.prefixes(4) and time.monotonic() < until:
            time.sleep(0.1)
        assert DROPPED in edge.prefixes(4)
        watch.start()
        second = push_customer(lab, tmp_path / "2.jsonl", ())
        assert second.outcome == "confirmed", second.because
        assert DROPPED not in edge.prefixes(4)
        assert len(lists() - old) == 1 and old < lists(), "the old list is there until it is tidied"
        brought(lab, frr.tidy(edge.vtysh("show running-config")))  # type: ignore[attr-defined]
        assert lists() and not lists() & old
        assert frr.tidy(edge.vtysh("show running-config")) == ""  # type: ignore[attr-defined]
        watch.ended.set()
        watch.join()
    assert watch.looks > 20 and not watch.wrong, watch.wrong
    assert not stream.lost, f"{len(stream.lost)} of {len(stream.sent)} packets"
    for prefix in (REFUSED, DROPPED):
        lab.withdraw("cust", prefix)
