"""What an audit may send to an IOS or IOS-XE router: all of it only shows."""

from __future__ import annotations

from ..base import Commands

COMMANDS = Commands(
    config="show running-config",
    state={
        "version": "show version",
        "clock": "show clock",
        "privilege": "show privilege",
        "bgp_summary_ipv4": "show bgp ipv4 unicast summary",
        "bgp_summary_ipv6": "show bgp ipv6 unicast summary",
        "bgp_neighbors": "show bgp all neighbors",
        "rpki_servers": "show bgp ipv4 unicast rpki servers",
        "urpf": "show ip interface | include line protocol|verification drops",
    },
    optional=frozenset({"bgp_summary_ipv4", "bgp_summary_ipv6", "bgp_neighbors", "rpki_servers", "urpf"}),
    session=frozenset({"terminal width 511", "terminal length 0", "enable", "exit"}),
)
"""The account needs privilege level 15, or what it is shown of the configuration is only a part: `show privilege` proves it."""
