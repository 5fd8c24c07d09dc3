"""What NAPALM's getters say (`get_facts`, `get_bgp_neighbors`, as JSON in the state): for drivers that have no command line."""

from __future__ import annotations

import ipaddress
import json
from collections.abc import Iterator, Mapping
from typing import Any

from ..model.router import LiveSession

GETTERS = {"napalm_facts": "get_facts", "napalm_bgp_neighbors": "get_bgp_neighbors"}


def facts(state: Mapping[str, str]) -> dict[str, Any]:
    """Facts; empty when they are missing or damaged."""
    return _document(state.get("napalm_facts"))


def version(state: Mapping[str, str]) -> str | None:
    """The version of the operating system."""
    said = facts(state).get("os_version")
    return said if isinstance(said, str) and said else None


def uptime(state: Mapping[str, str]) -> int | None:
    """Seconds since boot."""
    said = facts(state).get("uptime")
    return int(said) if isinstance(said, int | float) and 0 <= said < 10**10 else None


def sessions(state: Mapping[str, str]) -> tuple[LiveSession, ...] | None:
    """The sessions; None when the getter was not asked, or gave something else."""
    if "napalm_bgp_neighbors" not in state:
        return None
    found = _document(state["napalm_bgp_neighbors"])
    if not found:
        return None
    return tuple(_sessions(found))


def _sessions(found: dict[str, Any]) -> Iterator[LiveSession]:
    for vrf, table in found.items():
        peers = table.get("peers") if isinstance(table, dict) else None
        for address, peer in peers.items() if isinstance(peers, dict) else ():
            if not isinstance(peer, dict):
                continue
            up = peer.get("is_up") is True
            families = peer.get("address_family")
            for afi, counts in families.items() if isinstance(families, dict) else ():
                if not isinstance(counts, dict):
                    continue
                if afi not in ("ipv4", "ipv6"):
                    # A neighbour whose connection is not up has no family yet.
                    afi = "ipv6" if ":" in str(address) else "ipv4"
                yield LiveSession(
                    neighbor=_canonical(str(address)),
                    family=f"{afi}-unicast",
                    remote_as=_count(peer.get("remote_as")) or 0,
                    established=up,
                    received=_count(counts.get("received_prefixes")) if up else None,
                    accepted=_count(counts.get("accepted_prefixes")) if up else None,
                    sent=_count(counts.get("sent_prefixes")) if up else None,
                    vrf="default" if vrf == "global" else str(vrf),
                )


def _count(value: Any) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**32 else None


def _canonical(text: str) -> str:
    try:
        return str(ipaddress.ip_address(text))
    except ValueError:
        return text


def _document(text: str | None) -> dict[str, Any]:
    try:
        found = json.loads(text or "")
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}
