"""Interfaces whose source addresses can be judged, and what source validation does on them."""

from __future__ import annotations

import functools
import ipaddress
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from ..analysis import scope
from ..model.policy import PrefixEntry
from ..model.result import Finding, Line, Packet, Status, Witness
from ..model.router import Interface, SourceFilter, Unread, Urpf
from ._questions import authorised
from .base import Check, CheckContext

Network = ipaddress.IPv4Network | ipaddress.IPv6Network
Guard = Literal["strict", "feasible", "acl", "loose", "none", "unknown"]
SPOOFED = {4: ("198.18.0.1", "203.0.113.1", "192.0.2.1"), 6: ("2001:2::1", "2001:db8::1", "3fff::1")}
V4, V6 = {"ip", "ipv4", "inet"}, {"ipv6", "inet6"}
UNCLASSED = ("lo", "Loopback", "dummy", "Null")


def judged_interfaces(context: CheckContext) -> Iterator[tuple[Interface, str | None]]:
    """Interfaces that are up, addressed, in an internet VRF and no loopback, with their class."""
    for one in context.router.interfaces:
        if one.shutdown or not (one.addresses or one.assigned) or one.name.startswith(UNCLASSED):
            continue
        if scope.vrf_kind(context.intent, one.vrf) == "private" or not families(one):
            continue
        yield one, scope.interface_class(context.intent, context.device, one, context.router)


def families(interface: Interface) -> tuple[int, ...]:
    """Address families with an address beyond link-local, known or not."""
    return tuple(sorted({*interface.assigned, *(afi for one in interface.addresses if (afi := _family(one)))}))


@functools.lru_cache(maxsize=65_536)
def _family(address: str) -> int:
    """Family of an address beyond link-local, else 0."""
    found = ipaddress.ip_interface(address)
    return 0 if found.is_link_local else found.version


@dataclass(frozen=True, slots=True)
class Link:
    """One interface in one address family."""

    context: CheckContext
    check: Check
    interface: Interface
    klass: str
    afi: int

    @property
    def guard(self) -> Guard:
        """What checks sources here: the strongest thing that was understood."""
        urpf = self.urpf
        if self.unread:
            return "unknown"
        if urpf in ("strict", "feasible"):
            return urpf
        listed = self.filter
        if listed is not None:
            stray = self.stray(listed)
            if stray is None:
                return "acl" if listed.exact else "unknown"
            if not listed.exact or self.afi in self.interface.assigned:
                return "unknown"
        elif self.interface.acl_in_v4 if self.afi == 4 else self.interface.acl_in_v6:
            return "unknown"
        return "unknown" if urpf == "unknown" else urpf

    @property
    def unread(self) -> list[Unread]:
        """Lines of the interface, or of the port it is on, that were not understood and do not speak of the other family."""
        name = self.interface.name
        known = self.context.unread_of("interface")
        mine, other = (V4, V6) if self.afi == 4 else (V6, V4)
        out = []
        for one in (*known.get(name, ()), *known.get(name.rpartition(".")[0], ())):
            words = {*one.where.split(), *one.text.split()[:1]}
            if words & mine or not words & other:
                out.append(one)
        return out

    @property
    def because(self) -> str:
        """Why it is not known what the interface does to sources."""
        lines = "; ".join(f"line {one.line} was not understood: {one.text.strip()}" for one in self.unread)
        return lines or "what the interface does to sources was not collected or not understood completely"

    @property
    def urpf(self) -> Urpf:
        """The reverse path check; unknown where its exceptions spare sources beyond the expected ones."""
        mode = self.interface.urpf_v4 if self.afi == 4 else self.interface.urpf_v6
        spared = self.interface.exceptions_v4 if self.afi == 4 else self.interface.exceptions_v6
        if spared is None or mode == "none" or (spared.exact and self.stray(spared) is None):
            return mode
        return "unknown"

    @property
    def filter(self) -> SourceFilter | None:
        """The packet filter on sources, where one was read."""
        return self.interface.sources_v4 if self.afi == 4 else self.interface.sources_v6

    @property
    def allow_default(self) -> bool:
        """Whether a default route satisfies the reverse path check."""
        return self.interface.urpf_v4_allow_default if self.afi == 4 else self.interface.urpf_v6_allow_default

    def expected(self) -> list[Network]:
        """Sources that may rightly come in: connected, declared, and what customers behind it may announce."""
        return [*self._declared(), *(network(self.afi, one[0], one[1]) for one in self._announced())]

    def _declared(self) -> list[Network]:
        """Those that are connected or declared."""
        context, interface = self.context, self.interface
        out: list[Network] = [ipaddress.ip_interface(one).network for one in interface.addresses]
        out += [
            ipaddress.ip_network(one, strict=False) for one in scope.expected_sources(context.intent, context.device, interface)
        ]
        out += [ipaddress.ip_network(one) for one in ("fe80::/10", "::/128", "0.0.0.0/32", "ff00::/8")]
        return [one for one in out if one.version == self.afi]

    def _announced(self) -> list[PrefixEntry]:
        """What customers behind it may announce: hundreds of thousands, where one of them has as many."""
        out: list[PrefixEntry] = []
        for session in scope.sessions_over(self.context.router, self.interface):
            neighbour = self.context.neighbour(session)
            if neighbour is not None and neighbour.relationship == "customer":
                known = authorised(neighbour, session, self.context.reference)
                out += known.v4 if self.afi == 4 else known.v6
        return out

    def stray(self, listed: SourceFilter) -> str | None:
        """A source the filter lets in beyond the expected ones, or None."""
        return beyond(listed, self.expected())

    def spoofed(self) -> str:
        """A source that has no business here."""
        if self.filter is not None:
            found = self.stray(self.filter)
            if found is not None:
                return found
        declared, announced, bits = self._declared(), self._announced(), 32 if self.afi == 4 else 128
        for text in SPOOFED[self.afi]:
            one = ipaddress.ip_address(text)
            number = int(one)
            if not any(one in outer for outer in declared) and not any(
                (number ^ own[0]) >> bits - own[1] == 0 for own in announced
            ):
                return text
        return SPOOFED[self.afi][0]

    @property
    def name(self) -> str:
        """Interface, family and class in words."""
        return f"{self.interface.name} IPv{self.afi} ({self.klass.replace('_', ' ')})"

    def cited(self) -> tuple[Line, ...]:
        """Lines of the interface."""
        return self.context.cited(self.interface.lines)

    def done(
        self, status: Status, message: str, *, cause: str = "", because: str = "", remedy: str = "", source: str = ""
    ) -> Finding:
        """A finding on this interface; `source` is a packet source that gets through."""
        packet = (
            Witness(packet=Packet(source, self.interface.name), replay=f"send a packet from {source} into {self.interface.name}"),
        )
        return self.check.finding(
            self.context.device,
            f"interface {self.interface.name}",
            status,
            f"{self.name}: {message}",
            family=f"ipv{self.afi}",
            cause=cause,
            because=because,
            remedy=remedy,
            witnesses=packet if source else (),
            lines=self.cited(),
        )


def links(
    context: CheckContext, check: Check, classes: frozenset[str], judge: Callable[[Link], Finding | None]
) -> Iterable[Finding]:
    """Ask for every interface of these classes and each family on it."""
    for interface, klass in judged_interfaces(context):
        if klass in classes:
            for afi in families(interface):
                found = judge(Link(context, check, interface, klass, afi))
                if found is not None:
                    yield found


def validated(link: Link, enough: frozenset[str], remedy: str) -> Finding:
    """Pass where one of `enough` guards the interface, fail where none does, else inconclusive."""
    guard = link.guard
    if guard in enough:
        return link.done(Status.PASS, f"sources are validated ({_WORDS[guard]})")
    if guard == "unknown":
        return link.done(Status.INCONCLUSIVE, "source validation cannot be told", because=link.because)
    told = "sources are not validated" if guard == "none" else f"{_WORDS[guard]} is not enough"
    source = link.spoofed()
    return link.done(
        Status.FAIL, f"{told}: a packet from {source} gets in", cause=f"source validation {guard}", remedy=remedy, source=source
    )


def beyond(listed: SourceFilter, expected: list[Network]) -> str | None:
    """A source that some rule of the filter permits and none of the expected networks holds, or None."""
    for one in listed.permits:
        net = network(listed.afi, one[0], one[1])
        if one[4] and not any(_inside(net, outer) for outer in expected):
            found = _first_outside(net, expected)
            if found is not None:
                return found
    return None


def network(afi: int, number: int, length: int) -> Network:
    """A network from its number."""
    return ipaddress.IPv4Network((number, length)) if afi == 4 else ipaddress.IPv6Network((number, length))


def _inside(inner: Network, outer: Network) -> bool:
    return inner.version == outer.version and inner.subnet_of(outer)  # type: ignore[arg-type]


def _first_outside(net: Network, expected: list[Network]) -> str | None:
    """An address of the network that no expected one holds; None when smaller ones fill it together."""
    at, last = int(net.network_address), int(net.broadcast_address)
    for one in sorted(expected, key=lambda item: int(item.network_address)):
        low, high = int(one.network_address), int(one.broadcast_address)
        if low <= at <= high:
            at = high + 1
    if at > last:
        return None
    if at == int(net.network_address) and net.num_addresses > 1 and not any(int(one.network_address) == at + 1 for one in expected):
        at += 1
    return str(ipaddress.IPv4Address(at) if net.version == 4 else ipaddress.IPv6Address(at))


_WORDS = {
    "strict": "strict uRPF",
    "feasible": "feasible-path uRPF",
    "acl": "a packet filter on sources",
    "loose": "loose uRPF",
    "none": "nothing",
    "unknown": "unknown",
}
