"""A route-map of many terms over prefix lists and AS-path lists: every route followed, five questions answered, each with a witness."""

from __future__ import annotations

import random
from collections.abc import Iterator

import prefixes
from manrs_conformance.analysis import evaluate
from manrs_conformance.model.policy import Not, PrefixMatch
from manrs_conformance.platforms import load
from table import Row, timed

SCALES = (1, 5, 10)
LISTS, ENTRIES = 20, 100


def text(terms: int) -> str:
    """A configuration of one session whose import has this many terms over twenty lists of a hundred entries and as many AS-path entries."""
    dice = random.Random(5)
    out = ["frr version 8.4.4", "hostname bench", "router bgp 64500", " neighbor 192.0.2.1 remote-as 64501"]
    out += [" address-family ipv4 unicast", "  neighbor 192.0.2.1 route-map IN in", " exit-address-family", "exit"]
    for number, chunk in enumerate(prefixes.ranges(LISTS * ENTRIES, 4, 3)[at::LISTS] for at in range(LISTS)):
        out += [
            f"ip prefix-list P{number} seq {5 * n} permit {prefixes.prefixes.text(4, one[0], one[1])}"
            for n, one in enumerate(chunk, 1)
        ]
    out += [f"bgp as-path access-list A seq {5 * n} permit ^64501_{dice.randint(1, 64_000)}$" for n in range(1, terms + 1)]
    for term in range(1, terms + 1):
        out += [
            f"route-map IN {'permit' if term % 3 else 'deny'} {10 * term}",
            f" match ip address prefix-list P{dice.randrange(LISTS)}",
        ]
        out += [" match as-path A"] * (term % 2) + ["exit"]
    return "\n".join([*out, "end"]) + "\n"


def rows(scale: int) -> Iterator[Row]:
    """One row; the floor is one look at each entry of the lists."""
    terms = 5 * scale
    router = load("frr").parse(text(terms), {})
    inbound = router.sessions[0].inbound
    assert inbound is not None and len(inbound.filters[0].policy.terms) == terms
    lists = router.prefix_lists[:5]
    questions = {one.name: Not(PrefixMatch((one,))) for one in lists}

    def ask() -> int:
        found = evaluate.evaluate([inbound], afi=4, questions=questions)
        return sum(bool(found.accepted(name).may) for name in questions)

    floor, _ = timed(lambda: [entry[1] <= entry[3] for one in router.prefix_lists for entry in one.entries])
    seconds, got = timed(ask)
    assert got
    must = 0.05 if scale == SCALES[-1] else None
    yield Row("policy: all routes, five questions", terms, "terms", seconds, floor, "one pass over the entries", must=must)
