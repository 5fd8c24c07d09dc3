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
    session=frozenset({"show hostname", "terminal width 511", "terminal length 0", "exit"}),
)
"""A role with `permit read` (network-operator) is enough, over NX-API (`nxos`) and over SSH (`nxos_ssh`)."""
