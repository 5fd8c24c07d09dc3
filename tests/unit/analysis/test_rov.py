"""Origin validation agrees with an independent reading of RFC 6811; the bench asks a million pairs, this asks some of them."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import Any

from manrs_conformance.analysis import origin
from manrs_conformance.model.policy import Rpki
from manrs_conformance.model.reference import Vrp

BENCH = Path(__file__).parents[2] / "bench" / "rov.py"


def bench() -> Any:
    spec = importlib.util.spec_from_file_location("rov_bench", BENCH)
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_two_readings_agree() -> None:
    states = bench().agreement(20_000)
    assert set(states) == {"valid", "invalid", "not-found"} and min(states.values()) > 1000


def test_rtrlib_says_the_same_of_what_a_real_cache_serves() -> None:
    """rpki-rov and stayrtr of Debian (packages rtr-tools, stayrtr)."""
    states = bench().with_rtrlib(40_000, sets=2)
    assert set(states) == {"valid", "invalid", "not-found"} and min(states.values()) > 500


def test_a_whole_table_is_judged_like_its_routes() -> None:
    known = origin.indexed((Vrp("192.0.2.0/24", 24, 1), Vrp("2001:db8::/32", 48, 1)))
    routes = [("192.0.2.0/24", 1), ("192.0.2.0/25", 1), ("2001:db8:1::/48", 1), ("2001:db8::/32", None), ("198.51.100.0/24", 1)]
    assert [one.value for one in origin.validate_all(known, routes)] == ["valid", "invalid", "valid", "invalid", "not-found"]


def test_as_0_never_matches_and_an_as_set_has_no_origin() -> None:
    known = origin.indexed((Vrp("192.0.2.0/24", 24, 0),))
    assert origin.validate(known, "192.0.2.0/24", 0) is Rpki.INVALID
    assert origin.origin((64500, (64501, 64502)), 64499) is None
    assert origin.origin((), 64499) == 64499


def test_an_index_is_made_once_for_one_set_and_anew_for_another() -> None:
    first, second = (Vrp("192.0.2.0/24", 24, 1),), (Vrp("192.0.2.0/24", 24, 2),)
    assert origin.indexed(first) is origin.indexed(first)
    assert origin.validate(origin.indexed(second), "192.0.2.0/24", 2) is Rpki.VALID
    assert origin.validate(origin.indexed(first), "192.0.2.0/24", 2) is Rpki.INVALID
