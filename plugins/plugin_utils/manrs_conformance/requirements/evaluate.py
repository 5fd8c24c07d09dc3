"""Verdicts on requirements from findings and declarations.

A requirement is never met on nothing, never by the operator's word alone, and a waived fail stays unmet.
"""

from __future__ import annotations

import datetime
import fnmatch
import functools
import ipaddress
import itertools
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from operator import itemgetter

from ..errors import UsageError
from ..model.intent import Declaration, Intent
from ..model.result import Finding, Met, RequirementResult, Status
from . import rules
from .norm import Action, Norm, Requirement

DOUBT = frozenset({Status.INCONCLUSIVE, Status.ERROR})
NAMED = 3
"""Subjects named in a sentence; the rest is counted."""
WEAKEST = (Met.NOT_MET, Met.INCONCLUSIVE, Met.DECLARED, Met.MET)
"""Order in which verdicts of compulsory parts decide the whole."""


@dataclass(frozen=True, slots=True)
class ActionVerdict:
    """Verdict on one action over its compulsory requirements (over its recommended ones if it has no other)."""

    action: str
    title: str
    kind: str
    verdict: Met
    because: str
    counts: Mapping[str, int] = field(default_factory=dict)


class Grouped:
    """Findings by their check: a fleet has half a million, and every requirement asks for those of a few checks."""

    def __init__(self, findings: Iterable[Finding]) -> None:
        """Their order is kept."""
        self._by: dict[str, list[tuple[int, Finding]]] = {}
        for at, one in enumerate(findings):
            self._by.setdefault(one.check, []).append((at, one))

    def of(self, wanted: Iterable[str]) -> list[Finding]:
        """The findings of some checks, in the order of all."""
        parts = [part for check in dict.fromkeys(wanted) if (part := self._by.get(check))]
        if len(parts) == 1:
            return [one for _at, one in parts[0]]
        return [one for _at, one in sorted(itertools.chain.from_iterable(parts), key=itemgetter(0))]


def evaluate(findings: Iterable[Finding], intent: Intent, norm: Norm, as_of: str) -> tuple[RequirementResult, ...]:
    """The verdict on every requirement of the norm at `as_of` (RFC 3339); raises UsageError for a wrong time."""
    everything = tuple(findings)
    declared = {one.requirement: one for one in intent.declarations}
    doubts = _population_doubts(everything, norm)
    judged = any(one.status in (Status.PASS, Status.FAIL) and one.check in norm.checks for one in everything)
    idle = frozenset(check for check in norm.checks if judged and _idle(check, norm, intent))
    today = _day(as_of)
    grouped = Grouped(everything)
    plain = tuple(_judge(one, grouped, declared.get(one.id), intent, doubts, idle, today) for one in norm.requirements)
    results = tuple(_with_alternative(one, norm, plain) for one in plain)

    def alone(found: Sequence[Finding]) -> Met:
        """The programme's verdict on some of the findings."""
        if len(found) == len(everything):  # an operator with one AS: the answers are those above
            parts = [done for one, done in zip(norm.requirements, plain, strict=True) if one.rule is None]
        else:
            some = Grouped(found)
            parts = [
                _judge(one, some, declared.get(one.id), intent, doubts, idle, today)
                for one in norm.requirements
                if one.rule is None
            ]
        return programme_verdict(action_verdicts(parts, norm))

    return rules.applied(results, norm, intent, everything, alone, as_of)


def action_verdicts(results: Sequence[RequirementResult], norm: Norm) -> tuple[ActionVerdict, ...]:
    """The verdict on every action, in the order of the norm."""
    return tuple(_action(one, [result for result in results if result.action == one.id]) for one in norm.actions)


def programme_verdict(verdicts: Sequence[ActionVerdict]) -> Met:
    """The verdict on the programme: its compulsory actions alone; inconclusive when none was judged."""
    return _weakest([one.verdict for one in verdicts if one.kind == "compulsory"])


def unknown_declarations(intent: Intent, norm: Norm) -> tuple[str, ...]:
    """Declarations for requirements that the norm does not have."""
    return tuple(one.requirement for one in intent.declarations if one.requirement not in {each.id for each in norm.requirements})


def _judge(
    requirement: Requirement,
    findings: Grouped,
    declaration: Declaration | None,
    intent: Intent,
    doubts: Sequence[Finding],
    idle: frozenset[str],
    today: datetime.date,
) -> RequirementResult:
    deciding = [one for one in findings.of(requirement.decides) if not _left_out(requirement, one, intent)]
    supporting = findings.of(requirement.supports)
    methods: tuple[str, ...]
    if requirement.phase == "suspension":
        verdict, methods, because = (
            Met.NOT_APPLICABLE,
            ("declaration",),
            "a consequence of the programme, not a state of the network",
        )
    elif not requirement.decides or ("router" not in requirement.methods and not deciding):
        verdict, methods, because = _by_word(requirement, declaration, today)
        against = [one for one in findings.of(requirement.contradicted_by) if one.status is Status.FAIL]
        if against and verdict is Met.DECLARED:
            verdict, because = Met.INCONCLUSIVE, f"{because}; what was seen speaks against it: {_list(against)}"
    else:
        verdict, because = _by_findings(requirement, deciding, doubts if "router" in requirement.methods else (), idle)
        if verdict in (Met.MET, Met.NOT_APPLICABLE) and (open_ones := _open(requirement, findings)):
            verdict, because = Met.INCONCLUSIVE, f"{because}; but whether everything was counted is not known: {open_ones}"
        methods = _methods(requirement, deciding)
    return RequirementResult(
        requirement=requirement.id,
        action=requirement.action,
        title=requirement.title,
        kind=requirement.kind,
        phase=requirement.phase,
        verdict=verdict,
        methods=methods,
        because=because + _support_note(supporting),
        decided_by=tuple(sorted(rules.name(one) for one in deciding)),
        supported_by=tuple(sorted(rules.name(one) for one in supporting)),
        counts=_counts(deciding),
    )


def _open(requirement: Requirement, findings: Grouped) -> str:
    """Which of the checks that the count rests on came to no answer."""
    rows = {check: findings.of((check,)) for check in requirement.needs}
    silent = [f"no result of {check}" for check, found in rows.items() if not found]
    return "; ".join(
        [*silent, *(_list(doubtful) for found in rows.values() if (doubtful := [one for one in found if one.status in DOUBT]))]
    )


def _by_word(requirement: Requirement, declaration: Declaration | None, today: datetime.date) -> tuple[Met, tuple[str, ...], str]:
    """Verdict where nothing was observed: the operator's dated word, or nothing."""
    missing = f"; not seen: {requirement.missing}" if requirement.missing else ""
    if declaration is None:
        return Met.INCONCLUSIVE, requirement.methods, f"neither observed nor declared{missing}"
    made = datetime.date.fromisoformat(declaration.updated)
    said = f"declared by {declaration.by} on {declaration.updated}"
    if made > today:
        return Met.INCONCLUSIVE, ("declaration",), f"{said}, which is after this run{missing}"
    old = ", more than a year ago" if (today - made).days > 366 else ""
    return Met.DECLARED, ("declaration",), f"{said}{old}{missing}"


def _by_findings(
    requirement: Requirement, deciding: Sequence[Finding], doubts: Sequence[Finding], idle: frozenset[str]
) -> tuple[Met, str]:
    if requirement.percent is not None:
        return _by_share(requirement.percent, deciding, doubts)
    fails = [one for one in deciding if one.status is Status.FAIL]
    if fails:
        waived = sorted({one.waived_by for one in fails if one.waived_by})
        note = f"; waived, but still unmet: {', '.join(waived)}" if waived else ""
        return Met.NOT_MET, f"fails: {_list(fails)}{note}"
    unsure = [one for one in deciding if one.status in DOUBT]
    if unsure:
        return Met.INCONCLUSIVE, f"not decided: {_list(unsure)}"
    silent = sorted(set(requirement.decides) - idle - {one.check for one in deciding})
    if silent:
        return Met.INCONCLUSIVE, f"no result of {', '.join(silent)}"
    if doubts:
        return Met.INCONCLUSIVE, f"not everything was audited: {_list(doubts)}"
    passes = sum(one.status is Status.PASS for one in deciding)
    if not passes:
        return Met.NOT_APPLICABLE, "nothing in the audited network is subject to it"
    return Met.MET, "1 check passes" if passes == 1 else f"{passes} checks pass"


def _by_share(percent: float, deciding: Sequence[Finding], doubts: Sequence[Finding]) -> tuple[Met, str]:
    """A share of subjects must pass; what is not decided counts against `met` and against `not_met` alike."""
    worst: dict[str, Status] = {}
    order = (Status.FAIL, Status.ERROR, Status.INCONCLUSIVE, Status.PASS, Status.NOT_APPLICABLE)
    for one in deciding:
        worst[one.subject] = min(worst.get(one.subject, one.status), one.status, key=order.index)
    states = Counter(worst.values())
    judged = len(worst) - states[Status.NOT_APPLICABLE]
    if not judged:
        return (Met.INCONCLUSIVE, "no result at all") if not worst else (Met.NOT_APPLICABLE, "no prefix is subject to it")
    passes, unsure = states[Status.PASS], states[Status.INCONCLUSIVE] + states[Status.ERROR]
    text = f"{passes} of {judged} ({100 * passes / judged:.1f} percent), {percent:g} percent needed"
    waived = sorted({one.waived_by for one in deciding if one.waived_by})
    note = f"; waived, but still counted as fails: {', '.join(waived)}" if waived else ""
    if 100 * (passes + unsure) < percent * judged:
        return Met.NOT_MET, f"{text}{note}"
    if 100 * passes < percent * judged:
        return Met.INCONCLUSIVE, f"{text}; {unsure} not decided{note}"
    uncounted = [one for one in deciding if one.status in DOUBT and not _is_prefix(one.subject)]
    if doubts or uncounted:
        return Met.INCONCLUSIVE, f"{text}; not everything was audited: {_list([*doubts, *uncounted])}{note}"
    return Met.MET, f"{text}{note}"


def _is_prefix(subject: str) -> bool:
    """Whether a finding speaks of one prefix; one on anything else may stand for many."""
    try:
        ipaddress.ip_network(subject)
    except ValueError:
        return False
    return True


def _population_doubts(findings: Sequence[Finding], norm: Norm) -> tuple[Finding, ...]:
    """Findings that say that the audit did not see everything: a device not collected, a neighbour that nobody accounts for."""
    known = norm.checks
    counted = functools.cache(lambda check: any(fnmatch.fnmatchcase(check, pattern) for pattern in norm.population))

    def doubtful(one: Finding) -> bool:
        if counted(one.check):
            return one.status in DOUBT or one.status is Status.FAIL
        return one.status is Status.ERROR and one.check not in known

    return tuple(one for one in findings if doubtful(one))


def _idle(check: str, norm: Norm, intent: Intent) -> bool:
    """Whether the check rightly has nothing to say; sound because a check reports every neighbour that nobody declared."""
    declared = {str(one.relationship) for one in intent.neighbours}
    rules = [one for one in norm.applies if fnmatch.fnmatchcase(check, one.checks)]
    return any((one.when_any and not declared & set(one.when_any)) or bool(declared & set(one.when_none)) for one in rules)


def _left_out(requirement: Requirement, finding: Finding, intent: Intent) -> bool:
    """Legacy space may be left out of the count of ROAs (Action 4, RPKI)."""
    if not requirement.legacy_excluded or not intent.legacy:
        return False
    try:
        subject = ipaddress.ip_network(finding.subject)
    except ValueError:
        return False
    return any(_within(subject, ipaddress.ip_network(one)) for one in intent.legacy)


def _within(inner: ipaddress.IPv4Network | ipaddress.IPv6Network, outer: ipaddress.IPv4Network | ipaddress.IPv6Network) -> bool:
    return inner.version == outer.version and inner.subnet_of(outer)  # type: ignore[arg-type]


def _methods(requirement: Requirement, deciding: Sequence[Finding]) -> tuple[str, ...]:
    """How the verdict was established: by routers and, where findings name sources or no router can tell, by public data."""
    if "router" not in requirement.methods:
        return ("public_data",)
    return ("router", "public_data") if any(one.sources for one in deciding) else ("router",)


def _with_alternative(result: RequirementResult, norm: Norm, results: Sequence[RequirementResult]) -> RequirementResult:
    """Say where an unmet requirement does not fail its action because the alternative carries it."""
    action = next(one for one in norm.actions if one.id == result.action)
    group = result.requirement.partition(".")[0]
    if group not in action.alternatives or result.verdict is not Met.NOT_MET:
        return result
    for other in action.alternatives:
        if other != group and _group([one for one in results if _in_group(one, other)]) is Met.MET:
            return replace(result, because=f"{result.because}{rules.CARRIED}{other}")
    return result


def _action(action: Action, results: Sequence[RequirementResult]) -> ActionVerdict:
    counts = dict(sorted(Counter(str(one.verdict) for one in results).items()))
    if action.alternatives:
        groups = {name: _group([one for one in results if _in_group(one, name)]) for name in action.alternatives}
        verdict = max(groups.values(), key=WEAKEST.index)
        because = "one of these is enough: " + ", ".join(f"{name} {value}" for name, value in groups.items())
        return ActionVerdict(action.id, action.title, action.kind, verdict, because, counts)
    counted = _counted(results)
    verdict = _weakest([one.verdict for one in counted])
    behind = [one.requirement for one in counted if one.verdict is verdict]
    because = f"{verdict}: {', '.join(behind)}" if behind else "no requirement was judged"
    return ActionVerdict(action.id, action.title, action.kind, verdict, because, counts)


def _in_group(result: RequirementResult, group: str) -> bool:
    return result.requirement.partition(".")[0] == group


def _group(results: Sequence[RequirementResult]) -> Met:
    return _weakest([one.verdict for one in _counted(results)])


def _counted(results: Sequence[RequirementResult]) -> list[RequirementResult]:
    """Requirements that decide an action: recommended ones only where there are no others."""
    binding = [one for one in results if one.kind in {"compulsory", "alternative"}]
    return [one for one in binding or results if one.verdict is not Met.NOT_APPLICABLE]


def _weakest(verdicts: Sequence[Met]) -> Met:
    """The weakest verdict; inconclusive when nothing was judged."""
    judged = [one for one in verdicts if one is not Met.NOT_APPLICABLE]
    return min(judged, key=WEAKEST.index) if judged else Met.INCONCLUSIVE


def _support_note(supporting: Sequence[Finding]) -> str:
    fails = Counter(one.check for one in supporting if one.status is Status.FAIL)
    return f"; beside it fail: {', '.join(f'{check} ({number})' for check, number in sorted(fails.items()))}" if fails else ""


def _counts(deciding: Sequence[Finding]) -> dict[str, int]:
    counts = Counter(str(one.status) for one in deciding)
    counts["waived"] = sum(one.waived_by is not None for one in deciding)
    return {key: number for key, number in sorted(counts.items()) if number}


def _list(findings: Sequence[Finding]) -> str:
    texts = sorted({f"{one.check} on {one.device} {one.subject}" for one in findings})
    more = f" and {len(texts) - NAMED} more" if len(texts) > NAMED else ""
    return ", ".join(texts[:NAMED]) + more


def _day(as_of: str) -> datetime.date:
    try:
        when = datetime.datetime.fromisoformat(as_of)
    except ValueError as error:
        raise UsageError(f"as-of time: {as_of!r} is not a time such as 2026-01-31T12:00:00Z") from error
    return (when.astimezone(datetime.UTC) if when.tzinfo else when).date()
