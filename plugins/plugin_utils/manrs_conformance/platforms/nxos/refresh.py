"""How routes are made to pass new policies on NX-OS."""

from __future__ import annotations

from ...model.plan import Plan


def refresh(plan: Plan) -> tuple[str, ...]:
    """`clear bgp … soft` for each side of each session: the routes are asked for again, or sent again, without a reset."""
    out = []
    for one in plan.sessions:
        sides = [side for side, planned in (("in", one.inbound), ("out", one.outbound)) if planned is not None]
        out += [f"clear bgp {one.family.replace('-', ' ')} {one.neighbor} soft {side}" for side in sides]
    return tuple(out)
