"""CUS-06: a customer's path holds no provider and no transit-free network (RFC 7454 section 9; Peerlock)."""

from __future__ import annotations

from collections.abc import Mapping

from ..model.policy import Cond
from ..model.result import Finding, Severity, Status
from ._neighbours import named, silence
from ._questions import contains
from .base import CUSTOMERS, Case, Check


def asks(case: Case) -> Mapping[str, Cond]:
    """Paths through big networks; through peers (which only warns)."""
    customers = {one.select.asn for one in case.context.intent.neighbours if one.relationship == "customer"} | {
        case.session.remote_as
    }
    declared = case.context.intent.neighbours
    providers = {one.select.asn for one in declared if one.relationship == "provider" and one.select.asn}
    big = (providers | set(case.context.reference.bogons.transit_free)) - customers
    peers = {one.select.asn for one in declared if one.relationship == "peer" and one.select.asn} - big - customers
    return {
        "big": contains(((one, one) for one in sorted(big)), "providers and transit-free networks"),
        "peers": contains(((one, one) for one in sorted(peers)), "peers"),
    }


def judge(case: Case) -> Finding:
    """A customer does not carry us to networks above us."""
    warned = case.ask("peers")
    note = "; paths through our peers are accepted, which deserves a look" if warned.must is not None else ""
    found = case.settle(
        case.ask("big"),
        good=f"paths through our providers and transit-free networks are refused{note}",
        bad="{route} is accepted: the path runs through a provider or transit-free network, which is a leak",
        cause="provider or transit-free ASN in the path",
        remedy="Refuse paths from customers that hold the ASN of a provider or a transit-free network.",
    )
    because = silence(named(case.context.intent, {"provider"})[1])
    return case.doubtful("not all providers are known", because) if because and found.status is Status.PASS else found


CHECK = Check(
    "CUS-06",
    "1",
    "No provider or transit-free ASN behind customers",
    Severity.HIGH,
    judge=judge,
    asks=asks,
    direction="import",
    relations=CUSTOMERS,
)
