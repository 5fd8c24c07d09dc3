"""ROA-01: every prefix the operator announces has a valid ROA (RFC 7115 section 3, MANRS Action 4)."""

from __future__ import annotations

from collections.abc import Iterable

from ..model.originated import Originated
from ..model.policy import Rpki
from ..model.result import Finding, Severity, Status
from ._public import home, told
from ._roas import before, covering, own, shown
from .base import Check, FleetContext


def fleet(context: FleetContext, check: Check) -> Iterable[Finding]:
    """One finding for each own prefix."""
    for item in own(context, check):
        yield item if isinstance(item, Finding) else _judge(context, check, *item)


def _judge(context: FleetContext, check: Check, one: Originated, state: Rpki) -> Finding:
    asn = home(context.intent, one)
    origins = " or ".join(f"AS{each}" for each in one.origins)
    if state is Rpki.VALID:
        message = f"{one.prefix} from {origins} is valid"
        return told(context, check, asn, one.prefix, Status.PASS, message, "vrps")
    was = "; it was valid in the earlier snapshot" if before(context, one) is Rpki.VALID else ""
    over = shown(covering(context.reference.vrps or (), one.prefix))
    message = f"{one.prefix} from {origins} is {state.value}{f' (covered by {over})' if over else ''}{was}"
    cause = "no valid ROA, lost since the earlier snapshot" if was else "no valid ROA"
    remedy = f"Create a ROA for {one.prefix} with its origin AS in the registry that holds the space."
    return told(context, check, asn, one.prefix, Status.FAIL, message, "vrps", cause=cause, remedy=remedy)


CHECK = Check("ROA-01", "4", "Own prefixes have valid ROAs", Severity.HIGH, scope="fleet", fleet=fleet)
