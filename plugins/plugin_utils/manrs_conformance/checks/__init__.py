"""The catalogue of checks, found by module name: one file per check, and no list of them anywhere."""

from __future__ import annotations

import contextlib
import importlib
import pkgutil
import re
from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import cache, partial

from ..analysis import scope
from ..model.intent import Intent
from ..model.policy import Cond
from ..model.reference import Reference
from ..model.result import Finding, Status
from ..model.router import Router
from . import base, scope_03
from .base import Check, CheckContext, FleetContext

__all__ = [
    "Check",
    "CheckContext",
    "FleetContext",
    "catalogue",
    "context_of",
    "finished",
    "order",
    "run_all",
    "run_device",
    "run_fleet",
    "unreachable",
]

_NAME = re.compile(r"^[a-z]+_[0-9]+$")


@cache
def catalogue() -> tuple[Check, ...]:
    """Every check, sorted by id: each module named like `pol_01` holds one `CHECK`."""
    found = [one.name for one in pkgutil.iter_modules(__path__) if _NAME.match(one.name)]
    return tuple(sorted((importlib.import_module(f".{name}", __name__).CHECK for name in found), key=lambda one: one.id))


def run_all(
    routers: Mapping[str, Router],
    texts: Mapping[str, Sequence[str]],
    intent: Intent,
    reference: Reference,
    only: Container[str] | None = None,
) -> tuple[Finding, ...]:
    """Findings of every check (or of `only` those named) on every router, then of the fleet, in canonical order with fingerprints.

    A check that raises becomes an `error` finding; a router that was not read completely has no pass.
    """
    memo: dict[object, Cond] = {}
    members = {
        name: context_of(name, routers[name], tuple(texts.get(name, ())), intent, reference, only, memo=memo)
        for name in sorted(routers)
    }
    out = [one for context in members.values() for one in run_device(context)]
    return finished((*out, *run_fleet(members, intent, reference, only)))


def context_of(
    name: str,
    router: Router,
    lines: Sequence[str],
    intent: Intent,
    reference: Reference,
    only: Container[str] | None = None,
    memo: dict[object, Cond] | None = None,
) -> CheckContext:
    """One router as its checks see it; `memo` is shared by the routers of a run."""
    checks = tuple(one for one in catalogue() if only is None or one.id in only)
    return CheckContext(name, router, lines, intent, reference, checks, memo={} if memo is None else memo)


def run_device(context: CheckContext) -> list[Finding]:
    """Findings of one router on its own; leaves in `context.local` what the checks of the fleet need of it."""
    out: list[Finding] = []
    for check in context.checks:
        if check.scope == "device":
            found = _guarded(check, context.device, partial(_on, check, context))
            out += [_trusted(one, context.router) for one in found]
        elif check.local is not None:
            # Without it (it raised) the check of the fleet asks the long way round, and meets the error there.
            with contextlib.suppress(Exception):
                context.local[check.id] = check.local(context, check)
    context.evaluations.clear()
    scope.forget()
    return out


def run_fleet(
    members: Mapping[str, CheckContext], intent: Intent, reference: Reference, only: Container[str] | None = None
) -> list[Finding]:
    """Findings about all routers together."""
    fleet = FleetContext(members, intent, reference)
    out: list[Finding] = []
    for check in catalogue():
        if check.scope == "fleet" and check.fleet is not None and (only is None or check.id in only):
            found = _guarded(check, "fleet", partial(check.fleet, fleet, check))
            out += [_trusted(one, members[one.device].router) if one.device in members else one for one in found]
    return out


def finished(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Findings in canonical order."""
    return tuple(sorted(findings, key=order))


def _on(check: Check, context: CheckContext) -> Iterable[Finding]:
    return check.run(context, check) if check.run is not None else base.sessions(context, check)


def _guarded(check: Check, device: str, run: Callable[[], Iterable[Finding]]) -> list[Finding]:
    """Its findings; whatever it raises becomes an `error` finding that keeps those before it."""
    out: list[Finding] = []
    try:
        out.extend(run())
    except Exception as error:
        why = f"{type(error).__name__}: {error}"
        message = f"{check.id} could not be carried out on {device}"
        out.append(check.finding(device, "router", Status.ERROR, message, because=why, cause=f"{check.id} {type(error).__name__}"))
    return out


def _trusted(finding: Finding, router: Router) -> Finding:
    """Nothing passes on a router that was read in part, or where a line that was not understood may touch everything."""
    if finding.status is not Status.PASS:
        return finding
    if not router.complete:
        because = f"the configuration was not read completely: {router.incomplete_because}"
        return replace(finding, status=Status.INCONCLUSIVE, because=because)
    for one in router.unread:
        if one.taints.kind == "router" or (one.taints.kind == "rpki" and finding.check.startswith("ROV-")):
            because = f"line {one.line} was not understood and may change it: {one.text.strip()}"
            return replace(finding, status=Status.INCONCLUSIVE, because=because)
    return finding


def order(finding: Finding) -> tuple[str, ...]:
    """Canonical order of findings."""
    return (
        finding.device,
        finding.check,
        finding.subject,
        finding.family or "",
        finding.direction or "",
        finding.cause,
        finding.status,
        finding.message,
    )


def unreachable(device: str, reason: str) -> Finding:
    """The finding that stands for an expected router that could not be read."""
    message = f"{device} was expected and could not be assessed"
    return scope_03.CHECK.finding(device, "router", Status.ERROR, message, cause="not collected", because=reason)
