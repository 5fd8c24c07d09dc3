"""The way back: a change that is in doubt is taken back, over whatever session can still be had, or by the router's own timer."""

from __future__ import annotations

import contextlib
import dataclasses
import functools

from ..errors import PushError
from ..model.router import Router
from ..platforms.base import PushDriver
from .journal import Entry, Journal, attempt, facts, outcome
from .protocol import Candidate, Hooks, Pushed, first, quietly
from .text import comes_from, digest, statements

AFTERWARDS = 90.0
"""Seconds after the end of the timer within which a router that could not be reached is looked for again; timers that count whole minutes
fire up to one minute later than asked."""


def undo(
    candidate: Candidate,
    hooks: Hooks,
    driver: PushDriver,
    journal: Journal,
    before: Router,
    diff: str,
    deadline: float,
    because: str,
    verified: str = "",
) -> Pushed:
    """Take the change back; a router out of reach is waited for until its timer has done it."""
    quietly(functools.partial(journal.write, "rolling-back", because))
    done = functools.partial(Pushed, candidate.device, changed=False, diff=diff, before=before)
    fresh: PushDriver | None = None
    how = None
    while how is None:
        try:
            (fresh or driver).rollback()
            quietly(functools.partial(hooks.run, fresh or driver, candidate.refresh))
            how = ""
        except Exception:
            quietly(fresh.close if fresh else driver.close)
            with contextlib.suppress(Exception):
                fresh = _adopt(hooks.connect(), driver)
                how = _settled(candidate, hooks, fresh, verified)
            if how is None and hooks.clock() >= deadline + AFTERWARDS:
                why = f"{because}; the router reverts by itself when its timer ends, unless it had just been confirmed: look at it"
                return done(outcome="reverting", because=why)
            hooks.sleep(1.0)
    if how == KEPT:
        saved = fresh is not None and save(fresh)
        quietly(functools.partial(journal.write, "confirmed", because + how))
        quietly(fresh.close if fresh else driver.close)
        return dataclasses.replace(done(outcome="confirmed", because=because + how), changed=True, saved=saved)
    quietly(fresh.close if fresh else driver.close)
    if how == UNCLEAR:
        return done(outcome="unknown", because=because + how)
    quietly(functools.partial(journal.write, "rolled-back", because))
    return done(outcome="rolled-back", because=because + how)


KEPT = "; nothing waits for confirmation, and the router holds what was verified: the confirmation had arrived"
UNCLEAR = "; nothing waits for confirmation on the router, yet it does not hold the configuration of before: look at it"


def _settled(candidate: Candidate, hooks: Hooks, fresh: PushDriver, verified: str) -> str | None:
    """What the router holds when nothing is pending on it any more; None while something is."""
    if fresh.has_pending_commit():
        return None
    text = hooks.observe(fresh)[0]
    if statements(text) != statements(candidate.base):
        if verified and digest(text) == verified:
            return KEPT
        restore = getattr(fresh, "restore", None)
        if restore is None or not comes_from(candidate.text, candidate.base, text):
            return UNCLEAR
        restore()  # the timer fired before lines arrived that were under way
        if fresh.has_pending_commit() or statements(hooks.observe(fresh)[0]) != statements(candidate.base):
            return None
    quietly(fresh.discard_config)  # a commit that never arrived leaves its candidate behind
    quietly(functools.partial(hooks.run, fresh, candidate.refresh))  # a timer restores policies, not what they had refused
    return "; the router holds its old configuration"


LEFT = "; what was loaded could not be removed from the router, which takes no session: remove it"


def drop(hooks: Hooks, driver: PushDriver) -> str:
    """Drop a staged candidate, over a fresh session where the one that staged it does not answer any more; what is left when none can be had
    for a while."""
    end = hooks.clock() + AFTERWARDS
    try:
        driver.discard_config()
        return ""
    except Exception:
        while (fresh := _fresh(hooks, driver, end)) is not None:
            try:
                fresh.discard_config()
                return ""
            except Exception:
                hooks.sleep(1.0)
            finally:
                quietly(fresh.close)
        return LEFT


def _fresh(hooks: Hooks, lost: PushDriver, end: float) -> PushDriver | None:
    """A fresh session that goes on with the change of a lost one, as soon as the router takes one; None when it is too late."""
    while hooks.clock() < end:
        try:
            return _adopt(hooks.connect(), lost)
        except Exception:
            hooks.sleep(1.0)
    return None


def save(driver: PushDriver) -> bool:
    """Write the start-up configuration of a change whose confirmation arrived though its answer did not; whether it is written."""
    try:
        getattr(driver, "save", lambda: None)()
    except Exception:
        return False
    return True


def save_again(hooks: Hooks, driver: PushDriver) -> bool:
    """Write the start-up configuration over a fresh session: the one that confirmed may be lost. Whether it is written."""
    fresh = _fresh(hooks, driver, hooks.clock() + AFTERWARDS)
    if fresh is None:
        return False
    try:
        return hasattr(fresh, "save") and save(fresh)
    finally:
        quietly(fresh.close)


def _adopt(fresh: PushDriver, lost: PushDriver) -> PushDriver:
    """Go on with the commit of a lost session over a fresh one, where the driver can tell commits apart (`change`)."""
    change = getattr(lost, "change", None)
    if change is not None:
        fresh.change = change  # type: ignore[attr-defined]
        fresh.loaded = getattr(lost, "loaded", "")  # type: ignore[attr-defined]
    return fresh


def recover(candidate: Candidate, hooks: Hooks, journal: Journal) -> str:
    """What became of a push whose controller died, after looking at the router and taking back what still waits: `unchanged`, `rolled-back`,
    `confirmed`, or `unknown`; PushError when the router could not be reached until well after its timer.

    Only a commit that the journal names as its own is taken back; what was confirmed and not yet saved is saved.
    """
    entries = attempt(journal.entries())
    was, known = outcome(entries), facts(entries)
    if was == "rolled-back" or (was == "confirmed" and known.get("saved") != "no") or not entries:
        return was
    end = hooks.clock() + float(known.get("revert_in", "0")) + AFTERWARDS
    why: BaseException | None = None
    while hooks.clock() < end:
        try:
            found = _look(candidate, hooks, journal, entries, known, was)
        except Exception as error:
            found, why = "", error
        if found:
            return found
        hooks.sleep(1.0)
    raise PushError(
        f"{candidate.device}: what it holds could not be found out: {first(why) if why else 'a commit still waits on it'}"
    )


def _look(candidate: Candidate, hooks: Hooks, journal: Journal, entries: tuple[Entry, ...], known: dict[str, str], was: str) -> str:
    """One look over a fresh session; empty when it has to be looked again."""
    fresh = hooks.connect()
    try:
        if hasattr(fresh, "change") and known.get("change"):
            fresh.change = known["change"]
        if was == "confirmed":
            journal.write("confirmed", "saved afterwards" if save(fresh) else "NOT SAVED")
            return was
        if was == "unchanged":
            if entries[-1].step in ("loading", "comparing"):
                quietly(fresh.discard_config)
            return was
        if fresh.has_pending_commit():
            if journal.entries()[-1].step != "rolling-back":
                journal.write("rolling-back", "the controller ended before it knew how the change went")
            fresh.rollback()
        commands = tuple(known.get("refresh", "").splitlines())
        how = _settled(dataclasses.replace(candidate, refresh=commands), hooks, fresh, known.get("verified", ""))
        if how == KEPT:
            journal.write("confirmed", "the confirmation had arrived" + ("" if save(fresh) else "; NOT SAVED"))
            return "confirmed"
        if how == UNCLEAR:
            return "unknown"
        if how is not None:
            journal.write("rolled-back", "the router holds its old configuration")
            return "rolled-back"
        return ""
    finally:
        quietly(fresh.close)
