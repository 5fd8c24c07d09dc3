"""Cisco IOS-XR."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from ...model.plan import Plan, Rendered
from ...model.policy import Filter
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
from .wrapper import called


class IosXr(Steady):
    """The platform object (see `platforms.base.Platform`)."""

    name: str = "iosxr"
    comment: str = "!"
    commands: Commands = COMMANDS
    form = FORM
    write = staticmethod(write)
    shows_candidate: bool = True

    def parse(self, text: str, state: Mapping[str, str]) -> Router:
        """The meaning of `show running-config` and the live outputs; never raises."""
        return parse(text, state)

    def merge(self, running: str, candidate: str) -> str:
        """The running configuration after the fragment was committed; MergeError where the commit would fail."""
        return merge(running, candidate)

    def guarded(self, driver: Any) -> PushDriver:
        """The driver for a push: commits are confirmed ones over NETCONF."""
        return guarded(driver)

    def render(self, plan: Plan, router: Router, running: str, templates: Path | None = None) -> Rendered:
        """The candidate of a plan."""
        return render(plan, router, running, templates)

    def called(self, existing: str, owned: Filter, running: str) -> str:
        """The operator's policy of an owned one, with its arguments."""
        return called(existing, owned, running)

    def removal(self, running: str, base: str) -> str:
        """A fragment that takes away everything owned; the family of a neighbour that a push had to open goes again, its group has it."""
        text = super().removal(running, base)
        after = self.merge(running, text)
        return text + unopened(after, base, "neighbor ")

    def asking(self, router: Router, caches: Sequence[tuple[str, int]]) -> str:
        """A fragment that has a router ask these RPKI caches."""
        return asking(router, caches)

    def uncached(self, running: str, base: str) -> str:
        """A fragment that takes away the RPKI caches that a push configured."""
        return without(self.parse(running, {}), self.parse(base, {}), base)

    def refresh(self, plan: Plan) -> tuple[str, ...]:
        """None: IOS-XR looks at the routes anew when a policy changes, asking for them again where it has to."""
        return ()

    def after(self, running: str, diff: str) -> str | None:
        """The running configuration that the difference shown by the driver leads to."""
        return after(running, diff)


PLATFORM = IosXr()
