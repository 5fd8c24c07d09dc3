"""A plan in the words of EOS: owned lists and route-maps named by generation, all of it one configuration session.

IPv4 sources are checked by strict uRPF; that of IPv6 is not confirmed, so IPv6 gets a packet filter.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from ...model.plan import Plan, Rendered, SessionPlan
from ...model.router import Router
from .. import _guards
from .._carry import Able, Block, Form
from .._maprender import Words, Writer
from .._render import environment, process
from .._statements import statements

FORM = Form(
    "neighbor {neighbor} route-map {name} {side}",
    "neighbor {neighbor} maximum-routes {limit}",
    "ip verify unicast source reachable-via rx",
    {6: "ipv6 access-group {name} in"},
)
WORDS = Words(
    path=lambda name, _n, action, pattern: f"ip as-path access-list {name} {action} {pattern} any",
    community=lambda name, _n, value, large: f"ip {'large-' if large else ''}community-list {name} permit {value}",
    scrub=("set community community-list", "set large-community large-community-list"),
    invalid="match origin-as validity invalid",
    together=False,
    length=lambda count: f"match as-path length >= {count}",
    longest_pattern=1000,
    longest_name=200,
)
UNSAID = "the configuration does not say `ip as-path regex-mode`, so an expression of more than one ASN means two things"
MODE = re.compile(r"^ip as-path regex-mode (asn|string)\s*$", re.M)


def render(plan: Plan, router: Router, running: str, templates: Path | None = None) -> Rendered:
    """The candidate of a plan; see `platforms.base.PushPlatform.render`."""
    mode = MODE.search(running)
    asn_mode = mode is not None and mode[1] == "asn"
    words = replace(WORDS, asns=(lambda low, high: f"_[{low}-{high}]_") if asn_mode else None)
    writer = Writer(words=words, running=running)
    filters = _guards.Filters(FORM, lambda _afi, name: f"ipv6 access-list {name}", _rule)
    refuse = functools.partial(_refusal, router=router)
    able = Able() if mode is not None else Able(asns=UNSAID)
    found = statements(plan, router, writer, able, refuse, {4: "urpf", 6: "acl"}, filters)
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
    """Statements of sessions and interfaces, behind the definitions that they refer to; limits stand outside of families."""
    tables: dict[str, dict[str, list[str]]] = {}
    limits: dict[str, list[str]] = {}
    for one in blocks:
        families = tables.setdefault(one.vrf, {})
        limits.setdefault(one.vrf, []).extend(one.limits)
        if one.policies:
            families.setdefault(one.family.removesuffix("-unicast"), []).extend(one.policies)
    return (
        environment(__package__, templates)
        .get_template("plan.j2")
        .render(
            **{"lists": (), "filters": (), "maps": (), **definitions},
            tables=tables,
            limits=limits,
            interfaces=interfaces,
            local_as=process(running, local_as),
        )
    )


def _refusal(one: SessionPlan, side: str, router: Router) -> str | None:
    session = router.session(one.neighbor, one.family, one.vrf)
    if side == "limit":
        both = [had for had in router.sessions if (had.neighbor, had.vrf) == (one.neighbor, one.vrf)]
        return "no limit: on EOS it holds for all families of the neighbour" if len(both) > 1 else None
    attachment = None if session is None else session.inbound if side == "in" else session.outbound
    if attachment is not None and any(had.kind not in ("route-map", "prefix-list") for had in attachment.filters):
        return "no policy: a routing control function decides here, and nothing can be put in front of it"
    return None


def _rule(_afi: int, number: int, action: str, source: str) -> str:
    return f"   {10 * number} {action} ipv6 {source} any"
