"""Cisco IOS and IOS-XE."""

from __future__ import annotations

from collections.abc import Mapping

from ...model.router import Router
from ..base import Commands
from .commands import COMMANDS
from .merge import merge
from .parser import parse


class Ios:
    """The platform object (see `platforms.base.Platform`)."""

    name: str = "ios"
    comment: str = "!"
    commands: Commands = COMMANDS

    def parse(self, text: str, state: Mapping[str, str]) -> Router:
        """The meaning of `show running-config` and the live outputs; never raises."""
        return parse(text, state)

    def merge(self, running: str, candidate: str) -> str:
        """The running configuration after the lines of the fragment were entered in configuration mode."""
        return merge(running, candidate)


PLATFORM = Ios()
