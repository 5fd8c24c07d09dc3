"""Fails that were there before: does the change let more through of what the check forbids?"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from ..analysis import evaluate
from ..analysis.same import same
from ..checks import Check, CheckContext, catalogue
from ..checks._questions import both, delivered, either, exportable, likely
from ..checks.base import Case, described, speaks
from ..model.policy import Cond
from ..model.result import Finding, Severity
from ..model.router import Session

WEIGHT = {one: number for number, one in enumerate(Severity)}
"""Position in the order of gravity: 0 is the gravest."""


@dataclass(frozen=True, slots=True)
class Worse:
    """A known fail that the change worsens, or one where that cannot be told (`sure` is False)."""

    finding: Finding
    sure: bool = True


def worsened(was: Finding, now: Finding, before: CheckContext, after: CheckContext) -> Worse | None:
    """Whether `now`, the same fail on the candidate side, is worse than `was`: graver, or with routes that only the change lets through."""
    if WEIGHT[now.severity] < WEIGHT[was.severity]:
        return Worse(replace(now, message=f"{now.message} (graver than before: was {was.severity.value})"))
    check = next((one for one in catalogue() if one.id == now.check), None)
    if check is None or check.asks is None:
        return None
    old, new = _session(before, now), _session(after, now)
    if old is None or new is None:
        return None
    first, second = (one.outbound if check.direction == "export" else one.inbound for one in (old, new))
    if same(first, second):
        return None
    reach = exportable if check.direction == "export" else delivered
    domain = either(reach(old, before.router), reach(new, after.router))
    doubt: Worse | None = None
    for question in _questions(check, after, new):
        wanted = likely(new, after.reference, received=check.direction != "export")
        found = evaluate.differ(first, second, afi=new.afi, domain=both(domain, question), prefer=wanted)
        if found.newly_accepted and not found.because:
            extra = f"worse than before: {described(found.newly_accepted[0].route)} is let through now and was not"
            return Worse(replace(now, message=f"{now.message}; {extra}", witnesses=(found.newly_accepted[0], *now.witnesses)))
        if found.newly_accepted:
            doubt = Worse(replace(now, because="; ".join(found.because)), sure=False)
    return doubt


def _session(context: CheckContext, finding: Finding) -> Session | None:
    return next((one for one in context.router.sessions if one.key == finding.subject), None)


def _questions(check: Check, context: CheckContext, session: Session) -> Iterator[Cond]:
    neighbour = context.neighbour(session)
    if check.asks is not None and speaks(check, session, neighbour):
        yield from check.asks(Case(context, check, session, neighbour)).values()
