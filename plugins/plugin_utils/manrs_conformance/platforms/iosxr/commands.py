"""What an audit may send to an IOS-XR router: all of it only reads."""

from __future__ import annotations

from ..base import Commands

COMMANDS = Commands(
    config="show running-config",
    state={"version": "show version", "clock": "show clock"},
    optional=frozenset({"version", "clock"}),
)
