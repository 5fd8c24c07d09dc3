"""Juniper Junos (18 and later), read from `show configuration` in the curly or the `set` form."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from ...model.plan import Plan, Rendered
from ...model.router import Router
from .._pushing import Steady
from ..base import Commands, PushDriver
from . import removal
from .caches import asking
from .change import after
from .commands import COMMANDS
from .merge import merge
from .parser import parse
from .render import render
from .session import guarded


class Junos(Steady):
    """The platform object (see `platforms.base.Platform`)."""

    name: str = "junos"
    comment: str = "#"
    commands: Commands = COMMANDS
    shows_candidate: bool = True

    def parse(self, text: str, state: Mapping[str, str]) -> Router:
        """The meaning of `show configuration` and the live outputs; never raises."""
        return parse(text, state)

    def merge(self, running: str, candidate: str) -> str:
        """The configuration after loading text with tags, or configuration commands."""
        return merge(running, candidate)

    def after(self, running: str, diff: str) -> str | None:
        """The configuration that the output of `show | compare` leads to; ValueError when it does not fit."""
        return after(running, diff)

    def guarded(self, driver: Any) -> PushDriver:
        """The driver for a push: one lock from load to commit, commits by the whole minute, a rollback of its own commit only."""
        return guarded(driver)

    def render(self, plan: Plan, router: Router, running: str, templates: Path | None = None) -> Rendered:
        """The candidate of a plan."""
        return render(plan, router, running, templates)

    def refresh(self, plan: Plan) -> tuple[str, ...]:
        """None: Junos looks anew at all routes that it keeps when a policy changes; sessions with `keep none` are not planned."""
        return ()

    def asking(self, router: Router, caches: Sequence[tuple[str, int]]) -> str:
        """A fragment that has a router ask these RPKI caches; validation itself is done by policies that look it up."""
        return asking(caches)

    def tidy(self, running: str) -> str:
        """A fragment that takes away owned definitions to which nothing refers any more."""
        return removal.tidy(running)

    def removal(self, running: str, base: str) -> str:
        """A fragment that takes away everything owned, and sets chains, limits and source checks as they were in `base`."""
        return removal.removal(running, base)


PLATFORM = Junos()
