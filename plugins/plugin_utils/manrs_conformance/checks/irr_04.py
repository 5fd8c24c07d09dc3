"""IRR-04: the aut-num names contacts and an import and export for each external neighbour (RFC 2622 section 6)."""

from __future__ import annotations

from collections.abc import Iterable

from ..model.public import AutNum
from ..model.result import Finding, Severity, Status
from ._neighbours import met, silence
from ._public import listed, per_asn, told, unknown
from .base import EXTERNAL, Check, FleetContext


def fleet(context: FleetContext, check: Check) -> Iterable[Finding]:
    """One finding for each own ASN."""
    facts = context.reference.registrations
    for item in per_asn(context, check, "irr", facts.aut_nums if facts else None):
        yield item if isinstance(item, Finding) else _judge(context, check, *item)


def _judge(context: FleetContext, check: Check, asn: int, found: AutNum) -> Finding:
    peers, silent = met(context, EXTERNAL)
    lacking = [one for one in sorted(peers) if one not in found.imports or one not in found.exports]
    parts = [] if found.registered else [f"AS{asn} has no aut-num object"]
    if found.registered and not found.contacts:
        parts.append("it names no admin-c or tech-c")
    if found.registered and lacking:
        parts.append(f"it has no import and export for AS{listed(lacking)}")
    because = silence(silent) or (None if peers else "the intent names no external neighbour")
    if not parts and because:
        return unknown(context, check, asn, f"AS{asn}", because, "irr")
    if not parts:
        message = f"the aut-num of AS{asn} in {listed(found.registries)} names contacts and {len(peers)} neighbours"
        return told(context, check, asn, f"AS{asn}", Status.PASS, message, "irr")
    message = f"AS{asn}: {', and '.join(parts)}"
    remedy = "Complete the aut-num object: admin-c, tech-c, and an mp-import and mp-export line for each neighbour."
    return told(context, check, asn, f"AS{asn}", Status.FAIL, message, "irr", cause="aut-num incomplete", remedy=remedy)


CHECK = Check("IRR-04", "4", "The aut-num states contacts and policy", Severity.MEDIUM, scope="fleet", fleet=fleet)
