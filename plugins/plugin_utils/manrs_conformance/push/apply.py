"""Bring a candidate onto a router so that whatever fails meanwhile, it ends unchanged, confirmed, or reverted by itself."""

from __future__ import annotations

import functools
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

from ..errors import PushError
from ..model.router import LiveSession, Router
from .journal import Journal

MINIMUM_TIMER = 30


class PushDriver(Protocol):
    """What a push needs of an open NAPALM driver."""

    def load_merge_candidate(self, filename: str | None = None, config: str | None = None) -> None:
        """Stage a candidate without touching the running configuration."""

    def compare_config(self) -> str:
        """The device's own difference between running and candidate."""

    def commit_config(self, message: str = "", revert_in: int | None = None) -> None:
        """Apply the candidate; with `revert_in` the device reverts by itself unless confirmed within that many seconds."""

    def confirm_commit(self) -> None:
        """Keep a pending commit."""

    def has_pending_commit(self) -> bool:
        """Whether a commit waits for confirmation."""

    def rollback(self) -> None:
        """Restore what was before the last commit."""

    def discard_config(self) -> None:
        """Drop a staged candidate."""

    def close(self) -> None:
        """End the session."""


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
    `judge` says what is wrong with the model after the change (empty when it is as predicted)."""

    connect: Callable[[], PushDriver]
    observe: Callable[[PushDriver], tuple[str, Router]]
    judge: Callable[[Router], tuple[str, ...]]
    run: Callable[[PushDriver, tuple[str, ...]], None]
    clock: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep


@dataclass(frozen=True, slots=True)
class Pushed:
    """How a push ended: `confirmed`, `rolled-back` or `unchanged`, with the device's diff and the reason."""

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
    try:
        driver.commit_config(message=change_id, revert_in=revert_in)
        journal.write("refreshing")
        hooks.run(driver, candidate.refresh)
        journal.write("verifying")
        after, problems = _verify(hooks, before, deadline - revert_in / 5, settle)
    except Exception as error:
        return _undo(candidate, hooks, driver, journal, before, diff, f"{_first(error)}")
    if problems:
        return _undo(candidate, hooks, driver, journal, before, diff, "; ".join(problems[:5]))
    journal.write("confirming")
    try:
        driver.confirm_commit()
    except Exception as error:
        return _undo(candidate, hooks, driver, journal, before, diff, f"the confirmation failed: {_first(error)}")
    journal.write("confirmed")
    return Pushed(candidate.device, "confirmed", True, diff, "verified on the live router", before, after)


def _verify(hooks: Hooks, before: Router, deadline: float, settle: float) -> tuple[Router, tuple[str, ...]]:
    """Observe over fresh logins until nothing is wrong, or the time is up; returns what is still wrong then."""
    end = min(deadline, hooks.clock() + settle)
    while True:
        fresh = hooks.connect()
        try:
            _text, after = hooks.observe(fresh)
        finally:
            _quietly(fresh.close)
        problems = (*lost_sessions(before, after), *hooks.judge(after))
        if not problems or hooks.clock() >= end:
            return after, tuple(problems)
        hooks.sleep(1.0)


def lost_sessions(before: Router, after: Router) -> tuple[str, ...]:
    """Sessions that were established before and are not now; unknown live state counts as lost."""
    was = _established(before)
    now = _established(after)
    return tuple(f"the session with {one[0]} ({one[1]}) went down" for one in sorted(was.keys() - now.keys()))


def _established(router: Router) -> Mapping[tuple[str, str], LiveSession]:
    live = router.live.sessions if router.live and router.live.sessions else ()
    return {(one.neighbor, one.family): one for one in live if one.established}


def _undo(
    candidate: Candidate, hooks: Hooks, driver: PushDriver, journal: Journal, before: Router, diff: str, because: str
) -> Pushed:
    journal.write("rolling-back", because)
    for fresh in (False, True):
        try:
            one = hooks.connect() if fresh else driver
            one.rollback()
        except Exception:
            continue
        _quietly(functools.partial(hooks.run, one, candidate.refresh))
        journal.write("rolled-back", because)
        return Pushed(candidate.device, "rolled-back", False, diff, because, before)
    return Pushed(
        candidate.device, "reverting", False, diff, f"{because}; the router reverts by itself when its timer ends", before
    )


def _quietly(call: Callable[[], None]) -> None:
    """End something whose failure changes nothing any more."""
    try:
        call()
    except Exception:
        return


def _first(error: BaseException) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0][:300]
