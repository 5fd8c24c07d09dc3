"""Every route of the tiny universe: a /28 world and its IPv6 twin, paths over three ASNs, two communities, four validation states."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from ipaddress import ip_network

from .config import NaiveRoute

HOME = {4: "198.51.100.0/28", 6: "2001:db8::/124"}
OUTSIDE = {4: ("0.0.0.0/0", "198.51.100.16/28", "203.0.113.0/24"), 6: ("::/0", "2001:db8::10/124", "2001:db8:1::/48")}
ASNS = (1, 11, 12)
TAGS = ("64500:1", "64500:12")
STATES = ("valid", "invalid", "not-found", "unverified")


def prefixes(afi: int) -> tuple[str, ...]:
    """The home prefix with everything inside, and three strangers."""
    home = ip_network(HOME[afi])
    inside = [str(one) for size in range(5) for one in home.subnets(prefixlen_diff=size)]
    return (*inside, *OUTSIDE[afi])


def paths() -> tuple[tuple[int, ...], ...]:
    """All paths of up to three ASNs."""
    return tuple(path for size in range(4) for path in itertools.product(ASNS, repeat=size))


def tag_sets() -> tuple[frozenset[str], ...]:
    """All sets of the two communities."""
    return tuple(frozenset(some) for size in range(3) for some in itertools.combinations(TAGS, size))


def routes(afi: int) -> Iterator[NaiveRoute]:
    """The whole universe of a family."""
    for prefix, path, tags, state in itertools.product(prefixes(afi), paths(), tag_sets(), STATES):
        yield NaiveRoute(prefix, path, tags, state)


def odd_paths() -> tuple[tuple[int | tuple[int, ...], ...], ...]:
    """Paths with an AS_SET, which only concrete routes have."""
    return ((1, (11, 12)), ((1,),), (12, 1, (1, 12)))
