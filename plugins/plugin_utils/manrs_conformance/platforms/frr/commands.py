"""What an audit may send to an FRR router (Linux shell): all of it only reads."""

from __future__ import annotations

from ..base import Commands


def _vtysh(command: str) -> str:
    return f"vtysh -c '{command}'"


COMMANDS = Commands(
    config=_vtysh("show running-config"),
    state={
        "version": _vtysh("show version"),
        "clock": "date -u +%Y-%m-%dT%H:%M:%SZ",
        "uptime": "cat /proc/uptime",
        "sysctl": "sysctl -a -r \\.rp_filter$",
        "nft": "nft -j list ruleset",
        "addresses": "ip -j addr show",
        "netstat": "cat /proc/net/netstat",
        "bgp_summary_ipv4": _vtysh("show bgp vrf all ipv4 unicast summary json"),
        "bgp_summary_ipv6": _vtysh("show bgp vrf all ipv6 unicast summary json"),
        "bgp_neighbors": _vtysh("show bgp vrf all neighbors json"),
        "rpki_cache": _vtysh("show rpki cache-connection json"),
        "rpki_prefixes": _vtysh("show rpki prefix-table json"),
        "bgp_table_ipv4": _vtysh("show bgp vrf all ipv4 unicast json"),
        "bgp_table_ipv6": _vtysh("show bgp vrf all ipv6 unicast json"),
        "bgp_valid_ipv4": _vtysh("show bgp ipv4 unicast rpki valid json"),
        "bgp_valid_ipv6": _vtysh("show bgp ipv6 unicast rpki valid json"),
        "bgp_invalid_ipv4": _vtysh("show bgp ipv4 unicast rpki invalid json"),
        "bgp_invalid_ipv6": _vtysh("show bgp ipv6 unicast rpki invalid json"),
        "bgp_notfound_ipv4": _vtysh("show bgp ipv4 unicast rpki notfound json"),
        "bgp_notfound_ipv6": _vtysh("show bgp ipv6 unicast rpki notfound json"),
    },
    optional=frozenset(
        {
            "uptime",
            "sysctl",
            "nft",
            "addresses",
            "netstat",
            "rpki_cache",
            "rpki_prefixes",
            "bgp_table_ipv4",
            "bgp_table_ipv6",
            "bgp_valid_ipv4",
            "bgp_valid_ipv6",
            "bgp_invalid_ipv4",
            "bgp_invalid_ipv6",
            "bgp_notfound_ipv4",
            "bgp_notfound_ipv6",
        }
    ),
    large=frozenset(
        {
            "bgp_table_ipv4",
            "bgp_table_ipv6",
            "bgp_valid_ipv4",
            "bgp_valid_ipv6",
            "bgp_invalid_ipv4",
            "bgp_invalid_ipv6",
            "bgp_notfound_ipv4",
            "bgp_notfound_ipv6",
        }
    ),
    privileged=frozenset({"nft", "sysctl"}),
)
