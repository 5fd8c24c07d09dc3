"""What one session does with one route."""

from __future__ import annotations

from dataclasses import replace

from ..errors import UsageError
from ..model.policy import Verdict
from ..model.route import Decision, Route
from ..model.router import Router


def explain(router: Router, text: str, neighbor: str, route: Route, *, direction: str, family: str | None, vrf: str) -> Decision:
    """What one session does with one route, step by step; UsageError lists the sessions when there is no such one."""
    from ..analysis import concrete, passage

    wanted = family or ("ipv6-unicast" if route.afi == 6 else "ipv4-unicast")
    session = router.session(neighbor, wanted, vrf)
    if session is None:
        known = ", ".join(sorted(one.key for one in router.sessions)) or "none"
        raise UsageError(f"no session with {neighbor} in {wanted}, vrf {vrf}; sessions of this configuration: {known}")
    attachment = session.inbound if direction == "import" else session.outbound
    if session.shutdown:
        return Decision("reject", route, (), f"the session with {neighbor} is shut down: no route crosses it")
    decision = concrete.decide(attachment, replace(route, peer=route.peer or neighbor), called=attachment.called)
    lines = text.splitlines()
    steps = tuple(
        replace(step, text=step.text or (lines[step.line - 1].strip() if 0 < step.line <= len(lines) else ""))
        for step in passage.detailed(decision.trace, [attachment], decision.route)
    )
    if not attachment.filters and not decision.because:
        word = "accepts" if attachment.default is Verdict.ACCEPT else "rejects"
        return replace(decision, trace=steps, because=f"no {direction} policy is attached; the platform {word} everything")
    return replace(decision, trace=steps)
