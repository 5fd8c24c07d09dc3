"""RPKI caches, and validation by them, in the words of platforms where configuration is lines."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from ..model.router import Router

Caches = Sequence[tuple[str, int]]


def lines(router: Router, body: Iterable[str]) -> str:
    """Statements of the BGP process; empty without any."""
    text = "".join(f"{one}\n" for one in body)
    return f"router bgp {router.local_as}\n{text}" if text else ""


def families(router: Router) -> list[str]:
    """Families in which external neighbours send routes of the global table."""
    found = {one.family for one in router.sessions if one.kind == "ebgp" and one.vrf == "default"}
    return [one for one in ("ipv4-unicast", "ipv6-unicast") if one in found]


def added(now: Router, was: Router) -> Caches:
    """Caches that a router asks and did not before; none where it asked others then: these are the operator's."""
    return [(one.address, one.port) for one in now.caches] if not was.caches else []
