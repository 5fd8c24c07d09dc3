"""Policy languages against naive second readings of the vendors' rules; `python -m naive` runs the long campaigns."""

from __future__ import annotations

import sys
from pathlib import Path
from random import Random

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from naive.indented import generate, judge, printers
from naive.indented.compare import Result, compare
from naive.indented.config import Config, Entry, Match, NaiveRoute, PathLine, PrefixLine, Set
from naive.junos.compare import one_config
from naive.xr.compare import LESS
from naive.xr.compare import compare as compare_xr

SYSTEMS = ("ios", "nxos", "eos")
SEEDS = 25
SAMPLE = 80


@pytest.mark.parametrize("os", SYSTEMS)
def test_sampled_routes_of_many_policies(os: str) -> None:
    total = Result()
    for seed in range(SEEDS):
        total.add(compare(os, seed, SAMPLE))
    assert total.differences == []
    assert total.counts["accept, engine accept"] > 100, "the policies accept something"
    assert total.counts["reject, engine reject"] > 100, "and reject something"
    unsure = total.counts["accept, engine inconclusive"] + total.counts["reject, engine inconclusive"]
    assert unsure < total.counts["decisions"] / 10, "where the rules are certain, so is the engine, nearly always"


def ends(config: Config, route: NaiveRoute) -> set[str]:
    """The verdicts that the naive reading leaves open."""
    return {one.verdict for one in judge.judge(config, route.afi, route)}


HOME = NaiveRoute("198.51.100.0/28", (1, 11), frozenset({"64500:1"}), "valid")
EXACT = {(4, "P"): (PrefixLine(True, HOME.prefix),)}


@pytest.mark.parametrize(
    ("os", "entries", "wanted"),
    [
        ("ios", (Entry(10, True),), {"accept"}),
        ("ios", (Entry(10, False),), {"reject"}),
        ("ios", (Entry(10, True, (Match("ip", ("P",)),)),), {"accept"}),
        ("ios", (Entry(10, True, (Match("ip", ("NONE",)),)),), {"accept", "reject"}),
        ("ios", (Entry(10, True, (Match("as-path", ("1",)),)),), {"accept"}),
        ("ios", (Entry(10, True, (), (), 0), Entry(20, False, (Match("as-path", ("2",)),))), {"accept"}),
        ("nxos", (Entry(10, True, (), (), 0), Entry(20, False, (Match("as-path", ("2",)),))), {"accept", "reject"}),
        ("ios", (Entry(10, True, (), (), 0), Entry(20, False, (Match("as-path", ("1",)),))), {"reject"}),
        ("ios", (Entry(10, True, (), (), 99),), {"accept", "reject"}),
        ("ios", (Entry(10, True, (), (Set("metric", ("5",)),), 0), Entry(20, False, (Match("metric", ("5",)),))), {"accept"}),
        (
            "eos",
            (Entry(10, True, (), (Set("metric", ("5",)),), 20), Entry(20, False, (Match("metric", ("5",)),))),
            {"accept", "reject"},
        ),
    ],
)
def test_the_naive_reading_itself(os: str, entries: tuple[Entry, ...], wanted: set[str]) -> None:
    """A few answers by hand, so that both readings cannot be wrong in the same way unseen."""
    paths = {"1": (PathLine(True, "^1_"),), "2": (PathLine(True, "^11_"),)}
    config = Config(os, "in", EXACT, paths, maps={"M": entries}, filters={4: (("route-map", "M"),)})
    assert ends(config, HOME) == wanted


def test_undefined_filters_of_a_neighbour() -> None:
    def undefined(os: str, kind: str, *knobs: str) -> set[str]:
        return ends(Config(os, filters={4: ((kind, "NONE"),)}, knobs=frozenset(knobs)), HOME)

    assert undefined("eos", "route-map") == {"accept"}
    assert undefined("eos", "route-map", "missing-policy deny") == {"reject"}
    for os in SYSTEMS:
        assert undefined(os, "prefix-list") == {"accept", "reject"}
    assert undefined("ios", "route-map") == {"accept", "reject"}


def test_printed_policies_differ_by_seed_and_hold_every_construct() -> None:
    for os in SYSTEMS:
        texts = [printers.text(generate.config(seed, os)) for seed in range(60)]
        assert len(set(texts)) == len(texts)
        every = "\n".join(texts)
        for word in (
            "continue",
            "exact-match",
            "match as-path",
            "prepend",
            "additive",
            "delete",
            "match metric",
            " ge ",
            " le ",
            "UNDEF",
        ):
            assert word in every, (os, word)


@pytest.mark.parametrize("seed", range(12))
def test_no_decision_of_iosxr_differs(seed: int) -> None:
    """Random policies and routes: one by one, and some as questions to the set evaluation."""
    found = compare_xr(seed, routes=40, asked=2)
    assert found.differences == []
    assert found.counts["decisions"] == 40
    assert found.counts[LESS] == 0


def test_both_ends_are_met_by_iosxr() -> None:
    """The generator is not one-sided: clear accepts and rejects are both common."""
    total = sum((compare_xr(seed, routes=40, asked=0).counts for seed in range(0, 30, 3)), start=compare_xr(0, 1, 0).counts)
    assert total["accept, engine accept"] > 50
    assert total["reject, engine reject"] > 50


@pytest.mark.parametrize("seed", range(60))
@pytest.mark.parametrize("paths", [False, True], ids=["plain", "paths"])
def test_engine_and_naive_reading_of_junos_agree(seed: int, paths: bool) -> None:
    """Every decision of a configuration."""
    count, _unsure = one_config(Random(f"{seed}"), paths=paths, sample=40)
    assert count == 40
