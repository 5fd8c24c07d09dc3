"""The gate: a doubt as old as the base does not block, unless the change may hide in it."""

from __future__ import annotations

from pathlib import Path

import pytest
from manrs_conformance import api, gate
from manrs_conformance.model.snapshot import Snapshot

INTENT = """\
version: 1
organisation: {name: Example Net}
asns: [64496]
prefixes: [192.0.2.0/24]
neighbours:
  - {select: {address: 198.51.100.2}, relationship: peer}
  - {select: {address: 198.51.100.6}, relationship: customer, as_set: "AS64501:AS-ALL"}
"""
BASE = """\
frr version 8.4.4
hostname edge1
router bgp 64496
 neighbor 198.51.100.2 remote-as 64502
 neighbor 198.51.100.6 remote-as 64501
 address-family ipv4 unicast
  neighbor 198.51.100.2 route-map PEER-IN in
  neighbor 198.51.100.2 route-map NONE out
  neighbor 198.51.100.6 prefix-list CUST in
  neighbor 198.51.100.6 route-map NONE out
 exit-address-family
exit
ip prefix-list CUST seq 5 permit 203.0.113.0/24
ip prefix-list PEER seq 5 permit 45.0.0.0/8 le 24
route-map PEER-IN permit 10
 match ip address prefix-list PEER
exit
route-map NONE deny 10
exit
"""


@pytest.fixture
def inputs(tmp_path: Path) -> api.Inputs:
    """An intent whose customer depends on a registry that nobody asked."""
    (tmp_path / "manrs.yml").write_text(INTENT)
    (tmp_path / "sources").mkdir()
    return api.Inputs.read(tmp_path / "manrs.yml", None, tmp_path / "sources", "2026-11-25T06:00:00Z")


def judged(inputs: api.Inputs, before: str, after: str, **more: bool) -> gate.GateReport:
    sides = ([Snapshot("edge1", "frr", text)] for text in (before, after))
    return api.gate_inputs(*sides, inputs, **more)[0]


def test_no_change_passes_though_the_base_holds_doubts(inputs: api.Inputs) -> None:
    report = judged(inputs, BASE, BASE)
    assert (report.verdict, report.new, report.unsure, report.changes, report.doubts) == ("pass", (), (), (), ())
    assert judged(inputs, BASE, BASE, strict=True).verdict == "fail"


def test_a_line_more_above_a_filter_is_no_change(inputs: api.Inputs) -> None:
    odd = BASE.replace("route-map NONE deny 10", " match odd thing\nexit\nroute-map NONE deny 10")
    report = judged(inputs, odd, odd.replace("ip prefix-list CUST", "!\n!\nip prefix-list CUST"))
    assert (report.verdict, report.changes, report.doubts) == ("pass", (), ())


def test_a_wider_filter_is_blocked_where_only_a_missing_registry_could_judge_it(inputs: api.Inputs) -> None:
    wider = BASE.replace("permit 203.0.113.0/24", "permit 203.0.113.0/24 le 25")
    report = judged(inputs, BASE, wider)
    assert report.verdict != "pass"
    assert "CUS-03" in {one.check for one in report.unsure}


def test_a_narrower_filter_does_not_touch_old_doubts(inputs: api.Inputs) -> None:
    narrow = BASE.replace("permit 45.0.0.0/8 le 24", "permit 45.0.0.0/8 le 23")
    report = judged(inputs, BASE, narrow)
    assert report.verdict == "pass"
    assert [one.newly_rejected[0].route.prefix[-3:] for one in report.changes] == ["/24"]


def test_a_filter_that_cannot_be_followed_is_inconclusive_when_it_changes(inputs: api.Inputs) -> None:
    odd = BASE.replace("match ip address prefix-list PEER", "match ip address prefix-list PEER\n match odd thing")
    report = judged(inputs, odd, odd.replace("permit 45.0.0.0/8 le 24", "permit 45.0.0.0/8 le 23"))
    assert report.verdict == "inconclusive"
    assert report.doubts


def test_nothing_to_compare_is_never_green(inputs: api.Inputs) -> None:
    assert api.gate_inputs([], [], inputs)[0].verdict == "inconclusive"
