"""What an audit may send to an EOS switch or router: all of it only reads."""

from __future__ import annotations

from ..base import Commands

COMMANDS = Commands(
    config="show running-config",
    state={
        "version": "show version",
        "clock": "show clock",
        "bgp_summary_ipv4": "show ip bgp summary vrf all",
        "bgp_summary_ipv6": "show ipv6 bgp summary vrf all",
        "rpki_cache": "show bgp rpki cache",
    },
    optional=frozenset({"bgp_summary_ipv4", "bgp_summary_ipv6", "rpki_cache"}),
    session=frozenset({"enable", "show version | json", "terminal width 511", "terminal length 0", "exit"}),
)
"""The driver opens with `show version` and sends `enable` before each command; over SSH it sets the terminal first."""
