"""What an audit may send to an IOS-XR router: all of it only reads."""

from __future__ import annotations

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
        "rpki_summary": "show bgp rpki server summary",
        "privileges": "show user tasks",
    },
    optional=frozenset(
        {
            "bgp_summary_ipv4",
            "bgp_summary_ipv6",
            "bgp_summary_default_ipv4",
            "bgp_summary_default_ipv6",
            "rpki_summary",
            "privileges",
        }
    ),
)
