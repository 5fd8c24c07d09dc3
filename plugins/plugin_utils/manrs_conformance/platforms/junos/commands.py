"""What an audit may send to a Junos router: all of it only reads (login class with `view` and `view-configuration`)."""

from __future__ import annotations

from ..base import Commands

COMMANDS = Commands(
    config="show configuration",
    state={
        "version": "show version",
        "clock": "show system uptime",
        "ephemeral": "show ephemeral-configuration merge",
        "bgp_neighbors": "show bgp neighbor",
        "validation_session": "show validation session",
    },
    optional=frozenset({"version", "clock", "ephemeral", "bgp_neighbors", "validation_session"}),
    session=frozenset({"get-configuration committed text", "close-session"}),
)
"""Over NETCONF each show command is the RPC `command`; the configuration comes through `get-configuration`."""
