"""What routers say of their last change: shown beside the freshness of a filter, kept without a person's name, replayed."""

from __future__ import annotations

from pathlib import Path

import pytest
from manrs_conformance import api
from manrs_conformance.model import changed
from manrs_conformance.model.snapshot import Snapshot

AS_OF = "2026-11-24T06:00:00Z"
SAID = {
    "! Last configuration change at 10:24:49 GMT Thu Mar 15 2012 by net-admin": "10:24:49 GMT Thu Mar 15 2012",
    "! Last configuration change at 09:12:44 UTC Mon Sep 1 2025": "09:12:44 UTC Mon Sep 1 2025",
    "!! Last configuration change at Tue Nov 24 10:00:00 2026 by neteng": "Tue Nov 24 10:00:00 2026",
    "!Running configuration last done at: Tue Nov 24 09:14:02 2026": "Tue Nov 24 09:14:02 2026",
    "## Last commit: 2026-03-01 09:12:44 UTC by automation": "2026-03-01 09:12:44 UTC",
}
NOT = (
    "! NVRAM config last updated at 10:24:50 GMT Thu Mar 15 2012 by net-admin",
    "! No configuration change since last restart",
    "! Last configuration change at 10:24:49 GMT Thu Mar 15 2012 password s3cret",
    "! Last configuration change at s3cret",
    " description ! Last configuration change at 10:24:49 GMT Thu Mar 15 2012",
    "## Last commit: 2026-03-01 09:12:44 UTC; s3cret",
    "!Time: Tue Nov 24 09:14:02 2026",
)
INTENT = """\
organisation: {name: Example}
asns: [64500]
prefixes: [192.0.2.0/24]
neighbours:
  - {select: {asn: 64501}, relationship: customer, name: Customer}
"""
CONFIG = """\
!
! Last configuration change at 09:12:44 UTC Mon Sep 1 2025 by jane.doe
!
version 15.7
hostname edge1
!
router bgp 64500
 neighbor 198.51.100.2 remote-as 64501
 !
 address-family ipv4
  neighbor 198.51.100.2 activate
  neighbor 198.51.100.2 prefix-list CUST64501_2025-08-30 in
  neighbor 198.51.100.2 prefix-list CUST64501_2025-08-30 out
 exit-address-family
!
ip prefix-list CUST64501_2025-08-30 seq 5 permit 203.0.113.0/24
!
end
"""


@pytest.mark.parametrize("line", SAID)
def test_the_time_is_read_and_the_person_is_not_kept(line: str) -> None:
    assert changed.last_change(["!", line]) == (2, SAID[line])
    kept = changed.kept(line)
    assert kept == line.partition(" by ")[0]
    assert changed.last_change([kept]) == (1, SAID[line])


@pytest.mark.parametrize("line", NOT)
def test_other_lines_say_nothing_and_are_not_kept(line: str) -> None:
    assert changed.kept(line) is None
    assert changed.last_change([line]) is None


def test_only_the_head_counts() -> None:
    line = next(iter(SAID))
    assert changed.last_change(["!"] * changed.HEAD + [line]) is None


def test_dates_in_names() -> None:
    names = ["C-20260131", "AS64500_2026-01-31", "C20261301", "AS4202601311", "X-2026-0131", "2026_02_03-IN"]
    assert changed.dated(names) == {"C-20260131": "2026-01-31", "AS64500_2026-01-31": "2026-01-31", "2026_02_03-IN": "2026-02-03"}


def test_a_bundle_shows_it_without_the_name_and_replays(tmp_path: Path) -> None:
    (tmp_path / "manrs.yml").write_text(INTENT)
    sources = tmp_path / "sources"
    sources.mkdir()
    (sources / "vrps.json").write_text(
        '{"metadata": {"buildtime": "2026-11-24T05:00:00Z"}, "roas": [{"asn": 64501, "prefix": "203.0.113.0/24", "maxLength": 24, "ta": "ripe"}]}'
    )
    inputs = api.Inputs.read(tmp_path / "manrs.yml", None, sources, AS_OF)
    done = api.audit_inputs([Snapshot("edge1", "ios", CONFIG, {}, AS_OF)], inputs)
    (found,) = [one for one in done.report.findings if one.check == "CUS-04"]
    assert "the name of list CUST64501_2025-08-30 carries the date 2025-08-30" in found.message
    assert "last changed its configuration at 09:12:44 UTC Mon Sep 1 2025 (line 2)" in found.message
    api.write_bundle(tmp_path / "bundle", done, inputs)
    whole = b"".join(one.read_bytes() for one in (tmp_path / "bundle").rglob("*") if one.is_file())
    assert b"jane.doe" not in whole
    assert b"! Last configuration change at 09:12:44 UTC Mon Sep 1 2025\n" in whole
    assert api.replay_bundle(tmp_path / "bundle")[0] == ()
