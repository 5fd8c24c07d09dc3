"""Lines of canonical JSON are read at once, and only what each line by itself would have to be is accepted."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from manrs_conformance.errors import BundleError
from manrs_conformance.evidence.canonical import document, loads, read_document, read_lines

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(1 << 52), 1 << 52) | st.text(max_size=6),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("abé\x7f", max_size=2), inner, max_size=3),
    max_leaves=6,
)
ROWS = st.dictionaries(st.sampled_from("abc"), VALUES, max_size=3) | st.lists(VALUES, max_size=3)


def one_by_one(data: bytes) -> bool:
    """Whether each line is what `document` writes, read by itself with a look at every object."""
    lines = data.splitlines(keepends=True)
    try:
        return all(line[:1] in (b"{", b"[") and document(loads(line)) == line for line in lines)
    except (BundleError, ValueError):
        return False


@given(st.lists(ROWS, max_size=5), st.integers(0, 1 << 30))
def test_lines_read_at_once_are_lines_read_one_by_one(rows: list[object], seed: int) -> None:
    try:
        data = b"".join(document(row) for row in rows)
    except BundleError:
        return
    dice, changed = random.Random(seed), bytearray(data)
    for _change in range(dice.randrange(3)):
        at = dice.randrange(len(changed) + 1)
        changed[at : at + dice.randrange(3)] = dice.choice(
            [b"", b"\n", b" ", b",", b"{}", b'"a":1,', b"1", b"\\ud800", b"\xff", b".5"]
        )
    try:
        found = read_lines(bytes(changed))
    except BundleError:
        assert not one_by_one(bytes(changed))
    else:
        assert one_by_one(bytes(changed)) and b"".join(document(one) for one in found) == bytes(changed)


@pytest.mark.parametrize(
    "data",
    [
        b'{"a":[{"b":1}\n{"c":1}]}\n{"d":1},{"e":1}\n',
        b'{"a":1},{"b":2}\n',
        b'{"a":1,"a":1}\n',
        b'{"b":1,"a":1}\n',
        b'{"a":9007199254740992}\n',
        b'{"a":1.0}\n',
        b'{"a":NaN}\n',
        b'{"\xc3\xa9":1}\n',
        b'{"a":"\\ud800"}\n',
        b'{"a":"\\u0041"}\n',
        b'{"a":1}\n\n',
        b'{"a":1}\r\n',
        b'{"a":1}',
        b"1\n",
        b"[" * 100_000 + b"\n",
        b'{"a":"\xff"}\n',
    ],
)
def test_what_is_not_canonical_is_refused(data: bytes) -> None:
    with pytest.raises(BundleError):
        read_lines(data)


def test_a_document_is_one_line() -> None:
    assert read_document(b'{"a":["\xc3\xa9"]}\n') == {"a": ["é"]}
    for data in (b"", b"{}\n{}\n"):
        with pytest.raises(BundleError, match="one line"):
            read_document(data)
