"""What an audit may send to an NX-OS router: all of it only shows."""

from __future__ import annotations

from ..base import Commands

COMMANDS = Commands(
    config="show running-config",
    state={
        "version": "show version",
        "clock": "show clock",
        "bgp_summary": "show bgp vrf all all summary | json",
    },
    optional=frozenset({"clock", "bgp_summary"}),
)
