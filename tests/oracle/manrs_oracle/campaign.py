"""One seed after the other: generate, ask the router, compare, and keep the score."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from random import Random
from typing import Any

from manrs_conformance.model.router import Router as Model
from manrs_conformance.platforms import load
from manrs_lab.system import LabError

from . import compare, observe
from .compare import Tally
from .router import Router
from .routes import Interest, routes
from .setup import DIRECTIONS, SESSIONS, Neighbor, Setup, make

ROUTES = 1000
"""Per session and family."""
SAMPLE = 6
"""Routes of each policy that the evaluation of sets is asked about."""


AGAIN = 4
"""One of so many routes is decided again from the configuration as written."""
Read = tuple[Model, list[str]]
"""A model with the lines it was read from."""


@dataclass(frozen=True, slots=True)
class Size:
    """How much one seed asks."""

    sessions: int = SESSIONS
    routes: int = ROUTES
    sample: int = SAMPLE


def run_seed(router: Router, direction: str, seed: int, size: Size = Size()) -> tuple[Setup, Tally]:
    """Every decision of one seed."""
    setup = make(seed, direction, size.sessions)
    tally = Tally()
    examine(router, setup, tally, announced(setup, size), size.sample)
    return setup, tally


def announced(setup: Setup, size: Size) -> dict[observe.Key, Any]:
    """The routes of a setup by neighbour, prefix and path identifier."""
    out: dict[observe.Key, Any] = {}
    for afi in (4, 6):
        if setup.direction != "export":
            for one in setup.neighbors:
                out.update(observe.keyed(routes(setup, one, afi, size.routes)))
            continue
        random = Random(f"{setup.seed}/{afi}")
        interest = [Interest(setup, one, afi, random) for one in setup.neighbors if not one.source]
        taken: set[str] = set()
        for one in (one for one in setup.neighbors if one.source):
            some = [r for r in routes(setup, one, afi, 2 * size.routes, unique=True, interest=interest) if r.prefix not in taken]
            some = some[: size.routes // 3]
            taken |= {r.prefix for r in some}
            out.update(observe.keyed(some))
    return out


def examine(router: Router, setup: Setup, tally: Tally, sent: dict[observe.Key, Any], sample: int) -> None:
    """Boot the setup, announce, and judge every decision."""
    router.start(setup)
    if router.refused:
        raise LabError(f"seed {setup.seed}: the router refuses {router.refused[:3]}")
    running = router.show("show running-config")
    models = [(load("frr").parse(text, {}), text.splitlines()) for text in (running, setup.config)]
    if setup.direction == "export":
        _export(router, setup, tally, sent, models, sample)
    else:
        _import(router, setup, tally, sent, models, sample)


def _import(router: Router, setup: Setup, tally: Tally, sent: dict[observe.Key, Any], models: list[Read], sample: int) -> None:
    found = observe.imported(router, setup, sent)
    by_session: dict[tuple[str, int], list[observe.Key]] = {}
    for key, route in sent.items():
        by_session.setdefault((key[0], route.afi), []).append(key)
    for (address, afi), keys in by_session.items():
        for model in _distinct(tally, models, address, afi, "inbound"):
            session = _session(model, address, afi)
            pairs = [(sent[key], found.get(key)) for key in keys]
            for route, seen in pairs[:: AGAIN if tally.again else 1]:
                compare.decided(tally, setup.direction, session, session.inbound, route, seen)
            if tally.again:
                continue
            some = list(compare.plain_paths(iter(pairs)))[:: max(1, len(pairs) // max(1, sample))][:sample]
            if some:
                compare.over_sets(tally, setup.direction, session, session.inbound, some)


def _export(router: Router, setup: Setup, tally: Tally, sent: dict[observe.Key, Any], models: list[Read], sample: int) -> None:
    found, heard = observe.exported(router, setup, sent)
    internal = {one.address for one in setup.neighbors if one.internal}
    for one in (one for one in setup.neighbors if not one.source):
        for afi in (4, 6):
            for model in _distinct(tally, models, one.address, afi, "outbound"):
                session = _session(model, one.address, afi)
                pairs = []
                keys = [key for key, route in found.items() if route.afi == afi and not _kept_back(one, key[0] in internal, route)]
                for key in keys[:: AGAIN if tally.again else 1]:
                    route, seen = found[key], heard[one.address].get(key[1])
                    compare.heard(tally, session, session.outbound, route, seen, sent[key])
                    default = 100 if one.internal and route.local_pref is None else route.local_pref
                    pairs.append((replace(route, peer=one.address, local_pref=default), seen))
                if tally.again:
                    continue
                some = list(compare.plain_paths(iter(pairs)))[:: max(1, len(pairs) // max(1, sample))][:sample]
                if some:
                    compare.over_sets(tally, "export", session, session.outbound, some)


def _kept_back(listener: Neighbor, internal: bool, route: Any) -> bool:
    """Whether BGP itself keeps the route from the listener (RFC 4271 9.2.1, RFC 1997)."""
    stays = {"65535:65282"} if listener.internal else {"65535:65281", "65535:65282", "65535:65283"}
    return (listener.internal and internal) or bool(stays & route.communities)


def _distinct(tally: Tally, models: list[Read], address: str, afi: int, side: str) -> Iterator[Model]:
    """The model of the running text, and the one of the written text where it means something else."""
    meanings = []
    for again, (model, lines) in enumerate(models):
        meanings.append([compare.meaning(getattr(one, side)) for one in _sessions(model, address, afi)])
        if meanings[0] != meanings[-1] or not again:
            tally.again, tally.lines = bool(again), lines
            yield model


def _sessions(model: Model, address: str, afi: int) -> list[Any]:
    return [one for one in (model.session(address, f"ipv{afi}-unicast"),) if one is not None]


def _session(model: Model, address: str, afi: int) -> Any:
    found = model.session(address, f"ipv{afi}-unicast")
    if found is None:
        raise LabError(f"the engine sees no session {address} ipv{afi}")
    return found


class State:
    """Seeds that were run and their counts, in a file."""

    def __init__(self, path: Path | None) -> None:
        self.path = path
        self.seeds: dict[str, dict[str, dict[str, Any]]] = {one: {} for one in DIRECTIONS}
        if path is not None and path.exists():
            self.seeds.update(json.loads(path.read_text(encoding="utf-8"))["seeds"])

    def record(self, direction: str, seed: int, tally: Tally, seconds: float) -> None:
        """Remember a seed; the file is replaced at once."""
        self.seeds[direction][str(seed)] = {
            "decisions": tally.decisions, "written": tally.written, "accepted": tally.accepted, "disagreements": len(tally.wrong), "inconclusive": tally.inconclusive,
            "unknown_attributes": tally.unknown_attributes, "evaluated": tally.evaluated, "evaluated_unsure": tally.evaluated_unsure,
            "seconds": round(seconds, 1),
        }  # fmt: skip
        if self.path is not None:
            part = self.path.with_suffix(".part")
            part.write_text(json.dumps({"seeds": self.seeds}, indent=1, sort_keys=True) + "\n", encoding="utf-8")
            part.replace(self.path)

    def clean(self, direction: str, seed: int) -> bool:
        """Whether the seed was run without a disagreement."""
        found = self.seeds[direction].get(str(seed))
        return found is not None and not found["disagreements"]

    def totals(self) -> dict[str, dict[str, float]]:
        """Sums by direction, and of all."""
        out: dict[str, dict[str, float]] = {}
        for direction, seeds in self.seeds.items():
            for counts in seeds.values():
                for where in (direction, "all"):
                    sums = out.setdefault(where, {"seeds": 0})
                    sums["seeds"] += 1
                    for name, value in counts.items():
                        sums[name] = sums.get(name, 0) + value
        return out


def timed(router: Router, direction: str, seed: int, size: Size) -> tuple[Setup, Tally, float]:
    """A seed with the seconds it took."""
    started = time.monotonic()
    setup, tally = run_seed(router, direction, seed, size)
    return setup, tally, time.monotonic() - started
