"""A plan in the words of NX-OS: owned lists and route-maps named by generation, references switched last.

Sources are checked by packet filters: on many of these switches uRPF works only after `system urpf disable` is taken away, which takes a
reload. What `match rpki` does is not confirmed, so validation is left.
"""

from __future__ import annotations

from pathlib import Path

from ...model.plan import OWNED, Plan, Rendered, SessionPlan
from ...model.router import Router
from .. import _guards
from .._carry import Able, carry
from .._maprender import Words, Writer
from .._render import digest, environment

ABLE = Able(
    length="no match of NX-OS does; `maxas-limit` would hold for every neighbour",
    rov="what `match rpki` does on NX-OS is not confirmed",
)
WORDS = Words(
    path=lambda name, n, action, pattern: f'ip as-path access-list {name} seq {5 * n} {action} "{pattern}"',
    community=lambda name, n, value, large: (
        f"ip {'large-' if large else ''}community-list standard {name} seq {5 * n} permit {value}"
    ),
    scrub=("set comm-list", "set large-comm-list"),
    invalid="match rpki invalid",
)


def render(plan: Plan, router: Router, running: str, templates: Path | None = None) -> Rendered:
    """The candidate of a plan; see `platforms.base.PushPlatform.render`."""
    writer = Writer(words=WORDS, running=running)
    sessions, carried = carry(plan, router, writer, ABLE, _refusal)
    guards, carried = _guards.guards(carried, router, {4: "acl", 6: "acl"})
    if carried.empty:
        return Rendered("", carried)
    filters: dict[str, list[str]] = {}
    interfaces = _guards.by_interface(guards, lambda one: _guard(one, filters))
    text = (
        environment(__package__, templates)
        .get_template("plan.j2")
        .render(
            lists=writer.missing(running),
            filters=list(filters.values()),
            maps=writer.unwritten(),
            sessions=[
                {
                    "vrf": one.plan.vrf,
                    "neighbor": one.plan.neighbor,
                    "family": one.plan.family.replace("-", " "),
                    "lines": one.statements("route-map {name} {side}", "maximum-prefix {limit}"),
                }
                for one in sessions
            ],
            interfaces=interfaces,
            local_as=plan.local_as,
        )
    )
    return Rendered(text, carried)


def _refusal(one: SessionPlan, side: str) -> str | None:
    if one.vrf != "default" and side != "limit":
        return "no policy: how routes of a VRF are asked for again is not confirmed"
    return None


def _guard(one: _guards.Guard, filters: dict[str, list[str]]) -> str:
    word = "ip" if one.afi == 4 else "ipv6"
    body = [f"  {10 * n} permit {word} {net} any" for n, net in enumerate(one.permits, 1)]
    name = f"{OWNED}SAV{one.afi}-{digest(body)}"
    filters[name] = [f"{word} access-list {name}", *body, f"  {10 * (len(body) + 1)} deny {word} any any"]
    return f"ip access-group {name} in" if one.afi == 4 else f"ipv6 traffic-filter {name} in"
