"""What a candidate changes beside the configuration of IOS, and how routes are made to pass new policies."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ...model.plan import Plan


def predict_state(state: Mapping[str, str], _candidate: str) -> Mapping[str, str]:
    """Nothing that is collected from IOS beside its configuration shows policies."""
    return state


def refresh(plan: Plan) -> tuple[str, ...]:
    """`clear … soft` for each side of each session: only then do the routes pass a new policy, asked for again where they come in."""
    out = []
    for one in plan.sessions:
        table = f"ip bgp vrf {one.vrf}" if one.vrf != "default" else "ip bgp" if one.afi == 4 else "bgp ipv6 unicast"
        sides = [side for side, planned in (("in", one.inbound), ("out", one.outbound)) if planned is not None]
        out += [f"clear {table} {one.neighbor} soft {side}" for side in sides]
    return tuple(out)


def operate(driver: Any, commands: tuple[str, ...]) -> None:
    """Run refresh commands on an open driver."""
    if commands:
        driver.cli(list(commands))
