"""FRRouting 8.4 and later, on Linux."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, cast

from ...model.plan import Plan, Rendered
from ...model.router import Router
from ..base import Commands, PushDriver
from . import change, removal
from .commands import COMMANDS
from .merge import merge
from .parser import parse
from .render import render


class Frr:
    """The platform object (see `platforms.base.Platform`)."""

    name: str = "frr"
    comment: str = "!"
    commands: Commands = COMMANDS
    shows_candidate: bool = True

    def parse(self, text: str, state: Mapping[str, str]) -> Router:
        """The meaning of `show running-config` and the live outputs; never raises."""
        return parse(text, state)

    def merge(self, running: str, candidate: str) -> str:
        """The running configuration after `vtysh -f candidate`; the Linux trailer of a candidate is not FRR's."""
        return merge(running, change.frr_part(candidate))

    def render(self, plan: Plan, router: Router, running: str, templates: Path | None = None) -> Rendered:
        """The candidate of a plan."""
        return render(plan, router, running, templates)

    def predict_state(self, state: Mapping[str, str], candidate: str) -> Mapping[str, str]:
        """Live outputs after the candidate."""
        return change.predict_state(state, candidate)

    def after(self, running: str, diff: str) -> str | None:
        """The running configuration that the agent's diff leads to; ValueError when it does not fit."""
        return change.after(running, diff)

    def refresh(self, plan: Plan) -> tuple[str, ...]:
        """Commands that make routes pass new filters (none on FRR)."""
        return change.refresh(plan)

    def operate(self, driver: Any, commands: tuple[str, ...]) -> None:
        """Run refresh commands on an open driver."""
        change.operate(driver, commands)

    def tidy(self, running: str) -> str:
        """A fragment that takes away owned definitions to which nothing refers any more."""
        return removal.tidy(running)

    def removal(self, running: str, base: str) -> str:
        """A fragment that takes away everything owned; `base` is the configuration before the first push."""
        return removal.removal(running, base)

    def beside(self, state: Mapping[str, str]) -> str | None:
        """`rp_filter` of every interface, and whether there is an owned nftables table."""
        return change.beside(state)

    def guarded(self, driver: Any) -> PushDriver:
        """The driver itself: its agent on the router holds timer and rollback."""
        return cast("PushDriver", driver)


PLATFORM = Frr()
