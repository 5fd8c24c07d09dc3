"""Runs of prefix-list lines read with numpy: entry for entry what reading line by line gives, or left to it."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from manrs_conformance.model import fast
from manrs_conformance.platforms import _columns, _runs

HEAD = "ip prefix-list L seq "
TYPED = "0123456789 ./pdgl-\t\x01\x02\x03\x04é"


@pytest.fixture(autouse=True)
def _always(monkeypatch: pytest.MonkeyPatch) -> None:
    assert fast.numpy() is not None, "install numpy (tests/requirements/dev.txt)"
    monkeypatch.setattr(_columns, "FEW", 1)
    monkeypatch.setattr(_columns, "PIECE", 3)


@st.composite
def lines(draw: st.DrawFn) -> str:
    """A plain line; sometimes with one character put in, changed or taken out."""
    length = draw(st.integers(0, 32))
    low = draw(st.integers(length, 32))
    more = draw(st.sampled_from(("", f" le {low}", f" ge {low}", f" ge {low} le {draw(st.integers(low, 32))}")))
    network = ".".join(str(draw(st.integers(0, 255))) for _octet in range(4))
    text = f"{draw(st.integers(0, 9999999999))} {draw(st.sampled_from(('permit', 'deny')))} {network}/{length}{more}"
    at, typed = draw(st.integers(0, len(text))), draw(st.sampled_from(TYPED))
    kind = draw(st.sampled_from(("plain", "plain", "plain", "put in", "changed", "taken out")))
    if kind == "put in":
        text = text[:at] + typed + text[at:]
    elif kind != "plain":
        text = text[:at] + (typed if kind == "changed" else "") + text[at + 1 :]
    return HEAD + text


@given(st.lists(lines(), min_size=1, max_size=8))
def test_columns_say_what_lines_say(some: list[str]) -> None:
    found = _columns.read(["!", *some, "end"], 1, 1 + len(some), HEAD)
    slow = _runs._read(["!", *some, "end"], 1, 1 + len(some), HEAD)
    if found is not None:
        assert (slow.seqs, slow.entries, slow.rising) == found
        assert all(type(entry[4]) is bool for entry in found[1])


def test_plain_lines_are_not_left_to_the_slow_reading() -> None:
    draw = random.Random(20261126)
    some = []
    for number in range(500):
        length = draw.randint(0, 32)
        low = draw.randint(length, 32)
        more = ("", f" le {low}", f" ge {low}", f" ge {length} le {low}")[number % 4]
        network = ".".join(str(draw.randint(0, 255)) for _octet in range(4))
        some.append(f"{HEAD}{5 * number} {'permit' if number % 3 else 'deny'} {network}/{length}{more}")
    found = _columns.read(some, 0, 500, HEAD)
    assert found is not None and len(found[1]) == 500


@pytest.mark.parametrize(
    "text",
    (
        "5 permit 10.0.0.0/8 le 7",
        "5 permit 10.0.0.0/33",
        "5 permit 10.0.0.0/08",
        "5 permit 010.0.0.0/8",
        "5 permit 10.0.0.256/8",
        "5 permit 10.0.0/8",
        "5 permit 10.0.0.0/8 ge 9 ge 10",
        "5 permit 10.0.0.0/8 le 24 ge 16",
        "5 permit 10.0.0.0/8 ge 024",
        "5 permit 10.0.0.0/8 ge 20 le 19",
        "5 permit 10.0.0.0/8 ",
        "5 permit  10.0.0.0/8",
        "5\x0110.0.0.0/8",
        "12345678901 permit 10.0.0.0/8",
        "permit 10.0.0.0/8",
    ),
)
def test_an_unusual_line_is_left_to_the_slow_reading(text: str) -> None:
    assert _columns.read([HEAD + "1 permit 192.0.2.0/24", HEAD + text], 0, 2, HEAD) is None


def test_without_numpy_lines_are_read_one_by_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fast, "numpy", lambda: None)
    assert _columns.read([HEAD + "1 permit 192.0.2.0/24"], 0, 1, HEAD) is None
