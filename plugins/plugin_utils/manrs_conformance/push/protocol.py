"""The values of the push protocol: what is pushed, how the router is reached and judged, how it ended."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from ..model.router import Router
from ..platforms.base import PushDriver


@dataclass(frozen=True, slots=True)
class Candidate:
    """What is pushed: its text, the running text it was planned on, and the model it must lead to."""

    device: str
    text: str
    base: str
    predicted: Router
    refresh: tuple[str, ...] = ()
    """Commands that make the neighbours' routes pass the new policies."""
    whole: bool = False
    """Whether `text` is the whole configuration, to be put in the place of the running one."""


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
    closed: Callable[[float], str] = lambda _more: ""
    """Why nothing may be changed now (outside the change window); empty when it may. Asked with the seconds that the change takes to load before
    its timer counts."""
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
    saved: bool = True
    """False where the change was confirmed and the start-up configuration could not be written."""
    timed: bool = True
    """False where the operator did without a timer on the router."""

    @property
    def good(self) -> bool:
        """Whether the router holds what was wanted, also after a restart."""
        return self.outcome in ("confirmed", "unchanged") and self.saved


def quietly(call: Callable[[], None]) -> None:
    """End something whose failure changes nothing any more."""
    try:
        call()
    except Exception:
        return


def first(error: BaseException) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0][:300]
