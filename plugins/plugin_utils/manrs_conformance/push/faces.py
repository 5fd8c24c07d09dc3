"""What interfaces get from a plan: strict source validation, where its expected sources are known."""

from __future__ import annotations

import ipaddress
from collections.abc import Container, Iterator, Sequence

from ..analysis import scope
from ..errors import PushError
from ..model.intent import Intent
from ..model.plan import SourceValidation
from ..model.reference import Reference
from ..model.result import Finding
from ..model.router import Interface, Router
from . import reverse
from .allowlist import allowed

SOURCE_CHECKS = frozenset({"SAV-01", "SAV-02"})
EDGE_CHECKS = SOURCE_CHECKS | {"SAV-03"}
BY_HAND = {
    "SAV-03": "its source list towards a customer with other uplinks",
    "SAV-05": "its filter of own sources from outside",
    "SAV-08": "its filter of what leaves by source",
}
"""Source filters that a push never writes: a source missing there cuts off traffic that no model of the router shows."""
SOURCE_CLASSES = frozenset({"end_user", "single_homed_customer", "infrastructure"})


def sources(
    device: str, router: Router, intent: Intent, reference: Reference, failed: Sequence[Finding], left: list[str]
) -> tuple[SourceValidation, ...]:
    """Interfaces that get strict source validation; what is not done is said in `left`."""
    out: list[SourceValidation] = []
    for interface in router.interfaces:
        here = [one for one in failed if one.subject == f"interface {interface.name}"]
        mine = [one for one in here if one.check in SOURCE_CHECKS]
        if not mine:
            continue
        klass = scope.interface_class(intent, device, interface, router)
        if klass not in SOURCE_CLASSES:
            left.append(
                f"interface {interface.name}: strict source validation is only pushed to {', '.join(sorted(SOURCE_CLASSES))}"
            )
        elif _manages(interface, intent):
            left.append(f"interface {interface.name}: it carries the management path; nothing is pushed to it")
        else:
            permits = _rightful(device, interface, router, intent, reference)
            if permits is None:
                left.append(f"interface {interface.name}: what the customer behind it may announce is not known")
            elif why := reverse.doubt(
                router,
                interface,
                scope.expected_sources(intent, device, interface),
                permits,
                scope.interface_declaration(intent, device, interface) is not None,
            ):
                left.append(f"interface {interface.name}: strict source validation could drop rightful packets: {why}")
            else:
                out.append(SourceValidation(interface.name, _families(interface), permits))
    if out:
        out += [
            SourceValidation(one.name, (6,))
            for one in router.interfaces
            if one.urpf_v6 == "strict" and one.name not in {had.interface for had in out} and one.addresses
        ]
    left += _by_hand(failed, {one.interface for one in out})
    return tuple(out)


def _by_hand(failed: Sequence[Finding], planned: Container[str]) -> Iterator[str]:
    """Source filters that nobody but the operator writes; what leaves is right once every edge interface is validated."""
    open_edges = [one for one in failed if one.check in EDGE_CHECKS and one.subject.removeprefix("interface ") not in planned]
    for name, check in sorted({(one.subject, one.check) for one in failed if one.check in BY_HAND}):
        if check != "SAV-08" or open_edges:
            yield f"{name}: {check}: {BY_HAND[check]} is written by hand, a push never does"


def _rightful(device: str, interface: Interface, router: Router, intent: Intent, reference: Reference) -> tuple[str, ...] | None:
    """Networks whose sources are rightful on an interface: connected, declared, and what customers behind it may announce; None when the
    last is not known."""
    nets = [str(ipaddress.ip_interface(one).network) for one in interface.addresses]
    nets += scope.expected_sources(intent, device, interface)
    for session in scope.sessions_over(router, interface):
        neighbour = scope.neighbour_for(intent, device, session)
        if neighbour is None or neighbour.relationship != "customer":
            continue
        try:
            ranges = allowed(session, neighbour, reference, 128, intent)
        except PushError:
            return None
        kind = ipaddress.IPv4Network if session.afi == 4 else ipaddress.IPv6Network
        nets += [str(kind((one[0], one[1]))) for one in ranges]
    return tuple(dict.fromkeys(nets))


def _families(interface: Interface) -> tuple[int, ...]:
    return tuple(sorted({ipaddress.ip_interface(one).version for one in interface.addresses}))


def _manages(interface: Interface, intent: Intent) -> bool:
    nets = [ipaddress.ip_network(one) for one in intent.management]
    return any(ipaddress.ip_interface(one).ip in net for one in interface.addresses for net in nets)
