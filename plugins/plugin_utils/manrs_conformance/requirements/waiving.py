"""Waivers: an accepted fail stays a fail that is waived, for a while, in a scope."""

from __future__ import annotations

import fnmatch
import ipaddress
from collections.abc import Sequence
from dataclasses import dataclass, replace

from ..model.intent import Waiver
from ..model.result import Finding, Status


@dataclass(frozen=True, slots=True)
class Waived:
    """Findings with their waivers, and the waivers that did nothing: expired before `as_of`, or unused."""

    findings: tuple[Finding, ...]
    applied: tuple[str, ...]
    expired: tuple[str, ...]
    unused: tuple[str, ...]


def apply(findings: Sequence[Finding], waivers: Sequence[Waiver], as_of: str) -> Waived:
    """Mark every fail that a live waiver covers; times are RFC 3339 UTC and compare as text."""
    live = [one for one in waivers if one.expires > as_of]
    applied: set[str] = set()
    out = []
    for finding in findings:
        waiver = next((one for one in live if covers(one, finding)), None) if finding.status is Status.FAIL else None
        if waiver is not None:
            applied.add(waiver.id)
            finding = replace(finding, waived_by=waiver.id)
        out.append(finding)
    return Waived(
        findings=tuple(out),
        applied=tuple(sorted(applied)),
        expired=tuple(sorted(one.id for one in waivers if one.expires <= as_of)),
        unused=tuple(sorted(one.id for one in live if one.id not in applied)),
    )


def covers(waiver: Waiver, finding: Finding) -> bool:
    """Whether the scope (check, device, session, prefix) of a waiver holds the finding; a prefix must cover every witness route."""
    if waiver.check != finding.check:
        return False
    if not fnmatch.fnmatchcase(finding.device, waiver.device):
        return False
    if waiver.session != "*" and waiver.session not in _names(finding.subject):
        return False
    if waiver.prefix is None:
        return True
    routes = [one.route.prefix for one in finding.witnesses if one.route is not None]
    return bool(routes) and all(_within(prefix, waiver.prefix) for prefix in routes)


def _names(subject: str) -> tuple[str, ...]:
    parts = subject.split("/")
    return (subject, parts[1]) if len(parts) == 3 else (subject,)


def _within(prefix: str, cover: str) -> bool:
    inner, outer = ipaddress.ip_network(prefix, strict=False), ipaddress.ip_network(cover, strict=False)
    if isinstance(inner, ipaddress.IPv4Network) and isinstance(outer, ipaddress.IPv4Network):
        return inner.subnet_of(outer)
    if isinstance(inner, ipaddress.IPv6Network) and isinstance(outer, ipaddress.IPv6Network):
        return inner.subnet_of(outer)
    return False
