"""The engine against the naive reading: parse the printed configuration, decide every route both ways."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from manrs_conformance.analysis import aspath, concrete, prefixes
from manrs_conformance.analysis.evaluate import Evaluation, evaluate
from manrs_conformance.analysis.space import PLACE, STATES, TEXTS, Box, Universe
from manrs_conformance.model.policy import Rpki
from manrs_conformance.model.route import Decision, Route
from manrs_conformance.model.router import Router, Session
from manrs_conformance.platforms import load

from . import generate, judge, printers, world
from .config import Config, NaiveRoute

FAMILY = {4: "ipv4-unicast", 6: "ipv6-unicast"}


@dataclass
class Result:
    """Counts, and what differs in words."""

    counts: Counter[str] = field(default_factory=Counter)
    differences: list[str] = field(default_factory=list)

    def add(self, other: Result) -> None:
        """Take in the result of another configuration."""
        self.counts += other.counts
        self.differences += other.differences


def compare(os: str, seed: int, sample: int | None = None) -> Result:
    """All routes of one seed, or about `sample` of each family."""
    config = generate.config(seed, os)
    text = printers.text(config)
    router = load(os).parse(text, {})
    result = Result()
    _whole(config, router, result)
    for afi in (4, 6):
        session = router.session(printers.NEIGHBOUR[afi], FAMILY[afi])
        if session is None or session.shutdown:
            result.differences.append(f"the IPv{afi} session is not found")
            continue
        routes = list(_routes(afi))
        if sample is not None:
            routes = random.Random(f"{os} {seed} {afi}").sample(routes, sample)
        _family(config, session, afi, routes, result)
    result.counts["configurations"] += 1
    result.differences = [f"{os} {seed}: {one}" for one in result.differences]
    return result


def _routes(afi: int) -> Iterator[NaiveRoute]:
    yield from world.routes(afi)
    for prefix in world.prefixes(afi)[:6]:
        for path in (*world.odd_paths(), (1,)):
            for state in world.STATES:
                yield NaiveRoute(prefix, path, frozenset(world.TAGS[:1]), state, 50)


def _whole(config: Config, router: Router, result: Result) -> None:
    """What holds for the router: every line accounted for, and which states the platform itself keeps out."""
    for one in router.unread:
        if one.state == "unrecognised":
            result.differences.append(f"line {one.line} is not recognised: {one.text.strip()}")
    if config.os == "eos" and router.validation.get("ipv4") is ("ribd" in config.knobs):
        result.differences.append("validation works in the multi-agent model only")
    if config.os == "ios":
        switched = config.knobs & {"allow-invalid", "validate-disable"}
        dropped = frozenset() if switched or "rpki-server" not in config.knobs else frozenset({Rpki.INVALID})
        for session in router.sessions:
            if session.platform_drops != dropped:
                result.differences.append(f"the platform drops {set(session.platform_drops)}, not {set(dropped)}")


def _family(config: Config, session: Session, afi: int, routes: Iterable[NaiveRoute], result: Result) -> None:
    attachment = session.inbound if config.direction == "in" else session.outbound
    evaluation = evaluate([attachment], afi=afi)
    places = _Places(evaluation)
    for route in routes:
        outcomes = judge.judge(config, afi, route)
        engine = Route(route.prefix, route.path, route.communities, rpki=Rpki(route.rpki), med=route.med)
        decision = concrete.decide(attachment, engine)
        ends = concrete.run(attachment, concrete.Seen(engine), attachment.called)
        for problem in _differences(outcomes, decision, ends, result.counts):
            result.differences.append(f"{route}: {problem}")
        if not any(isinstance(one, tuple) for one in route.path):
            for problem in _classes(outcomes, decision, *places.of(engine), result.counts):
                result.differences.append(f"{route}: {problem}")
    for place, verdict in ((evaluation.taken, "accept"), (evaluation.refused, "reject")):
        for one in place:
            witness = evaluation.universe.route(one.box)
            decided = concrete.decide(attachment, witness).verdict
            if decided not in (verdict, "inconclusive") and not evaluation.runner.doubts:
                result.differences.append(f"{witness} is in a class of {verdict}, but is decided {decided}")


def _differences(outcomes: judge.Outcomes, decision: Decision, ends: list[concrete.Outcome], counts: Counter[str]) -> Iterator[str]:
    verdicts = {one.verdict for one in outcomes}
    counts["decisions"] += 1
    if len(verdicts) == 2:
        counts[f"open, engine {decision.verdict}"] += 1
        if decision.verdict == "reject":
            yield f"the rules leave it open, and the engine rejects: {decision.because}"
        return
    (verdict,) = verdicts
    counts[f"{verdict}, engine {decision.verdict}"] += 1
    if decision.verdict not in (verdict, "inconclusive"):
        yield f"{verdict} by the rules, {decision.verdict} by the engine: {decision.because}"
    if verdict == decision.verdict == "accept" and len(ends) == 1:
        yield from _attributes(outcomes, ends[0])


def _attributes(outcomes: judge.Outcomes, end: concrete.Outcome) -> Iterator[str]:
    after, unknown = end.seen.route, end.seen.unknown

    def agrees(one: judge.Outcome) -> bool:
        same = one.communities in (None, after.communities) or "standard" in unknown
        same = same and (one.path in (None, after.as_path) or "as_path" in unknown)
        same = same and (one.local_pref in (None, after.local_pref) or "local_pref" in unknown)
        return same and (one.med in (None, after.med) or "med" in unknown)

    if not any(agrees(one) for one in outcomes):
        yield f"leaves as {after}, by the rules as {set(outcomes)}"


def _classes(
    outcomes: judge.Outcomes, decision: Decision, may_accept: bool, may_reject: bool, counts: Counter[str]
) -> Iterator[str]:
    """The set evaluation holds every outcome of the rules, and agrees with the concrete decision."""
    verdicts = {one.verdict for one in outcomes}
    counts["classes"] += 1
    if "accept" in verdicts and not may_accept:
        yield "may be accepted by the rules, but is in no class that may be"
    if verdicts == {"reject"} and not may_reject:
        yield "is rejected by the rules, but is in no class that may be"
    said = {"accept": (True, False), "reject": (False, True), "inconclusive": (True, True)}[decision.verdict]
    for wanted, there, word in zip(said, (may_accept, may_reject), ("accepted", "rejected"), strict=True):
        if wanted and not there:
            yield f"is {decision.verdict} by the interpreter, but is in no class that may be {word}"
    if len(verdicts) == 1 and may_accept and may_reject:
        counts["classes less exact"] += 1


class _Places:
    """Where concrete routes lie among the classes of an evaluation."""

    def __init__(self, evaluation: Evaluation) -> None:
        self.space: Universe = evaluation.universe
        self.taken, self.refused = evaluation.regions()
        self.lists = {id(one): one for one in (*self.space.prefix_lists, *self.space.keep)}
        self._prefix: dict[str, int] = {}
        self._path: dict[object, int] = {}
        self._known: dict[object, tuple[bool, bool]] = {}

    def of(self, route: Route) -> tuple[bool, bool]:
        """Whether a route may be accepted, and whether it may be rejected."""
        numbers = [max(i for i, n in enumerate(self.space.numbers["med"]) if n <= (route.med or 0))]
        classes = (self._prefix_class(route.prefix), self._path_class(route.as_path), STATES.index(route.rpki), *numbers)
        names = {text: bit for (kind, text), bit in self.space.atoms.items() if kind == "standard"}
        tags = sum(names[one] for one in route.communities if one in names)
        if names and not route.communities <= names.keys():
            tags |= next((bit for text, bit in names.items() if text.startswith("64999:")), 0)  # stands for any other
        key = (classes, tags)
        if key not in self._known:
            self._known[key] = (self._in(self.taken, classes, tags), self._in(self.refused, classes, tags))
        return self._known[key]

    def _in(self, boxes: list[Box], classes: tuple[int, ...], tags: int) -> bool:
        places = (0, 1, 2, PLACE["med"])
        texts = [(PLACE[name], self.space.texts[name].index(self._text(name))) for name in TEXTS]
        return any(
            all(box.masks[place] >> number & 1 for place, number in (*zip(places, classes, strict=True), *texts))
            and not (tags ^ box.value) & box.care
            for box in boxes
        )

    def _text(self, name: str) -> str:
        usual = {
            "origin": "igp",
            "protocol": "bgp",
            "route_type": "external",
            "family": f"ipv{self.space.afi}",
            "mark": "unverified",
        }
        return usual.get(name, "")

    def _prefix_class(self, prefix: str) -> int:
        if prefix not in self._prefix:
            _afi, network, length = prefixes.parse(prefix)
            signature = 0
            for key, place in self.space.prefix_place.items():
                one = self.lists[key]
                if one.afi == self.space.afi and prefixes.permits(one, network, length):  # type: ignore[attr-defined,arg-type]
                    signature |= 1 << place
            self._prefix[prefix] = self.space.prefix.signatures.index(signature)
        return self._prefix[prefix]

    def _path_class(self, path: tuple[int | tuple[int, ...], ...]) -> int:
        if path not in self._path:
            signature = 0
            for key, place in self.space.path_place.items():
                if not self.space.path.unknown >> place & 1 and aspath.matches(self.lists[key], path):  # type: ignore[arg-type]
                    signature |= 1 << place
            self._path[path] = self.space.path.signatures.index(signature)
        return self._path[path]
