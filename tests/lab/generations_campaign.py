"""What a push leaves on a real router goes again: all of it by `manrs render --removal`, and an old generation of a filter when nothing refers to it.

It leaves edge1 with a filter, so it has a lab of its own: `python -m pytest tests/lab/generations_campaign.py`, as root.
"""

from __future__ import annotations

import json
import re
import threading
import time
from pathlib import Path
from typing import Any

from faces import command, counters, intent
from large import push_customer
from manrs_conformance import api, collect, platforms
from manrs_lab import Lab, topology
from push_trials import held
from test_push import connect, snapshot

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


def kept(lab: Lab, folder: Path) -> Path:
    """A folder with what edge1 shows now."""
    collect.save(snapshot(lab, "edge1", "push"), folder)
    return folder


def removal(lab: Lab, place: Path, now: Path, base: Path) -> dict[str, Any]:
    """What `manrs render --removal` says of edge1."""
    said = command("render", str(now), "--removal", str(base), "--intent", str(intent(lab)), "--format", "json", cwd=place)
    assert said.returncode == 0, said.stderr
    (one,) = json.loads(said.stdout)
    return dict(one)


def sessions(lab: Lab) -> dict[str, tuple[str, int, int]]:
    """State of every session, and how often it came up and went down."""
    return {key: (state, up, down) for key, (state, up, down, _) in counters(lab).items()}


def test_all_that_a_push_brought_goes_and_the_router_is_as_it_was(lab: Lab, tmp_path: Path) -> None:
    edge = lab.edge("edge1")
    before, up, base = held(lab, "edge1"), sessions(lab), kept(lab, tmp_path / "before")
    inputs = api.Inputs.read(intent(lab), None, None, collect.now())
    found = snapshot(lab, "edge1", "push")
    done = api.push_device(
        found,
        api.prepare_push(found, inputs),
        lambda: connect(lab, "edge1", "push"),
        inputs,
        tmp_path / "journal.jsonl",
        revert_in=180,
        settle=90,
    )
    assert done.outcome == "confirmed", done.because
    pushed = held(lab, "edge1")
    assert "MANRS-" in pushed.running and "table inet manrs" in pushed.nft and pushed.sysctl != before.sysctl

    gone = removal(lab, tmp_path, kept(lab, tmp_path / "pushed"), base)
    assert gone["left"] == []
    brought(lab, gone["candidate"])
    after = held(lab, "edge1")
    assert (after.running, after.nft, after.sysctl) == (before.running, before.nft, before.sysctl)
    assert after.saved and sessions(lab) == up
    assert not Path(edge.directory, "manrs/inet-manrs.nft").exists()
    again = removal(lab, tmp_path, kept(lab, tmp_path / "again"), base)
    assert (again["candidate"], again["left"]) == ("", [])


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
