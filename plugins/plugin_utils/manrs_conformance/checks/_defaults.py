"""Where a router may have a default route from."""

from __future__ import annotations

import ipaddress

from ..model.router import Interface, Router
from .base import CheckContext


def has_default(router: Router, afi: int, vrf: str) -> bool | None:
    """Whether a default route is there; None when only the live table could tell."""
    if any(one.vrf == vrf and _is_default(one.prefix, afi) and not one.discard for one in router.statics):
        return True
    if router.live is not None and router.live.routes is not None:
        return True if any(_is_default(one.prefix, afi) for one in router.live.routes) else None
    return None


def default_over(context: CheckContext, interface: Interface, afi: int) -> bool:
    """Whether the default route points out of this interface, as far as the configuration says."""
    nets = [ipaddress.ip_interface(one).network for one in interface.addresses]
    for one in context.router.statics:
        if one.vrf == interface.vrf and _is_default(one.prefix, afi) and not one.discard:
            if one.next_hop == interface.name:
                return True
            try:
                hop = ipaddress.ip_address(one.next_hop)
            except ValueError:
                continue
            if any(hop in net for net in nets):
                return True
    return False


def _is_default(prefix: str, afi: int) -> bool:
    return prefix == ("0.0.0.0/0" if afi == 4 else "::/0")
