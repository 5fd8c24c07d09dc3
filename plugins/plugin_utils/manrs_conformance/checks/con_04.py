"""CON-04: contact records were looked after within the last year, as MANRS verifies them yearly (Action 3)."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator

from ..model.result import Finding, Severity, Status
from ..model.times import when
from ._public import told, unknown
from .base import Check, FleetContext

YEAR = datetime.timedelta(days=366)


def fleet(context: FleetContext, check: Check) -> Iterable[Finding]:
    """One finding for each own ASN: the newest change of its records; none where nothing was asked."""
    given = [one for one in ("rdap", "peeringdb") if context.reference.given(one)]
    for asn in context.intent.asns if given else ():
        yield _judge(context, check, asn, given)


def _judge(context: FleetContext, check: Check, asn: int, given: list[str]) -> Finding:
    subject = f"AS{asn}"
    times = [(changed, asked) for changed, asked in _times(context, asn)]
    if not times:
        problems = [one for source in given if (one := context.reference.problem(source))]
        return unknown(context, check, asn, subject, "; ".join(problems) or "no record says when it was changed", *given)
    newest, asked = max(times)
    age = asked - newest
    if age <= YEAR:
        message = f"AS{asn}: contact records last changed on {newest:%Y-%m-%d}"
        return told(context, check, asn, subject, Status.PASS, message, *given)
    message = f"AS{asn}: no contact record was changed since {newest:%Y-%m-%d}, {age.days} days before they were asked for"
    remedy = "Verify the contacts and touch the records in the registry and in PeeringDB."
    return told(context, check, asn, subject, Status.FAIL, message, *given, cause="old contacts", remedy=remedy)


def _times(context: FleetContext, asn: int) -> Iterator[tuple[datetime.datetime, datetime.datetime]]:
    """When each record was changed, and when it was asked for."""
    reference = context.reference
    held = (reference.rdap or {}).get(f"AS{asn}") if not reference.problem("rdap") else None
    net = (reference.peeringdb or {}).get(asn) if not reference.problem("peeringdb") else None
    texts = [(one, held.at) for one in (held.changed, *(each.updated for each in held.contacts))] if held else []
    texts += [(one, net.at) for one in (each.updated for each in net.contacts)] if net else []
    for text, at in texts:
        changed, asked = when(text), when(at)
        if changed is not None and asked is not None and changed <= asked:
            yield changed, asked


CHECK = Check("CON-04", "3", "Contact records are fresh", Severity.LOW, scope="fleet", fleet=fleet)
