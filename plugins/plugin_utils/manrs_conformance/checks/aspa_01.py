"""ASPA-01: the ASPA of an own ASN, where there is one, names exactly its providers (draft-ietf-sidrops-aspa-verification)."""

from __future__ import annotations

from collections.abc import Iterable

from ..model.result import Finding, Severity, Status
from ._neighbours import met, silence
from ._public import listed, told, unknown
from ._roas import failed
from .base import Check, FleetContext


def fleet(context: FleetContext, check: Check) -> Iterable[Finding]:
    """One finding for each own ASN; none where the validator gives no ASPAs."""
    reference, intent = context.reference, context.intent
    if doubts := failed(context, check):
        yield from doubts
        return
    if reference.aspas is None:
        return
    ours, silent = met(context, {"provider"})
    for asn in intent.asns:
        subject = f"AS{asn}"
        found = next((one for one in reference.aspas if one.customer == asn), None)
        if found is None:
            because = "advice: an ASPA that names the providers lets others see leaks of these routes"
            yield told(context, check, asn, subject, Status.NOT_APPLICABLE, f"AS{asn} has no ASPA", "vrps", because=because)
            continue
        stated = set(found.providers) - {0}
        missing, extra = sorted(ours - stated), sorted(stated - ours)
        if not missing and (why := silence(silent)):
            yield unknown(context, check, asn, subject, why, "vrps")
            continue
        if not missing and not extra:
            yield told(context, check, asn, subject, Status.PASS, f"the ASPA of AS{asn} names its {len(ours)} providers", "vrps")
            continue
        parts = [f"lacks the provider AS{listed(missing)}"] if missing else []
        parts += [f"names AS{listed(extra)}, which the intent does not call a provider"] if extra else []
        message = f"the ASPA of AS{asn} {' and '.join(parts)}"
        remedy = "Correct the ASPA: routes over a provider that it lacks become invalid for those who verify paths."
        yield told(context, check, asn, subject, Status.FAIL, message, "vrps", cause="ASPA differs from providers", remedy=remedy)


CHECK = Check("ASPA-01", "4", "The ASPA names the providers", Severity.INFO, scope="fleet", fleet=fleet)
