"""ROA-03: a ROA permits no more specific prefix that is not announced (RFC 9319 section 5)."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Iterator

from ..model.reference import Vrp
from ..model.result import Finding, Severity, Status
from ._public import announced, told
from ._roas import failed, inside
from .base import Check, FleetContext


def fleet(context: FleetContext, check: Check) -> Iterable[Finding]:
    """One finding for each payload of an own ASN over own space."""
    if doubts := failed(context, check):
        yield from doubts
        return
    items = announced(context)
    for vrp in _ours(context):
        mine = {one.prefix for one in items if vrp.asn in one.origins and inside(one.prefix, vrp.prefix)}
        length = int(vrp.prefix.rpartition("/")[2])
        permitted = sum(1 << (each - length) for each in range(length, vrp.max_length + 1))
        used = sum(int(one.rpartition("/")[2]) <= vrp.max_length for one in mine)
        what = f"ROA {vrp.prefix} maxLength {vrp.max_length} of AS{vrp.asn}"
        if used >= permitted or vrp.max_length == length:
            yield told(context, check, vrp.asn, vrp.prefix, Status.PASS, f"{what} permits only what is announced", "vrps")
            continue
        message = (
            f"{what} permits {permitted} prefixes, {used} of them are known to be announced: the others are open to a forged origin"
        )
        remedy = "Drop maxLength and make one ROA for each announced prefix, unless more specific ones are kept for mitigation."
        cause = f"loose maxLength {vrp.max_length}"
        yield told(context, check, vrp.asn, vrp.prefix, Status.FAIL, message, "vrps", cause=cause, remedy=remedy)


def _ours(context: FleetContext) -> Iterator[Vrp]:
    spaces = [ipaddress.ip_network(one.prefix) for one in context.intent.prefixes]
    for vrp in context.reference.vrps or ():
        if vrp.asn in context.intent.asns and any(inside(vrp.prefix, str(one)) or inside(str(one), vrp.prefix) for one in spaces):
            yield vrp


CHECK = Check("ROA-03", "4", "ROAs permit only what is announced", Severity.MEDIUM, scope="fleet", fleet=fleet)
