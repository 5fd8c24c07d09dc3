"""What an audit may send to an IOS-XR router: all of it only reads (task groups `bgp`, `config-services`, `basic-services`: read)."""

from __future__ import annotations

from .._getters import GETTERS
from ..base import Commands

COMMANDS = Commands(
    config="show running-config",
    state={
        "version": "show version",
        "clock": "show clock",
        "bgp_summary_ipv4": "show bgp vrf all ipv4 unicast summary",
        "bgp_summary_ipv6": "show bgp vrf all ipv6 unicast summary",
        "bgp_summary_default_ipv4": "show bgp ipv4 unicast summary",
        "bgp_summary_default_ipv6": "show bgp ipv6 unicast summary",
        "rpki_servers": "show bgp rpki server summary",
    },
    optional=frozenset(
        {
            "version",
            "clock",
            "bgp_summary_ipv4",
            "bgp_summary_ipv6",
            "bgp_summary_default_ipv4",
            "bgp_summary_default_ipv6",
            "rpki_servers",
        }
    ),
    getters=GETTERS,
    session=frozenset(
        {
            "get-config running",
            "get system-time",
            "get bgp",
            "close-session",
            "terminal width 511",
            "terminal length 0",
            "xml",
            "exit",
        }
    ),
)
"""Over NETCONF (`iosxr_netconf`) there are no show commands: `get-config` of the command lines, and two getters, by `get`. The XML agent
(`iosxr`) is entered with `xml` after the terminal was set, and takes the show commands."""
