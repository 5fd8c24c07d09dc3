"""Configurations to push from: fixtures of the parsers, checks and incidents, random policies, edges built from every way to inherit, damaged ones."""

from __future__ import annotations

import functools
import sys
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

TESTS = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(TESTS), str(TESTS / "property"), str(TESTS / "oracle"), str(TESTS / "bench")]

import corpus  # noqa: E402
import population as network  # noqa: E402
from manrs_conformance import platforms  # noqa: E402
from manrs_oracle import setup  # noqa: E402
from naive.indented import generate, printers  # noqa: E402
from naive.junos import generate as junos  # noqa: E402
from naive.junos.language import curly_text  # noqa: E402
from naive.xr import generate as xr  # noqa: E402

from . import built  # noqa: E402

SYSTEMS = ("eos", "frr", "ios", "iosxr", "junos", "nxos")
KINDS = ("fixture", "fixture", "built", "built", "policies", "damaged")


@dataclass(frozen=True, slots=True)
class Edge:
    """A router: where its configuration comes from, platform, text and live outputs."""

    name: str
    platform: str
    text: str
    state: dict[str, str] = field(default_factory=dict)


@functools.cache
def fixtures() -> dict[str, tuple[Edge, ...]]:
    """All configurations that lie in the tests, by platform."""
    found: dict[str, list[Edge]] = {one: [] for one in SYSTEMS}
    for path in sorted(TESTS.glob("unit/**/running.conf")):
        state = {one.stem: one.read_text("utf-8") for one in path.parent.glob("*.state")}
        system = path.relative_to(TESTS / "unit" / "platforms").parts[0]
        found[system].append(Edge(str(path.parent.relative_to(TESTS)), system, path.read_text("utf-8"), state))
    for path in sorted(
        (*TESTS.glob("unit/**/*.cfg"), *TESTS.glob("wire/**/*.cfg"), *(TESTS.parent / "inventory").glob("**/*.cfg"))
    ):
        system = path.name.split(".")[-2] if path.name.count(".") > 1 else path.stem
        if system in found:
            found[system].append(Edge(str(path.relative_to(TESTS.parent)), system, path.read_text("utf-8")))
    found["ios"].append(Edge("bench/population", "ios", network.config(7, [1, 2, 3], entries=40)))
    return {one: tuple(some) for one, some in found.items()}


def named(system: str, name: str) -> Edge:
    """A configuration of the tests by its place."""
    return next(one for one in fixtures()[system] if one.name == name)


def edge(seed: int, system: str) -> Edge:
    """The router of a seed."""
    random = Random(f"edge {system} {seed}")
    kind = random.choice(KINDS)
    some = fixtures()[system]
    if kind == "fixture":
        return some[seed % len(some)] if seed < 2 * len(some) else random.choice(some)
    if kind == "built":
        return Edge(f"built {seed}", system, _shown(system, built.text(system, random)))
    if kind == "policies":
        return Edge(f"policies {seed}", system, _shown(system, policies(system, random)))
    one = random.choice([*some, Edge(f"built {seed}", system, built.text(system, random))])
    return Edge(f"damaged {one.name}", system, corpus.mangled(one.text, corpus.CORPORA[system], random) + "\n", one.state)


def _shown(system: str, text: str) -> str:
    """The text as the router shows it: FRR and Junos lay statements out in ways of their own."""
    return platforms.load_render(system).merge(text, "") if system in ("frr", "junos") else text


def policies(system: str, random: Random) -> str:
    """Random policies of the operator on one session, as the second readings print them."""
    seed = random.randrange(1_000_000)
    if system == "frr":
        return setup.make(seed, random.choice(setup.DIRECTIONS), sessions=2).config
    if system == "iosxr":
        return xr.text(xr.config(seed))
    if system == "junos":
        return curly_text(junos.config(random, paths=random.random() < 0.5))
    return printers.text(generate.config(seed, system))
