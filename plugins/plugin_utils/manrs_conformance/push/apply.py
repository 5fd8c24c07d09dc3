"""Bring a candidate onto a router so that whatever fails meanwhile, it ends unchanged, confirmed, or reverted by itself."""

from __future__ import annotations

import contextlib
import functools
import time
from collections.abc import Callable
from dataclasses import dataclass

from ..errors import PushError
from ..model.router import Router
from ..platforms.base import PushDriver
from . import bounds
from .journal import Journal

MINIMUM_TIMER = 30
STEADY = 3.0
"""Seconds after which a router that looks sound is looked at once more: policies take effect after the commit has been answered."""
AFTERWARDS = 30.0
"""Seconds after the end of the timer within which a router that could not be reached is looked for again."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """What is pushed: its text, the running text it was planned on, and the model it must lead to."""

    device: str
    text: str
    base: str
    predicted: Router
    refresh: tuple[str, ...] = ()
    """Commands that make the neighbours' routes pass the new policies."""


@dataclass(frozen=True, slots=True)
class Hooks:
    """How the router is reached and judged: `connect` makes a *fresh* management login, `observe` reads its model with live state,
    `judge` says what is wrong with the model after the change (empty when it is as predicted), `meant` what is wrong with the
    device's own difference, `lost` what the router after the change (second) lacks of what it had before (first)."""

    connect: Callable[[], PushDriver]
    observe: Callable[[PushDriver], tuple[str, Router]]
    judge: Callable[[Router], tuple[str, ...]]
    run: Callable[[PushDriver, tuple[str, ...]], None]
    meant: Callable[[str], tuple[str, ...]] = lambda _diff: ()
    lost: Callable[[Router, Router], tuple[str, ...]] = lambda _before, _after: ()
    clock: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep


@dataclass(frozen=True, slots=True)
class Pushed:
    """How a push ended, with the device's diff and the reason: `confirmed`, `rolled-back`, `unchanged`, `reverting` when the
    router could not be reached any more (its timer takes the change back unless it had just been confirmed), `unknown` when it holds
    something else than before and nothing is pending."""

    device: str
    outcome: str
    changed: bool
    diff: str
    because: str
    before: Router
    after: Router | None = None


def push(candidate: Candidate, hooks: Hooks, journal: Journal, *, revert_in: int, settle: float, change_id: str = "") -> Pushed:
    """Run the protocol for one device; never raises after the commit without having rolled back or left the timer armed.

    `revert_in` is the timer on the device in seconds; `settle` how long live state may take to become as before. PushError when refused before
    anything was touched.
    """
    if revert_in < MINIMUM_TIMER:
        raise PushError(
            f"{candidate.device}: refused: a revert timer of {revert_in} s leaves no time to verify; use {MINIMUM_TIMER} or more"
        )
    journal.write("checked", f"timer {revert_in} s {change_id}".strip())
    driver = hooks.connect()
    try:
        before = _preconditions(candidate, hooks, driver)
        diff = _stage(candidate, driver, journal)
        if not diff.strip():
            driver.discard_config()
            journal.write("unchanged", "the device shows no difference")
            return Pushed(candidate.device, "unchanged", False, "", "the device already holds it", before)
        wrong = hooks.meant(diff)
        if wrong:
            _quietly(driver.discard_config)
            journal.write("unchanged", "the device would do something else than planned")
            raise PushError(
                f"{candidate.device}: refused, nothing was changed: the device would do something else than planned: {wrong[0]}"
            )
        return _commit(candidate, hooks, driver, journal, before, diff, revert_in, settle, change_id)
    finally:
        _quietly(driver.close)


def _preconditions(candidate: Candidate, hooks: Hooks, driver: PushDriver) -> Router:
    if driver.has_pending_commit():
        raise PushError(f"{candidate.device}: refused: another commit waits for confirmation on the router")
    text, before = hooks.observe(driver)
    if text != candidate.base:
        raise PushError(f"{candidate.device}: refused: the running configuration changed since the plan was made; plan again")
    return before


def _stage(candidate: Candidate, driver: PushDriver, journal: Journal) -> str:
    journal.write("loading")
    try:
        driver.load_merge_candidate(config=candidate.text)
        journal.write("comparing")
        return driver.compare_config()
    except Exception as error:
        _quietly(driver.discard_config)
        journal.write("unchanged", f"the device refused the candidate: {_first(error)}")
        raise PushError(f"{candidate.device}: the device refused the candidate, nothing was changed: {_first(error)}") from None


def _commit(
    candidate: Candidate,
    hooks: Hooks,
    driver: PushDriver,
    journal: Journal,
    before: Router,
    diff: str,
    revert_in: int,
    settle: float,
    change_id: str,
) -> Pushed:
    deadline = hooks.clock() + revert_in
    journal.write("committing", f"reverts by itself in {revert_in} s")
    undo = functools.partial(_undo, candidate, hooks, driver, journal, before, diff, deadline)
    try:
        driver.commit_config(message=change_id, revert_in=revert_in)
        journal.write("refreshing")
        hooks.run(driver, candidate.refresh)
        journal.write("verifying")
        after, problems = _verify(hooks, before, deadline - revert_in / 5, settle)
        if not problems:
            journal.write("confirming")
    except Exception as error:
        return undo(_first(error))
    if problems:
        return undo("; ".join(problems[:5]))
    try:
        driver.confirm_commit()
    except Exception as error:
        return undo(f"the confirmation failed: {_first(error)}")
    journal.write("confirmed")
    return Pushed(candidate.device, "confirmed", True, diff, "verified on the live router", before, after)


def _verify(hooks: Hooks, before: Router, deadline: float, settle: float) -> tuple[Router, tuple[str, ...]]:
    """Observe over fresh logins until nothing is wrong twice in a row, or the time is up; returns what is still wrong then."""
    end = min(deadline, hooks.clock() + settle)
    sound = ""
    while True:
        fresh = hooks.connect()
        try:
            text, after = hooks.observe(fresh)
            pending = fresh.has_pending_commit()
        finally:
            _quietly(fresh.close)
        problems = (*lost_sessions(before, after), *hooks.lost(before, after))
        if not pending:
            problems = (*problems, "the commit does not wait for its confirmation any more")
        if not problems and text == sound:
            return after, ()
        problems = (*problems, *hooks.judge(after))
        sound = text if not problems else ""
        if hooks.clock() >= end:
            return after, problems or ("it was not seen to be sound twice within the time to settle",)
        hooks.sleep(STEADY if sound else 1.0)


def lost_sessions(before: Router, after: Router) -> tuple[str, ...]:
    """Sessions that were established before and are not now; unknown live state counts as lost."""
    gone = bounds.live(before).keys() - bounds.live(after).keys()
    return tuple(f"the session with {one[0]} ({one[1]}) went down" for one in sorted(gone))


def _undo(
    candidate: Candidate,
    hooks: Hooks,
    driver: PushDriver,
    journal: Journal,
    before: Router,
    diff: str,
    deadline: float,
    because: str,
) -> Pushed:
    """Take the change back; a router out of reach is waited for until its timer has done it."""
    _quietly(functools.partial(journal.write, "rolling-back", because))
    done = functools.partial(Pushed, candidate.device, changed=False, diff=diff, before=before)
    fresh: PushDriver | None = None
    how = None
    while how is None:
        try:
            (fresh or driver).rollback()
            _quietly(functools.partial(hooks.run, fresh or driver, candidate.refresh))
            how = ""
        except Exception:
            _quietly(fresh.close if fresh else driver.close)
            with contextlib.suppress(Exception):
                fresh = _adopt(hooks.connect(), driver)
                how = _settled(candidate, hooks, fresh)
            if how is None and hooks.clock() >= deadline + AFTERWARDS:
                why = f"{because}; the router reverts by itself when its timer ends, unless it had just been confirmed: look at it"
                return done(outcome="reverting", because=why)
            hooks.sleep(1.0)
    _quietly(fresh.close if fresh else driver.close)
    if how == UNCLEAR:
        return done(outcome="unknown", because=because + how)
    _quietly(functools.partial(journal.write, "rolled-back", because))
    return done(outcome="rolled-back", because=because + how)


UNCLEAR = "; nothing waits for confirmation on the router, yet it does not hold the configuration of before: look at it"


def _settled(candidate: Candidate, hooks: Hooks, fresh: PushDriver) -> str | None:
    """What the router holds when nothing is pending on it any more; None while something is."""
    if fresh.has_pending_commit():
        return None
    return "; the router holds its old configuration" if hooks.observe(fresh)[0] == candidate.base else UNCLEAR


def _adopt(fresh: PushDriver, lost: PushDriver) -> PushDriver:
    """Go on with the commit of a lost session over a fresh one, where the driver can tell commits apart (`change`)."""
    change = getattr(lost, "change", None)
    if change is not None:
        fresh.change = change  # type: ignore[attr-defined]
    return fresh


def _quietly(call: Callable[[], None]) -> None:
    """End something whose failure changes nothing any more."""
    try:
        call()
    except Exception:
        return


def _first(error: BaseException) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0][:300]
