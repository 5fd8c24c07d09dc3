"""Cisco IOS-XR: read for an audit or a gate, not pushed to."""

from __future__ import annotations

from collections.abc import Mapping

from ...model.router import Router
from ..base import Commands
from .commands import COMMANDS
from .parser import parse


class IosXr:
    """The platform object (see `platforms.base.Platform`)."""

    name: str = "iosxr"
    comment: str = "!"
    commands: Commands = COMMANDS

    def parse(self, text: str, state: Mapping[str, str]) -> Router:
        """The meaning of `show running-config` and the live outputs; never raises."""
        return parse(text, state)


PLATFORM = IosXr()
