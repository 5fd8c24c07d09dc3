"""EXP-02: nothing learned from a peer, provider or route server goes to another one (RFC 9234 section 3.1)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from ..analysis import concrete
from ..analysis.evaluate import Answer, Transfer, evaluate
from ..model.policy import Attachment, Cond, Not
from ..model.result import Finding, Severity, Witness
from ..model.route import Route, TraceStep
from ..model.router import Session, Unread
from . import _fleet, _reach
from ._contract import Kept, asks, kept
from ._fleet import Hop
from ._outgoing import ours
from ._questions import delivered, named
from .base import UPSTREAM, Case, Check, CheckContext, FleetContext, described

OTC_ROLES = frozenset({"customer", "peer", "rs-client"})
REMEDY = "Mark routes by community where they come in, and send only own and customer routes to peers and providers."


@dataclass(frozen=True, slots=True)
class Way:
    """One import, everything between it and an export, and the export itself, with the policies of every router."""

    stages: tuple[Hop, ...]

    @property
    def context(self) -> CheckContext:
        """The router where routes come in."""
        return self.stages[0].context

    @property
    def session(self) -> Session:
        """The session on which they come in."""
        assert self.stages[0].session is not None
        return self.stages[0].session


Imports = Sequence[tuple[CheckContext, Session, str | None]]


@dataclass(frozen=True, slots=True)
class Sources:
    """Where routes of one family come in, counted once for all exports: a fleet has as many exports as imports."""

    imports: Imports
    upstream: int
    """Sessions with peers, providers and route servers."""
    undeclared: tuple[str, ...]
    """Why an import may bring anything."""


def fleet(context: FleetContext, check: Check) -> Iterable[Finding]:
    """One finding for each session to a peer, provider or route server, over all imports that can reach it."""
    cache: dict[tuple[object, ...], Answer] = {}
    inside = _fleet.Inside(context)
    imports = [(member, one, relation) for member in context.members.values() for one, relation in _fleet.external(member)]
    families = {one.family for _member, one, _relation in imports}
    sources = {family: _sources([it for it in imports if it[1].family == family]) for family in families}
    open_ends = _open_ends(context, imports)
    for member, session, relation in imports:
        if relation in UPSTREAM:
            case = Case(member, replace(check, direction="export"), session, member.neighbour(session))
            yield _judge(inside, case, cache, sources[session.family], open_ends)


def _sources(imports: Imports) -> Sources:
    strange = (
        f"{one.neighbor} on {member.device} is not declared, so routes from it may be anything"
        for member, one, relation in imports
        if relation is None
    )
    return Sources(imports, sum(1 for _member, _one, relation in imports if relation in UPSTREAM), tuple(dict.fromkeys(strange)))


def _open_ends(context: FleetContext, imports: Imports) -> bool:
    """Whether some import or some internal session does not keep the tagging contract, so that ways must be followed one by one."""
    for member, session, relation in imports:
        if relation in UPSTREAM and session.key not in _kept(member).imports:
            return True
    return any(
        one.key not in _kept(member).inside
        for member in context.members.values()
        for one in member.router.sessions
        if one.kind != "ebgp" and not one.shutdown
    )


def _kept(context: CheckContext) -> Kept:
    found = context.local.get("EXP-02")
    return found if isinstance(found, Kept) else Kept(frozenset(), frozenset(), frozenset())


def _judge(
    inside: _fleet.Inside, case: Case, cache: dict[tuple[object, ...], Answer], sources: Sources, open_ends: bool
) -> Finding:
    because = list(sources.undeclared)
    holds = case.session.key in _kept(case.context).exports
    if open_ends or not holds:
        others = [it for it in sources.imports if not (it[0] is case.context and it[1].key == case.session.key)]
        leak = _followed(inside, case, cache, others, because, holds)
        if leak is not None:
            return leak
    if because:
        return case.doubtful("whether a leak is possible cannot be decided", "; ".join(dict.fromkeys(because)))
    count = sources.upstream - 1
    if not count:
        return case.passed("no other peer, provider or route server sends us routes")
    return case.passed(f"nothing learned from {count} other session(s) with peers, providers and route servers is sent")


def _followed(
    inside: _fleet.Inside,
    case: Case,
    cache: dict[tuple[object, ...], Answer],
    others: Imports,
    because: list[str],
    holds: bool,
) -> Finding | None:
    """The first leak along any way that the contract leaves open; what cannot be followed goes into `because`."""
    question = Not(ours(case))
    case = _whole(case)
    for way in _ways(inside, case, others, because, holds):
        if way.session.role in OTC_ROLES and case.session.role in OTC_ROLES:
            continue
        answer = _answer(way, case, question, cache)
        blind = _blind(way)
        if answer.must is not None and answer.must.route is not None and not blind:
            return _leak(way, case, answer.must)
        if answer.may is not None or blind:
            because += [
                f"from {way.session.neighbor} on {way.context.device}: {one}"
                for one in (*blind, *map(way.context.with_text, answer.because))
            ]
            if not blind and not answer.because:
                because.append(f"from {way.session.neighbor} on {way.context.device}: the way could not be followed exactly")
    return None


def _whole(case: Case) -> Case:
    """The case on the router with its policies."""
    if case.context.load is None:
        return case
    full = case.context.whole()
    return replace(case, context=full, session=next(one for one in full.router.sessions if one.key == case.session.key))


def _ways(inside: _fleet.Inside, case: Case, others: Imports, because: list[str], holds: bool) -> Iterator[Way]:
    """From imports on the same router, and on others over internal sessions, to the export of the case."""
    outline = inside.context.members[case.context.device]
    arrivals = inside.arrivals(outline, case.session.family)
    roads: dict[str, list[_fleet.Stages]] = {}
    for start, stages in arrivals.roads:
        roads.setdefault(start.device, []).append(stages)
    end = (Hop(case.context, transfer=_fleet.INSIDE), Hop(case.context, case.session, "export"))
    for member, session, relation in others:
        if relation not in UPSTREAM:
            continue
        for middle in [()] if member is outline else roads.get(member.device, []):
            way = (Hop(member, session, "import"), *middle)
            if not (holds and all(_keeps(hop) for hop in way)):
                yield Way((*(hop.whole() for hop in way), *end))
    if arrivals.strangers and not holds:
        because.append(f"iBGP neighbours that were not audited: {', '.join(sorted(arrivals.strangers))}")


def _keeps(hop: Hop) -> bool:
    """Whether no route that carries no tag comes out of a stage with one."""
    if hop.session is None:
        return True
    known = _kept(hop.context)
    return hop.session.key in (known.imports if hop.session.kind == "ebgp" else known.inside)


def _answer(way: Way, case: Case, question: Cond, cache: dict[tuple[object, ...], Answer]) -> Answer:
    """First for any neighbour with these filters (a clean answer holds for all), then for this one."""
    stages = [hop.stage for hop in way.stages]
    key: tuple[object, ...] = (case.session.afi, way.session.vrf, case.session.vrf, way.session.allowas_in, way.session.local_as)
    key = (*key, *((hop.context.device, _meaning(hop.stage)) for hop in way.stages))
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


def _blind(way: Way) -> list[str]:
    found: list[Unread] = []
    for hop in way.stages:
        if hop.session is not None and isinstance(hop.stage, Attachment):
            found += [one for one in _reach.blind(hop.context.router, hop.session, hop.stage) if one not in found]
    return [f"line {one.line} was not understood: {one.text.strip()}" for one in found]


def _leak(way: Way, case: Case, found: Witness) -> Finding:
    assert found.route is not None
    steps = _trace(way.stages, found.route)
    witness = replace(
        case.witness(found),
        trace=steps,
        learned_from=_name(way.context, way.session, case),
        sent_to=_name(case.context, case.session, case),
    )
    here = way.context.device == case.context.device
    neighbour = way.context.neighbour(way.session)
    relation = neighbour.relationship.replace("_", " ") if neighbour else "neighbour"
    where = "" if here else f" on {way.context.device}"
    source = f"{relation} AS{way.session.remote_as} at {way.session.neighbor}{where}"
    message = f"{described(found.route)} learned from {source} would be sent on: a route leak"
    lines = {one.line for one in steps} if here else _reach.lines(case.session, case.attachment)
    cause = f"{'+'.join(named(way.session.inbound)) or 'no policy'} into {'+'.join(named(case.attachment)) or 'no policy'}: leak"
    return case.failed(message, cause=cause, remedy=REMEDY, witnesses=(witness,), lines=case.context.cited(lines))


def _name(context: CheckContext, session: Session, case: Case) -> str:
    return session.key if context.device == case.context.device else f"{context.device} {session.key}"


def _trace(stages: Iterable[Hop], route: Route) -> tuple[TraceStep, ...]:
    """The steps on every router of the way, with the text of each line."""
    out: list[TraceStep] = []
    for hop in stages:
        stage = hop.stage
        if isinstance(stage, Transfer):
            route = stage.apply(route)
            continue
        decision = concrete.decide(stage, route)
        out += [replace(one, text=one.text or hop.context.text_of(one.line)) for one in decision.trace]
        route = decision.after or route
    return tuple(out)


CHECK = Check(
    "EXP-02", "1", "No route leaks", Severity.CRITICAL, scope="fleet", fleet=fleet, local=kept, asks=asks, direction="export"
)
