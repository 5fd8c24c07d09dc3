"""Whole tables judged and whole validators' files read with numpy, against the pure readings: the same answers, the same errors."""

from __future__ import annotations

import contextlib
import json
import pickle
import random
from collections.abc import Iterator
from typing import Any
from unittest import mock

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from manrs_conformance.analysis import arrays, origin, prefixes, rovsweep, rovtable, rows
from manrs_conformance.model import fast
from manrs_conformance.model.policy import Rpki
from manrs_conformance.model.reference import Vrp
from manrs_conformance.sources import _columns, vrp

AS_OF = "2026-11-24T06:00:00Z"
NOW = 1795500000.0


@pytest.fixture(autouse=True)
def everything_is_many(monkeypatch: pytest.MonkeyPatch) -> None:
    """The environment of the tests has numpy, and no table is too small for it here."""
    assert fast.numpy() is not None, "install numpy (tests/requirements/dev.txt)"
    monkeypatch.setattr(arrays, "MANY", 1)
    monkeypatch.setattr(rovsweep, "MANY", 1)
    monkeypatch.setattr(arrays, "PIECE", 7)


def pure(items: list[Any]) -> Any:
    """What the strict reading gives or says."""
    try:
        return vrp._one_by_one(items, NOW, frozenset({1, 2}))
    except Exception as error:
        return type(error), str(error)


def place(dice: random.Random, afi: int) -> tuple[int, int]:
    bits = 32 if afi == 4 else 128
    length = dice.choice((0, 1, 8, 24, 25, 31, 32) if afi == 4 else (0, 3, 32, 48, 63, 64, 65, 96, 127, 128))
    number = (
        dice.choice((0, 10, 255)) << (bits - 8)
        | dice.getrandbits(3) << (bits - 9)
        | dice.getrandbits(2) << (bits - 26)
        | dice.getrandbits(2)
    )
    return number >> (bits - length) << (bits - length), length


def drawn(dice: random.Random, count: int) -> list[Vrp]:
    out = []
    for _ in range(count):
        afi = dice.choice((4, 4, 6))
        number, length = place(dice, afi)
        most = dice.randint(length, 32 if afi == 4 else 128)
        out.append(Vrp(prefixes.text(4 if afi == 4 else 6, number, length), most, dice.choice((0, 1, 2, 3, 4294967295))))
    return out


@pytest.mark.parametrize("seed", range(20))
def test_whole_tables_are_judged_like_single_routes(seed: int) -> None:
    dice = random.Random(seed)
    vrps = tuple(drawn(dice, dice.choice((1, 2, 40, 300))))
    routes = [one.prefix for one in drawn(dice, 400)] + [one.prefix for one in vrps]
    origins = [dice.choice((None, 0, 1, 2, 3, 4294967295)) for _ in routes]
    known = origin.index((one.prefix, one.max_length, one.asn) for one in vrps)
    wanted = [origin.validate(known, *pair) for pair in zip(routes, origins, strict=True)]
    made = rovtable.columns(vrps)
    assert made is not None and list(made) and rovtable.states(made, routes, origins) is not None, "the fast way was taken"
    assert origin.states(vrps, routes, origins) == wanted
    with swept() as times:
        assert origin.states(vrps, routes, origins) == wanted
    assert times.called
    assert {Rpki.VALID, Rpki.INVALID} <= set(wanted) or len(vrps) < 3


@contextlib.contextmanager
def swept() -> Iterator[mock.Mock]:
    """Without numpy, in parts that are small."""
    states = mock.Mock(side_effect=rovsweep.states)
    with (
        mock.patch.object(fast, "numpy", lambda: None),
        mock.patch.object(rows, "PART", 3),
        mock.patch.object(rovsweep, "states", states),
    ):
        yield states


@pytest.mark.parametrize(("most", "asn"), [(-1, 1), (256, 1), (24, -1), (24, 1 << 32)])
def test_what_is_no_payload_is_not_taken_for_one(most: int, asn: int) -> None:
    with pytest.raises(ValueError, match=r"192\.0\.2\.0/24"):
        origin.index([("192.0.2.0/24", most, asn)])


UNUSUAL = [
    "10.0.0.0",
    "10.0.0.0/08",
    "010.0.0.0/8",
    "10.0.0.1/8",
    "10.0.0.0/24 ",
    "2001:DB8::/32",
    "2001:db8::1/32",
    "::ffff:10.0.0.0/104",
]


@pytest.mark.parametrize("text", UNUSUAL)
def test_unusual_texts_of_routes_are_read_as_ever(text: str) -> None:
    vrps = (Vrp("10.0.0.0/8", 24, 1), Vrp("2001:db8::/32", 48, 1))
    known = origin.indexed(vrps)
    routes, origins = ["10.0.0.0/8", text, "2001:db8::/48"], [1, 1, 1]
    try:
        wanted: Any = [origin.validate(known, *pair) for pair in zip(routes, origins, strict=True)]
    except (OSError, ValueError) as error:
        wanted = type(error)
    for way in (contextlib.nullcontext(), swept()):
        with way:
            try:
                found: Any = origin.states(vrps, routes, origins)
            except (OSError, ValueError) as error:
                found = type(error)
        assert found == wanted


UNLIKE = [
    "AS",
    "AS1,AS2",
    "AS1,2",
    "1",
    "as1",
    "AS 1",
    "AS-1",
    "ASAS1",
    "AS1AS2",
    "AS+1",
    "AS١",
    "AS1.2",
    "",
    ",",
    "AS1,",
    ",AS1",
    "AS1\n",
    "AS99999999999999999999",
]


@pytest.mark.parametrize("text", UNLIKE)
def test_an_as_number_in_an_unusual_form_is_left_to_the_strict_reading(text: str) -> None:
    """It alone, and among others whose texts could make up for what it lacks."""
    np = fast.numpy()
    for values in ([text], ["AS1", text], [text, "AS2"], ["AS1", text, text, "AS7"]):
        found = _columns._numbers(np, values)
        assert found is None or (text == UNLIKE[-1] and found.max() > _columns.LARGEST)
    assert _columns._numbers(np, ["AS0", "AS64500", "AS4294967295"]).tolist() == [0, 64500, 4294967295]


def entries() -> Iterator[st.SearchStrategy[Any]]:
    """Values of a payload as validators write them, and as they must not."""
    yield st.sampled_from(
        ["10.0.0.0/8", "10.0.0.0/24", "192.0.2.0/24", "2001:db8::/32", "2001:DB8::/32", "::/0", "0.0.0.0/0", "2001:db8::1/128"]
    )
    yield st.sampled_from([1, 2, 3, 0, 4294967295])
    yield st.sampled_from([0, 8, 24, 32, 48, 128])


PREFIX, ASN, MOST = entries()
WRONG = st.sampled_from(
    [
        None,
        True,
        -1,
        4294967296,
        "x",
        "AS",
        "AS1",
        "AS-1",
        "10.0.0.0",
        "10.0.0.1/24",
        "10.0.0.0/33",
        "1.2.3/24",
        "::/129",
        1.5,
        [],
        {},
    ]
)
EXPIRES = st.sampled_from([None, None, 1795500001, 1795600000.5, 1795500000, 5, True, "soon", float("inf")])
GOOD = st.fixed_dictionaries({"prefix": PREFIX, "asn": ASN, "maxLength": st.just(128), "ta": st.just("ripe")}).map(
    lambda one: one | {"maxLength": 32 if "." in one["prefix"] else 128}
)
ODD = st.one_of(
    st.fixed_dictionaries({"prefix": PREFIX | WRONG, "asn": ASN | WRONG, "maxLength": MOST | WRONG}, optional={"expires": EXPIRES}),
    st.fixed_dictionaries({"prefix": PREFIX, "asn": ASN.map(lambda one: f"AS{one}")}, optional={"maxLength": MOST}),
    WRONG,
)


@settings(max_examples=150, deadline=None)
@given(
    st.lists(GOOD | GOOD.flatmap(lambda one: EXPIRES.map(lambda end: one | {"expires": end})), min_size=1, max_size=12),
    st.lists(ODD, max_size=2),
)
def test_lists_of_payloads_are_read_alike(good: list[Any], odd: list[Any]) -> None:
    items = [*good, *odd]
    read = _columns.read(items, NOW, frozenset({1, 2}))
    wanted = pure(items)
    if read is None:
        return  # and the strict reading is asked
    assert not isinstance(wanted[0], type), wanted
    vrps, until, ends = read
    assert (vrps.whole(), until, ends) == (wanted[0], wanted[1], wanted[2])


@pytest.mark.parametrize("numbers", [True, False])
def test_a_list_as_validators_write_it_takes_the_fast_way(numbers: bool) -> None:
    dice = random.Random(3)
    items: list[Any] = [
        {
            "prefix": one.prefix,
            "asn": one.asn if numbers else f"AS{one.asn}",
            "maxLength": one.max_length,
            "ta": "ripe",
            "expires": int(NOW) + dice.randint(-5, 50),
        }
        for one in drawn(dice, 500)
    ]
    read = _columns.read(items, NOW, frozenset({1, 2}))
    assert read is not None and len(read[0]) > 100
    wanted = pure(items)
    assert (read[0].whole(), read[1], read[2]) == wanted
    assert [read[0][at] for at in (0, -1)] == [wanted[0][0], wanted[0][-1]] and read[0] == wanted[0] and read[0] != wanted[0][1:]


def test_a_file_is_read_and_judged_through_columns(monkeypatch: pytest.MonkeyPatch) -> None:
    dice = random.Random(5)
    rows = [{"prefix": one.prefix, "asn": one.asn, "maxLength": one.max_length, "ta": "ripe"} for one in drawn(dice, 900)]
    raw = json.dumps({"metadata": {"buildtime": "2026-11-24T05:00:00Z"}, "roas": rows}).encode()
    fast = vrp.parse_payloads(raw, "x", as_of=AS_OF, max_age_hours=24)
    monkeypatch.setattr("manrs_conformance.model.fast.numpy", lambda: None)
    slow = vrp.parse_payloads(raw, "x", as_of=AS_OF, max_age_hours=24)
    assert fast.provenance == slow.provenance and fast.value is not None and slow.value is not None
    assert isinstance(fast.value.vrps, rovtable.Columns) and isinstance(slow.value.vrps, tuple)
    routes = [one.prefix for one in drawn(dice, 500)]
    origins = [dice.choice((1, 2, 3, None)) for _ in routes]
    known = origin.index((one.prefix, one.max_length, one.asn) for one in slow.value.vrps)
    without = [origin.validate(known, *pair) for pair in zip(routes, origins, strict=True)]
    with swept() as times:  # by the numbers that the reader left, which must be in order
        assert origin.states(slow.value.vrps, routes, origins) == without
    assert times.called
    monkeypatch.undo()
    monkeypatch.setattr(arrays, "MANY", 1)
    monkeypatch.setattr(rovsweep, "MANY", 1)
    assert origin.states(fast.value.vrps, routes, origins) == without
    again = pickle.loads(pickle.dumps(fast.value.vrps))
    assert again == fast.value.vrps == slow.value.vrps and origin.states(again, routes, origins) == without


BAD = [
    "2001:db8::1/64",
    "2001:db8::1/127",
    "2001:db9::/31",
    "10.0.0.1/24",
    "10.0.0.0/33",
    "256.0.0.0/8",
    "010.0.0.0/8",
    "10.0.0.0/08",
    "10.0.0/8",
    "::/129",
    "",
    "x",
]


@pytest.mark.parametrize("prefix", BAD)
def test_a_prefix_that_is_none_is_left_to_the_strict_reading(prefix: str) -> None:
    items = [
        {"prefix": "10.0.0.0/8", "asn": 1, "maxLength": 8},
        {"prefix": prefix, "asn": 1, "maxLength": 128 if ":" in prefix else 32},
    ]
    assert isinstance(pure(items)[0], type) or prefix.endswith("/08"), "the strict reading refuses it"
    assert _columns.read(items, NOW, frozenset()) is None
