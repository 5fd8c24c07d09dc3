"""POL-06: IPv4 and IPv6 of one neighbour are filtered alike (MANRS guide: treat both families equally)."""

from __future__ import annotations

from collections.abc import Iterable

from ..analysis import scope
from ..model.result import Finding, Severity, Status
from ..model.router import Session
from .base import Check, CheckContext


def run(context: CheckContext, check: Check) -> Iterable[Finding]:
    """One finding for each AS met in both families."""
    groups: dict[tuple[str, object], list[Session]] = {}
    for one in context.router.sessions:
        if one.kind == "ebgp" and not one.shutdown and scope.vrf_kind(context.intent, one.vrf) == "internet":
            groups.setdefault((one.vrf, one.remote_as), []).append(one)
    for (vrf, asn), members in sorted(groups.items(), key=lambda item: str(item[0])):
        if {one.afi for one in members} != {4, 6}:
            continue
        problems = [text for text in _differences(members) if text]
        lines = context.cited(line for one in members for line in one.lines[:1])
        subject = f"AS{asn}" if vrf == "default" else f"AS{asn} vrf {vrf}"
        if problems:
            yield check.finding(
                context.device,
                subject,
                Status.FAIL,
                f"AS{asn}: {'; '.join(problems)}",
                cause="; ".join(problems),
                lines=lines,
                remedy="Give both families the same protection.",
            )
        else:
            yield check.finding(
                context.device, subject, Status.PASS, f"AS{asn}: both families have the same kinds of protection", lines=lines
            )


def _differences(members: list[Session]) -> Iterable[str]:
    sides = {4: [one for one in members if one.afi == 4], 6: [one for one in members if one.afi == 6]}
    for what, holds in (
        ("an import policy", lambda one: bool(one.inbound.filters)),
        ("an export policy", lambda one: bool(one.outbound.filters)),
        ("a prefix limit", lambda one: one.max_prefix is not None),
        ("origin validation", lambda one: one.rov != "off"),
    ):
        have = {afi: all(holds(one) for one in side) for afi, side in sides.items()}
        if have[4] != have[6]:
            yield f"IPv{4 if have[4] else 6} has {what}, IPv{6 if have[4] else 4} has not"


CHECK = Check("POL-06", "1", "Both address families are filtered alike", Severity.HIGH, run=run)
