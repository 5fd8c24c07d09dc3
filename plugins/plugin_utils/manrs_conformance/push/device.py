"""One device from its snapshot to a verified change: plan, render, merge in the model, gate, then the protocol of `apply`."""

from __future__ import annotations

import dataclasses
import difflib
from collections.abc import Callable, Container
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from .. import checks, gate, platforms
from ..collect import now, snapshot
from ..errors import NoRevertError, PushError
from ..model.intent import Intent
from ..model.plan import Plan, Rendered
from ..model.reference import Reference
from ..model.result import Finding, Status
from ..model.router import Router
from ..model.snapshot import Snapshot
from ..platforms.base import CopyingPlatform, PushDriver, PushPlatform, RenderPlatform, TidyPlatform
from . import apply, bare, bounds, caches, meaning, plan, quiet, refresh, sides, window
from .journal import Journal
from .protocol import quietly


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

ATTEMPTS = 5
"""How often sides that the gate stops are left and the rest is tried again: to leave one may show what it hid of another."""

UNEQUAL = frozenset({"POL-06"})
"""What a push can bring about only by protecting one family where the other is left: that is no reason to protect neither."""

READS_LIVE = LIVE_CHECKS | {"CUS-09", "MAX-01", "ROLE-03", "ROV-01", "SAV-06", "SAV-07", "SCOPE-01"}
"""Every check that looks at live state: all others say of two equal models the same."""


def _without_live(findings: tuple[Finding, ...]) -> tuple[Finding, ...]:
    return tuple(one for one in findings if one.check not in LIVE_CHECKS)


def _left(live: Finding, prepared: Prepared) -> bool:
    """Whether the plan leaves what a live check shows: then the table may go on showing it."""
    rov = live.check == "ROV-11" and any(f.check.startswith("ROV-") for f in prepared.remaining)
    return rov or any(f.subject == live.subject for f in prepared.remaining)


def _renamed(before: tuple[Finding, ...], after: tuple[Finding, ...], cannot: Container[str]) -> tuple[Finding, ...]:
    """The findings after a change, those that name other filters for the same fault under their old fingerprint: the gate then looks
    whether they became worse, instead of taking each for a new one. Faults of before that the platform cannot mend (`cannot`) are left out.
    What goes on for fewer of its reasons is the same fault. Families of unlike protection (`UNEQUAL`)
    are left out, as is what was wrong before and cannot be told now: what a plan puts in front only refuses."""
    old: dict[tuple[str, str, str | None, str | None], list[tuple[frozenset[str], str]]] = {}
    for one in before:
        if one.status is Status.FAIL:
            old.setdefault(_subject(one), []).append((_reasons(one), one.fingerprint))
    known = [
        next((name for had, name in old.get(_subject(one), ()) if _reasons(one) <= had), "") if one.status is Status.FAIL else ""
        for one in after
    ]
    return tuple(
        dataclasses.replace(one, fingerprint=same) if same else one
        for one, same in zip(after, known, strict=True)
        if not (same and one.check in cannot) and one.check not in UNEQUAL and not _doubtful_now(one, old)
    )


def _doubtful_now(one: Finding, old: Container[tuple[str, str, str | None, str | None]]) -> bool:
    return one.status is Status.INCONCLUSIVE and _subject(one) in old


def _subject(one: Finding) -> tuple[str, str, str | None, str | None]:
    return one.check, one.subject, one.family, one.direction


def _reasons(one: Finding) -> frozenset[str]:
    return frozenset(one.cause.rpartition(": ")[2].split("; "))


def prepare(one: Snapshot, intent: Intent, reference: Reference, *, templates: Path | None = None) -> Prepared:
    """Plan, render, merge and gate one device without touching it; PushError when the gate finds the change unsafe."""
    platform = platforms.load_render(one.platform)
    router = platform.parse(one.config, one.state)
    before = judge(one.host, router, one.config, intent, reference)
    ground = caches.ground(one, platform, router, intent, before)
    found = judge(one.host, ground.router, ground.base, intent, reference) if ground.text else before
    outdated = platform.outdated(ground.router, ground.base) if isinstance(platform, CopyingPlatform) else frozenset()
    wanted = plan.make(one.host, ground.router, intent, reference, found, outdated)
    wanted = dataclasses.replace(wanted, left=(*ground.left, *wanted.left))
    tried = _try(one, platform, router, ground, wanted, before, intent, reference, templates)
    for _ in range(ATTEMPTS):
        if not _refused(tried):
            break
        smaller = sides.without(wanted, router, tried.report) or sides.untagged(wanted, tried.report)
        if smaller is not None:
            wanted = smaller
        elif ground.caches:
            ground = caches.none(one, router, tried.report)
            wanted = plan.make(one.host, router, intent, reference, before, outdated)
            wanted = dataclasses.replace(wanted, left=(*ground.left, *wanted.left))
        else:
            break
        tried = _try(one, platform, router, ground, wanted, before, intent, reference, templates)
    if _refused(tried):
        report = tried.report
        reasons = [
            *report.blocking,
            *report.doubts,
            *(f"{f.check} {f.subject}: {f.message}" for f in (*report.new, *report.unsure)),
        ]
        raise PushError(f"{one.host}: refused by the gate ({report.verdict}): " + "; ".join(reasons[:5]))
    over = bounds.refusals(router, tried.predicted, tried.plan, intent.limits) if tried.text else ()
    if over:
        raise PushError(f"{one.host}: refused, it would block more than agreed: " + "; ".join(over[:5]))
    live_fails = frozenset(f.fingerprint for f in before if f.check in LIVE_CHECKS and f.status is Status.FAIL)
    told = dataclasses.replace(tried.plan, left=(*tried.plan.left, *sides.altered(tried.plan, router, tried.remaining)))
    return dataclasses.replace(tried, plan=told, live_fails=live_fails)


def _refused(tried: Prepared) -> bool:
    return bool(tried.text) and tried.report.verdict != "pass"


def _try(
    one: Snapshot,
    platform: RenderPlatform,
    router: Router,
    ground: caches.Ground,
    wanted: Plan,
    before: tuple[Finding, ...],
    intent: Intent,
    reference: Reference,
    templates: Path | None,
) -> Prepared:
    """Render a plan, merge it in the model, and let the gate judge; whatever it says."""
    rendered = platform.render(wanted, ground.router, ground.base, templates) if not wanted.empty else Rendered("", wanted)
    text, wanted = ground.text + rendered.text, dataclasses.replace(rendered.plan, caches=ground.caches)
    text += _outworn(platform, one.config, platform.merge(one.config, text)) if text else ""
    merged = platform.merge(one.config, text) if text else one.config
    predicted = platform.parse(merged, platform.predict_state(one.state, text))
    after = judge(one.host, predicted, merged, intent, reference)
    after = tuple(had for had in after if not _seen_later(had, wanted))
    was, then = (_without_live(some) for some in (before, after))
    report = gate.judge(
        gate.Side({one.host: router}, was),
        gate.Side({one.host: predicted}, _renamed(was, then, wanted.cannot)),
        intent,
        reference,
        sessions=bool(wanted.sessions or wanted.caches or not wanted.sources),
    )
    remaining = tuple(f for f in then if f.status is Status.FAIL and f.waived_by is None)
    diff = "".join(
        difflib.unified_diff(one.config.splitlines(keepends=True), merged.splitlines(keepends=True), "running", "planned", n=2)
    )
    return Prepared(one.host, wanted, text, merged, predicted, report, remaining, diff)


def _seen_later(one: Finding, wanted: Plan) -> bool:
    """Whether only the router after the change can tell: that a cache connects, and which role the other side of a new one has."""
    roles = {f"{had.vrf}/{had.neighbor}" for had in wanted.sessions if had.role}
    agreed = one.check == "ROLE-03" and one.status is Status.INCONCLUSIVE and one.subject.rpartition("/")[0] in roles
    return agreed or (bool(wanted.caches) and one.check == caches.CHECK)


def _outworn(platform: RenderPlatform, running: str, merged: str) -> str:
    """What takes owned definitions away to which nothing refers, neither now nor after the change: those of an earlier push."""
    if not isinstance(platform, TidyPlatform):
        return ""
    unused = set(platform.tidy(running).splitlines())
    return "".join(f"{line}\n" for line in platform.tidy(merged).splitlines() if line in unused)


@dataclass(frozen=True, slots=True)
class Way:
    """How a change is brought onto a router: seconds of the revert timer and until sessions have settled, identifier of the change, windows
    (see `window`) within which it may happen, whether the operator does without a timer where the router has none."""

    revert_in: int = 120
    settle: float = 60.0
    change_id: str = ""
    windows: tuple[str, ...] = ()
    no_revert_timer: bool = False


def push(
    one: Snapshot,
    prepared: Prepared,
    connect: Callable[[], Any],
    intent: Intent,
    reference: Reference,
    journal: Journal,
    way: Way | None = None,
) -> apply.Pushed:
    """Bring a prepared change onto the router by the whole protocol; the journal tells how far it came."""
    platform, way = platforms.load_push(one.platform), way or Way()
    clean = quiet.cleaner(one, platform.parse(one.config, one.state), prepared.merged, prepared.predicted)
    journal = journal.without_secrets(clean)
    journal.write("planned", f"{len(prepared.plan.sessions)} sessions, {len(prepared.plan.sources)} interfaces")
    journal.write("gated", prepared.report.verdict)
    if not prepared.text:
        raise PushError(f"{one.host}: there is nothing to push")
    commands = platform.refresh(prepared.plan)
    stale = refresh.refusals(platform.parse(one.config, one.state), prepared.plan)
    if stale:
        raise PushError(f"{one.host}: refused: " + "; ".join(stale[:5]))
    candidate = apply.Candidate(
        device=one.host, text=prepared.text, base=one.config, predicted=prepared.predicted, refresh=commands
    )
    hooks = _hooks(one, prepared, platform, connect, intent, reference, way)
    with quiet.refusals(clean):
        done = apply.push(candidate, hooks, journal, revert_in=way.revert_in, settle=way.settle, change_id=way.change_id)
    return quiet.told(done, clean)


def _hooks(
    one: Snapshot,
    prepared: Prepared,
    platform: PushPlatform,
    connect: Callable[[], Any],
    intent: Intent,
    reference: Reference,
    way: Way,
) -> apply.Hooks:
    """How this router is reached, and what of it is compared with the prediction."""
    expected = {f.fingerprint for f in prepared.remaining}

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

    return apply.Hooks(
        connect=opener(platform, connect, no_revert_timer=way.no_revert_timer),
        observe=observer(one.host, platform),
        judge=wrong,
        run=platform.operate,
        meant=meant,
        lost=lost,
        closed=lambda more: window.closed((*intent.change_windows, *way.windows), now(), way.revert_in + more),
    )


def opener(platform: PushPlatform, connect: Callable[[], Any], *, no_revert_timer: bool = False) -> Callable[[], PushDriver]:
    """Fresh sessions as the platform guards them; a router without a way back only where the operator does without (NoRevertError)."""
    state = bare.Committed()

    def fresh() -> PushDriver:
        driver = connect()
        try:
            return platform.guarded(driver)
        except NoRevertError as error:
            if no_revert_timer:
                return cast("PushDriver", bare.Bare(driver, state))
            quietly(driver.close)
            raise NoRevertError(f"{error}; or push without a way back (no_revert_timer)") from None
        except Exception:
            quietly(driver.close)
            raise

    return fresh


def observer(host: str, platform: PushPlatform) -> Callable[[PushDriver], tuple[str, Router]]:
    """Reads configuration and model over an open session, by the platform's allow-list."""
    commands = platform.commands

    def observe(driver: PushDriver) -> tuple[str, Router]:
        seen = snapshot(host, platform.name, driver, commands.state, optional=commands.optional, getters=commands.getters)
        return seen.config, platform.parse(seen.config, seen.state)

    return observe
