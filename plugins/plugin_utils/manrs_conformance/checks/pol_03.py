"""POL-03: every policy and list that is referenced exists, and none is empty (MANRS guide, "A word of caution")."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ..model.policy import CommunityList, Policy
from ..model.result import Finding, Severity, Status
from . import _reach
from .base import Check, CheckContext

REMEDY = "Define it, or take the reference away; a list that came out empty points at a broken filter generator."


def run(context: CheckContext, check: Check) -> Iterable[Finding]:
    """One finding for each undefined or empty object in use, or a pass for the router."""
    router = context.router
    found = [
        check.finding(
            context.device,
            f"list {one.name}" if "list" in one.kind or one.kind == "as-path" else f"policy {one.name}",
            Status.FAIL,
            f"{one.kind} {one.name} is referenced but not defined: {_effect(one.effect)}",
            cause=f"undefined {one.kind} {one.name}",
            lines=context.cited([one.line]),
            remedy=REMEDY,
        )
        for one in {(one.kind, one.name): one for one in reversed(router.undefined)}.values()
    ]
    undefined = {one.name for one in router.undefined}
    for kind, name, lines, why in sorted(set(_empty(context))):
        if name not in undefined:
            subject = f"list {name}" if "list" in kind else f"policy {name}"
            message = f"{kind} {name} is in use and {why}"
            cause = f"empty {kind} {name}"
            found.append(
                check.finding(context.device, subject, Status.FAIL, message, cause=cause, lines=context.cited(lines), remedy=REMEDY)
            )
    if not found:
        if router.sessions:
            return [check.finding(context.device, "router", Status.PASS, "every policy and list in use exists and is not empty")]
        return [
            check.finding(context.device, "router", Status.INCONCLUSIVE, "no policy is in use", because="no BGP session was found")
        ]
    return found


def _effect(effect: str) -> str:
    return {"permit-all": "it lets everything pass", "deny-all": "it refuses everything"}.get(
        effect, "what the platform makes of that is not known"
    )


def _empty(context: CheckContext) -> Iterator[tuple[str, str, tuple[int, ...], str]]:
    policies = context.router.policies
    for session in context.router.sessions:
        name = session.default_originate_policy
        if name is not None and name.partition("(")[0] not in policies:
            kind = next((one.kind for one in policies.values()), "route-map")
            named = tuple(line for line in session.lines if name in context.text_of(line).split())
            yield kind, name, named, "is not defined (the default route of a neighbour depends on it)"
        for attachment in (session.inbound, session.outbound):
            defined = {one.policy.name: one.defined for one in attachment.filters}
            for policy in _reach.policies(attachment):
                if not policy.terms and defined.get(policy.name, True):
                    yield policy.kind, policy.name, policy.lines, "has no entry"
            for one in _reach.lists(attachment):
                if not one.entries:
                    kind = one.kind if hasattr(one, "kind") and not isinstance(one, CommunityList) else _kind(one)
                    yield kind, one.name, one.lines, "has no entry"
                elif one.lines and not _permits(one.entries):
                    yield _kind(one), one.name, one.lines, "has only deny entries, so it never matches"


def _permits(entries: Iterable[object]) -> bool:
    return any(one[4] if isinstance(one, tuple) else getattr(one, "permit", True) for one in entries)


def _kind(one: object) -> str:
    if isinstance(one, CommunityList):
        return "community-list"
    if isinstance(one, Policy):
        return one.kind
    return str(getattr(one, "kind", "as-path access-list"))


CHECK = Check("POL-03", "1", "Referenced policies and lists exist and are not empty", Severity.CRITICAL, run=run)
