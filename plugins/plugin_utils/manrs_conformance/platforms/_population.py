"""Whether the sessions of a text are those that the router runs: what never arrived is not in the accounting of lines."""

from __future__ import annotations

import ipaddress
from collections.abc import Callable, Iterable, Sequence

from ..model.router import LiveSession, Session
from ._address import canonical

Name = tuple[str, str]
"""VRF and neighbour."""


def differs(
    parsed: Sequence[Session], running: Sequence[LiveSession] | None, shown: Callable[[str, str], bool], also: Iterable[Name] = ()
) -> str:  # fmt: skip
    """Why the text cannot be all of the configuration, or not the one that runs; empty when nothing says so.

    Every session that runs must be in the text: itself, as a neighbour without a family that is modelled (`also`), as member of a range, or
    as the other end of an unnumbered link. Every session of the text must run in some state: unless it is shut down, a range, on an
    interface (its address is not known before it is up), or its VRF and family are not `shown` by the outputs that came.
    """
    if running is None:
        return ""
    known = {(one.vrf, canonical(one.neighbor)) for one in parsed} | {(vrf, canonical(name)) for vrf, name in also}
    links = {(one.vrf, face) for one in parsed for face in (one.interface, _face(one.neighbor)) if face}
    ranges = [(one.vrf, ipaddress.ip_network(one.neighbor)) for one in parsed if _is_range(one.neighbor)]
    for now in running:
        at = canonical(now.neighbor)
        if {(now.vrf, at), (now.vrf, at.partition("%")[0])} & known or (now.vrf, _face(at) or at) in links:
            continue
        if not _inside(now.vrf, at, ranges) and not (_is_link_local(at) and any(vrf == now.vrf for vrf, _face_ in links)):
            return f"the router runs a session with {now.neighbor} (VRF {now.vrf}) that the text does not have"
    live = {(now.vrf, canonical(now.neighbor).partition("%")[0]) for now in running}
    for one in parsed:
        free = one.shutdown or one.interface or _face(one.neighbor) or _is_range(one.neighbor)
        if free or not shown(one.vrf, one.family):
            continue
        if (one.vrf, canonical(one.neighbor)) not in live:
            return f"the text has a session with {one.neighbor} (VRF {one.vrf}) that the router does not run in any state"
    return ""


def _face(name: str) -> str:
    """The interface behind a link-local address, or instead of an address."""
    address, _mark, scope = name.partition("%")
    if scope:
        return scope
    try:
        ipaddress.ip_network(address, strict=False)
    except ValueError:
        return name
    return ""


def _is_range(name: str) -> bool:
    return "/" in name and not _face(name)


def _is_link_local(name: str) -> bool:
    try:
        return ipaddress.ip_address(name.partition("%")[0]).is_link_local
    except ValueError:
        return False


def _inside(vrf: str, name: str, ranges: Iterable[tuple[str, ipaddress.IPv4Network | ipaddress.IPv6Network]]) -> bool:
    try:
        address = ipaddress.ip_address(name.partition("%")[0])
    except ValueError:
        return False
    return any(where == vrf and address.version == net.version and address in net for where, net in ranges)
