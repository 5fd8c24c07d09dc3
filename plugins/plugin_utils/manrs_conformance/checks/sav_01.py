"""SAV-01: networks of our own (servers, access, end users) can only send with their own sources (RFC 8704 section 3.7, BCP 38)."""

from __future__ import annotations

from collections.abc import Iterable

from ..model.result import Finding, Severity
from ._interfaces import links, validated
from .base import Check, CheckContext

CLASSES = frozenset({"end_user", "infrastructure"})
ENOUGH = frozenset({"strict", "feasible", "acl"})
REMEDY = "Turn on strict uRPF here, or a packet filter that permits only the connected networks."


def run(context: CheckContext, check: Check) -> Iterable[Finding]:
    """One finding for each interface of these classes and each family on it."""
    return links(context, check, CLASSES, lambda link: validated(link, ENOUGH, REMEDY))


CHECK = Check("SAV-01", "2", "Sources of own networks are validated", Severity.HIGH, run=run)
