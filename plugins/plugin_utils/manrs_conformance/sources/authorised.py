"""What a neighbour may announce, from its as-set or ASN: route objects, ROAs, either or both. Never an empty filter."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Sequence
from socket import inet_ntoa
from typing import Literal

from ..model.ranges import Ranges
from ..model.reference import Authorised, Vrp
from ._bytes import SourceError, split_prefix
from .irr import Registry, expand, routes_of

Policy = Literal["irr", "rpki", "either", "both"]
SHORTEST = {4: 8, 6: 16}
"""No registry entry shorter than this authorises a customer: it would open the filter."""
NAMED = 4
"""Registries that a reason names."""
Found = dict[tuple[int, int, int, int], str]


def authorised(
    key: str,
    *,
    policy: Policy,
    registry: Registry | None,
    vrps: Sequence[Vrp] | None,
    vrps_problem: str | None = None,
) -> Authorised:
    """Ranges for an as-set or `AS64500`; whatever could not be asked, does not exist or is empty becomes its `problem`.

    `both` keeps a route object only where a ROA makes it valid (RFC 6811).
    """
    try:
        origins, missing = _origins(key.upper(), registry)
        found = _ranges(policy, origins, registry, vrps, vrps_problem)
    except SourceError as error:
        return Authorised((), (), problem=f"{key}: {error}")
    v4, v6 = _entries(found, 4), _entries(found, 6)
    reasons = {_text(*range_): why for range_, why in sorted(found.items())}
    reasons |= dict.fromkeys(missing, "this as-set is a member but does not exist")
    problem = (
        None if v4 or v6 else f"{key}: no prefix is authorised by {policy} for {len(origins)} ASNs; an empty filter is never built"
    )
    return Authorised(v4, v6, origins, reasons, problem)


def _origins(name: str, registry: Registry | None) -> tuple[tuple[int, ...], tuple[str, ...]]:
    if name[:2] == "AS" and name[2:].isdigit():
        return (int(name[2:]),), ()
    if registry is None:
        raise SourceError("an as-set needs an IRR source, and none is given")
    expansion = expand(registry, name)
    if name in expansion.missing:
        raise SourceError("the as-set does not exist in the IRR")
    if not expansion.asns:
        raise SourceError("the as-set holds no ASN")
    return expansion.asns, expansion.missing


def _ranges(
    policy: Policy, origins: Sequence[int], registry: Registry | None, vrps: Sequence[Vrp] | None, vrps_problem: str | None
) -> Found:
    from_roas: Found = {}
    from_objects: Found = {}
    if policy != "irr":
        if vrps is None or vrps_problem:
            raise SourceError(vrps_problem or "no VRPs are given")
        from_roas = _roas(origins, vrps)
    if policy != "rpki":
        if registry is None:
            raise SourceError("no IRR source is given")
        from_objects = _route_objects(routes_of(registry, origins).items(), vrps if policy == "both" else None, _where(registry))
    if policy == "both":
        return from_objects
    return {
        **from_roas,
        **{range_: f"{why}; {from_roas[range_]}" if range_ in from_roas else why for range_, why in from_objects.items()},
    }


def _roas(origins: Sequence[int], vrps: Sequence[Vrp]) -> Found:
    wanted = set(origins) - {0}
    found: Found = {}
    for one in vrps:
        if one.asn in wanted:
            family, network, length = split_prefix(one.prefix)
            if length >= SHORTEST[family]:
                key = (family, network, length, one.max_length)
                found[key] = _join(found.get(key), f"ROA of AS{one.asn}")
    return found


def _route_objects(routes: Iterable[tuple[int, Sequence[str]]], vrps: Sequence[Vrp] | None, where: str) -> Found:
    """Exact prefixes of route objects; with `vrps` only those that are valid for their origin."""
    covering: dict[tuple[int, int, int, int], int] = {}
    for one in vrps or ():
        family, network, length = split_prefix(one.prefix)
        at = (family, network, length, one.asn)
        covering[at] = max(covering.get(at, 0), one.max_length)
    found: Found = {}
    for asn, prefixes in routes:
        plain = f"route object of AS{asn}{where}"  # one text for all of an origin: registries hold hundreds of thousands
        for prefix in prefixes:
            family, network, length = split_prefix(prefix)
            if length < SHORTEST[family]:
                continue
            if vrps is None:
                why = plain
            elif _valid(family, network, length, asn, covering):
                why = f"{plain} with a valid ROA"
            else:
                continue
            key = (family, network, length, length)
            found[key] = _join(found.get(key), why)
    return found


def _where(registry: Registry) -> str:
    """The registries that an answer about routes can come from: IRRd gives the prefixes of all of them together."""
    known = registry.sources
    if not known:
        return ""
    return f" in {' or '.join(known)}" if len(known) <= NAMED else f" in one of {len(known)} registries, {known[0]} first"


def _valid(family: int, network: int, length: int, asn: int, covering: dict[tuple[int, int, int, int], int]) -> bool:
    bits = 128 if family == 6 else 32
    return asn != 0 and any(
        covering.get((family, network >> (bits - up) << (bits - up), up, asn), -1) >= length for up in range(length, -1, -1)
    )


def _join(before: str | None, why: str) -> str:
    return why if before is None else before if why in before.split("; ") else f"{before}; {why}"


def _entries(found: Found, family: int) -> Ranges:
    return Ranges((network, length, length, most, True, 0) for kind, network, length, most in sorted(found) if kind == family)


def _text(family: int, network: int, length: int, most: int) -> str:
    address = ipaddress.IPv6Address(network) if family == 6 else inet_ntoa(network.to_bytes(4, "big"))
    return f"{address}/{length}{f' le {most}' if most != length else ''}"
