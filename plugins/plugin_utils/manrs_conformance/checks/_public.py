"""Findings on what public databases say of the operator: the subject is an ASN or a prefix, never a router."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TypeVar

from ..model.intent import Intent
from ..model.originated import Originated, originated
from ..model.result import Finding, Status
from .base import Check, FleetContext

OPERATIONS = frozenset({"technical", "noc", "administrative"})
"""Roles that a network can be reached by in operation; an abuse mailbox alone does not count."""
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
