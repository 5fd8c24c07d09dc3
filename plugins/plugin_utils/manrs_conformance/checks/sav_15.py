"""SAV-15: CAIDA Spoofer was run from at least two segments with public addresses, and nothing spoofed got out (MANRS Action 2)."""

from __future__ import annotations

from collections.abc import Iterable

from ..model.public import SpoofTest, SpoofTests
from ..model.result import Finding, Severity, Status
from ..model.times import when
from ._public import listed, per_asn, told
from .base import Check, FleetContext

SEGMENTS = 2
PAGE = "https://spoofer.caida.org/report.php?sessionid="


def fleet(context: FleetContext, check: Check) -> Iterable[Finding]:
    """One finding for each own ASN."""
    for item in per_asn(context, check, "spoofer", context.reference.spoofer):
        yield item if isinstance(item, Finding) else _judge(context, check, *item)


def _judge(context: FleetContext, check: Check, asn: int, found: SpoofTests) -> Finding:
    """The last test of each client prefix counts; behind a NAT, rewritten or unknown it proves nothing."""
    subject = f"AS{asn}"
    last: dict[str, SpoofTest] = {}
    for one in sorted(found.tests, key=lambda one: (when(one.when) is not None, when(one.when) or 0, one.session)):
        if (not one.nat and {one.routed, one.private} <= {"received", "blocked"}) or "received" in (one.routed, one.private):
            last[one.client] = one
    leaking = [one for one in last.values() if "received" in (one.routed, one.private)]
    if leaking:
        first = leaking[0]
        message = (
            f"AS{asn}: spoofed packets got out of {listed([one.client for one in leaking])} "
            f"(session {first.session} of {first.when}, {PAGE}{first.session})"
        )
        remedy = "Validate source addresses on the interfaces of these segments, and run the test again."
        return told(context, check, asn, subject, Status.FAIL, message, "spoofer", cause="spoofed packets received", remedy=remedy)
    families = [[one for one in last.values() if (":" in one.client) is six] for six in (False, True)]
    most = max(families, key=len)  # both families of one session are one segment
    if len(most) >= SEGMENTS:
        shown = listed([f"{one.client} (session {one.session}, {one.when})" for one in most])
        message = f"AS{asn}: spoofed packets were blocked on {len(most)} segments: {shown}"
        return told(context, check, asn, subject, Status.PASS, message, "spoofer")
    message = (
        f"AS{asn}: {len(found.tests)} tests in the last year, with a clear result on {len(most)} of {SEGMENTS} segments needed"
    )
    remedy = "Run the Spoofer client on two segments with public addresses, without NAT, and allow the result to be published."
    return told(context, check, asn, subject, Status.FAIL, message, "spoofer", cause="not tested", remedy=remedy)


CHECK = Check("SAV-15", "2", "CAIDA Spoofer was run on two segments", Severity.MEDIUM, scope="fleet", fleet=fleet)
