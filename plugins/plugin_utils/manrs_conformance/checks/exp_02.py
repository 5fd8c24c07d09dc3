"""EXP-02: nothing learned from a peer, provider or route server goes to another one (RFC 9234 section 3.1)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from ..analysis import concrete
from ..analysis.evaluate import Answer, Transfer, evaluate
from ..model.policy import Attachment, Cond, Not
from ..model.result import Finding, Severity, Witness
from ..model.route import Route, TraceStep
from ..model.router import Session
from . import _fleet, _reach
from ._outgoing import ours, tagged
from ._questions import both, delivered, named
from .base import UPSTREAM, Case, Check, CheckContext, FleetContext, described

OTC_ROLES = frozenset({"customer", "peer", "rs-client"})
REMEDY = "Mark routes by community where they come in, and send only own and customer routes to peers and providers."


@dataclass(frozen=True, slots=True)
class Way:
    """One import and everything between it and an export, with the router of each stage."""

    context: CheckContext
    session: Session
    stages: tuple[tuple[CheckContext, Attachment | Transfer], ...]


def fleet(context: FleetContext, check: Check) -> Iterable[Finding]:
    """One finding for each session to a peer, provider or route server, over all imports that can reach it."""
    cache: dict[tuple[object, ...], Answer] = {}
    inside = _fleet.Inside(context)
    for member in context.members.values():
        for session, relation in _fleet.external(member):
            if relation in UPSTREAM:
                case = Case(member, replace(check, direction="export"), session, member.neighbour(session))
                yield _judge(inside, case, cache)


def _judge(inside: _fleet.Inside, case: Case, cache: dict[tuple[object, ...], Answer]) -> Finding:
    because: list[str] = []
    question = Not(ours(case))
    count = 0
    for way in _ways(inside, case, because):
        count += 1
        if way.session.role in OTC_ROLES and case.session.role in OTC_ROLES:
            continue
        answer = _answer(way, case, question, cache)
        blind = _blind(way, case)
        if answer.must is not None and answer.must.route is not None and not blind:
            return _leak(way, case, answer.must)
        if answer.may is not None or blind:
            because += [
                f"from {way.session.neighbor} on {way.context.device}: {one}"
                for one in (*blind, *map(way.context.with_text, answer.because))
            ]
            if not blind and not answer.because:
                because.append(f"from {way.session.neighbor} on {way.context.device}: the way could not be followed exactly")
    if because:
        return case.doubtful("whether a leak is possible cannot be decided", "; ".join(dict.fromkeys(because)))
    if not count:
        return case.passed("no other peer, provider or route server sends us routes that could get here")
    return case.passed(f"nothing learned from {count} session(s) with peers, providers and route servers is sent")


def _ways(inside: _fleet.Inside, case: Case, because: list[str]) -> Iterator[Way]:
    """Imports on the same router, then on others over internal sessions; what cannot be followed goes into `because`."""
    arrivals = inside.arrivals(case.context, case.session.family)
    roads: dict[str, list[_fleet.Stages]] = {}
    for start, stages in arrivals.roads:
        roads.setdefault(start.device, []).append(stages)
    for member in inside.context.members.values():
        here = member is case.context
        for session, relation in _fleet.external(member):
            if session.family != case.session.family or (here and session.key == case.session.key):
                continue
            if relation is None:
                because.append(f"{session.neighbor} on {member.device} is not declared, so routes from it may be anything")
            if relation not in UPSTREAM:
                continue
            for middle in [()] if here else roads.get(member.device, []):
                yield Way(member, session, ((member, session.inbound), *middle, (case.context, _fleet.INSIDE)))
    if arrivals.strangers and not _contract_holds(case):
        because.append(f"iBGP neighbours that were not audited: {', '.join(sorted(arrivals.strangers))}")


def _contract_holds(case: Case) -> bool:
    """With a tagging contract the export may assume it: then it is enough that nothing but own and tagged routes leaves."""
    if case.context.intent.tagging is None or case.context.intent.tagging.customer is None:
        return False
    stray = both(Not(ours(case)), Not(tagged(case)))
    return case.evaluate({"q": stray}).accepted("q").may is None


def _answer(way: Way, case: Case, question: Cond, cache: dict[tuple[object, ...], Answer]) -> Answer:
    """First for any neighbour with these filters (a clean answer holds for all), then for this one."""
    stages = [one for _context, one in way.stages] + [case.attachment]
    key: tuple[object, ...] = (case.session.afi, way.session.vrf, case.session.vrf, way.session.allowas_in, way.session.local_as)
    key = (*key, *((context.device, _meaning(one)) for context, one in way.stages), case.context.device, _meaning(case.attachment))
    router = way.context.router
    if key not in cache:
        broad = delivered(way.session, router, first_as=False)
        cache[key] = evaluate(stages, afi=case.session.afi, domain=broad, questions={"q": question}).accepted("q")
    if cache[key].may is None:
        return cache[key]
    source = Case(way.context, replace(case.check, direction="import"), way.session, None)
    asked = source.preferring({"q": question})
    return source.likeliest(evaluate(stages, afi=case.session.afi, domain=delivered(way.session, router), questions=asked), "q")


def _meaning(stage: Attachment | Transfer) -> tuple[object, ...]:
    """What tells the stages of one router apart: sessions with the same filters share an answer."""
    if isinstance(stage, Transfer):
        return (stage.strip, stage.unknown)
    filters = ((one.kind, one.name, one.defined, len(one.policy.terms), one.policy.default) for one in stage.filters)
    return (stage.direction, stage.combine, stage.default, *filters)


def _blind(way: Way, case: Case) -> list[str]:
    found = _reach.blind(way.context.router, way.session, way.session.inbound)
    for context, stage in way.stages[1:]:
        crossed = [one for one in context.router.sessions if stage is one.inbound or stage is one.outbound]
        for session in crossed:
            assert isinstance(stage, Attachment)
            found += [one for one in _reach.blind(context.router, session, stage) if one not in found]
    found += _reach.blind(case.context.router, case.session, case.attachment)
    return [f"line {one.line} was not understood: {one.text.strip()}" for one in found]


def _leak(way: Way, case: Case, found: Witness) -> Finding:
    assert found.route is not None
    steps = _trace(((*way.stages, (case.context, case.attachment))), found.route)
    witness = replace(
        case.witness(found),
        trace=steps,
        learned_from=_name(way.context, way.session, case),
        sent_to=_name(case.context, case.session, case),
    )
    neighbour = way.context.neighbour(way.session)
    relation = neighbour.relationship.replace("_", " ") if neighbour else "neighbour"
    where = "" if way.context is case.context else f" on {way.context.device}"
    source = f"{relation} AS{way.session.remote_as} at {way.session.neighbor}{where}"
    message = f"{described(found.route)} learned from {source} would be sent on: a route leak"
    lines = {one.line for one in steps} if way.context is case.context else _reach.lines(case.session, case.attachment)
    cause = f"{'+'.join(named(way.session.inbound)) or 'no policy'} into {'+'.join(named(case.attachment)) or 'no policy'}: leak"
    return case.failed(message, cause=cause, remedy=REMEDY, witnesses=(witness,), lines=case.context.cited(lines))


def _name(context: CheckContext, session: Session, case: Case) -> str:
    return session.key if context is case.context else f"{context.device} {session.key}"


def _trace(stages: Iterable[tuple[CheckContext, Attachment | Transfer]], route: Route) -> tuple[TraceStep, ...]:
    """The steps on every router of the way, with the text of each line."""
    out: list[TraceStep] = []
    for context, stage in stages:
        if isinstance(stage, Transfer):
            route = stage.apply(route)
            continue
        decision = concrete.decide(stage, route)
        out += [replace(one, text=one.text or context.text_of(one.line)) for one in decision.trace]
        route = decision.after or route
    return tuple(out)


CHECK = Check("EXP-02", "1", "No route leaks", Severity.CRITICAL, scope="fleet", fleet=fleet, direction="export")
