"""Clocks as devices print them, and the distance to the controller's; a zone that is not certain tells nothing."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from manrs_conformance.evidence.clocks import device_time, distrusted, skew
from manrs_conformance.model.snapshot import Snapshot

NINE = datetime(2025, 9, 1, 9, 12, 44, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "time", "doubt"),
    [
        ("2025-09-01T09:12:44Z", NINE, False),
        ("09:12:44.123 UTC Mon Sep 1 2025", NINE, False),
        ("*09:12:44.123 UTC Mon Sep 1 2025", NINE, True),
        (".09:12:44.123 UTC Mon Sep 1 2025", NINE, True),
        ("09:12:44.123 CET Mon Sep 1 2025", None, False),
        ("Time source is NTP\n09:12:44.123 UTC Mon Sep 01 2025\n", NINE, False),
        ("Mon Sep  1 09:12:44 2025\nTimezone: UTC\nClock source: NTP server\n", NINE, False),
        ("Mon Sep  1 09:12:44 2025\nTimezone: Europe/Berlin\n", None, False),
        ("Mon Sep  1 09:12:44 2025", None, False),
        ("Current time: 2025-09-01 09:12:44 UTC\nTime Source:  NTP CLOCK\n", NINE, False),
        ("99:99:99 UTC Mon Sep 99 2025", None, False),
        ("", None, False),
        (None, None, False),
        ("no clock here", None, False),
    ],
)
def test_device_time(text: str | None, time: datetime | None, doubt: bool) -> None:
    assert device_time(text) == time and distrusted(text) is doubt


def test_skew() -> None:
    snapshot = Snapshot("r", "ios", "", collected_at="2025-09-01T09:12:40Z", device_clock="09:12:44.5 UTC Mon Sep 1 2025")
    assert skew(snapshot) == 4
    assert skew(Snapshot("r", "ios", "", collected_at="2025-09-01T09:12:40Z", device_clock="09:12:44 CET Mon Sep 1 2025")) is None
    assert skew(Snapshot("r", "ios", "", collected_at="", device_clock="2025-09-01T09:12:44Z")) is None
