"""Top-level statements of FRR that bear on no check, and small readers of lines."""

from __future__ import annotations

import re

from .._block import word_set

IRRELEVANT = word_set(
    """
    log service line end exit exit-vrf banner password enable agentx debug zebra nhg nexthop-group pbr pbr-map babel eigrp
    mpls ldp fabricd segment-routing key bfd rip ripng ospf ospf6 isis pim vrrp watchfrr domainname allow-external-route-update fpm netns affinity-map traffic-export graceful-restart snmp hostname username exit-address-family configure
    Building Current
    """
)
"""First words of lines or blocks that no check reads."""
IRRELEVANT_IP = word_set(
    """
    forwarding nht protocol multicast-routing multicast pim msdp ssmpingd igmp mld router-id ospf ospf6 rip ripng eigrp
    router table import-table zebra nhrp mroute
    """
)
IRRELEVANT_ROUTERS = word_set("ospf ospf6 isis rip ripng eigrp babel openfabric pim pim6")
INTERFACE_IRRELEVANT = word_set(
    """
    ip ipv6 bandwidth link-detect no mpls link-params evpn multicast isis bfd vrrp pbr-policy ptm-enable nhrp tunnel
    exit-link-params admin-grp metric affinity
    """
)
BLOCKS = word_set("key nexthop-group pbr-map bfd ldp mpls segment-routing line fabricd")
SECRET = re.compile(
    r"(?:^|\s)(?:password|key-string|authentication-key|md5|area-password|domain-password|auth|encrypt(?:ion)?-key|secret|psk)\s+"
    r"(?:(?:clear|md5|encrypted|8|7|0)\s+)*(\S.*?)\s*$"
)


def version_of(text: str) -> tuple[int, ...] | None:
    """`8.4.4` or `10.0-dev` as numbers; None when it is no version."""
    found = re.match(r"(\d{1,9})\.(\d{1,9})(?:\.(\d{1,9}))?", text)
    return tuple(int(one) for one in found.groups(default="0")) if found else None
