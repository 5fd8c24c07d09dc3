"""CON-05: PeeringDB names a looking glass (MANRS Action 3, welcome)."""

from __future__ import annotations

from collections.abc import Iterable

from ..model.public import Network
from ..model.result import Finding, Severity, Status
from ._public import per_asn, told
from .base import Check, FleetContext


def fleet(context: FleetContext, check: Check) -> Iterable[Finding]:
    """One finding for each own ASN."""
    for item in per_asn(context, check, "peeringdb", context.reference.peeringdb):
        yield item if isinstance(item, Finding) else _judge(context, check, *item)


def _judge(context: FleetContext, check: Check, asn: int, net: Network) -> Finding:
    subject = f"AS{asn}"
    if net.looking_glass:
        return told(context, check, asn, subject, Status.PASS, f"AS{asn}: {net.looking_glass}", "peeringdb")
    message = f"AS{asn}: PeeringDB names no looking glass"
    remedy = "Enter the URL of a looking glass in PeeringDB, so that others can see routes as this network does."
    return told(context, check, asn, subject, Status.FAIL, message, "peeringdb", cause="no looking glass", remedy=remedy)


CHECK = Check("CON-05", "3", "PeeringDB names a looking glass", Severity.INFO, scope="fleet", fleet=fleet)
