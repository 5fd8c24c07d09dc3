"""ROA-05: another AS that may announce own prefixes (mitigation, anycast) has ROAs made in advance (RFC 9319 section 5.1)."""

from __future__ import annotations

from collections.abc import Iterable

from ..model.originated import Originated
from ..model.policy import Rpki
from ..model.result import Finding, Severity, Status
from ._public import listed, told
from ._roas import failed, state
from .base import Check, FleetContext


def fleet(context: FleetContext, check: Check) -> Iterable[Finding]:
    """One finding for each neighbour that the intent allows to announce own prefixes."""
    vrps = context.reference.vrps
    others = {one.select.asn for one in context.intent.neighbours if one.own_prefixes_agreed and one.select.asn}
    if others and (doubts := failed(context, check)):
        yield from doubts
        return
    if not vrps:
        return
    for other in sorted(others):
        prefixes = [one.prefix for one in context.intent.prefixes]
        good = [one for one in prefixes if state(vrps, Originated(one, (other,), own=True)) is Rpki.VALID]
        asn, subject = context.intent.asns[0], f"AS{other}"
        if good:
            message = f"AS{other} may announce own prefixes and has ROAs for {listed(good)}"
            yield told(context, check, asn, subject, Status.PASS, message, "vrps")
            continue
        message = f"AS{other} may announce own prefixes, and no ROA names it: validating networks would refuse what it announces"
        remedy = f"Create ROAs for the prefixes that AS{other} announces in case of need, before the need."
        yield told(context, check, asn, subject, Status.FAIL, message, "vrps", cause="no ROA for agreed origin", remedy=remedy)


CHECK = Check("ROA-05", "4", "Other agreed origins have ROAs", Severity.MEDIUM, scope="fleet", fleet=fleet)
