"""Resolve what the intent says of a session, VRF or interface: the most specific declaration wins."""

from __future__ import annotations

import fnmatch
import functools
import ipaddress
from collections.abc import Iterable
from typing import Literal

from ..errors import InputError
from ..model.intent import Intent, InterfaceClass, Neighbour, Selector
from ..model.router import Interface, Router, Session


@functools.lru_cache(maxsize=4096)
def specificity(select: Selector) -> tuple[int, ...]:
    """Order of selectors: address (longer first), ASN, group, device, VRF, family; exact text before wildcards."""
    return (
        _address_length(select.address),
        int(select.asn is not None),
        _pattern_rank(select.group),
        _pattern_rank(select.device),
        int(select.vrf is not None),
        int(select.family is not None),
    )


def matches(select: Selector, device: str, session: Session) -> bool:
    """Whether every part the selector names holds for this session of this device."""
    return (
        (select.device is None or fnmatch.fnmatchcase(device, select.device))
        and (select.vrf is None or select.vrf == session.vrf)
        and (select.group is None or (session.group is not None and fnmatch.fnmatchcase(session.group, select.group)))
        and (select.asn is None or _only_asn(session) == select.asn)
        and (select.family is None or select.family == session.family)
        and (select.address is None or _address_matches(select.address, session))
    )


def neighbour_for(intent: Intent, device: str, session: Session) -> Neighbour | None:
    """The most specific declaration for a session, or None when it is undeclared; InputError if two contradict each other."""
    found = [one for one in _candidates(intent.neighbours, _only_asn(session)) if matches(one.select, device, session)]
    if not found:
        return None
    best = max(specificity(one.select) for one in found)
    winners = [one for one in found if specificity(one.select) == best]
    if len(winners) > 1:
        raise InputError(
            f"{device} {session.key}: {len(winners)} neighbour entries of the intent are equally specific: {winners[0].select}"
        )
    return winners[0]


_INDEX: dict[int, tuple[tuple[Neighbour, ...], dict[int | None, list[Neighbour]]]] = {}
"""The entries by ASN of the last intent; an operator with a thousand customers has a thousand entries."""


def _candidates(neighbours: tuple[Neighbour, ...], asn: int | None) -> list[Neighbour]:
    """Entries that name this ASN or none at all, in the order of the file."""
    known = _INDEX.get(id(neighbours))
    if known is None or known[0] is not neighbours:
        index: dict[int | None, list[Neighbour]] = {None: [one for one in neighbours if one.select.asn is None]}
        for asked in {one.select.asn for one in neighbours}:
            index[asked] = [one for one in neighbours if one.select.asn in (None, asked)] if index[None] else []
        if not index[None]:
            for one in neighbours:
                index[one.select.asn].append(one)
        _INDEX.clear()
        known = _INDEX[id(neighbours)] = (neighbours, index)
    return known[1].get(asn, known[1][None])


def vrf_kind(intent: Intent, vrf: str) -> Literal["internet", "private"] | None:
    """How a VRF is declared; the default one is `internet` unless declared otherwise, any other undeclared one is None."""
    if vrf in intent.vrfs:
        return intent.vrfs[vrf]
    return "internet" if vrf in {"default", "", "global", "master", "inet.0"} else None


def is_leaf(intent: Intent) -> bool:
    """Whether the intent declares no customer at all (RFC 7454 section 6.3.2: a leaf network)."""
    return not any(one.relationship in {"customer", "route_server_client"} for one in intent.neighbours)


def max_prefix_of(neighbour: Neighbour, session: Session) -> int | None:
    """The declared limit for the family of the session."""
    return neighbour.max_prefix_v6 if session.afi == 6 else neighbour.max_prefix


_OVER: dict[str, tuple[Router, dict[int, tuple[Interface, tuple[Session, ...]]]]] = {}
"""What runs over the interfaces of the last router: a dozen checks ask, one after the other."""


def sessions_over(router: Router, interface: Interface) -> tuple[Session, ...]:
    """Sessions that run over an interface: unnumbered on it, or with their neighbour inside one of its subnets."""
    known = _OVER.get("")
    if known is None or known[0] is not router:
        known = _OVER[""] = (router, {})
    found = known[1].get(id(interface))
    if found is None or found[0] is not interface:
        subnets = [_bounds(one) for one in interface.addresses]
        over = tuple(
            one
            for one in router.sessions
            if one.vrf == interface.vrf and (interface.name in (one.interface, one.neighbor) or _inside(one.neighbor, subnets))
        )
        found = known[1][id(interface)] = (interface, over)
    return found[1]


def forget() -> None:
    """Let go of the last router."""
    _OVER.clear()


def interface_class(intent: Intent, device: str, interface: Interface, router: Router) -> str | None:
    """Class of an interface: by declaration, else by the sessions that run over it; None when neither says or they disagree.

    A customer's interface is `single_homed_customer` only where every customer on it is declared single-homed.
    """
    declared = interface_declaration(intent, device, interface)
    if declared is not None and declared.klass != "customer":
        return declared.klass
    neighbours = [neighbour_for(intent, device, one) for one in sessions_over(router, interface)]
    classes = {_class_of(one) for one in neighbours}
    if declared is not None:
        return "single_homed_customer" if classes == {"single_homed_customer"} else "multihomed_customer"
    return classes.pop() if len(classes) == 1 else None


def interface_declaration(intent: Intent, device: str, interface: Interface) -> InterfaceClass | None:
    """The most specific interface entry (exact before wildcard, then longer pattern, then order in the file), or None."""
    found = [one for one in intent.interfaces if _interface_matches(one, device, interface.name)]
    return max(found, key=_interface_rank, default=None)


def expected_sources(intent: Intent, device: str, interface: Interface) -> tuple[str, ...]:
    """Declared source prefixes of an interface beyond its connected ones."""
    declared = interface_declaration(intent, device, interface)
    return declared.sources if declared is not None else ()


def _class_of(neighbour: Neighbour | None) -> str | None:
    if neighbour is None:
        return None
    if neighbour.relationship == "customer":
        return "single_homed_customer" if neighbour.single_homed else "multihomed_customer"
    return neighbour.relationship


def _interface_matches(one: InterfaceClass, device: str, name: str) -> bool:
    return (one.device is None or fnmatch.fnmatchcase(device, one.device)) and (
        one.pattern is None or fnmatch.fnmatchcase(name.casefold(), one.pattern.casefold())
    )


def _interface_rank(one: InterfaceClass) -> tuple[int, int, int]:
    return (_pattern_rank(one.pattern), _pattern_rank(one.device), len(one.pattern or ""))


def _only_asn(session: Session) -> int | None:
    """The ASN of the neighbour where exactly one is possible."""
    remote = session.remote_as
    if isinstance(remote, tuple):
        return remote[0] if len(set(remote)) == 1 else None
    return remote if isinstance(remote, int) else None


def _pattern_rank(pattern: str | None) -> int:
    return 0 if pattern is None else 1 if set("*?[") & set(pattern) else 2


def _address_length(address: str | None) -> int:
    if address is None:
        return -1
    try:
        network = ipaddress.ip_network(address, strict=False)
    except ValueError:
        return 255  # an interface name: between a host address (256) and any range
    return 2 * (128 - (network.max_prefixlen - network.prefixlen))


def _address_matches(selector: str, session: Session) -> bool:
    """Equal as address, range or interface name, or a neighbour inside the selector's range."""
    if selector in (session.neighbor, session.interface):
        return True
    try:
        wanted = ipaddress.ip_network(selector)
        actual = ipaddress.ip_network(session.neighbor.partition("%")[0], strict=False)
    except ValueError:
        return False
    return wanted.version == actual.version and actual.subnet_of(wanted)  # type: ignore[arg-type]


@functools.lru_cache(maxsize=65_536)
def _bounds(address: str) -> tuple[int, int, int]:
    """Version, first and last address of the network of an interface address."""
    network = ipaddress.ip_interface(address).network
    return network.version, int(network.network_address), int(network.broadcast_address)


@functools.lru_cache(maxsize=65_536)
def _numbers(neighbor: str) -> tuple[int, int, int] | None:
    """Version, first and last address of a neighbour or listen range; None for an interface."""
    try:
        network = ipaddress.ip_network(neighbor.partition("%")[0], strict=False)
    except ValueError:
        return None
    return network.version, int(network.network_address), int(network.broadcast_address)


def _inside(neighbor: str, subnets: Iterable[tuple[int, int, int]]) -> bool:
    found = _numbers(neighbor)
    if found is None:
        return False
    version, first, last = found
    return any(kind == version and low <= first and last <= high for kind, low, high in subnets)
