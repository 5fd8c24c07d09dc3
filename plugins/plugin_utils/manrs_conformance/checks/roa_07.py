"""ROA-07: the payloads of own ASNs do not run out within hours (RFC 7115 section 3); asked where the validator gives their ends."""

from __future__ import annotations

import datetime
from collections.abc import Iterable

from ..model.result import Finding, Severity, Status
from ..model.times import when
from ._public import told
from ._roas import failed
from .base import Check, FleetContext

NEAR = datetime.timedelta(hours=2)
"""The end of a payload is the first end in its chain of certificates, manifests and lists, which are renewed every few hours."""


def fleet(context: FleetContext, check: Check) -> Iterable[Finding]:
    """One finding for each payload of an own ASN that has an end."""
    reference = context.reference
    asked = next((when(one.retrieved_at) for one in reference.provenance if one.source == "vrps"), None)
    if asked is None:
        return
    if doubts := failed(context, check):
        yield from doubts
        return
    for vrp, text in sorted(reference.expires.items(), key=lambda item: (item[0].prefix, item[0].asn, item[0].max_length)):
        end = when(text)
        if end is None:
            continue
        what = f"ROA {vrp.prefix} maxLength {vrp.max_length} of AS{vrp.asn}"
        if end - asked > NEAR:
            yield told(context, check, vrp.asn, vrp.prefix, Status.PASS, f"{what} holds until {text}", "vrps")
            continue
        message = f"{what} ends at {text}, within {NEAR.seconds // 3600} hours, and was not renewed"
        remedy = "See in the registry, or in the own certificate authority, why its chain is not renewed."
        yield told(context, check, vrp.asn, vrp.prefix, Status.FAIL, message, "vrps", cause="about to expire", remedy=remedy)


CHECK = Check("ROA-07", "4", "ROAs are not about to expire", Severity.MEDIUM, scope="fleet", fleet=fleet)
