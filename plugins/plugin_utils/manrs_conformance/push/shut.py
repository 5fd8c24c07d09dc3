"""Sessions that a platform keeps shut for want of a policy: a change opens them only where what then passes is right."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from ..model.plan import Plan, SessionPlan
from ..model.policy import Attachment, Verdict
from ..model.result import Finding
from ..model.router import Router


def without(plan: Plan, router: Router, faults: Sequence[Finding]) -> Plan | None:
    """The plan without the policies that would open shut sides of sessions and bring these faults with it; None when no fault is of that kind."""
    out, left = [], []
    for one in plan.sessions:
        kept = one
        for side in ("import", "export"):
            wrong = _opened(one, router, side, faults)
            if not wrong:
                continue
            kept = replace(kept, inbound=None) if side == "import" else replace(kept, outbound=None)
            why = "; ".join(f"{fault.check}: {fault.message}" for fault in wrong[:2])
            left.append(
                f"{one.vrf}/{one.neighbor}/{one.family}: no {side} policy: without one the platform lets nothing through, and it is not opened "
                f"as long as that would bring a fault ({why})"
            )
        if any(part is not None for part in (kept.inbound, kept.outbound, kept.max_prefix, kept.role)):
            out.append(kept)
    return replace(plan, sessions=tuple(out), left=(*plan.left, *left)) if left else None


def _opened(one: SessionPlan, router: Router, side: str, faults: Sequence[Finding]) -> list[Finding]:
    session = router.session(one.neighbor, one.family, one.vrf)
    planned = one.inbound if side == "import" else one.outbound
    if session is None or planned is None or not _shut(session.inbound if side == "import" else session.outbound):
        return []
    return [fault for fault in faults if fault.subject == session.key and fault.direction == side]


def _shut(attachment: Attachment) -> bool:
    return not attachment.filters and attachment.default is Verdict.REJECT
