"""What an audit may send to a Junos router: all of it only reads (login class with `view` and `view-configuration`)."""

from __future__ import annotations

from ..base import Commands

COMMANDS = Commands(
    config="show configuration",
    state={"version": "show version", "ephemeral": "show ephemeral-configuration merge"},
    optional=frozenset({"version", "ephemeral"}),
)
