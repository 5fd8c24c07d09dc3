"""What a check is, what it may look at, and how its answer becomes a finding."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from ..analysis import aspath, scope
from ..analysis.evaluate import Answer, Evaluation, evaluate
from ..analysis.passage import detailed
from ..model.intent import Intent, Neighbour
from ..model.policy import AllOf, Attachment, Cond
from ..model.reference import Reference
from ..model.result import Finding, Line, Severity, Status, Witness
from ..model.route import Route
from ..model.router import Router, Session, Unread
from . import _local, _reach
from ._questions import delivered, likely, named, received

Direction = Literal["import", "export"]
KINDS = ("unicast", "labeled-unicast", "multicast")
UNICAST = frozenset(f"ipv{afi}-{kind}" for afi in (4, 6) for kind in KINDS)
CUSTOMERS = frozenset({"customer"})
UPSTREAM = frozenset({"peer", "provider", "route_server"})
EXTERNAL = frozenset({"customer", "peer", "provider", "route_server", "route_server_client", "complex"})


@dataclass(slots=True)
class CheckContext:
    """One router under audit with everything its checks may look at; evaluations are kept, so that a session is analysed once."""

    device: str
    router: Router
    lines: Sequence[str]
    intent: Intent
    reference: Reference
    checks: Sequence[Check] = ()
    evaluations: dict[tuple[str, str], Evaluation] = field(default_factory=dict)
    unread: dict[str, dict[str, list[Unread]]] = field(default_factory=dict)
    ways: dict[str, list[_local.Way]] = field(default_factory=dict)
    """What becomes of own routes, by session."""
    neighbours: dict[str, Neighbour | None] = field(default_factory=dict)
    quoted: dict[int, Line] = field(default_factory=dict)
    excerpts: dict[frozenset[int], tuple[Line, ...]] = field(default_factory=dict)
    """Lines that results cite, alone and together."""
    memo: dict[object, Cond] = field(default_factory=dict)
    """Conditions that are the same for every router of a run; shared between them."""
    local: dict[str, object] = field(default_factory=dict)
    """What checks of the fleet found out on this router alone, by their id."""
    load: Callable[[], CheckContext] | None = None
    """Where `router` is an outline without policies (`model.outline`): gives the context with everything."""

    def whole(self) -> CheckContext:
        """This router with its policies."""
        return self if self.load is None else self.load()

    def unread_of(self, kind: str) -> Mapping[str, list[Unread]]:
        """Lines that were not understood, by the name of what they may change."""
        if kind not in self.unread:
            found = self.unread[kind] = {}
            for one in self.router.unread:
                if one.taints.kind == kind:
                    found.setdefault(one.taints.name, []).append(one)
        return self.unread[kind]

    def text_of(self, line: int) -> str:
        """The configuration line of that number, or nothing."""
        return self.lines[line - 1].strip() if 0 < line <= len(self.lines) else ""

    def with_text(self, reason: str) -> str:
        """A reason that starts with `line N`, followed by the text of that line."""
        found = re.match(r"line (\d+)", reason)
        text = self.text_of(int(found[1])) if found else ""
        return f"{reason} ({text})" if text and text not in reason else reason

    def neighbour(self, session: Session) -> Neighbour | None:
        """What the intent declares of a session; InputError if two entries contradict each other."""
        if session.key not in self.neighbours:
            self.neighbours[session.key] = scope.neighbour_for(self.intent, self.device, session)
        return self.neighbours[session.key]

    def cited(self, numbers: Iterable[int]) -> tuple[Line, ...]:
        """Those configuration lines with their text, in order; every check of a session cites the same ones, which are made once."""
        wanted = frozenset(numbers)
        if wanted not in self.excerpts:
            self.excerpts[wanted] = tuple([self._line(one) for one in sorted(wanted) if one > 0])
        return self.excerpts[wanted]

    def _line(self, number: int) -> Line:
        if number not in self.quoted:
            self.quoted[number] = Line(number, self.text_of(number))
        return self.quoted[number]


@dataclass(frozen=True, slots=True)
class FleetContext:
    """All routers of the audited AS, for questions that one router cannot answer."""

    members: Mapping[str, CheckContext]
    intent: Intent
    reference: Reference


@dataclass(frozen=True, slots=True)
class Check:
    """One condition of the catalogue: `judge` answers it for a session, `run` for a router, `fleet` for all of them together."""

    id: str
    action: str
    title: str
    severity: Severity
    scope: Literal["device", "fleet"] = "device"
    judge: Callable[[Case], Finding | None] | None = None
    asks: Callable[[Case], Mapping[str, Cond]] | None = None
    """Questions of one session and direction by name, answered from one evaluation for all checks; a check of the fleet may ask in both."""
    run: Callable[[CheckContext, Check], Iterable[Finding]] | None = None
    fleet: Callable[[FleetContext, Check], Iterable[Finding]] | None = None
    local: Callable[[CheckContext, Check], object] | None = None
    """What a check of the fleet asks of each router alone; `fleet` finds it in the router's context."""
    direction: Direction | None = None
    relations: frozenset[str] | None = None
    """Relationships the check speaks of; None where it needs no declaration."""
    families: tuple[int, ...] = (4, 6)

    def finding(self, device: str, subject: str, status: Status, message: str, **more: object) -> Finding:
        """A finding of this check, with its fingerprint."""
        given = {"severity": self.severity, "direction": self.direction, **more}
        given["fingerprint"] = fingerprint(self.id, device, subject, more.get("family"), given["direction"], more.get("cause"))
        return Finding(check=self.id, device=device, subject=subject, status=status, message=message, **given)  # type: ignore[arg-type]


@dataclass(frozen=True, slots=True)
class Case:
    """One check on one session."""

    context: CheckContext
    check: Check
    session: Session
    neighbour: Neighbour | None

    @property
    def declared(self) -> Neighbour:
        """The declaration, where the check demands one."""
        assert self.neighbour is not None
        return self.neighbour

    @property
    def who(self) -> str:
        """The neighbour as a person calls it."""
        name = f" ({self.neighbour.name})" if self.neighbour and self.neighbour.name else ""
        relation = f"{self.neighbour.relationship.replace('_', ' ')} " if self.neighbour else ""
        return f"{relation}AS{self.session.remote_as} at {self.session.neighbor}{name}, {self.session.family}"

    @property
    def direction(self) -> Direction:
        """The direction the check looks at."""
        return self.check.direction or "import"

    @property
    def attachment(self) -> Attachment:
        """The filters in that direction."""
        return self.session.outbound if self.direction == "export" else self.session.inbound

    def done(self, status: Status, message: str, **more: object) -> Finding:
        """A finding on this session that cites its lines unless others are given."""
        if "lines" not in more:
            more["lines"] = self.context.cited(_reach.lines(self.session, self.attachment))
        return self.check.finding(self.context.device, self.session.key, status, message, family=self.session.family, **more)

    def passed(self, message: str) -> Finding:
        """The condition holds."""
        return self.done(Status.PASS, f"{self.who}: {message}")

    def failed(self, message: str, **more: object) -> Finding:
        """The condition is broken."""
        return self.done(Status.FAIL, f"{self.who}: {message}", **more)

    def doubtful(self, message: str, because: str) -> Finding:
        """It cannot be told, and why."""
        return self.done(Status.INCONCLUSIVE, f"{self.who}: {message}", because=because)

    def skipped(self, because: str) -> Finding:
        """The condition does not apply, and why."""
        return self.done(Status.NOT_APPLICABLE, f"{self.who}: not judged", because=because)

    def ask(self, name: str = "", after: str | None = None) -> Answer:
        """The answer of the engine to one of the questions of this check: what is accepted, and holds the question `after` by then."""
        evaluation = self.evaluation()
        if after is not None:
            evaluation = evaluation.after(f"{self.check.id}/{after}")
        key = f"{self.check.id}/{name}"
        answer = self.likeliest(evaluation, key)
        if self.direction == "import" or answer.must is not None:
            return answer
        for way in self.own():
            other = self.likeliest(way, key)
            if other.must is not None:
                return other
            if other.may is not None:
                because = tuple(dict.fromkeys((*answer.because, *other.because)))
                answer = replace(answer, may=answer.may or other.may, because=because)
        return answer

    def likeliest(self, evaluation: Evaluation | _local.Way, name: str) -> Answer:
        """The answer with the most ordinary route that proves it, when there is a choice."""
        answer = evaluation.accepted(name)
        if answer.must is None:
            return answer
        for extra in ("!both", "!path"):
            better = evaluation.accepted(name + extra)
            if better.must is not None:
                return better
        return answer

    def preferring(self, questions: Mapping[str, Cond]) -> dict[str, Cond]:
        """The questions, each also for ordinary routes only."""
        start, ordinary = likely(self.session, self.context.reference, received=self.direction == "import")
        out = dict(questions)
        for name, cond in questions.items():
            out[f"{name}!both"] = AllOf((cond, start, ordinary))
            out[f"{name}!path"] = AllOf((cond, start))
        return out

    def evaluation(self) -> Evaluation:
        """The evaluation of this session and direction for the questions of all checks at once."""
        key = (self.session.key, self.direction)
        known = self.context.evaluations
        if key not in known:
            known[key] = self.evaluate(self.preferring(self._questions()))
        return known[key]

    def evaluate(self, questions: Mapping[str, Cond], domain: Cond | None = None) -> Evaluation:
        """Evaluate the filters for questions about received routes before them, apart from those of all other checks."""
        start = domain or (delivered(self.session, self.context.router) if self.direction == "import" else received())
        return evaluate([self.attachment], afi=self.session.afi, domain=start, questions=questions)

    def own(self) -> list[_local.Way]:
        """What becomes of routes that the router itself originates, on their way to this neighbour."""
        known = self.context.ways
        if self.session.key not in known:
            asked = self.preferring(self._questions())
            known[self.session.key] = list(_local.ways(self.session, self.context.router, asked))
        return known[self.session.key]

    def _questions(self) -> Mapping[str, Cond]:
        out: dict[str, Cond] = {}
        for check in self.context.checks or (self.check,):
            if check.asks is None or not speaks(check, self.session, self.neighbour):
                continue
            asked = replace(check, direction=self.direction) if check.scope == "fleet" else check
            if (asked.direction or "import") != self.direction:
                continue
            for name, cond in check.asks(Case(self.context, asked, self.session, self.neighbour)).items():
                out[f"{check.id}/{name}"] = cond
        return out

    def settle(self, answer: Answer, *, good: str, bad: str, cause: str, remedy: str, severity: Severity | None = None) -> Finding:
        """Pass when nothing bad may be accepted, fail with a witness that certainly is, else inconclusive.

        `bad` and `good` are sentences; `{route}` in `bad` stands for the witness.
        """
        blind = _reach.blind(self.context.router, self.session, self.attachment)
        if answer.may is None and not blind:
            return self.passed(good)
        if answer.must is not None and not blind:
            witness = self.witness(answer.must)
            message = bad.replace("{route}", described(witness.route))
            more: dict[str, object] = {"cause": self.cause(cause), "remedy": remedy, "witnesses": (witness,)}
            lines = {one.line for one in witness.trace} | set(answer.lines) or _reach.lines(self.session, self.attachment)
            return self.failed(message, lines=self.context.cited(lines), severity=severity or self.check.severity, **more)
        because = [f"line {one.line} was not understood: {one.text.strip()}" for one in blind]
        because += [self.context.with_text(one) for one in answer.because]
        return self.doubtful("cannot be decided", "; ".join(dict.fromkeys(because)) or "the policy could not be followed exactly")

    def cause(self, word: str) -> str:
        """Stable name of what is wrong: the filters by name and the kind of witness."""
        return f"{'+'.join(named(self.attachment)) or 'no policy'}: {word}"

    def witness(self, found: Witness) -> Witness:
        """The witness with sessions, line texts and a command that replays it."""
        ways = {"learned_from": self.session.key} if self.direction == "import" else {"sent_to": self.session.key}
        trace = detailed(found.trace, [self.attachment], found.route) if found.route else found.trace
        steps = tuple(replace(one, text=one.text or self.context.text_of(one.line)) for one in trace)
        command = replay(self.context, self.session, self.direction, found.route) if found.route else ""
        return replace(found, trace=steps, replay=found.replay or command, **ways)  # type: ignore[arg-type]


def fingerprint(*parts: object) -> str:
    """Stable name of a finding: of check, device, subject, family, direction and cause, never of line numbers."""
    return hashlib.sha256("\x1f".join(str(one or "") for one in parts).encode()).hexdigest()[:32]


def speaks(check: Check, session: Session, neighbour: Neighbour | None) -> bool:
    """Whether the check has something to say of this session."""
    if session.afi not in check.families:
        return False
    return check.relations is None or (neighbour is not None and neighbour.relationship in check.relations)


def sessions(context: CheckContext, check: Check) -> Iterator[Finding]:
    """Ask a session check of every external session: nothing is left out silently."""
    for session in context.router.sessions:
        if session.kind == "ibgp" or session.afi not in check.families:
            continue
        found = _one(context, check, session)
        if found is not None:
            yield found


def _one(context: CheckContext, check: Check, session: Session) -> Finding | None:
    case = Case(context, check, session, None)
    vrf = scope.vrf_kind(context.intent, session.vrf)
    if session.kind == "confed":
        return case.skipped("a session inside the confederation is internal")
    if vrf == "private":
        return case.skipped(f"VRF {session.vrf} is declared private")
    if session.shutdown:
        return case.skipped("the session is shut down")
    if vrf is None:
        return case.doubtful("not judged", f"VRF {session.vrf} is declared neither internet nor private")
    if session.family not in UNICAST:
        return case.doubtful("not judged", f"family {session.family} is not analysed")
    case = Case(context, check, session, context.neighbour(session))
    if check.relations is not None and case.neighbour is None:
        return case.doubtful("depends on what this neighbour is", "the neighbour is not declared in the intent")
    if case.neighbour is not None and case.neighbour.relationship in ("internal", "sibling"):
        return case.skipped(f"the neighbour is declared {case.neighbour.relationship}")
    if not speaks(check, session, case.neighbour):
        return None
    assert check.judge is not None
    return check.judge(case)


def described(route: Route | None) -> str:
    """A route in words: prefix, path, communities, state."""
    if route is None:
        return "a route"
    words = [route.prefix, f"path [{aspath.shortened(route.as_path)}]"]
    communities = sorted(route.communities) + sorted(route.large) + sorted(route.extended)
    if communities:
        words.append(f"communities {' '.join(communities)}")
    if route.rpki.value != "unverified":
        words.append(f"RPKI {route.rpki.value}")
    if route.protocol != "bgp":
        words.append(f"from {route.protocol}")
    return ", ".join(words)


def replay(context: CheckContext, session: Session, direction: str, route: Route) -> str:
    """A command that shows the way of the route through the saved configuration."""
    platform = context.router.platform
    path = " ".join(str(one) if isinstance(one, int) else "{" + ",".join(map(str, one)) + "}" for one in route.as_path)
    communities = "".join(
        f" --community {one}" for one in [*sorted(route.communities), *sorted(route.large), *sorted(route.extended)]
    )
    return (
        f"manrs explain {context.device}.{platform}.cfg --platform {platform} --neighbor {session.neighbor} --vrf {session.vrf} "
        f"--family {session.family} --direction {direction} --prefix {route.prefix} --as-path '{path}'{communities} "
        f"--rpki {route.rpki.value}"
    )
