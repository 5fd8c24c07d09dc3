"""LEN-03: blackhole routes come only inside the neighbour's own allow-list (RFC 9319 section 6; RFC 7999)."""

from __future__ import annotations

from collections.abc import Mapping

from ..model.policy import Cond, Not
from ..model.result import Finding, Severity
from ._questions import BLACKHOLE, authorised, blackhole_agreed, both, carries, too_long
from .base import EXTERNAL, Case, Check


def asks(case: Case) -> Mapping[str, Cond]:
    """Host routes with a blackhole community that the agreement does not cover."""
    tagged = carries(*sorted({BLACKHOLE, *case.declared.blackhole}))
    spared = blackhole_agreed(case.declared, case.session, case.context.reference)
    return {"": both(too_long(case.context.intent, case.session.afi), tagged, Not(spared))}


def judge(case: Case) -> Finding:
    """Nobody can blackhole somebody else's address."""
    answer = case.ask()
    if case.declared.blackhole and answer.may is not None:
        problem = authorised(case.declared, case.session, case.context.reference).problem
        if problem:
            return case.doubtful("blackhole routes are accepted, but whose space they may name is not known", problem)
    return case.settle(
        answer,
        good="no blackhole route outside the neighbour's own space is accepted",
        bad="{route} is accepted: the neighbour can blackhole an address that is not its own",
        cause="blackhole route outside own space",
        remedy="Match the neighbour's prefix list (with le 32 or le 128) in the blackhole term, before accepting.",
    )


CHECK = Check(
    "LEN-03",
    "1",
    "Blackhole routes stay inside own space",
    Severity.MEDIUM,
    judge=judge,
    asks=asks,
    direction="import",
    relations=EXTERNAL,
)
