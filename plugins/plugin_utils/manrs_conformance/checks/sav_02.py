"""SAV-02: a single-homed customer can only send with its own sources (RFC 8704 section 3.7, BCP 38)."""

from __future__ import annotations

from collections.abc import Iterable

from ..model.result import Finding, Severity
from ._interfaces import links, validated
from .base import Check, CheckContext

CLASSES = frozenset({"single_homed_customer"})
ENOUGH = frozenset({"strict", "feasible", "acl"})
REMEDY = "Turn on strict uRPF here for both families, or a packet filter with the customer's prefixes."


def run(context: CheckContext, check: Check) -> Iterable[Finding]:
    """One finding for each interface of these classes and each family on it."""
    return links(context, check, CLASSES, lambda link: validated(link, ENOUGH, REMEDY))


CHECK = Check("SAV-02", "2", "Sources of single-homed customers are validated", Severity.HIGH, run=run)
