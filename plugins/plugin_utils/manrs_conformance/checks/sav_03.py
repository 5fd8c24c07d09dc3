"""SAV-03: a multihomed customer is validated by feasible paths or a complete filter (RFC 8704 section 3.7); advice."""

from __future__ import annotations

from collections.abc import Iterable

from ..model.result import Finding, Severity
from ._interfaces import links, validated
from .base import Check, CheckContext

CLASSES = frozenset({"multihomed_customer"})
ENOUGH = frozenset({"feasible", "strict", "acl"})
REMEDY = "Use feasible-path uRPF or a packet filter with all prefixes of the customer; strict uRPF may drop its other half."


def run(context: CheckContext, check: Check) -> Iterable[Finding]:
    """One finding for each interface of these classes and each family on it."""
    return links(context, check, CLASSES, lambda link: validated(link, ENOUGH, REMEDY))


CHECK = Check("SAV-03", "2", "Sources of multihomed customers (advice)", Severity.INFO, run=run)
