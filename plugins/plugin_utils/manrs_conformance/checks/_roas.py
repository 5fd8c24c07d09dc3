"""Own prefixes against validated ROA payloads, for the ROA checks."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator, Sequence

from ..analysis.origin import indexed, validate
from ..model.originated import Originated
from ..model.policy import Rpki
from ..model.reference import Vrp
from ..model.result import Finding
from ._public import announced, home, unknown
from .base import Check, FleetContext


def own(context: FleetContext, check: Check) -> Iterator[tuple[Originated, Rpki] | Finding]:
    """Each own prefix with its state under the best of its possible origins, or why that is not known."""
    yield from states(context, check, [one for one in announced(context) if one.own])


def states(context: FleetContext, check: Check, items: list[Originated]) -> Iterator[tuple[Originated, Rpki] | Finding]:
    """The state of each item; nothing where no validator was asked."""
    reference = context.reference
    if not reference.given("vrps"):
        return
    problem = reference.problem("vrps") or (None if reference.vrps else "no VRPs came")
    for one in items:
        if problem:
            yield unknown(context, check, home(context.intent, one), one.prefix, problem, "vrps")
        else:
            yield one, state(reference.vrps or (), one)


def failed(context: FleetContext, check: Check) -> list[Finding]:
    """One finding for each own ASN when the validator's answer must not be relied on, else none."""
    problem = context.reference.problem("vrps")
    return [unknown(context, check, asn, f"AS{asn}", problem, "vrps") for asn in context.intent.asns] if problem else []


def state(vrps: Sequence[Vrp], one: Originated) -> Rpki:
    """Valid when any possible origin is."""
    known = indexed(vrps)
    found = {validate(known, one.prefix, origin) for origin in one.origins}
    return next(each for each in (Rpki.VALID, Rpki.INVALID, Rpki.NOT_FOUND) if each in found)


def before(context: FleetContext, one: Originated) -> Rpki | None:
    """The state under the earlier snapshot, if there is one."""
    return state(context.reference.earlier.vrps, one) if context.reference.earlier.vrps else None


def covering(vrps: Sequence[Vrp], prefix: str) -> list[Vrp]:
    """Payloads that cover the prefix."""
    net = ipaddress.ip_network(prefix)
    known, out = indexed(vrps), []
    for length in range(net.prefixlen + 1):
        shift = net.max_prefixlen - length
        number = int(net.network_address) >> shift << shift
        for most, asn in known.at(net.version, number, length):
            kind = ipaddress.IPv6Network if net.version == 6 else ipaddress.IPv4Network
            out.append(Vrp(str(kind((number, length))), most, asn))
    return out


def inside(inner: str, outer: str) -> bool:
    """Whether a prefix lies in another one."""
    one, two = ipaddress.ip_network(inner), ipaddress.ip_network(outer)
    return one.version == two.version and one.subnet_of(two)  # type: ignore[arg-type]


def shown(vrps: list[Vrp]) -> str:
    """Payloads in words."""
    texts = [f"{one.prefix} maxLength {one.max_length} AS{one.asn}" for one in vrps[:4]]
    return "; ".join(texts) + (f" and {len(vrps) - 4} more" if len(vrps) > 4 else "")
