"""CUS-05: only ASNs of the customer's cone stand in the path (RFC 7454 section 9)."""

from __future__ import annotations

from collections.abc import Mapping

from ..analysis import aspath
from ..model.policy import Cond, Not
from ..model.result import Finding, Severity
from ._questions import authorised, path
from .base import CUSTOMERS, Case, Check


def cone(case: Case) -> tuple[int, ...]:
    """ASNs the customer may carry, itself included; empty when unknown."""
    own = (case.session.remote_as,) if isinstance(case.session.remote_as, int) else ()
    if case.declared.origins is not None:
        return tuple(sorted({*case.declared.origins, *own}))
    if case.declared.stub:
        return own
    if case.declared.prefixes is not None:
        return ()
    known = authorised(case.declared, case.session, case.context.reference)
    return () if known.problem or not known.origins else tuple(sorted({*known.origins, *own}))


def asks(case: Case) -> Mapping[str, Cond]:
    """Paths with an ASN outside the cone."""
    members = cone(case)
    return {"": Not(path(aspath.only_of(tuple((one, one) for one in members))))} if members else {}


def judge(case: Case) -> Finding:
    """Accepted paths stay inside the cone."""
    if not cone(case):
        return case.doubtful("the customer's cone is not known", "neither `origins` nor `stub` is declared and no as-set gives it")
    return case.settle(
        case.ask(),
        good="only ASNs of the customer's cone are accepted in the path",
        bad="{route} is accepted though its path leaves the customer's cone",
        cause="path outside the cone",
        remedy="Filter the AS path by the ASNs of the customer's as-set.",
    )


CHECK = Check(
    "CUS-05",
    "1",
    "Customer paths hold only ASNs of its cone",
    Severity.MEDIUM,
    judge=judge,
    asks=asks,
    direction="import",
    relations=CUSTOMERS,
)
