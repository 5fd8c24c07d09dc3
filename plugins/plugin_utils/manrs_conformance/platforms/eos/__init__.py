"""Arista EOS 4.2x and later."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from ...model.plan import Plan, Rendered
from ...model.router import Router
from .._pushing import Steady
from .._stated import unopened
from ..base import Commands, PushDriver
from .caches import asking, without
from .change import after
from .commands import COMMANDS
from .merge import merge
from .parser import parse
from .render import FORM, render, write
from .session import guarded


class Eos(Steady):
    """The platform object (see `platforms.base.Platform`)."""

    name: str = "eos"
    comment: str = "!"
    commands: Commands = COMMANDS
    form = FORM
    inside = True
    undo = "default"
    write = staticmethod(write)
    shows_candidate: bool = True

    def parse(self, text: str, state: Mapping[str, str]) -> Router:
        """The meaning of `show running-config` and the live outputs; never raises."""
        return parse(text, state)

    def guarded(self, driver: Any) -> PushDriver:
        """The driver for a push: commits are timed configuration sessions."""
        return guarded(driver)

    def merge(self, running: str, candidate: str) -> str:
        """The running configuration after the lines of the fragment were committed in a session."""
        return merge(running, candidate)

    def render(self, plan: Plan, router: Router, running: str, templates: Path | None = None) -> Rendered:
        """The candidate of a plan."""
        return render(plan, router, running, templates)

    def asking(self, router: Router, caches: Sequence[tuple[str, int]]) -> str:
        """A fragment that has a router ask these RPKI caches."""
        return asking(router, caches)

    def uncached(self, running: str, base: str) -> str:
        """A fragment that takes away the RPKI caches that a push configured."""
        return without(running, self.parse(running, {}), self.parse(base, {}))

    def removal(self, running: str, base: str) -> str:
        """A fragment that takes away everything owned; the block of a family that a push had to open goes again."""
        text = super().removal(running, base)
        return text + unopened(self.merge(running, text), base, "router bgp ", "vrf ")

    def refresh(self, plan: Plan) -> tuple[str, ...]:
        """None: EOS keeps what a neighbour sent and looks at it anew when a policy changes."""
        return ()

    def after(self, running: str, diff: str) -> str | None:
        """The running configuration that the difference shown by the driver leads to."""
        return after(running, diff)


PLATFORM = Eos()
