"""Change windows: when a push may begin, and that its timer would run out within them."""

from __future__ import annotations

import pytest
from manrs_conformance.errors import InputError
from manrs_conformance.push.window import closed

WEDNESDAY = "2026-11-25T22:30:00Z"


@pytest.mark.parametrize(
    ("windows", "at", "open_"),
    [
        ([], WEDNESDAY, True),
        (["2026-11-25T22:00Z/2026-11-26T02:00Z"], WEDNESDAY, True),
        (["2026-11-25T23:00+01:00/2026-11-26T03:00+01:00"], WEDNESDAY, True),
        (["2026-11-25T23:00Z/2026-11-26T02:00Z"], WEDNESDAY, False),
        (["22:00-23:00"], WEDNESDAY, True),
        (["22:00-22:31"], WEDNESDAY, False),
        (["wed 22:00-02:00"], WEDNESDAY, True),
        (["wed 22:00-02:00"], "2026-11-26T01:00:00Z", True),
        (["thu 22:00-02:00"], "2026-11-26T01:00:00Z", False),
        (["mon-thu 22:00-02:00"], WEDNESDAY, True),
        (["sat-mon 22:00-02:00"], WEDNESDAY, False),
        (["sat-wed 22:00-23:00"], WEDNESDAY, True),
        (["sun 01:00-05:00", "wed 22:00-23:00"], WEDNESDAY, True),
    ],
)
def test_a_change_of_two_minutes(windows: list[str], at: str, open_: bool) -> None:
    assert (closed(windows, at, 120) == "") is open_


def test_the_reason_names_the_window() -> None:
    assert "outside" in closed(["sun 01:00-05:00"], WEDNESDAY, 120)
    assert "timer" in closed(["22:00-22:31"], WEDNESDAY, 120)


@pytest.mark.parametrize(
    "bad", ["tonight", "2026-11-25T22:00/2026-11-26T02:00", "2026-11-26T02:00Z/2026-11-25T22:00Z", "xyz 01:00-02:00", "01:00-02:99"]
)
def test_a_window_that_cannot_be_read_is_named(bad: str) -> None:
    with pytest.raises(InputError, match="change window"):
        closed([bad], WEDNESDAY, 120)
