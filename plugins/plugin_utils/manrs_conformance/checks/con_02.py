"""CON-02: PeeringDB shows an operations contact with a mailbox, at least to registered operators (MANRS Action 3)."""

from __future__ import annotations

from collections.abc import Iterable

from ..model.public import Network
from ..model.result import Finding, Severity, Status
from ._public import per_asn, told, unknown
from .base import Check, FleetContext

ROLES = frozenset({"noc", "technical"})
SHOWN = frozenset({"Public", "Users"})


def fleet(context: FleetContext, check: Check) -> Iterable[Finding]:
    """One finding for each own ASN."""
    for item in per_asn(context, check, "peeringdb", context.reference.peeringdb):
        yield item if isinstance(item, Finding) else _judge(context, check, *item)


def _judge(context: FleetContext, check: Check, asn: int, net: Network) -> Finding:
    subject = f"AS{asn}"
    if not net.listed:
        message = f"AS{asn} has no entry in PeeringDB"
        remedy = "Make an entry with an operations contact that is visible to everybody, or at least to registered operators."
        return told(context, check, asn, subject, Status.FAIL, message, "peeringdb", cause="no entry", remedy=remedy)
    known = [one for one in net.contacts if ROLES & set(one.roles) and one.visible in SHOWN]
    good = sorted((one for one in known if one.emails), key=lambda one: not one.phones)
    if good:
        phone = "" if good[0].phones else "; no telephone number is given"
        message = f"AS{asn} ({net.name}): {good[0].roles[0]} contact, visible to {good[0].visible.lower()}{phone}"
        return told(context, check, asn, subject, Status.PASS, message, "peeringdb")
    if not net.complete:
        because = "without an API key contacts for registered users are hidden: an empty list is no proof that there is none"
        return unknown(context, check, asn, subject, because, "peeringdb")
    message = f"AS{asn} ({net.name}): PeeringDB shows no NOC or technical contact with a mailbox"
    remedy = "Add a NOC contact with mailbox and telephone, visible to everybody."
    return told(context, check, asn, subject, Status.FAIL, message, "peeringdb", cause="no operations contact", remedy=remedy)


CHECK = Check("CON-02", "3", "PeeringDB shows an operations contact", Severity.HIGH, scope="fleet", fleet=fleet)
