"""Bring a candidate onto a router so that whatever fails meanwhile, it ends unchanged, confirmed, or reverted by itself."""

from __future__ import annotations

import dataclasses
import functools

from ..errors import NotSavedError, PushError
from ..model.router import Router
from ..platforms.base import PushDriver
from . import bounds
from .back import drop, save_again
from .back import undo as take_back
from .journal import Journal
from .protocol import Candidate, Hooks, Pushed, first, quietly
from .text import digest, statements

__all__ = ["Candidate", "Hooks", "Pushed", "lost_sessions", "push"]

MINIMUM_TIMER = 30
STEADY = 3.0
"""Seconds after which a router that looks sound is looked at once more: policies take effect after the commit has been answered."""


def push(candidate: Candidate, hooks: Hooks, journal: Journal, *, revert_in: int, settle: float, change_id: str = "") -> Pushed:
    """Run the protocol for one device; never raises after the commit without having rolled back or left the timer armed.

    `revert_in` is the timer on the device in seconds; `settle` how long live state may take to become as before. PushError when refused before
    anything was touched.
    """
    if revert_in < MINIMUM_TIMER:
        raise PushError(
            f"{candidate.device}: refused: a revert timer of {revert_in} s leaves no time to verify; use {MINIMUM_TIMER} or more"
        )
    _open(candidate, hooks)
    driver = hooks.connect()
    try:
        timed = bool(getattr(driver, "reverts", True))
        by = f"timer {revert_in} s" if timed else "NO REVERT TIMER, by the operator's word"
        journal.write(
            "checked",
            f"{by} {change_id}".strip(),
            base=digest(candidate.base),
            revert_in=str(revert_in),
            refresh="\n".join(candidate.refresh),
        )
        before = _preconditions(candidate, hooks, driver)
        diff = _stage(candidate, hooks, driver, journal)
        if not diff.strip():
            left = drop(hooks, driver)
            journal.write("unchanged", f"the device shows no difference{left}")
            return Pushed(candidate.device, "unchanged", False, "", f"the device already holds it{left}", before, timed=timed)
        wrong = hooks.meant(diff) or tuple(one for one in (hooks.closed(_loading(driver)),) if one)
        if wrong:
            left = drop(hooks, driver)
            journal.write("unchanged", f"the device would do something else than planned, or the change window closed{left}")
            raise PushError(
                f"{candidate.device}: refused, nothing was changed: the device would do something else than planned: {wrong[0]}{left}"
            )
        done = _commit(candidate, hooks, driver, journal, before, diff, revert_in, settle, change_id)
        return dataclasses.replace(done, timed=timed)
    finally:
        quietly(driver.close)


def _open(candidate: Candidate, hooks: Hooks) -> None:
    """Refuse outside the change window."""
    why = hooks.closed(0.0)
    if why:
        raise PushError(f"{candidate.device}: refused: {why}")


def _preconditions(candidate: Candidate, hooks: Hooks, driver: PushDriver) -> Router:
    if driver.has_pending_commit():
        raise PushError(f"{candidate.device}: refused: another commit waits for confirmation on the router")
    text, before = hooks.observe(driver)
    if statements(text) != statements(candidate.base):
        raise PushError(f"{candidate.device}: refused: the running configuration changed since the plan was made; plan again")
    return before


def _stage(candidate: Candidate, hooks: Hooks, driver: PushDriver, journal: Journal) -> str:
    name = getattr(driver, "own_name", lambda _prefix: "")("manrs-")
    journal.write("loading", change=name)
    try:
        (driver.load_replace_candidate if candidate.whole else driver.load_merge_candidate)(config=candidate.text)
        journal.write("comparing", change=str(getattr(driver, "change", "")))
        return driver.compare_config()
    except Exception as error:
        why = first(error) + drop(hooks, driver)
        journal.write("unchanged", f"the device refused the candidate: {why}")
        raise PushError(f"{candidate.device}: the device refused the candidate, nothing was changed: {why}") from None


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
    deadline = hooks.clock() + _loading(driver) + revert_in
    journal.write("committing", f"reverts by itself in {revert_in} s")
    undo = functools.partial(take_back, candidate, hooks, driver, journal, before, diff, deadline)
    try:
        driver.commit_config(message=change_id, revert_in=revert_in)
        if _loading(driver):
            deadline = hooks.clock() + revert_in
        # Some routers name a commit only when it is made: whoever follows a dead controller tells by it that the commit is its own.
        name = str(getattr(driver, "change", ""))
        journal.write("refreshing", **({"change": name} if name else {}))
        hooks.run(driver, candidate.refresh)
        journal.write("verifying")
        text, after, problems = _verify(hooks, before, deadline - revert_in / 5, settle)
        if not problems:
            journal.write("confirming", verified=digest(text))
    except Exception as error:
        return undo(first(error))
    if problems:
        return undo("; ".join(problems[:5]))
    because, saved = "verified on the live router", True
    try:
        driver.confirm_commit()
    except NotSavedError as error:
        saved = save_again(hooks, driver)
        because = because if saved else f"verified and confirmed, but NOT SAVED: {first(error)}"
    except Exception as error:
        return undo(f"the confirmation failed: {first(error)}", verified=digest(text))
    if getattr(driver, "loaded", ""):
        because += drop(hooks, driver)  # files of the change that the confirmation could not remove
    held = _held(hooks, driver, text)
    if held in (None, statements(text)):
        quietly(functools.partial(journal.write, "confirmed", "" if saved else because, saved="yes" if saved else "no"))
        return Pushed(candidate.device, "confirmed", True, diff, because, before, after, saved)
    if held == statements(candidate.base):
        because = "its timer fired before the confirmation arrived"
        quietly(functools.partial(journal.write, "rolled-back", because))
        return Pushed(candidate.device, "rolled-back", False, diff, because, before)
    why = f"{because}; yet the router holds something else than was verified: look at it"
    return Pushed(candidate.device, "unknown", True, diff, why, before, after, saved)


def _loading(driver: PushDriver) -> float:
    """Seconds that the router may take to load definitions before its timer counts."""
    return float(getattr(driver, "load_seconds", 0.0))


def _held(hooks: Hooks, driver: PushDriver, text: str) -> tuple[str, ...] | None:
    """What the router holds after the confirmation; None where it does not answer, since the confirmation itself was acknowledged. One answer
    that is not what was verified may be damaged: a fresh login is asked, too."""
    held = _seen(hooks, driver)
    if held in (None, statements(text)):
        return held
    try:
        fresh = hooks.connect()
    except Exception:
        return None
    try:
        return _seen(hooks, fresh)
    finally:
        quietly(fresh.close)


def _seen(hooks: Hooks, driver: PushDriver) -> tuple[str, ...] | None:
    try:
        return statements(hooks.observe(driver)[0])
    except Exception:
        return None


def _verify(hooks: Hooks, before: Router, deadline: float, settle: float) -> tuple[str, Router, tuple[str, ...]]:
    """Observe over fresh logins until nothing is wrong twice in a row, or the time is up; returns what is still wrong then. A router that was sound
    is looked at once more also when a look at it takes longer than `settle`."""
    end = min(deadline, hooks.clock() + settle)
    sound: tuple[str, ...] = ()
    late = False
    while True:
        fresh = hooks.connect()
        try:
            text, after = hooks.observe(fresh)
            pending = fresh.has_pending_commit()
        finally:
            quietly(fresh.close)
        problems = (*lost_sessions(before, after), *hooks.lost(before, after))
        if not pending:
            problems = (*problems, "the commit does not wait for its confirmation any more")
        if not problems and statements(text) == sound:
            return text, after, ()
        problems = (*problems, *hooks.judge(after))
        sound = statements(text) if not problems else ()
        late, again = hooks.clock() >= end, late
        if late and (again or not sound or hooks.clock() >= deadline):
            return text, after, problems or ("it was not seen to be sound twice within the time to settle",)
        hooks.sleep(STEADY if sound else 1.0)


def lost_sessions(before: Router, after: Router) -> tuple[str, ...]:
    """Sessions that were established before and are not now; unknown live state counts as lost."""
    gone = bounds.live(before).keys() - bounds.live(after).keys()
    return tuple(f"the session with {one[0]} ({one[1]}) went down" for one in sorted(gone))
