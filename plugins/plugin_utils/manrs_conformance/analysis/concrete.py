"""What a filter does with one concrete route: a direct interpreter of the policy model, with the way term by term."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from ..model.policy import (
    AllOf,
    AnyOf,
    Attachment,
    CallMatch,
    CommunityMatch,
    Cond,
    Const,
    Filter,
    Flow,
    Not,
    NumberMatch,
    Opaque,
    Policy,
    PrefixMatch,
    Prepend,
    RpkiMatch,
    SetCommunity,
    SetNumber,
    SetRpki,
    SetText,
    TextMatch,
    Verdict,
)
from ..model.route import Decision, Route, TraceStep
from . import aspath, communities, prefixes

DEPTH = 8
FIELDS = {"standard": "communities", "large": "large", "extended": "extended"}
WRITTEN = ("as_path", "communities", "large", "extended", "rpki", "next_hop", "origin", "med", "local_pref", "tag", "weight")
BRANCHES = 256


@dataclass(frozen=True, slots=True)
class Seen:
    """A route on its way, with the attributes that are unknown by now."""

    route: Route
    unknown: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Outcome:
    """One possible end: `accept`, `reject` or `undecided`."""

    end: str
    seen: Seen
    trace: tuple[TraceStep, ...]


def decide(attachment: Attachment, route: Route, *, called: Mapping[str, Policy] | None = None) -> Decision:
    """The decision of all filters of one session and direction; `inconclusive` when what is not understood could change it."""
    outcomes = run(attachment, Seen(route), called if called is not None else attachment.called)
    verdicts = {one.end for one in outcomes}
    first = outcomes[0]
    if len(verdicts) > 1:
        doubtful = next((s for o in outcomes for s in o.trace if s.effect.startswith("not understood")), None)
        because = f"line {doubtful.line} is not understood and decides" if doubtful else "what is not understood decides"
        return Decision("inconclusive", route, first.trace, because)
    if first.end != "accept":
        return Decision(first.end, route, first.trace, _because(first))
    return Decision(first.end, route, first.trace, _because(first), first.seen.route, _unknown(outcomes))


def _unknown(outcomes: list[Outcome]) -> frozenset[str]:
    """Attributes that are unknown after some outcome, or that two outcomes leave with different values."""
    out = frozenset().union(*(one.seen.unknown for one in outcomes))
    first = outcomes[0].seen.route
    names = {field: name for name, field in FIELDS.items()}
    for one in outcomes[1:]:
        out |= {names.get(f, f) for f in WRITTEN if getattr(one.seen.route, f) != getattr(first, f)}
    return out


def _because(outcome: Outcome) -> str:
    if not outcome.trace:
        return f"no filter is attached; the platform's default is to {outcome.end}"
    last = outcome.trace[-1]
    where = f"line {last.line}" if last.line else "the end of the policy"
    return f"{where} of {last.policy or 'the policy'} decides: {last.effect}"


def run(attachment: Attachment, seen: Seen, called: Mapping[str, Policy]) -> list[Outcome]:
    """Every possible outcome of an attachment; more than one only where something is not understood."""
    going = [Outcome("undecided", seen, ())]
    done: list[Outcome] = []
    if not attachment.filters:
        return _default(attachment, going)
    for one in attachment.filters:
        after: list[Outcome] = []
        for outcome in going:
            for end in _policy(one.policy, outcome.seen, called, 0, one):
                made = Outcome(end.end, end.seen, (*outcome.trace, *end.trace))
                ends = _default(attachment, [made]) if attachment.combine == "all" and made.end == "undecided" else [made]
                for now in ends:
                    decided = now.end == "reject" or (now.end == "accept" and attachment.combine == "chain")
                    (done if decided else after).append(now)
        going = after
    return [*done, *(_default(attachment, going) if attachment.combine == "chain" else going)][:BRANCHES]


def _default(attachment: Attachment, going: list[Outcome]) -> list[Outcome]:
    out = []
    for one in going:
        meant = _cond(attachment.default_cond, one.seen, attachment.called, 0)
        ends = ["accept", "reject"] if attachment.default is None or meant is None else [attachment.default.value]
        out += [Outcome(end, one.seen, one.trace) for end in (["reject"] if meant is False else ends)]
    return out


def _policy(policy: Policy, seen: Seen, called: Mapping[str, Policy], depth: int, attached: Filter | None = None) -> list[Outcome]:
    if depth > DEPTH:
        return [Outcome("reject", seen, (TraceStep(0, "", "called too deeply", policy.name),))]
    places = {term.name: index for index, term in enumerate(policy.terms)}
    out: list[Outcome] = []
    stack: list[tuple[int, Seen, Verdict | None, tuple[TraceStep, ...]]] = [(0, seen, None, ())]
    answers: dict[int, bool | None] = {}
    met: set[tuple[int, Seen, Verdict | None]] = set()
    forked = False
    while stack and len(out) < BRANCHES:
        index, now, pending, trace = stack.pop()
        if forked:
            # Where ways that were parted by a doubt come together again, one of them is enough.
            if (index, now, pending) in met:
                continue
            met.add((index, now, pending))
        if index >= len(policy.terms):
            out.append(_fallen(policy, now, pending, trace, attached))
            continue
        term = policy.terms[index]
        if policy.view == "original":
            if index not in answers:
                answers[index] = _cond(term.cond, seen, called, depth)
            holds = answers[index]
        else:
            holds = _cond(term.cond, now, called, depth)
        line = term.lines[0] if term.lines else (attached.line if attached else 0)
        ways = [True, False] if holds is None else [holds]
        forked = forked or holds is None
        for matched in ways:
            step = trace if matched is False and holds is not None else (*trace, _step(policy, term.name, line, matched, holds))
            if not matched:
                stack.extend(_follow(policy, term.on_miss, index, places, now, pending, step, out))
                continue
            for inner in _called(term.call, now, called, depth):
                if inner.end == "reject":
                    out.append(
                        Outcome(
                            "reject",
                            inner.seen,
                            (*step, *inner.trace, TraceStep(line, "", f"{term.call} denies: rejected", policy.name, term.name)),
                        )
                    )
                    continue
                after = inner.seen
                for action in term.actions:
                    after = apply(action, after)
                told = _told(term.on_match, step, policy, term.name, line)
                stack.extend(
                    _follow(policy, term.on_match, index, places, after, pending, (*told[:-1], *inner.trace, told[-1]), out)
                )
    if stack:
        # Too many ways to follow them all: either end is possible.
        out += [Outcome("accept", seen, out[0].trace), Outcome("reject", seen, out[0].trace)]
    return out


def _step(policy: Policy, term: str, line: int, matched: bool, holds: bool | None) -> TraceStep:
    word = "matches" if matched else "does not match"
    return TraceStep(line, "", word if holds is not None else f"not understood (taken as: {word})", policy.name, term)


def _told(flow: Flow, trace: tuple[TraceStep, ...], policy: Policy, term: str, line: int) -> tuple[TraceStep, ...]:
    words = {"accept": "accepted", "reject": "rejected"}.get(flow.step) or (
        f"{flow.pending.value} so far, goes on" if flow.pending else "goes on" if flow.step != "end" else "ends here"
    )
    last = trace[-1]
    return (*trace[:-1], replace(last, effect=f"{last.effect}: {words}"))


def _called(name: str | None, seen: Seen, called: Mapping[str, Policy], depth: int) -> list[Outcome]:
    if name is None or name not in called:
        return [Outcome("accept", seen, ())]
    return [one if one.end == "accept" else replace(one, end="reject") for one in _policy(called[name], seen, called, depth + 1)]


def _follow(
    policy: Policy,
    flow: Flow,
    index: int,
    places: Mapping[str, int],
    seen: Seen,
    pending: Verdict | None,
    trace: tuple[TraceStep, ...],
    out: list[Outcome],
) -> list[tuple[int, Seen, Verdict | None, tuple[TraceStep, ...]]]:
    pending = flow.pending or pending
    if flow.step in ("accept", "reject"):
        out.append(Outcome(flow.step, seen, trace))
        return []
    if flow.step == "next-policy":
        out.append(Outcome("undecided", seen, trace))
        return []
    if flow.step == "end":
        out.append(_fallen(policy, seen, pending, trace, None))
        return []
    target = index + 1 if flow.step == "next" else max(places.get(flow.target or "", len(policy.terms)), index + 1)
    return [(target, seen, pending, trace)]


def _fallen(policy: Policy, seen: Seen, pending: Verdict | None, trace: tuple[TraceStep, ...], attached: Filter | None) -> Outcome:
    end = pending or policy.default
    if end is None:
        return Outcome("undecided", seen, trace)
    if pending is None:
        line = max(policy.lines, default=attached.line if attached else 0)
        word = "rejected" if end is Verdict.REJECT else "accepted"
        trace = (*trace, TraceStep(line, "", f"no term decides: {word} by default", policy.name))
    return Outcome(end.value, seen, trace)


def _cond(cond: Cond, seen: Seen, called: Mapping[str, Policy], depth: int) -> bool | None:
    """Whether a condition holds; None when it cannot be told."""
    route = seen.route
    if isinstance(cond, Const):
        return cond.value
    if isinstance(cond, Not):
        inner = _cond(cond.cond, seen, called, depth)
        return None if inner is None else not inner
    if isinstance(cond, AllOf | AnyOf):
        values = [_cond(one, seen, called, depth) for one in cond.conds]
        stop = isinstance(cond, AnyOf)
        return stop if stop in values else None if None in values else not stop
    if isinstance(cond, PrefixMatch):
        afi, network, length = prefixes.parse(route.prefix)
        return any(one.afi == afi and prefixes.permits(one, network, length) for one in cond.lists)
    if isinstance(cond, CallMatch):
        ends = {one.end for one in _policy(called[cond.policy], seen, called, depth + 1)} if cond.policy in called else set()
        return None if len(ends) != 1 else ends == {"accept"}
    return _attribute(cond, seen)


def _attribute(cond: Cond, seen: Seen) -> bool | None:
    route = seen.route
    if isinstance(cond, RpkiMatch):
        return None if "rpki" in seen.unknown else route.rpki in cond.states
    if isinstance(cond, CommunityMatch):
        values = []
        for one in cond.lists:
            known = one.kind not in seen.unknown
            values.append(communities.matches(one, cond.mode, getattr(route, FIELDS[one.kind])) if known else None)
        return _any(values)
    if isinstance(cond, NumberMatch):
        if cond.attribute in seen.unknown or (cond.attribute == "path_length" and "as_path" in seen.unknown):
            return None
        number = len(route.as_path) if cond.attribute == "path_length" else getattr(route, cond.attribute) or 0
        return any(low <= number <= high for low, high in cond.ranges)
    if isinstance(cond, TextMatch):
        if cond.attribute in seen.unknown:
            return None
        text = f"ipv{route.afi}" if cond.attribute == "family" else getattr(route, cond.attribute, None) or ""
        return text in cond.values
    if "as_path" in seen.unknown:
        return None
    return _any([aspath.matches(one, route.as_path) for one in getattr(cond, "lists", ())])


def _any(values: list[bool | None]) -> bool | None:
    return True if True in values else None if None in values else False


def apply(action: object, seen: Seen) -> Seen:
    """The route after one change."""
    route = seen.route
    if isinstance(action, Opaque):
        return replace(seen, unknown=seen.unknown | {action.attribute})
    if isinstance(action, SetCommunity):
        return _community(action, seen)
    if isinstance(action, SetNumber):
        if action.op == "set":
            return Seen(replace(route, **{action.attribute: action.value}), seen.unknown - {action.attribute})  # type: ignore[arg-type]
        return _sum(action, seen)
    if isinstance(action, SetText):
        return Seen(replace(route, **{action.attribute: action.value}), seen.unknown - {action.attribute})  # type: ignore[arg-type]
    if isinstance(action, SetRpki):
        return Seen(replace(route, rpki=action.state), seen.unknown - {"rpki"})
    if isinstance(action, Prepend):
        return replace(seen, route=replace(route, as_path=(*action.asns, *route.as_path)))
    raise TypeError(action)


def _sum(action: SetNumber, seen: Seen) -> Seen:
    """The route after an addition or subtraction; unknown where platforms differ: without a local preference, and beyond the range."""
    before = getattr(seen.route, action.attribute)
    if before is None and action.attribute == "med":
        before = 0
    after = None if before is None else before + (action.value if action.op == "add" else -action.value)
    if after is None or not 0 <= after < 1 << 32 or action.attribute in seen.unknown:
        return replace(seen, unknown=seen.unknown | {action.attribute})
    return replace(seen, route=replace(seen.route, **{action.attribute: after}))


def _community(action: SetCommunity, seen: Seen) -> Seen:
    name = FIELDS[action.kind]
    now: frozenset[str] = getattr(seen.route, name)
    if action.op == "replace":
        changed = replace(seen.route, **{name: frozenset(action.values)})  # type: ignore[arg-type]
        return Seen(changed, seen.unknown - {action.kind})
    if action.op == "add":
        return replace(seen, route=replace(seen.route, **{name: now | frozenset(action.values)}))  # type: ignore[arg-type]
    gone = set(action.values)
    for one in now:
        for listed in action.lists:
            hit = communities.deleted(listed, one)
            if hit is None:
                return replace(seen, unknown=seen.unknown | {action.kind})
            if hit:
                gone.add(one)
    return replace(seen, route=replace(seen.route, **{name: now - gone}))  # type: ignore[arg-type]


def holds(cond: Cond, route: Route, called: Mapping[str, Policy] | None = None) -> bool | None:
    """Whether a condition holds for a route as it is; None when it cannot be told."""
    return _cond(cond, Seen(route), called or {}, 0)
