"""ROV-03: invalid routes are refused, not merely made less preferred: the longest match still wins (RFC 7115 section 5)."""

from __future__ import annotations

from collections.abc import Mapping

from ..model.policy import Cond, Not, Rpki, RpkiMatch, SetNumber, Term
from ..model.result import Finding, Severity
from . import _reach
from ._questions import blackhole_agreed, both, state
from .base import EXTERNAL, Case, Check


def asks(case: Case) -> Mapping[str, Cond]:
    """Invalid routes."""
    return {"": both(state(Rpki.INVALID), Not(blackhole_agreed(case.declared, case.session, case.context.reference)))}


def judge(case: Case) -> Finding:
    """Only policies that change the preference by validation state can break it."""
    if not any(_prefers(one) for one in _reach.terms(case.attachment)):
        return case.skipped("no term changes the preference of invalid routes; ROV-02 tells whether they are refused")
    return case.settle(
        case.ask(),
        good="invalid routes are refused, whatever preference is set",
        bad="{route} is only made less preferred: an invalid more-specific still wins",
        cause="invalid less preferred only",
        remedy="Refuse `rpki invalid` instead of lowering its preference.",
    )


def _prefers(term: Term) -> bool:
    looks = any(isinstance(one, RpkiMatch) and Rpki.INVALID in one.states for one in _reach.conds(term.cond))
    return looks and any(isinstance(one, SetNumber) and one.attribute in ("local_pref", "weight", "med") for one in term.actions)


CHECK = Check(
    "ROV-03",
    "4",
    "Invalid is refused, not less preferred",
    Severity.HIGH,
    judge=judge,
    asks=asks,
    direction="import",
    relations=EXTERNAL,
)
