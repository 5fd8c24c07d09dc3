"""How routes are made to pass new policies on IOS."""

from __future__ import annotations

from ...model.plan import Plan


def refresh(plan: Plan) -> tuple[str, ...]:
    """`clear … soft` for each side of each session: only then do the routes pass a new policy, asked for again where they come in."""
    out = []
    for one in plan.sessions:
        table = f"ip bgp vrf {one.vrf}" if one.vrf != "default" else "ip bgp" if one.afi == 4 else "bgp ipv6 unicast"
        sides = [side for side, planned in (("in", one.inbound), ("out", one.outbound)) if planned is not None]
        out += [f"clear {table} {one.neighbor} soft {side}" for side in sides]
    return tuple(out)
