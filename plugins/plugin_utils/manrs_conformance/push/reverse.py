"""Whether the routes that a router has now lead rightful sources back over an interface: strict validation drops all others (RFC 3704 section 2.2).

Connected networks, static routes and the best BGP routes are known; routes of an IGP are not, nor is a table that was not collected. Where two of them
disagree about one prefix the sources count as routed elsewhere, for administrative distances are not read; only BGP routes that are best at once are
taken for a balanced path, which strict validation lets through either way (RFC 8704 section 2.2 says what it does to asymmetric ones).
"""

from __future__ import annotations

import bisect
import ipaddress
from collections.abc import Iterable, Iterator, Sequence

from ..analysis import scope
from ..model.router import Interface, LiveRoute, Router

Net = tuple[int, int, int]
"""Family (4, 6), network, length."""
BITS = {4: 32, 6: 128}


def doubt(router: Router, interface: Interface, expected: Sequence[str], authorised: Sequence[str], declared: bool) -> str | None:
    """Why strict source validation of an interface could drop packets with rightful sources; None where nothing speaks against it.

    `expected` are sources declared for it: each needs a known way back over it. `authorised` is what may come from there: no part of it may be routed
    elsewhere now. What is not known only counts where the operator has not `declared` what the interface is.
    """
    tables = _Tables(router, interface)
    for net in _read([*expected, *authorised]):
        away = tables.away_within(net) or tables.away_over(net)
        if away is not None:
            return f"its rightful source {_text(net)} is routed elsewhere now, by {_text(away)}: an asymmetric path"
    if tables.unknown:
        return None if declared else f"{tables.unknown}, and the intent does not declare the interface"
    for net in _read(expected):
        if tables.best(net) is not True:
            return f"no route to its declared source {_text(net)} over this interface is known"
    return None


class _Tables:
    """Routes of the interface's VRF: prefix, and whether all that is known of it leads over the interface."""

    def __init__(self, router: Router, interface: Interface) -> None:
        self.interface = interface
        self.subnets = [ipaddress.ip_interface(one).network for one in interface.addresses]
        self.routes: dict[Net, bool] = {}
        self.unknown = ""
        bgp = self._bgp(router)
        fixed: dict[Net, bool] = {}
        self.discarded = {net for one in router.statics if one.discard and one.vrf == interface.vrf for net in _read([one.prefix])}
        for one in router.statics:
            if one.vrf == interface.vrf:
                for net in _read([one.prefix]):
                    fixed[net] = fixed.get(net, True) and not one.discard and self._here(one.next_hop)
        for net in fixed.keys() | bgp.keys():
            self.routes[net] = fixed.get(net, True) and bgp.get(net, True)
        own = set(_read(map(str, self.subnets)))
        for face in router.interfaces:
            if face.vrf == interface.vrf and not face.shutdown:
                # A host address of another interface (a loopback) is the router's own: no packet comes with it.
                nets = _read(str(ipaddress.ip_interface(one).network) for one in face.addresses)
                self.routes.update((net, False) for net in nets if net not in own and net[2] < BITS[net[0]])
        self.routes.update((net, True) for net in own)
        self.elsewhere = sorted(net for net, here in self.routes.items() if not here)

    def _bgp(self, router: Router) -> dict[Net, bool]:
        """Best routes by prefix. A table that is not known, or that may mix VRFs, is said to be."""
        routes = router.live.routes if router.live is not None else None
        if routes is None:
            self.unknown = "the routes that the router uses were not collected"
            return {}
        if self.interface.vrf != "default":
            self.unknown = f"the routes of VRF {self.interface.vrf} are not told apart"
            return {}
        over = {one.neighbor for one in scope.sessions_over(router, self.interface)}
        others = {one.neighbor for one in router.sessions if one.vrf != "default"}
        inside = {one.neighbor for one in router.sessions if one.vrf == "default"}
        out: dict[Net, bool] = {}
        for one in routes:
            if not one.best or _address(one.neighbor) is None or one.neighbor in others - inside:
                continue  # what the router originates itself is in another table, too
            here = one.neighbor in over and one.neighbor not in others and self._reached(one)
            for net in _read([one.prefix]):
                out[net] = out.get(net, False) or here
        return out

    def _reached(self, route: LiveRoute) -> bool:
        """Whether the next hop of a route from a neighbour on the interface lies there as well: it need not be the neighbour."""
        hop = _address(route.next_hop)
        return not route.next_hop or self._here(route.next_hop) or (hop is not None and hop.is_link_local)

    def _here(self, hop: str) -> bool:
        """Whether a next hop as configured is on the interface; one that is reached by another route counts as elsewhere."""
        words = hop.replace("%", " ").split()
        if self.interface.name in words:
            return True
        found = _address(words[0]) if len(words) == 1 else None
        return found is not None and any(found in net for net in self.subnets)

    def away_within(self, net: Net) -> Net | None:
        """A route to a part of a network that does not lead over the interface."""
        family, first, length = net
        last = first | (1 << BITS[family] - length) - 1
        start = bisect.bisect_left(self.elsewhere, (family, first, 0))
        some = self.elsewhere[start : bisect.bisect_right(self.elsewhere, (family, last, BITS[family]))]
        return next((one for one in some if one[2] >= length), None)

    def away_over(self, net: Net) -> Net | None:
        """The route that decides for a network as a whole, where it leads elsewhere; a default route says nothing of a source in particular, nor
        does an aggregate that the router discards."""
        found = self._longest(net)
        return None if found is None or found[2] == 0 or self.routes[found] or found in self.discarded else found

    def best(self, net: Net) -> bool | None:
        """Whether the longest route to a network leads over the interface; None where there is none."""
        found = self._longest(net)
        return None if found is None else self.routes[found]

    def _longest(self, net: Net) -> Net | None:
        family, first, length = net
        for bits in range(length, -1, -1):
            shift = BITS[family] - bits
            one = (family, first >> shift << shift, bits)
            if one in self.routes:
                return one
        return None


def _read(texts: Iterable[str]) -> Iterator[Net]:
    """Networks; IPv4-mapped IPv6 ones are those of IPv4 (RFC 4291 section 2.5.5.2). Link-local ones are on every link and never routed."""
    for text in texts:
        try:
            net = ipaddress.ip_network(text, strict=False)
        except ValueError:
            continue
        if isinstance(net, ipaddress.IPv6Network):
            mapped = net.network_address.ipv4_mapped
            if mapped is not None and net.prefixlen >= 96:
                yield 4, int(mapped), net.prefixlen - 96
                continue
        if not net.is_link_local:
            yield net.version, int(net.network_address), net.prefixlen


def _text(net: Net) -> str:
    kind = ipaddress.IPv4Network if net[0] == 4 else ipaddress.IPv6Network
    return str(kind((net[1], net[2])))


def _address(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    """The address, that of IPv4 where IPv6 maps one; None for any other text."""
    try:
        found = ipaddress.ip_address(text)
    except ValueError:
        return None
    mapped = found.ipv4_mapped if isinstance(found, ipaddress.IPv6Address) else None
    return mapped or found
