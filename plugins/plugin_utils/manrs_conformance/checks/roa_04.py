"""ROA-04: the ROA of a block does not make a customer's part of it invalid (RFC 7115 section 3)."""

from __future__ import annotations

from collections.abc import Iterable

from ..model.originated import Originated
from ..model.policy import Rpki
from ..model.result import Finding, Severity, Status
from ._public import announced, home, told
from ._roas import covering, inside, shown, states
from .base import Check, FleetContext


def fleet(context: FleetContext, check: Check) -> Iterable[Finding]:
    """One finding for each prefix of a customer inside own space."""
    blocks = [one.prefix for one in (*context.intent.prefixes, *context.intent.delegated)]
    parts = [one for one in announced(context) if not one.own and any(inside(one.prefix, block) for block in blocks)]
    for item in states(context, check, parts):
        yield item if isinstance(item, Finding) else _judge(context, check, *item)


def _judge(context: FleetContext, check: Check, one: Originated, state: Rpki) -> Finding:
    asn = home(context.intent, one)
    origins = " or ".join(f"AS{each}" for each in one.origins)
    if state is not Rpki.INVALID:
        return told(context, check, asn, one.prefix, Status.PASS, f"{one.prefix} of customer {origins} is {state.value}", "vrps")
    message = f"{one.prefix} of customer {origins} is invalid: {shown(covering(context.reference.vrps or (), one.prefix))}"
    remedy = f"Create a ROA for {one.prefix} with the customer's AS before, or together with, the one of the block."
    return told(context, check, asn, one.prefix, Status.FAIL, message, "vrps", cause="customer's part invalid", remedy=remedy)


CHECK = Check("ROA-04", "4", "ROAs of blocks leave customers valid", Severity.HIGH, scope="fleet", fleet=fleet)
