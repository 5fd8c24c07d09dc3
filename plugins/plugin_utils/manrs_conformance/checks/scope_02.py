"""SCOPE-02: every addressed interface has a class, so that source validation can be judged."""

from __future__ import annotations

from collections.abc import Iterable

from ..model.result import Finding, Severity, Status
from ._interfaces import judged_interfaces
from .base import Check, CheckContext


def run(context: CheckContext, check: Check) -> Iterable[Finding]:
    """One finding for each interface with addresses."""
    for one, klass in judged_interfaces(context):
        subject, lines = f"interface {one.name}", context.cited(one.lines[:1])
        shown = ", ".join(one.addresses) or "its address comes from elsewhere"
        if klass is not None:
            yield check.finding(context.device, subject, Status.PASS, f"{one.name} is of class {klass}", lines=lines)
        else:
            yield check.finding(
                context.device,
                subject,
                Status.FAIL,
                f"{one.name} ({shown}) has no class: whether its sources must be validated is not known",
                cause="interface without class",
                remedy="Declare it under `interfaces` of the intent: end_user, infrastructure, internal, or a relationship.",
                lines=lines,
            )


CHECK = Check("SCOPE-02", "2", "Addressed interfaces have a class", Severity.MEDIUM, run=run)
