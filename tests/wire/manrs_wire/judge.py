"""How a trial ended, told from the stores of the server, and what is wrong with that."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from manrs_conformance.platforms.nxos import session as nxos
from manrs_conformance.push.back import LEFT
from manrs_conformance.push.text import statements

if TYPE_CHECKING:
    from .trials import Play

MEANT = {"confirmed": "after", "rolled-back": "before", "unchanged": "before", "reverting": "before", "refused": "before"}


def alone(one: Play, journal: str) -> None:
    """What must hold when the timer has run out and nobody has looked: nothing half-applied, no lock, and what the journal foretells. A job that
    nothing schedules may wait for whoever follows."""
    _closed(one)
    holds, wrong, router = _holds(one), one.row.wrong, one.router
    if MEANT.get(journal, holds) != holds or holds == "neither":
        wrong.append(f"left alone, the router holds {holds}, the journal of the dead controller says {journal}")
    left = {
        "a pending commit": router.pending,
        "a lock": router.locked_by,
        "a timer": "\nscheduler schedule name MANRS-REVERT" in "\n" + router.running,
    }
    wrong += [f"left alone: {name} is left" for name, value in left.items() if value]


def judge(one: Play) -> None:
    """Fill in `router`, `end` and `wrong`."""
    row, router = one.row, one.router
    held, saved = statements(router.running), statements(router.startup)
    row.router = _holds(one)
    if row.router == "neither":
        row.wrong.append("it holds neither the old nor the new configuration")
    if saved not in (statements(one.base), statements(one.booted), held):
        row.wrong.append("its start-up configuration is neither the old nor the running one")
    if row.router == "after" and saved != held and "not saved" not in row.said:
        row.wrong.append("the confirmed change was not saved, and nobody says so")
    if row.trial.what == "refused" and LEFT in row.because:  # nobody was let in for so long that this is told instead
        router.files, router.shell_open = {}, dict  # type: ignore[attr-defined]
    left = {
        "a pending commit": router.pending, "a lock": router.locked_by, "a lock of the running store": router.held,
        "a checkpoint": router.checkpoints, "an open candidate": router.candidate, "a file": router.files,
        "a job of the scheduler": "MANRS-REVERT" in router.running,
    }  # fmt: skip
    row.wrong += [f"{name} is left" for name, value in left.items() if value]
    row.wrong += [f"the session {name} is left open" for name in getattr(router, "shell_open", dict)()]
    for who, said in (("the journal", row.journal), ("the controller", row.said.partition(",")[0]), ("who follows", one.followed)):
        if MEANT.get(said, row.router) != row.router:
            row.wrong.append(f"{who} says {said}, the router holds {row.router}")
    if "unknown" in (row.said, one.followed) and row.trial.what != "foreign change":
        row.wrong.append("the controller does not know")
    before = "unchanged" if not one.touched else "reverted" if router.reverted else "rolled-back"
    row.end = "bad" if row.wrong else "confirmed" if row.router == "after" else before


def _holds(one: Play) -> str:
    held = statements(nxos.hidden(one.router.running))
    return "before" if held == statements(one.base) else "after" if held == statements(one.after) else "neither"


def _closed(one: Play) -> None:
    """Wait until the server has noticed that the sessions of the dead controller are gone."""
    end = time.monotonic() + 3
    while one.router.sessions > 0 and time.monotonic() < end:
        time.sleep(0.01)
