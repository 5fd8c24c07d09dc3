"""ASN-01: the intent names every AS number that PeeringDB lists for the organisation (MANRS: half of an operator's ASNs must conform)."""

from __future__ import annotations

from collections.abc import Iterable

from ..model.public import Network
from ..model.result import Finding, Severity, Status
from ._public import per_asn, told, unknown
from .base import Check, FleetContext


def fleet(context: FleetContext, check: Check) -> Iterable[Finding]:
    """One finding for each own ASN, and one for each other ASN of its organisation."""
    for item in per_asn(context, check, "peeringdb", context.reference.peeringdb):
        if isinstance(item, Finding):
            yield item
        else:
            yield from _judge(context, check, *item)


def _judge(context: FleetContext, check: Check, asn: int, net: Network) -> Iterable[Finding]:
    if net.siblings is None:
        because = "PeeringDB does not list the ASN" if not net.listed else "the organisation's other networks are not known"
        yield unknown(context, check, asn, f"AS{asn}", because, "peeringdb")
        return
    strange = sorted(set(net.siblings) - set(context.intent.asns))
    for other in strange:
        message = f"AS{other} is of the same organisation as AS{asn} in PeeringDB, and the intent does not name it"
        remedy = "Name it under `asns` and audit it, or correct the organisation's entry."
        subject = f"AS{other}"
        yield told(context, check, asn, subject, Status.FAIL, message, "peeringdb", cause="undeclared ASN", remedy=remedy)
    if not strange:
        message = f"AS{asn}: all {len(net.siblings)} AS numbers of the organisation in PeeringDB are declared"
        yield told(context, check, asn, f"AS{asn}", Status.PASS, message, "peeringdb")


CHECK = Check("ASN-01", "1", "Every AS number of the organisation is declared", Severity.LOW, scope="fleet", fleet=fleet)
