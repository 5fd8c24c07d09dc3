"""Exact evaluation of filters over all routes at once: boxes flow through the terms, and every question is answered for the whole space.

Where something is not understood, both ways are followed: a route that is certainly accepted is one that may be accepted and may not be rejected.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from ..model.policy import ALWAYS, Attachment, Cond, Filter, Flow, Policy, Term, Verdict
from ..model.result import Witness
from ..model.route import Route
from . import concrete
from .flow import Runner
from .space import Box, Universe, both, meet, merged, minus, universe
from .state import UNKNOWN, Place, State, Transfer

WITNESSES = 3
PIECES = 4000
Stage = Attachment | Transfer
__all__ = ["Answer", "Difference", "Evaluation", "Stage", "Transfer", "differ", "evaluate"]


@dataclass(frozen=True, slots=True)
class Answer:
    """Is there such a route? `must` certainly gets the asked outcome; `may` possibly does (None: no route can). `because` names what is
    not understood on the way, `lines` the lines of the certain witness."""

    must: Witness | None = None
    may: Witness | None = None
    because: tuple[str, ...] = ()
    lines: tuple[int, ...] = ()


@dataclass(slots=True)
class Evaluation:
    """What happens to every route of the domain; questions are conditions on the route as it comes in."""

    stages: Sequence[Stage]
    universe: Universe
    runner: Runner
    taken: list[Place]
    refused: list[Place]
    questions: Mapping[str, Cond]
    doubtful: list[Box] = field(default_factory=list)

    def accepted(self, question: str | Cond = ALWAYS) -> Answer:
        """Routes of the question that are accepted."""
        return self._answer(self._cond(question), self.taken, self.refused, "accept")

    def rejected(self, question: str | Cond = ALWAYS) -> Answer:
        """Routes of the question that are rejected."""
        return self._answer(self._cond(question), self.refused, self.taken, "reject")

    def after(self, question: str) -> Evaluation:
        """The same with a last stage: accepted are only routes that hold one of the questions with the attributes they have by then."""
        runner = Runner(self.universe)
        runner.doubts |= self.runner.doubts
        last = _probe(self.questions[question])
        taken, lost = runner.attachment(last, self.taken)
        stages, refused = (*self.stages, last), [*self.refused, *lost]
        return replace(self, stages=stages, runner=runner, taken=taken, refused=refused)

    def regions(self) -> tuple[list[Box], list[Box]]:
        """Boxes that may be accepted, and boxes that may be rejected."""
        return [one.box for one in self.taken], [one.box for one in self.refused]

    def _cond(self, question: str | Cond) -> Cond:
        return self.questions[question] if isinstance(question, str) else question

    def _answer(self, question: Cond, wanted: list[Place], others: list[Place], verdict: str) -> Answer:
        may: Box | None = None
        unsure: set[str] = set()
        against = merged(one.box for one in others) if self.runner.doubts else []
        for box in merged(one.box for one in wanted):
            yes, _no, unknown = self.runner.split(question, box, State())
            for part in (*yes, *unknown):
                may = may or part
            for part in yes:
                for left in self._certain(part, against):
                    witness = self._witness(left, verdict)
                    if witness is not None:
                        return Answer(witness, witness, (), tuple(sorted({s.line for s in witness.trace if s.line})))
                    unsure.add("the witness could not be confirmed step by step")
        if may is None:
            return Answer()
        route = self.universe.route(may)
        because = (*(f"line {line}: {why}" if line else why for line, why in sorted(self.runner.doubts)), *sorted(unsure))
        return Answer(None, Witness(route=route, verdict="inconclusive"), because)

    def _certain(self, part: Box, against: Sequence[Box]) -> list[Box]:
        left = [part]
        for one in (*against, *self.doubtful):
            left = [piece for box in left for piece in minus(box, one)]
            if not left or len(left) > PIECES:
                return []
        return [box for box in left if self.universe.consistent(box)]

    def _witness(self, box: Box, verdict: str) -> Witness | None:
        """The route of a box, if the step by step interpreter agrees with the verdict."""
        route = self.universe.route(box)
        _now, trace, ended = follow(self.stages, route)
        if ended != verdict:
            return None
        return Witness(route=route, trace=trace, verdict=ended)


def _probe(cond: Cond) -> Attachment:
    term = Term("probe", cond, Flow("accept"))
    return Attachment(
        "import", (Filter("probe", "probe", Policy("probe", "probe", (term,), Verdict.REJECT)),), default=Verdict.REJECT
    )


def follow(stages: Sequence[Stage], route: Route) -> tuple[Route, tuple, str]:  # type: ignore[type-arg]
    """One route through all stages: the route at the end, the whole trace, and `accept`, `reject` or `inconclusive`."""
    trace: tuple = ()  # type: ignore[type-arg]
    for stage in stages:
        if isinstance(stage, Transfer):
            route = stage.apply(route)
            continue
        decision = concrete.decide(stage, route)
        trace += decision.trace
        if decision.verdict != "accept" or decision.after is None:
            return route, trace, decision.verdict
        route = decision.after
    return route, trace, "accept"


def evaluate(
    stages: Sequence[Stage], *, afi: int, domain: Cond = ALWAYS, questions: Mapping[str, Cond] | None = None
) -> Evaluation:
    """Run every route of the domain through the stages; the questions are answered from the result without another run."""
    asked = dict(questions or {})
    attachments = [one for one in stages if isinstance(one, Attachment)]
    transfers = [one.cond() for one in stages if isinstance(one, Transfer)]
    space = universe(afi, attachments, [domain, *transfers, *asked.values()])
    runner = Runner(space)
    yes, _no, unknown = runner.split(domain, space.everything(), State())
    runner.doubts.clear()
    going = [Place(box, State()) for box in merged((*yes, *unknown))]
    refused: list[Place] = []
    for stage in stages:
        if isinstance(stage, Transfer):
            going = [Place(one.box, stage.change(space, one.state)) for one in going]
            continue
        going, lost = runner.attachment(stage, going)
        refused.extend(lost)
    return Evaluation(stages, space, runner, going, refused, asked, list(unknown))


@dataclass(frozen=True, slots=True)
class Difference:
    """How two filters differ: up to three routes each that only the second or only the first accepts, or that leave with other attributes."""

    newly_accepted: tuple[Witness, ...] = ()
    newly_rejected: tuple[Witness, ...] = ()
    changed_attributes: tuple[Witness, ...] = ()
    because: tuple[str, ...] = ()
    counts: Mapping[str, int] = field(default_factory=dict)
    """When asked for: prefixes (pairs of network and length) with a route newly `accepted`, newly `rejected`, or `changed`; at most so many
    when there is a `because`."""

    @property
    def empty(self) -> bool:
        """Whether the filters mean the same."""
        return not (self.newly_accepted or self.newly_rejected or self.changed_attributes)


def differ(
    a: Attachment, b: Attachment, *, afi: int, domain: Cond = ALWAYS, count: bool = False, prefer: Sequence[Cond] = ()
) -> Difference:
    """What the second filter does differently from the first, over all routes.

    `count` asks for the number of prefixes too. Examples meet as many conditions of `prefer`, from its head, as some route of the difference does.
    """
    found = _differ(a, b, afi, domain, count, prefer)
    # More conditions make more classes, and too many of them are not followed: then the examples are what comes.
    return _differ(a, b, afi, domain, count, ()) if prefer and found.because else found


def _differ(a: Attachment, b: Attachment, afi: int, domain: Cond, count: bool, prefer: Sequence[Cond]) -> Difference:
    space = universe(afi, [a, b], [domain, *prefer])
    runner = Runner(space)
    yes, _no, unknown = runner.split(domain, space.everything(), State())
    start = [Place(box, State()) for box in (*yes, *unknown)]
    first, first_lost = runner.attachment(a, start)
    second, second_lost = runner.attachment(b, start)
    gained = _overlap(space, second, first_lost)
    lost = _overlap(space, first, second_lost)
    changed = [
        apart
        for one in first
        for two in second
        if one.state != two.state
        and (box := both(one.box, two.box)) is not None
        and space.consistent(box)
        and (apart := _told_apart(space, box, one.state, two.state)) is not None
    ]
    because = tuple(f"line {line}: {why}" if line else why for line, why in sorted(runner.doubts))
    sides = {"accepted": gained, "rejected": lost, "changed": changed}
    counts = {word: space.prefixes_in(boxes) for word, boxes in sides.items()} if count else {}
    accepted, rejected, other = (_shown(runner, boxes, one, prefer) for boxes, one in ((gained, b), (lost, a), (changed, b)))
    return Difference(accepted, rejected, other, because, counts)


def _overlap(space: Universe, some: Iterable[Place], others: Sequence[Place]) -> list[Box]:
    boxes = (both(one.box, two.box) for one in some for two in others)
    return merged(box for box in boxes if box is not None and space.consistent(box))


def _told_apart(space: Universe, box: Box, one: State, two: State) -> Box | None:
    """A part of the box whose routes leave with different attributes, or None when all of them leave alike."""
    if one.unknown != two.unknown or one.prepended != two.prepended or one.care & two.care & (one.value ^ two.value):
        return box
    for some, other in ((one, two), (two, one)):
        # Only one side writes these communities: a route that came in the other way tells them apart.
        written = some.care & ~other.care
        free = written & (~box.care | (box.value ^ some.value))
        while free:
            bit = free & -free
            free ^= bit
            apart = Box(box.masks, box.care | bit, (box.value & ~bit) | (bit & ~some.value))
            if space.consistent(apart):
                return apart
    first, second = dict(one.over), dict(two.over)
    for place in sorted({*first, *second}):
        here, there = first.get(place), second.get(place)
        if here is not None and there is not None:
            if here != there:
                return box
            continue
        mask = here if here is not None else there
        assert mask is not None
        left = box if mask == UNKNOWN else meet(box, place, ~mask)
        if left is not None:
            return left
    return None


def _shown(runner: Runner, boxes: Sequence[Box], attachment: Attachment, prefer: Sequence[Cond]) -> tuple[Witness, ...]:
    some = [box for conds in (prefer[:size] for size in range(len(prefer), 0, -1)) for box in _meeting(runner, boxes, conds)]
    out: dict[Route, Witness] = {}
    for box in some or boxes[:WITNESSES]:
        route = runner.space.route(box)
        decision = concrete.decide(attachment, route)
        out.setdefault(route, Witness(route=route, trace=decision.trace, verdict=decision.verdict))
    return tuple(out.values())[:WITNESSES]


def _meeting(runner: Runner, boxes: Sequence[Box], conds: Sequence[Cond]) -> list[Box]:
    """Parts of the boxes in which all conditions hold, as many as are shown."""
    out: list[Box] = []
    for box in boxes:
        parts = [box]
        for cond in conds:
            parts = [yes for part in parts for yes in runner.split(cond, part, State())[0] if runner.space.consistent(yes)]
        out += parts
        if len(out) >= WITNESSES:
            break
    return out[:WITNESSES]
