"""A plan in the words of IOS-XR: owned sets and policies named by generation, the operator's policy applied in the owned one.

IPv4 sources are checked by strict uRPF, which lets DHCP through; what it makes of IPv6 link-local and unspecified sources is not confirmed,
so IPv6 gets a packet filter that permits them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from ...model.plan import Plan, Rendered
from ...model.router import Router
from .. import _guards
from .._carry import Able, Block, Form
from .._render import environment, process
from .._statements import statements
from .reader import read
from .wrapper import Writer

FORM = Form(
    "route-policy {name} {side}",
    "maximum-prefix {limit}",
    "ipv4 verify unicast source reachable-via rx",
    {6: "ipv6 access-group {name} ingress"},
)


def render(plan: Plan, router: Router, running: str, templates: Path | None = None) -> Rendered:
    """The candidate of a plan; see `platforms.base.PushPlatform.render`."""
    writer = Writer(read(running).sources, router, running)
    filters = _guards.Filters(FORM, lambda _afi, name: f"ipv6 access-list {name}", _rule)
    found = statements(plan, router, writer, Able(), lambda _one, _side: None, {4: "urpf", 6: "acl"}, filters)
    if found.plan.empty:
        return Rendered("", found.plan)
    held = set(running.splitlines())
    text = write(
        found.blocks,
        found.interfaces,
        running,
        plan.local_as,
        templates,
        sets=[(kind, name, elements) for name, (kind, elements) in writer.sets.items() if f"{kind} {name}" not in held],
        filters=found.filters,
        policies=[(name, body) for name, body in writer.policies if f"route-policy {name}" not in held],
    )
    return Rendered(text, found.plan)


def write(
    blocks: Sequence[Block],
    interfaces: Mapping[str, Sequence[str]],
    running: str,
    local_as: int,
    templates: Path | None = None,
    **definitions: object,
) -> str:
    """Statements of sessions and interfaces, behind the definitions that they refer to."""
    return (
        environment(__package__, templates)
        .get_template("plan.j2")
        .render(
            **{"sets": (), "filters": (), "policies": (), **definitions},
            sessions=blocks,
            interfaces=interfaces,
            local_as=process(running, local_as),
        )
    )


def _rule(_afi: int, number: int, action: str, source: str) -> str:
    return f" {10 * number} {action} ipv6 {source} any"
