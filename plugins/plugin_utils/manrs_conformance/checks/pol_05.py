"""POL-05: towards customers and peers a policy ends in a refusal (RFC 7454 sections 6.2.1.2 and 6.2.2.1)."""

from __future__ import annotations

from ..model.policy import Const, Policy, Verdict
from ..model.result import Finding, Severity
from .base import Case, Check


def judge(case: Case) -> Finding:
    """What customers send (RFC 7454 section 6.2.2.1) and what peers are sent (6.2.1.2) is named; the rest is refused."""
    attachment = case.session.inbound if case.declared.relationship == "customer" else case.session.outbound
    if not attachment.filters:
        return case.skipped("no policy is attached; POL-01 and POL-02 say so")
    open_ends = [attachment] if all(_open(one.policy) for one in attachment.filters) else []
    if not open_ends:
        return case.passed("what no term names is refused")
    names = ", ".join(f"{one.name} ({attachment.direction})" for attachment in open_ends for one in attachment.filters)
    lines = {
        line for a in open_ends for one in a.filters for line in (one.policy.terms[-1].lines if one.policy.terms else (one.line,))
    }
    return case.failed(
        f"{names} ends by accepting whatever no earlier term refused",
        cause=f"open end: {names}",
        lines=case.context.cited(lines),
        remedy="Accept what is meant by name and let the last term refuse.",
    )


def _open(policy: Policy) -> bool:
    """The last term accepts without a condition, or falling off the end accepts."""
    if policy.default is Verdict.ACCEPT:
        return True
    if not policy.terms:
        return False
    last = policy.terms[-1]
    accepts = last.on_match.step == "accept" or last.on_match.pending is Verdict.ACCEPT
    return accepts and last.call is None and _always(last.cond)


def _always(cond: object) -> bool:
    return (isinstance(cond, Const) and cond.value is True) or (hasattr(cond, "conds") and cond.conds == ())


CHECK = Check(
    "POL-05",
    "1",
    "Policies end in a refusal towards customers and peers",
    Severity.HIGH,
    judge=judge,
    relations=frozenset({"customer", "peer"}),
)
