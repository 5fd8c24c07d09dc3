"""RIS-02: nothing was originated in the last three months that the operator may not announce (MANRS Action 1, joining)."""

from __future__ import annotations

from collections.abc import Iterable

from ..model.originated import Originated, declares
from ..model.policy import Rpki
from ..model.public import Announcements, Event
from ..model.result import Finding, Severity, Status
from ._public import narrow, per_asn, told, unknown
from ._roas import state
from .base import Check, FleetContext

UNEXPLAINED = "it is neither declared nor covered by a ROA or route object of this ASN"
REMEDY = "Explain the announcement, or declare and register the prefix; correct the export filter that let it out."


def fleet(context: FleetContext, check: Check) -> Iterable[Finding]:
    """One finding for each own ASN, or one for each prefix that nothing explains."""
    for item in per_asn(context, check, "ripestat", context.reference.ripestat):
        if isinstance(item, Finding):
            yield item
        else:
            yield from _judge(context, check, *item)


def _judge(context: FleetContext, check: Check, asn: int, seen: Announcements) -> Iterable[Finding]:
    subject = f"AS{asn}"
    if seen.history is None:
        yield unknown(context, check, asn, subject, "the history of the ASN was not asked for", "ripestat")
        return
    silent = _silent(context)
    found = [(one, why) for one in seen.history if (why := _wrong(context, asn, one.prefix))]
    bad = [(one, why) for one, why in found if not (silent and why == UNEXPLAINED)]
    for one, why in bad:
        message = f"AS{asn} originated {one.prefix} from {one.first} to {one.last}: {why}"
        cause = "illegitimate announcement"
        yield told(context, check, asn, one.prefix, Status.FAIL, message, "ripestat", "vrps", "irr", cause=cause, remedy=REMEDY)
    if bad:
        return
    doubts = [f"whether {one.prefix} is registered is not known: {silent}" for one, _why in found]
    why = narrow(seen) or ("its history names no prefix, though collectors see some now" if not seen.history else None)
    doubts += [f"absence is not proven: {why}"] if why else []
    doubts += _events(context, asn)
    if doubts:
        yield unknown(context, check, asn, subject, "; ".join(doubts[:5]), "ripestat", "grip")
        return
    asked = "no event names it as attacker" if context.reference.given("grip") else "events were not asked for"
    message = f"AS{asn}: all {len(seen.history)} prefixes seen in three months are declared, registered or valid; {asked}"
    yield told(context, check, asn, subject, Status.PASS, message, "ripestat", "vrps", "irr", "grip")


def _wrong(context: FleetContext, asn: int, prefix: str) -> str | None:
    """Why the operator may not originate the prefix, or None."""
    reference, intent = context.reference, context.intent
    vrps = reference.vrps if reference.vrps and not reference.problem("vrps") else None
    rov = state(vrps, Originated(prefix, (asn,), own=True)) if vrps else None
    if rov is Rpki.INVALID:
        return "it is RPKI invalid"
    if rov is Rpki.VALID or declares((*intent.prefixes, *intent.delegated), prefix):
        return None
    facts = reference.registrations
    objects = facts.routes.get(prefix, ()) if facts and not reference.problem("irr") else ()
    if any(one.prefix == prefix and one.origin == asn for one in objects):
        return None
    return UNEXPLAINED


def _silent(context: FleetContext) -> str | None:
    """Why registries that could explain an announcement were not heard, or None."""
    return context.reference.problem("vrps") or context.reference.problem("irr")


def _events(context: FleetContext, asn: int) -> Iterable[str]:
    """What keeps the answer open: no ROAs to judge by, and events that would have to be explained.

    Which degree of suspicion counts is not published, so each is shown.
    """
    reference = context.reference
    if not reference.vrps or reference.problem("vrps"):
        yield f"whether an announcement was invalid is not known: {reference.problem('vrps') or 'no VRPs were given'}"
    if not reference.given("grip"):
        return
    found = (reference.grip or {}).get(asn)
    problem = reference.problem("grip") or (found.problem if found else f"GRIP was not asked about AS{asn}")
    if problem or found is None:
        yield problem or ""
        return
    for one in found.events:
        if not one.prefixes or any(_wrong(context, asn, prefix) for prefix in one.prefixes):
            yield _words(one)


def _words(one: Event) -> str:
    degree = f", suspicion {one.suspicion}" if one.suspicion is not None else ""
    return f"event {one.id} ({one.kind}{degree}) of {one.began} names it as attacker for {', '.join(one.prefixes) or 'a prefix'}"


CHECK = Check("RIS-02", "1", "No illegitimate announcement in three months", Severity.HIGH, scope="fleet", fleet=fleet)
