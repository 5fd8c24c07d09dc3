"""The engine and the judge on the same route."""

from __future__ import annotations

from dataclasses import fields, replace
from random import Random

from manrs_conformance.analysis import concrete
from manrs_conformance.model.policy import Attachment, Rpki
from manrs_conformance.model.route import Route
from manrs_conformance.platforms import load

from .generate import config, worlds
from .judge import Reading, World, decide
from .language import Config, curly_text, set_text

SWITCHES = ("both", "one_list", "keep", "not_open", "immediate", "zero")


def attachment(made: Config, text: str) -> Attachment:
    """The chain as the engine reads it."""
    router = load("junos").parse(text, {})
    assert not router.unread, (router.unread, text)
    (session,) = (one for one in router.sessions if one.family == "ipv4-unicast")
    return session.inbound if made.direction == "import" else session.outbound


def as_route(world: World) -> Route:
    """The judge's route for the engine."""
    return Route(
        prefix=world.prefix,
        as_path=world.path,
        communities=world.communities,
        rpki=Rpki(world.rpki),
        protocol=world.protocol,
        local_pref=world.local_pref,
        med=world.med or None,
        tag=world.tag,
        origin=world.origin,
        mark=world.mark,
    )


def possible(made: Config, world: World) -> tuple[set[tuple[str, World]], bool]:
    """Every result under some reading of what is not documented, and whether such a thing was met."""
    out: set[tuple[str, World]] = set()
    used: set[str] = set()
    tried: set[tuple[bool, ...]] = set()
    waiting = {(True,) * len(SWITCHES)}
    while waiting:
        values = waiting.pop()
        tried.add(values)
        reading = Reading(**dict(zip(SWITCHES, values, strict=True)))  # type: ignore[arg-type]
        out.add(decide(made, world, reading))
        used |= reading.used
        for place, name in enumerate(SWITCHES):
            if name in reading.used:
                other = (*values[:place], not values[place], *values[place + 1 :])
                waiting |= {other} - tried
    return out, bool(used)


def one_config(random: Random, *, paths: bool = False, sample: int = 120) -> tuple[int, int]:
    """Compare on one configuration: (decisions, of them inconclusive). AssertionError shows where they differ."""
    made = config(random, paths)
    text = random.choice((set_text, curly_text))(made)
    found = attachment(made, text)
    routes = worlds(made.direction)
    count = unsure = 0
    for world in random.sample(routes, min(sample, len(routes))):
        route = as_route(world)
        if made.direction == "import":
            # An external neighbour sends no LOCAL_PREF.
            world, route = replace(world, local_pref=100), replace(route, local_pref=None)
        decision = concrete.decide(found, route)
        results, doubtful = possible(made, world)
        count += 1
        shown = f"{world}\n{decision.verdict} {decision.because}\n{results}\n{made.direction} {made.chain}\n{text}"
        if decision.verdict == "inconclusive":
            unsure += 1
            assert doubtful, f"the engine does not know, the rules do:\n{shown}"
            continue
        assert {verdict for verdict, _ in results} == {decision.verdict}, shown
        if decision.verdict == "accept" and len(results) == 1 and not doubtful and decision.after is not None:
            (after,) = (one for _, one in results)
            assert _same(decision.after, after), f"{decision.after}\n{shown}"
    return count, unsure


def _same(route: Route, world: World) -> bool:
    got = {one.name: getattr(as_route(world), one.name) for one in fields(Route)}
    mine = {one.name: getattr(route, one.name) for one in fields(Route)}
    for ignored in ("next_hop", "peer", "mark", "local_pref"):
        got.pop(ignored), mine.pop(ignored)
    return got == mine and (route.local_pref or 100) == world.local_pref


__all__ = ["attachment", "one_config", "replace"]
