"""A plan in the words of IOS and IOS-XE: owned lists and route-maps named by generation, references switched last.

AS-path access lists have numbers there, not names: an owned one takes the greatest number that is free, and is known by the owned map that
matches it. IPv4 sources are checked by strict uRPF, which lets DHCP through; what it makes of IPv6 link-local and unspecified sources is
not confirmed, so IPv6 gets a packet filter that permits them.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from ...model.plan import Plan, Rendered, SessionPlan, is_owned
from ...model.router import Router
from .. import _guards
from .._carry import Able, Block, Form
from .._maprender import Words, Writer
from .._render import digest, environment, process
from .._stated import paths
from .._statements import statements

NUMBERS = range(500, 0, -1)
"""Numbers of AS-path access lists, those that operators use least first."""
FORM = Form(
    "neighbor {neighbor} route-map {name} {side}",
    "neighbor {neighbor} maximum-prefix {limit}",
    "ip verify unicast source reachable-via rx",
    {6: "ipv6 traffic-filter {name} in"},
)
ABLE = Able(length="no match of IOS does; `bgp maxas-limit` would hold for every neighbour")
IPV4 = re.compile(r"address-family ipv4(?: unicast)?")
PATH_LIST = re.compile(r"^ip as-path access-list (\d+) (.*)$", re.M)


def render(plan: Plan, router: Router, running: str, templates: Path | None = None) -> Rendered:
    """The candidate of a plan; see `platforms.base.PushPlatform.render`."""
    writer = Writer(words=words(running), running=running)
    filters = _guards.Filters(FORM, lambda _afi, name: f"ipv6 access-list {name}", _rule)
    refuse = functools.partial(_refusal, router=router)
    found = statements(plan, router, writer, ABLE, refuse, {4: "urpf", 6: "acl"}, filters)
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
    families: dict[str, list[str]] = {}
    common: list[str] = []
    for one in blocks:
        (families.setdefault(_family(one), []) if _in_block(one, running) else common).extend(one.lines)
    return (
        environment(__package__, templates)
        .get_template("plan.j2")
        .render(
            **{"lists": (), "filters": (), "maps": (), **definitions},
            common=common,
            families=[{"name": name, "lines": lines} for name, lines in sorted(families.items())],
            interfaces=interfaces,
            local_as=process(running, local_as),
        )
    )


def words(running: str) -> Words:
    """How IOS writes lists, with the numbers of AS-path lists that a configuration leaves free."""
    bodies: dict[str, list[str]] = {}
    for number, body in PATH_LIST.findall(running):
        bodies.setdefault(number, []).append(body.strip())
    free = (str(number) for number in NUMBERS if str(number) not in bodies)
    own = set(re.findall(r"\d+", " ".join(_matched(running))))
    made = {digest(body): number for number, body in bodies.items() if number in own}

    def name(_kind: str, generation: str) -> str:
        return made.get(generation[-8:]) or next(free)

    return Words(
        path=lambda number, _n, action, pattern: f"ip as-path access-list {number} {action} {pattern}",
        community=lambda listed, _n, value, large: f"ip {'large-' if large else ''}community-list standard {listed} permit {value}",
        scrub=("set comm-list", "set large-comm-list"),
        invalid="match rpki invalid",
        path_name=name,
        longest_name=100,
    )


def _matched(running: str) -> list[str]:
    """The words behind `match as-path` in owned route-maps."""
    out, own = [], False
    for text in running.splitlines():
        if not text[:1].isspace():
            own = text.startswith("route-map ") and is_owned(text.split()[1])
        elif own and text.strip().startswith("match as-path "):
            out.append(text.strip().removeprefix("match as-path "))
    return out


def _refusal(one: SessionPlan, side: str, router: Router) -> str | None:
    session = router.session(one.neighbor, one.family, one.vrf)
    if session is not None and session.group and side == "out":
        return f"no export policy: members of a peer-group share it on IOS; it belongs to {session.group}"
    if one.vrf != "default" and one.afi == 6 and side != "limit":
        return "no policy: how IPv6 routes of a VRF are asked for again is not confirmed"
    return None


def _family(one: Block) -> str:
    name = one.family.removesuffix("-unicast")
    return f"{name} vrf {one.vrf}" if one.vrf != "default" else name


def _in_block(one: Block, running: str) -> bool:
    """Whether the family has a block; only IPv4 of the global table may stand without one."""
    if one.family != "ipv4-unicast" or one.vrf != "default":
        return True
    return any(path[0].startswith("router bgp ") for path, line in paths(running) if path and IPV4.fullmatch(line))


def _rule(_afi: int, _number: int, action: str, source: str) -> str:
    return f" {action} ipv6 {source if source == 'any' else source.upper().replace('HOST', 'host')} any"
