"""SAV-16: tests with CAIDA Spoofer are repeated (MANRS Action 2, ongoing; the interval is our reading of "monthly")."""

from __future__ import annotations

import datetime
from collections.abc import Iterable

from ..model.public import SpoofTests
from ..model.result import Finding, Severity, Status
from ..model.times import when
from ._public import per_asn, told, unknown
from .base import Check, FleetContext

MONTHS = 3
RECENT = datetime.timedelta(days=62)


def fleet(context: FleetContext, check: Check) -> Iterable[Finding]:
    """One finding for each own ASN."""
    for item in per_asn(context, check, "spoofer", context.reference.spoofer):
        yield item if isinstance(item, Finding) else _judge(context, check, *item)


def _judge(context: FleetContext, check: Check, asn: int, found: SpoofTests) -> Finding:
    subject, asked = f"AS{asn}", when(found.at)
    times = sorted(time for one in found.tests if (time := when(one.when)))
    if asked is None:
        return unknown(context, check, asn, subject, "it is not known when the database was asked", "spoofer")
    months = {(one.year, one.month) for one in times}
    if len(months) >= MONTHS and asked - times[-1] <= RECENT:
        message = f"AS{asn}: {len(times)} tests in {len(months)} months of the last year, the last on {times[-1]:%Y-%m-%d}"
        return told(context, check, asn, subject, Status.PASS, message, "spoofer")
    last = f", the last on {times[-1]:%Y-%m-%d}" if times else ""
    message = f"AS{asn}: {len(times)} tests in {len(months)} months of the last year{last}; at least {MONTHS} months, and the last two, are expected"
    remedy = "Let the Spoofer client run as a service: it tests every week."
    return told(context, check, asn, subject, Status.FAIL, message, "spoofer", cause="tests not repeated", remedy=remedy)


CHECK = Check("SAV-16", "2", "Spoofer tests are repeated", Severity.LOW, scope="fleet", fleet=fleet)
