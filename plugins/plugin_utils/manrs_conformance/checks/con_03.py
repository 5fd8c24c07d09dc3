"""CON-03: a mailbox for abuse and a telephone number are published (MANRS Action 3)."""

from __future__ import annotations

from collections.abc import Iterable

from ..model.public import Contact
from ..model.result import Finding, Severity, Status
from ._public import told, unknown
from .base import Check, FleetContext


def fleet(context: FleetContext, check: Check) -> Iterable[Finding]:
    """One finding for each own ASN, from its registry record and from PeeringDB; none where neither was asked."""
    given = [one for one in ("rdap", "peeringdb") if context.reference.given(one)]
    for asn in context.intent.asns if given else ():
        yield _judge(context, check, asn, given)


def _judge(context: FleetContext, check: Check, asn: int, given: list[str]) -> Finding:
    subject, doubts, known = f"AS{asn}", [], list[Contact]()
    for source in given:
        problem, contacts = _contacts(context, asn, source)
        if problem:
            doubts.append(problem)
            continue
        known += contacts
    mailboxes = [one.emails[0] for one in known if "abuse" in one.roles and one.emails]
    phones = [one.phones[0] for one in known if one.phones]
    if mailboxes and phones:
        message = f"AS{asn}: abuse to {mailboxes[0]}, telephone {phones[0]}"
        return told(context, check, asn, subject, Status.PASS, message, *given)
    if "rdap" not in given:
        doubts.append("the registry was not asked")
    if doubts:
        return unknown(context, check, asn, subject, "; ".join(doubts), *given)
    lacking = " and ".join([*([] if mailboxes else ["no mailbox for abuse"]), *([] if phones else ["no telephone number"])])
    message = f"AS{asn}: {lacking} is published"
    remedy = "Add an abuse contact (abuse-c) and a telephone number to the record in the regional registry."
    return told(context, check, asn, subject, Status.FAIL, message, *given, cause=lacking, remedy=remedy)


def _contacts(context: FleetContext, asn: int, source: str) -> tuple[str | None, tuple[Contact, ...]]:
    reference = context.reference
    if reference.problem(source):
        return reference.problem(source), ()
    if source == "rdap":
        held = (reference.rdap or {}).get(f"AS{asn}")
        return ("the registry was not asked" if held is None else held.problem), held.contacts if held else ()
    net = (reference.peeringdb or {}).get(asn)
    return ("PeeringDB was not asked" if net is None else net.problem), net.contacts if net else ()


CHECK = Check(
    "CON-03", "3", "A mailbox for abuse and a telephone number are published", Severity.MEDIUM, scope="fleet", fleet=fleet
)
