"""Sides of sessions, roles and interfaces that the gate stops: they are left as they are, with its reason, and the rest of a push goes on."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from ..gate import GateReport
from ..model.plan import Plan, SessionPlan, is_owned
from ..model.policy import Attachment, Verdict
from ..model.result import Finding
from ..model.router import Router

ALWAYS = frozenset({"CUS-01", "CUS-03", "BOG-01", "BOG-02", "LEN-01", "LEN-02", "DEF-01", "OWN-01", "EXP-01", "EXP-03"})
"""Checks on prefixes, which every owned policy mends."""


def without(plan: Plan, router: Router, report: GateReport) -> Plan | None:
    """The plan without the sides, roles and interfaces that the gate's reasons are about; None when none of the reasons is about one of these."""
    out, left, bare = [], [], False
    faults = [(one.subject, f"{one.check}: {one.message}") for one in (*report.new, *report.unsure)]
    stopped = {one.interface: [text for subject, text in faults if subject == f"interface {one.interface}"] for one in plan.sources}
    left += [
        f"interface {name}: no source validation: the gate stops it ({'; '.join(why[:2])})" for name, why in stopped.items() if why
    ]
    for one in plan.sessions:
        kept = one
        for side in ("import", "export"):
            wrong = list(_reasons(one, plan.device, side, report))
            if not wrong or (one.inbound if side == "import" else one.outbound) is None:
                continue
            kept = replace(kept, inbound=None) if side == "import" else replace(kept, outbound=None)
            session = router.session(one.neighbor, one.family, one.vrf)
            bare = bare or session is None or not (session.inbound if side == "import" else session.outbound).filters
            left.append(f"{_key(one)}: no {side} policy: {_why(one, router, side)} ({'; '.join(wrong[:2])})")
        wrong = [text for subject, text in faults if subject == _key(one) and text.startswith("ROLE-")]
        if wrong and one.role:
            kept = replace(kept, role=None)
            left.append(f"{_key(one)}: no role: the gate stops it ({'; '.join(wrong[:2])})")
        if any(part is not None for part in (kept.inbound, kept.outbound, kept.max_prefix, kept.role)):
            out.append(kept)
    sources = tuple(one for one in plan.sources if not stopped[one.interface])
    if bare and plan.requires_policy:
        left.append(
            "router: a refusal of sessions without policies is not turned on: one that is left has none, and would fall silent"
        )
    needs = plan.requires_policy and not bare
    return replace(plan, sessions=tuple(out), sources=sources, requires_policy=needs, left=(*plan.left, *left)) if left else None


def untagged(plan: Plan, report: GateReport) -> Plan | None:
    """The plan with imports that mark nothing, where exports that cannot be decided and are not planned might look at the marks; else None."""
    planned = {_key(one) for one in plan.sessions if one.outbound is not None}
    stopped = sorted({one.subject for one in report.unsure if one.direction == "export" and one.subject not in planned})
    if not stopped or not any(one.inbound is not None and (one.inbound.scrub or one.inbound.tag) for one in plan.sessions):
        return None
    out, left = [], []
    for one in plan.sessions:
        if one.inbound is None or not (one.inbound.scrub or one.inbound.tag):
            out.append(one)
            continue
        out.append(replace(one, inbound=replace(one.inbound, scrub=(), tag=None)))
        left.append(
            f"{_key(one)}: communities are neither taken off nor set: what the export to {stopped[0]} would make of them cannot be told"
        )
    return replace(plan, sessions=tuple(out), left=(*plan.left, *left))


def altered(plan: Plan, router: Router, remaining: Sequence[Finding]) -> Iterator[str]:
    """Owned policies that stand already and let through what every one of them refuses: they, or lists of theirs, were changed by hand."""
    planned = {_key(one) for one in plan.sessions}
    for session in router.sessions:
        if session.key in planned:
            continue
        for side in (session.inbound, session.outbound):
            own = next((one.name for one in side.filters if is_owned(one.name)), None)
            here = [one.check for one in remaining if (one.subject, one.direction) == (session.key, side.direction)]
            wrong = sorted(ALWAYS & set(here))
            left = any(text.startswith(f"{session.key}: no {side.direction} policy") for text in plan.left)
            if own and wrong and not left:
                yield (
                    f"{session.key}: {own} stands there already, and {', '.join(wrong)} goes on failing: it, or a list of it, was changed by hand; "
                    "take it away (`removal`) and push again"
                )


def _reasons(one: SessionPlan, device: str, side: str, report: GateReport) -> Iterator[str]:
    key = _key(one)
    for fault in (*report.new, *report.unsure):
        if fault.subject == key and fault.direction == side:
            yield f"{fault.check}: {fault.message}"
    for text in report.doubts:
        if text.startswith(f"{device} {key} {side}: "):
            yield text.removeprefix(f"{device} {key} {side}: ")
    if side == "import":
        yield from (text.removeprefix(f"{device}: ") for text in report.blocking if text.startswith(f"{device}: {key} now accepts"))


def _why(one: SessionPlan, router: Router, side: str) -> str:
    session = router.session(one.neighbor, one.family, one.vrf)
    if session is not None and _shut(session.inbound if side == "import" else session.outbound):
        return "without one the platform lets nothing through, and it is not opened as long as that would bring a fault"
    return "the gate cannot tell that it would be safe"


def _key(one: SessionPlan) -> str:
    return f"{one.vrf}/{one.neighbor}/{one.family}"


def _shut(attachment: Attachment) -> bool:
    return not attachment.filters and attachment.default is Verdict.REJECT
