"""SAV-04: at least loose uRPF faces peers and providers (RFC 3704 section 2.4); advice."""

from __future__ import annotations

from collections.abc import Iterable

from ..model.result import Finding, Severity
from ._interfaces import links, validated
from .base import Check, CheckContext

CLASSES = frozenset({"peer", "provider", "route_server"})
ENOUGH = frozenset({"loose", "strict", "feasible", "acl"})
REMEDY = "Consider loose uRPF or a packet filter against bogon sources, if this router holds a full table."


def run(context: CheckContext, check: Check) -> Iterable[Finding]:
    """One finding for each interface of these classes and each family on it."""
    return links(context, check, CLASSES, lambda link: validated(link, ENOUGH, REMEDY))


CHECK = Check("SAV-04", "2", "Loose source validation towards peers and providers (advice)", Severity.INFO, run=run)
