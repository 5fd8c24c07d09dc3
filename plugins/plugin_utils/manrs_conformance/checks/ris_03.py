"""RIS-03: what collectors see the ASN announce is what the intent declares: the count of Actions 1 and 4 rests on it."""

from __future__ import annotations

from collections.abc import Iterable

from ..model.originated import declares
from ..model.public import Announcements
from ..model.result import Finding, Severity, Status
from ._public import per_asn, told, unknown
from .base import Check, FleetContext


def fleet(context: FleetContext, check: Check) -> Iterable[Finding]:
    """One finding for each own ASN, and one for each prefix that is announced and not declared."""
    for item in per_asn(context, check, "ripestat", context.reference.ripestat):
        if isinstance(item, Finding):
            yield item
        else:
            yield from _judge(context, check, *item)


def _judge(context: FleetContext, check: Check, asn: int, seen: Announcements) -> Iterable[Finding]:
    if seen.announced is None:
        yield unknown(context, check, asn, f"AS{asn}", "what the ASN announces was not asked for", "ripestat")
        return
    if not seen.announced:
        yield unknown(context, check, asn, f"AS{asn}", "collectors see no prefix of it, so there is none to compare", "ripestat")
        return
    ranges = (*context.intent.prefixes, *context.intent.delegated)
    strange = [one for one in seen.announced if not declares(ranges, one.prefix)]
    for one in strange:
        message = f"AS{asn} announces {one.prefix} (seen from {one.first} to {one.last}), which the intent does not declare"
        remedy = "Declare the prefix in the intent if it is yours to announce; otherwise stop announcing it."
        yield told(context, check, asn, one.prefix, Status.FAIL, message, "ripestat", cause="undeclared prefix", remedy=remedy)
    if not strange:
        message = f"AS{asn}: the {len(seen.announced)} prefixes that collectors see are declared"
        yield told(context, check, asn, f"AS{asn}", Status.PASS, message, "ripestat")


CHECK = Check("RIS-03", "1", "What is announced is declared", Severity.MEDIUM, scope="fleet", fleet=fleet)
