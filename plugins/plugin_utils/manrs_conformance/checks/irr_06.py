"""IRR-06: the as-set that PeeringDB tells peers to filter by is the declared one."""

from __future__ import annotations

from collections.abc import Iterable

from ..model.public import Network
from ..model.result import Finding, Severity, Status
from ._public import per_asn, told
from .base import Check, FleetContext


def fleet(context: FleetContext, check: Check) -> Iterable[Finding]:
    """One finding for each own ASN."""
    for item in per_asn(context, check, "peeringdb", context.reference.peeringdb):
        yield item if isinstance(item, Finding) else _judge(context, check, *item)


def _judge(context: FleetContext, check: Check, asn: int, net: Network) -> Finding:
    ours = {_bare(one) for one in context.intent.as_sets}
    theirs = {_bare(one) for one in net.as_set.replace(",", " ").split()}
    subject = f"AS{asn}"
    if not ours:
        because = "the intent names no as-set to compare with"
        return told(context, check, asn, subject, Status.NOT_APPLICABLE, f"AS{asn}: not compared", "peeringdb", because=because)
    if theirs & ours:
        message = f"AS{asn}: PeeringDB names {net.as_set}"
        return told(context, check, asn, subject, Status.PASS, message, "peeringdb")
    message = f"AS{asn}: PeeringDB names {net.as_set or 'no as-set'}, the intent {', '.join(sorted(ours))}"
    remedy = "Set the as-set of the PeeringDB entry: peers build their filters from it."
    return told(context, check, asn, subject, Status.FAIL, message, "peeringdb", cause="other as-set in PeeringDB", remedy=remedy)


def _bare(name: str) -> str:
    """An as-set without its registry: `RIPE::AS-EXAMPLE` and `AS-EXAMPLE@RIPE` are the same name."""
    return name.upper().rpartition("::")[2].partition("@")[0]


CHECK = Check("IRR-06", "4", "PeeringDB names the as-set", Severity.MEDIUM, scope="fleet", fleet=fleet)
