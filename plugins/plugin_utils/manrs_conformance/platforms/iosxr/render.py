"""A plan in the words of IOS-XR: owned sets and policies named by generation, the operator's policy applied in the owned one.

IPv4 sources are checked by strict uRPF, which lets DHCP through; what it makes of IPv6 link-local and unspecified sources is not confirmed,
so IPv6 gets a packet filter that permits them.
"""

from __future__ import annotations

from pathlib import Path

from ...model.plan import OWNED, Plan, Rendered
from ...model.router import Router
from .. import _guards
from .._carry import Able, carry
from .._render import digest, environment
from .reader import read
from .wrapper import Writer


def render(plan: Plan, router: Router, running: str, templates: Path | None = None) -> Rendered:
    """The candidate of a plan; see `platforms.base.PushPlatform.render`."""
    writer = Writer(read(running).sources, router, running)
    sessions, carried = carry(plan, router, writer, Able(), lambda _one, _side: None)
    guards, carried = _guards.guards(carried, router, {4: "urpf", 6: "acl"})
    if carried.empty:
        return Rendered("", carried)
    filters: dict[str, list[str]] = {}
    interfaces = _guards.by_interface(guards, lambda one: _guard(one, filters))
    held = set(running.splitlines())
    text = (
        environment(__package__, templates)
        .get_template("plan.j2")
        .render(
            sets=[(kind, name, elements) for name, (kind, elements) in writer.sets.items() if f"{kind} {name}" not in held],
            filters=list(filters.values()),
            policies=[(name, body) for name, body in writer.policies if f"route-policy {name}" not in held],
            sessions=[
                {
                    "vrf": one.plan.vrf,
                    "neighbor": one.plan.neighbor,
                    "family": one.plan.family.replace("-", " "),
                    "lines": one.statements("route-policy {name} {side}", "maximum-prefix {limit}"),
                }
                for one in sessions
            ],
            interfaces=interfaces,
            local_as=plan.local_as,
        )
    )
    return Rendered(text, carried)


def _guard(one: _guards.Guard, filters: dict[str, list[str]]) -> str:
    if one.method == "urpf":
        return "ipv4 verify unicast source reachable-via rx"
    body = [
        f" {10 * n} permit ipv6 {f'host {net[0]}' if net.prefixlen == 128 else net} any" for n, net in enumerate(one.permits, 1)
    ]
    name = f"{OWNED}SAV6-{digest(body)}"
    filters[name] = [f"ipv6 access-list {name}", *body, f" {10 * (len(body) + 1)} deny ipv6 any any"]
    return f"ipv6 access-group {name} ingress"
