"""CUS-03: the allow-list holds nothing beyond what registries give the customer (RFC 7454 section 6.1.2.2.1)."""

from __future__ import annotations

from collections.abc import Mapping

from ..model.policy import Cond, Not
from ..model.result import Finding, Severity
from ._questions import allowed, authorised, blackhole_agreed, both
from .base import CUSTOMERS, Case, Check


def asks(case: Case) -> Mapping[str, Cond]:
    """Prefixes outside the authorised ones, blackhole routes by agreement excepted."""
    if authorised(case.declared, case.session, case.context.reference).problem:
        return {}
    reference = case.context.reference
    return {
        "": both(
            Not(allowed(case.declared, case.session, reference)),
            Not(blackhole_agreed(case.declared, case.session, reference)),
        )
    }


def judge(case: Case) -> Finding:
    """Accepted space lies inside authorised space."""
    known = authorised(case.declared, case.session, case.context.reference)
    if known.problem:
        return case.doubtful("what the customer may announce is not known", known.problem)
    origin = case.declared.as_set or ("the intent" if case.declared.prefixes is not None else f"AS{case.session.remote_as}")
    return case.settle(
        case.ask(),
        good=f"only prefixes authorised by {origin} are accepted",
        bad=f"{{route}} is accepted though {origin} does not authorise it",
        cause="prefix outside authorised space",
        remedy="Generate the allow-list again from the registries, or have the customer register the prefix first.",
    )


CHECK = Check(
    "CUS-03",
    "1",
    "Customer allow-lists match the registries",
    Severity.HIGH,
    judge=judge,
    asks=asks,
    direction="import",
    relations=CUSTOMERS,
)
