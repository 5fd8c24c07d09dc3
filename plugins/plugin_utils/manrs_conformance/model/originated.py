"""Which prefixes are announced by whom: what the intent declares together with what route collectors see."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from .intent import Intent, PrefixRange
from .public import Announcements


@dataclass(frozen=True, slots=True)
class Originated:
    """A prefix and the ASNs that may stand as its origin; `own` unless a customer's; `seen` at route collectors."""

    prefix: str
    origins: tuple[int, ...]
    own: bool
    seen: bool = False


def originated(intent: Intent, seen: Mapping[int, Announcements] | None) -> tuple[Originated, ...]:
    """Own and customers' prefixes in order; one that is seen has the origin it was seen with.

    Customers count by their pinned prefixes and by what collectors see of their ASNs.
    """
    found: dict[tuple[str, tuple[int, ...]], Originated] = {}
    for one in (seen or {}).values():
        for each in one.announced or ():
            found[each.prefix, (one.asn,)] = Originated(each.prefix, (one.asn,), one.asn in intent.asns, seen=True)
    observed = {prefix for prefix, _origins in found}
    for prefix in _whole(intent.prefixes):
        if prefix not in observed:
            found[prefix, intent.asns] = Originated(prefix, intent.asns, own=True)
    for neighbour in intent.neighbours:
        if neighbour.relationship != "customer" or not neighbour.prefixes or neighbour.private_asn:
            continue
        origins = tuple(dict.fromkeys([*((neighbour.select.asn,) if neighbour.select.asn else ()), *(neighbour.origins or ())]))
        for prefix in _whole(neighbour.prefixes):
            if prefix not in observed and origins:
                found[prefix, origins] = Originated(prefix, origins, own=False)
    return tuple(found[key] for key in sorted(found, key=_order))


def declares(ranges: Iterable[PrefixRange], prefix: str) -> bool:
    """Whether a declared range holds the prefix."""
    net = ipaddress.ip_network(prefix)
    for one in ranges:
        outer = ipaddress.ip_network(one.prefix)
        if outer.version != net.version or not net.subnet_of(outer):  # type: ignore[arg-type]
            continue
        if (one.ge or outer.prefixlen) <= net.prefixlen <= (one.le or (one.ge and net.max_prefixlen) or outer.prefixlen):
            return True
    return False


def _whole(ranges: Iterable[PrefixRange]) -> list[str]:
    """Prefixes of ranges that hold their own length; the more specific ones of a range are known only when seen."""
    nets = [(ipaddress.ip_network(one.prefix), one.ge) for one in ranges]
    return [str(net) for net, ge in nets if ge is None or ge <= net.prefixlen]


def _order(key: tuple[str, tuple[int, ...]]) -> tuple[int, int, int, tuple[int, ...]]:
    net = ipaddress.ip_network(key[0])
    return net.version, int(net.network_address), net.prefixlen, key[1]
