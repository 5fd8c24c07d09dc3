"""Juniper Junos (18 and later), read from `show configuration` in the curly or the `set` form."""

from __future__ import annotations

from collections.abc import Mapping

from ...model.router import Router
from ..base import Commands
from .commands import COMMANDS
from .merge import merge
from .parser import parse


class Junos:
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


PLATFORM = Junos()
