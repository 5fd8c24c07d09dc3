"""One device from its snapshot to a verified change: plan, render, merge in the model, gate, then the protocol of `apply`."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Container
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .. import checks, gate, platforms
from ..collect import snapshot
from ..errors import PushError
from ..model.intent import Intent
from ..model.plan import Plan, Rendered
from ..model.reference import Reference
from ..model.result import Finding, Status
from ..model.router import Router
from ..model.snapshot import Snapshot
from ..platforms.base import PushDriver
from . import apply, bounds, meaning, plan
from .journal import Journal


@dataclass(frozen=True, slots=True)
class Prepared:
    """A plan that passed the gate in the model: what will be sent, and what the router must mean afterwards."""

    device: str
    plan: Plan
    text: str
    merged: str
    predicted: Router
    report: gate.GateReport
    remaining: tuple[Finding, ...]
    diff: str
    live_fails: frozenset[str] = frozenset()
    """Fingerprints of what the table showed to be wrong before the change."""


def judge(
    device: str, router: Router, text: str, intent: Intent, reference: Reference, only: Container[str] | None = None
) -> tuple[Finding, ...]:
    """All findings of one router on its own, or those of `only` some checks."""
    return checks.run_all({device: router}, {device: tuple(text.splitlines())}, intent, reference, only)


LIVE_CHECKS = frozenset({"LIVE-01", "LIVE-02", "ROV-11"})
"""What only the table can show: it cannot be predicted, and is judged on the live router after the change."""

READS_LIVE = LIVE_CHECKS | {"CUS-09", "MAX-01", "ROLE-03", "ROV-01", "SAV-06", "SAV-07", "SCOPE-01"}
"""Every check that looks at live state: all others say of two equal models the same."""


def _without_live(findings: tuple[Finding, ...]) -> tuple[Finding, ...]:
    return tuple(one for one in findings if one.check not in LIVE_CHECKS)


def _left(live: Finding, prepared: Prepared) -> bool:
    """Whether the plan leaves what a live check shows: then the table may go on showing it."""
    rov = live.check == "ROV-11" and any(f.check.startswith("ROV-") for f in prepared.remaining)
    return rov or any(f.subject == live.subject for f in prepared.remaining)


def prepare(one: Snapshot, intent: Intent, reference: Reference, *, templates: Path | None = None) -> Prepared:
    """Plan, render, merge and gate one device without touching it; PushError when the gate finds the change unsafe."""
    platform = platforms.load_push(one.platform)
    router = platform.parse(one.config, one.state)
    before = judge(one.host, router, one.config, intent, reference)
    wanted = plan.make(one.host, router, intent, reference, before)
    rendered = platform.render(wanted, router, one.config, templates) if not wanted.empty else Rendered("", wanted)
    text, wanted = rendered.text, rendered.plan
    merged = platform.merge(one.config, text) if text else one.config
    predicted = platform.parse(merged, platform.predict_state(one.state, text))
    after = judge(one.host, predicted, merged, intent, reference)
    sides = [_without_live(some) for some in (before, after)]
    report = gate.judge(gate.Side({one.host: router}, sides[0]), gate.Side({one.host: predicted}, sides[1]), intent, reference)
    if text and report.verdict != "pass":
        reasons = [
            *report.blocking,
            *report.doubts,
            *(f"{f.check} {f.subject}: {f.message}" for f in (*report.new, *report.unsure)),
        ]
        raise PushError(f"{one.host}: refused by the gate ({report.verdict}): " + "; ".join(reasons[:5]))
    over = bounds.refusals(router, predicted, wanted, intent.limits) if text else ()
    if over:
        raise PushError(f"{one.host}: refused, it would block more than agreed: " + "; ".join(over[:5]))
    remaining = tuple(f for f in sides[1] if f.status is Status.FAIL and f.waived_by is None)
    diff = "".join(
        difflib.unified_diff(one.config.splitlines(keepends=True), merged.splitlines(keepends=True), "running", "planned", n=2)
    )
    live_fails = frozenset(f.fingerprint for f in before if f.check in LIVE_CHECKS and f.status is Status.FAIL)
    return Prepared(one.host, wanted, text, merged, predicted, report, remaining, diff, live_fails)


def push(
    one: Snapshot,
    prepared: Prepared,
    connect: Callable[[], Any],
    intent: Intent,
    reference: Reference,
    journal: Journal,
    *,
    revert_in: int = 120,
    settle: float = 60.0,
    change_id: str = "",
) -> apply.Pushed:
    """Bring a prepared change onto the router by the whole protocol; the journal tells how far it came."""
    platform = platforms.load_push(one.platform)
    journal.write("planned", f"{len(prepared.plan.sessions)} sessions, {len(prepared.plan.sources)} interfaces")
    journal.write("gated", prepared.report.verdict)
    expected = {f.fingerprint for f in prepared.remaining}

    def observe(driver: PushDriver) -> tuple[str, Router]:
        seen = snapshot(one.host, one.platform, driver, platform.commands.state)
        return seen.config, platform.parse(seen.config, seen.state)

    def wrong(router: Router) -> tuple[str, ...]:
        unlike = meaning.differences(prepared.predicted, router)
        found = judge(one.host, router, "", intent, reference, None if unlike else READS_LIVE)
        fails = [f for f in found if f.status is Status.FAIL]
        new = [
            f for f in fails if f.fingerprint not in expected and not (f.fingerprint in prepared.live_fails and _left(f, prepared))
        ]
        worse = tuple(f"{f.check} {f.subject}: {f.message}" for f in new)
        return (*unlike, *worse)

    def meant(diff: str) -> tuple[str, ...]:
        try:
            text = platform.after(one.config, diff)
        except ValueError as error:
            return (str(error),)
        state = platform.predict_state(one.state, prepared.text)
        return () if text is None else meaning.differences(prepared.predicted, platform.parse(text, state))

    def lost(before: Router, after: Router) -> tuple[str, ...]:
        return bounds.losses(before, after, bounds.forecast(before, prepared.predicted), intent.limits)

    candidate = apply.Candidate(
        device=one.host,
        text=prepared.text,
        base=one.config,
        predicted=prepared.predicted,
        refresh=platform.refresh(prepared.plan),
    )
    if not prepared.text:
        raise PushError(f"{one.host}: there is nothing to push")
    hooks = apply.Hooks(
        connect=lambda: platform.guarded(connect()), observe=observe, judge=wrong, run=platform.operate, meant=meant, lost=lost
    )
    return apply.push(candidate, hooks, journal, revert_in=revert_in, settle=settle, change_id=change_id)
