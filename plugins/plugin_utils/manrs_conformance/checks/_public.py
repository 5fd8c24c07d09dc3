"""Findings on what public databases say of the operator: the subject is an ASN or a prefix, never a router."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TypeVar

from ..model.intent import Intent
from ..model.originated import Originated, originated
from ..model.public import Announcements, Visible
from ..model.result import Finding, Status
from .base import Check, FleetContext

OPERATIONS = frozenset({"technical", "noc", "administrative"})
"""Roles that a network can be reached by in operation; an abuse mailbox alone does not count."""
WIDE = 0.5
"""Share of the full-table peers of route collectors that must see a prefix for it to count as globally visible (a limit of our own)."""
V = TypeVar("V")


def told(
    context: FleetContext, check: Check, asn: int, subject: str, status: Status, message: str, *sources: str, **more: object
) -> Finding:
    """A finding on an ASN of the operator that names the sources it rests on."""
    return check.finding(f"AS{asn}", subject, status, message, sources=context.reference.cited(*sources), **more)


def unknown(context: FleetContext, check: Check, asn: int, subject: str, because: str, *sources: str) -> Finding:
    """It cannot be told, and why."""
    return told(context, check, asn, subject, Status.INCONCLUSIVE, f"{subject}: not known", *sources, because=because)


def per_asn(context: FleetContext, check: Check, source: str, values: Mapping[int, V] | None) -> Iterator[tuple[int, V] | Finding]:
    """Each own ASN with what the source says of it, or why that is not known; nothing where the source was not given."""
    if not context.reference.given(source):
        return
    problem = context.reference.problem(source)
    for asn in context.intent.asns:
        value = (values or {}).get(asn)
        why = problem or (f"{source} was not asked about AS{asn}" if value is None else getattr(value, "problem", None))
        if why or value is None:
            yield unknown(context, check, asn, f"AS{asn}", why or "", source)
        else:
            yield asn, value


def wide(one: Visible) -> bool:
    """Whether most collectors' peers see the prefix."""
    return one.problem is None and one.of_peers > 0 and one.peers / one.of_peers >= WIDE


def narrow(seen: Announcements) -> str | None:
    """Why the view of the collectors says too little of the ASN, or None: what they hardly see, they can neither prove nor exclude."""
    shares = [found[0] / found[1] for found in (seen.peers_v4, seen.peers_v6) if found and found[1]]
    if shares and max(shares) < WIDE:
        return "few of the collectors' peers see it"
    if seen.visible is None:
        return "how many collectors see its prefixes was not asked for"
    if any(wide(one) for one in seen.visible):
        return None
    failed = next((one.problem for one in seen.visible if one.problem), None)
    if failed:
        return failed
    best = max(seen.visible, key=lambda one: one.peers / one.of_peers, default=None)
    if best is None:
        return "no prefix is announced now"
    return f"few of the collectors' peers see it: {seen_by(best)}, and no other prefix is seen by more"


def seen_by(one: Visible) -> str:
    """A prefix with how many see it, in words."""
    return f"{one.prefix} by {one.peers} of {one.of_peers} full-table peers, at {one.collectors} of {one.of_collectors} collectors"


def announced(context: FleetContext) -> tuple[Originated, ...]:
    """Own and customers' prefixes, declared and seen; what collectors say counts only where it can be relied on."""
    reference = context.reference
    return originated(context.intent, reference.ripestat if not reference.problem("ripestat") else None)


def home(intent: Intent, one: Originated) -> int:
    """The own ASN that a finding on the prefix is filed under."""
    return next((asn for asn in one.origins if asn in intent.asns), intent.asns[0])


def listed(items: object, most: int = 5) -> str:
    """Some of the items in words, the rest counted."""
    texts = [str(one) for one in items] if isinstance(items, (list, tuple, set, frozenset)) else [str(items)]
    more = f" and {len(texts) - most} more" if len(texts) > most else ""
    return ", ".join(texts[:most]) + more
