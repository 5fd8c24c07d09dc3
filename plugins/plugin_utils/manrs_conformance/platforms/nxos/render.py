"""A plan in the words of NX-OS: owned lists and route-maps named by generation, references switched last.

Sources are checked by packet filters: on many of these switches uRPF works only after `system urpf disable` is taken away, which takes a
reload. What `match rpki` does is not confirmed, so validation is left.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from ...model.plan import Plan, Rendered, SessionPlan
from ...model.router import Router
from .. import _guards
from .._carry import Able, Block, Form
from .._maprender import Words, Writer
from .._render import environment, process
from .._statements import statements

FORM = Form(
    "route-map {name} {side}",
    "maximum-prefix {limit}",
    "ip verify unicast source reachable-via rx",
    {4: "ip access-group {name} in", 6: "ipv6 traffic-filter {name} in"},
)
WORD = {4: "ip", 6: "ipv6"}
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
    filters = _guards.Filters(
        FORM, lambda afi, name: f"{WORD[afi]} access-list {name}", _rule, lambda one: f"{one}/{32 if '.' in one else 128}"
    )
    found = statements(plan, router, writer, ABLE, _refusal, {4: "acl", 6: "acl"}, filters)
    if found.plan.empty:
        return Rendered("", found.plan)
    definitions = {"lists": writer.missing(running), "filters": found.filters, "maps": writer.unwritten()}
    return Rendered(write(found.blocks, found.interfaces, running, plan.local_as, templates, **definitions), found.plan)


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
            **{"lists": (), "filters": (), "maps": (), **definitions},
            sessions=blocks,
            interfaces=interfaces,
            local_as=process(running, local_as),
        )
    )


def _refusal(one: SessionPlan, side: str) -> str | None:
    if one.vrf != "default" and side != "limit":
        return "no policy: how routes of a VRF are asked for again is not confirmed"
    return None


def _rule(afi: int, number: int, action: str, source: str) -> str:
    return f"  {10 * number} {action} {WORD[afi]} {source} any"
