"""Requirements on the programme as a whole: the share of conformant AS numbers, explanations of what is unmet, lapses."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from ..model.intent import Intent
from ..model.result import Finding, Met, RequirementResult, Status
from .history import Earlier, lapse
from .norm import Norm, Requirement

CARRIED = "; the action is met through its alternative "
"""What follows the reason of an unmet requirement that does not fail its action."""
Judge = Callable[[Sequence[Finding]], Met]


def name(one: Finding) -> str:
    """What results call a finding by."""
    return one.fingerprint or f"{one.check}|{one.device}|{one.subject}|{one.family or ''}|{one.direction or ''}"


def applied(
    results: Sequence[RequirementResult], norm: Norm, intent: Intent, findings: Sequence[Finding], alone: Judge, as_of: str
) -> tuple[RequirementResult, ...]:
    """The results with those of rules in their place; `alone` gives the programme's verdict on some of the findings."""
    known = {one.id: one for one in norm.requirements}
    out = []
    for one in results:
        requirement = known[one.requirement]
        if requirement.rule == "share_of_asns":
            one = _share(one, requirement, intent, findings, alone)
        elif requirement.rule == "explained":
            one = _explained(one, results, findings)
        elif requirement.rule == "lapsed":
            one = lapsed(one, results, norm, (), as_of)
        out.append(one)
    return tuple(out)


def _share(
    result: RequirementResult, requirement: Requirement, intent: Intent, findings: Sequence[Finding], alone: Judge
) -> RequirementResult:
    """So many of the operator's ASNs conform; an ASN that public data show and the intent does not name counts as not assessed.

    What routers show holds for every ASN of the intent alike, so that a fault of one can only lower the count.
    """
    listed = [one for one in findings if one.check in requirement.decides]
    strange = {one.subject for one in listed if one.status is Status.FAIL}
    states = {asn: _state(asn, intent.asns, findings, alone) for asn in intent.asns}
    conform = [asn for asn, state in states.items() if state in (Met.MET, Met.DECLARED)]
    failing = [asn for asn, state in states.items() if state is Met.NOT_MET]
    total, percent = len(intent.asns) + len(strange), requirement.percent or 100.0
    text = f"{len(conform)} of {total} AS numbers conform, {len(failing)} do not, {percent:g} percent needed"
    text += f"; not assessed: {', '.join(sorted(strange))}" if strange else ""
    open_ones = not listed or any(one.status in (Status.INCONCLUSIVE, Status.ERROR) for one in listed)
    if 100 * len(failing) > (100 - percent) * total:
        verdict = Met.NOT_MET
    elif 100 * len(conform) < percent * total:
        verdict = Met.INCONCLUSIVE
    elif open_ones:
        verdict, text = Met.INCONCLUSIVE, f"{text}; but whether the operator holds others is not known"
    else:
        firm = sum(states[asn] is Met.MET for asn in conform)
        verdict = Met.MET if 100 * firm >= percent * total else Met.DECLARED
    return replace(result, verdict=verdict, because=text, methods=requirement.methods)


def _state(asn: int, asns: Sequence[int], findings: Sequence[Finding], alone: Judge) -> Met:
    """The programme's verdict on one ASN; not met only through what public data say of it, or where it is the only one."""
    others = {f"AS{one}" for one in asns if one != asn}
    verdict = alone([one for one in findings if one.device not in others])
    if verdict is Met.NOT_MET and others:
        own = alone([one for one in findings if one.device == f"AS{asn}"])
        return Met.NOT_MET if own is Met.NOT_MET else Met.INCONCLUSIVE
    return verdict


def _explained(result: RequirementResult, results: Sequence[RequirementResult], findings: Sequence[Finding]) -> RequirementResult:
    """Every fail behind an unmet requirement carries a waiver, which says why, until when, and who approved it."""
    binding = [one for one in results if one.kind in ("compulsory", "alternative")]
    unmet = [one for one in binding if one.verdict is Met.NOT_MET and CARRIED not in one.because]
    if not unmet:
        if any(one.verdict is Met.INCONCLUSIVE for one in binding):
            return result
        return replace(result, verdict=Met.NOT_APPLICABLE, methods=("declaration",), because="nothing is unmet")
    waived = {name(one) for one in findings if one.waived_by}
    fails = {name(one) for one in findings if one.status is Status.FAIL}
    open_ones = [one.requirement for one in unmet if not set(one.decided_by) & fails <= waived]
    if open_ones:
        because = f"{len(open_ones)} of {len(unmet)} unmet items have a fail without a waiver: {', '.join(open_ones[:5])}"
        return replace(result, verdict=Met.NOT_MET, methods=("declaration",), because=because)
    names = sorted({one.waived_by for one in findings if one.waived_by})
    because = f"{len(unmet)} unmet items are explained by waivers: {', '.join(names[:5])}"
    return replace(result, verdict=Met.DECLARED, methods=("declaration",), because=because)


def lapsed(
    result: RequirementResult, results: Sequence[RequirementResult], norm: Norm, earlier: Sequence[Earlier], as_of: str
) -> RequirementResult:
    """All alternatives of the action stay below their share: it takes months of `earlier` runs, and one that is met ends it."""
    known = {one.id: one for one in norm.requirements}
    shares = [one for one in results if one.action == result.action and known[one.requirement].percent and one.phase == "ongoing"]
    decided = tuple(sorted({each for one in shares for each in one.decided_by}))
    met = [one.requirement for one in shares if one.verdict is Met.MET]
    if met:
        verdict, because = Met.NOT_APPLICABLE, f"does not apply: {' and '.join(met)} {'is' if len(met) == 1 else 'are'} met now"
    else:
        verdict, because = lapse(shares, earlier, as_of)
    return replace(result, verdict=verdict, methods=("public_data",), because=because, decided_by=decided)


def with_history(
    results: Sequence[RequirementResult], norm: Norm, earlier: Sequence[Earlier], as_of: str
) -> tuple[RequirementResult, ...]:
    """The results with those that count months judged again by what `earlier` runs said."""
    lasting = {one.id for one in norm.requirements if one.rule == "lapsed"}
    return tuple(lapsed(one, results, norm, earlier, as_of) if one.requirement in lasting else one for one in results)
