"""What an audit may send to a Junos router: all of it only reads (login class with `view` and `view-configuration`)."""

from __future__ import annotations

from ..base import Commands

COMMANDS = Commands(
    config="show configuration",
    state={
        "version": "show version",
        "clock": "show system uptime",
        "ephemeral": "show ephemeral-configuration merge",
        "bgp_summary": "show bgp summary",
        "bgp_neighbors": "show bgp neighbor",
        "rpki_cache": "show validation session",
        "rpki_database": "show validation statistics",
    },
    optional=frozenset({"clock", "ephemeral", "bgp_summary", "bgp_neighbors", "rpki_cache", "rpki_database"}),
)
