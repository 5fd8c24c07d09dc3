"""ROV-02: RPKI invalid routes are refused on every external session (RFC 7115 section 5); agreed blackhole routes are spared."""

from __future__ import annotations

from collections.abc import Mapping

from ..model.policy import Cond, Not, Rpki
from ..model.result import Finding, Severity
from ._questions import blackhole_agreed, both, state, validates
from .base import EXTERNAL, Case, Check


def asks(case: Case) -> Mapping[str, Cond]:
    """Invalid routes; where the router computes no states, an invalid one meets the policy as unverified."""
    met = Rpki.INVALID if validates(case.context.router, case.session) else Rpki.UNVERIFIED
    return {"": both(state(met), Not(blackhole_agreed(case.declared, case.session, case.context.reference)))}


def judge(case: Case) -> Finding:
    """No invalid route is accepted."""
    if validates(case.context.router, case.session):
        bad = "{route} is accepted though its origin is RPKI invalid"
        remedy = "Let the first term of the import policy refuse `rpki invalid`."
        cause = "invalid accepted"
    else:
        bad = "{route} is accepted without any origin validation: the router computes no RPKI state for this family"
        remedy = "Configure RPKI caches and refuse `rpki invalid` in the import policy."
        cause = "no validation"
    return case.settle(case.ask(), good="RPKI invalid routes are refused", bad=bad, cause=cause, remedy=remedy)


CHECK = Check(
    "ROV-02", "4", "RPKI invalid routes are refused", Severity.HIGH, judge=judge, asks=asks, direction="import", relations=EXTERNAL
)
