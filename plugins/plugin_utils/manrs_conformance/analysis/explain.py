"""A decision in words for a person: the route, the way term by term, and the line that decided."""

from __future__ import annotations

from ..model.route import Decision, Route
from .aspath import shortened


def route_text(route: Route) -> str:
    """A route in one line."""
    words = [route.prefix, f"path [{shortened(route.as_path)}]"]
    communities = [*sorted(route.communities), *sorted(route.large), *sorted(route.extended)]
    if communities:
        words.append("communities " + " ".join(communities))
    words.append(f"RPKI {route.rpki.value}")
    if route.local_pref is not None:
        words.append(f"local-pref {route.local_pref}")
    if route.med is not None:
        words.append(f"MED {route.med}")
    return ", ".join(words)


def text(decision: Decision) -> str:
    """The decision as lines of text."""
    out = [f"route    {route_text(decision.route)}"]
    for number, step in enumerate(decision.trace, 1):
        where = f"{step.policy} {step.term}".strip()
        line = f"line {step.line}" if step.line else "no line"
        out.append(f"{number:>4}.    {where}: {step.effect}  ({line}{': ' + step.text if step.text else ''})")
    out.append(f"verdict  {decision.verdict}")
    if decision.because:
        out.append(f"because  {decision.because}")
    if decision.after is not None and decision.after != decision.route:
        out.append(f"leaves as {route_text(decision.after)}")
    return "\n".join(out)
