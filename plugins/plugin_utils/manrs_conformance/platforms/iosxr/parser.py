"""From a configuration text to the vendor-neutral Router."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from dataclasses import replace

from ...model.policy import AsPathList, CommunityList, Policy, Verdict
from ...model.router import Origination, Router, Taint, Undefined, Unread
from .. import _population
from .._block import Ledger
from .._lists import Unreadable
from . import bgp as bgp_block
from . import groups, interfaces, live, sessions
from .bgp import Bgp, Table
from .policies import Policies, attached
from .reader import Draft, read
from .scope import KINDS, Neighbor, Scope, path_lists
from .statement import APPLY, IP, ROUTERS, TOP
from .tree import Node, irrelevant


def parse(text: str, state: Mapping[str, str]) -> Router:
    """The Router of `show running-config` and the live outputs by key (`commands.COMMANDS.state`); never raises on any text.

    A text is complete when `end` is its last statement, every block is closed, and everything that is referred to stands in it: XR does
    not commit a reference to a policy, set or group that does not exist.
    """
    draft = read(text)
    ledger = draft.ledger
    faces = interfaces.Faces()
    bgps: list[Bgp] = []
    names: list[str] = []
    for node in draft.tree.roots:
        _top(draft, node, faces, bgps, names)
    faces.doubt({one.taints.name for one in ledger.unread if one.taints.kind == "list"})
    policies = Policies(draft.sources, draft.sets, ledger, draft.globals)
    plain: dict[str, Policy] = {name: policies.get(name)[0] for name in draft.sources}
    members: dict[str, list[str]] = {}
    built = tuple(one for bgp in bgps for one in sessions.build(bgp, policies, members))
    originations = tuple(
        one for bgp in bgps for table in bgp.tables.values() for one in _originations(bgp, table, policies, ledger)
    )
    paths, communities = _lists(policies)
    groups.account(draft.groups, ledger, draft.tree.roots, faces.interfaces)
    policies.undefined += [
        Undefined("access-list", name, line, "unknown")
        for afi, name, line in faces.bound
        if (afi, name) not in faces.acls and name != "common"
    ]
    main = bgps[0] if bgps else None
    complete, because = _complete(draft, policies.undefined)
    now = live.read(state) if state else None
    if complete and now is not None:
        also = [(table.vrf, name) for bgp in bgps for table in bgp.tables.values() for name in table.peers]
        because = _population.differs(built, now.sessions, live.shown(state), also)
        complete = not because
    return Router(
        platform="iosxr",
        hostname=names[-1] if names else None,
        version=draft.version or live.version(state),
        local_as=main.local_as if main else None,
        router_id=main.table("default").router_id if main else None,
        sessions=built,
        interfaces=faces.made(),
        policies=plain,
        prefix_lists=tuple(made for one in draft.sets.prefix.values() for made in one.lists()),
        as_path_lists=paths,
        community_lists=communities,
        originations=originations,
        statics=tuple(faces.statics),
        caches=tuple(one for bgp in bgps for one in bgp.caches),
        validation=sessions.validation(bgps),
        undefined=tuple(sorted(dict.fromkeys(policies.undefined), key=lambda one: (one.line, one.kind, one.name))),
        unread=_unread(ledger, members, tuple(faces.interfaces)),
        line_states=ledger.text(),
        secrets=tuple(dict.fromkeys(ledger.secrets)),
        complete=complete,
        incomplete_because=because,
        facts=_facts(bgps),
        live=now,
    )


def _top(draft: Draft, node: Node, faces: interfaces.Faces, bgps: list[Bgp], names: list[str]) -> None:
    """A statement of the top level with its block."""
    ledger, words, head = draft.ledger, node.words, node.words[0]
    if head == "hostname" and len(words) > 1:
        names.append(words[1])
        ledger.used(node.number)
    elif head == "dynamic-template":
        interfaces.templates(faces, node, ledger)
    elif (head == "interface" and interfaces.interface(faces, node, ledger)) or (
        words[:2] == ["router", "bgp"] and bgp_block.read(node, ledger, bgps)
    ):
        pass
    elif words == ["router", "static"]:
        interfaces.static(faces, node, ledger)
    elif head in ("ipv4", "ipv6") and interfaces.access_list(faces, node, ledger):
        pass
    elif head == "vrf" and len(words) > 1:
        _vrf(node, ledger)
    elif head in APPLY or words == ["end"]:
        ledger.used(node.number)
    elif (
        head in TOP
        or (head == "router" and words[1:2] and words[1] in ROUTERS)
        or (head in ("ipv4", "ipv6") and len(words) > 1 and words[1] in IP)
    ):
        irrelevant(ledger, node)
    else:
        ledger.miss(node.number, "unrecognised", Taint("router"))


def _vrf(node: Node, ledger: Ledger) -> None:
    """A `vrf NAME` block: leaks to and from the default table are not modelled."""
    ledger.used(node.number)
    for child in (inner for one in node.children for inner in one.all()):
        if "default-vrf" in child.words:
            ledger.miss(child.number, "unsupported", Taint("router"))
        elif ledger.states[child.number - 1] == 63:
            ledger.irrelevant(child.number)


def _lists(policies: Policies) -> tuple[tuple[AsPathList, ...], tuple[CommunityList, ...]]:
    """Every AS-path and community list, those that no policy uses too."""
    scope = Scope(policies.sets, policies.ledger, policies.undefined)
    paths: list[AsPathList] = []
    communities: list[CommunityList] = []
    for (kind, name), one in policies.sets.named.items():
        if kind in KINDS:
            found = scope.community_set((name,), kind, one.lines[0])
            if isinstance(found, tuple):
                communities.append(found[0])
        else:
            paths += [made for made in path_lists(scope.path_set((name,), one.lines[0])) if made.name == name]
    return tuple(paths), tuple(communities)


def _originations(bgp: Bgp, table: Table, policies: Policies, ledger: Ledger) -> list[Origination]:
    out: list[Origination] = []
    for family, words, line in table.originations:
        try:
            out.append(_origination(bgp, table.vrf, family, words, line, policies))
        except (Unreadable, ValueError, IndexError):
            ledger.miss(line, "unsupported", Taint("router"))
    return out


def _origination(bgp: Bgp, vrf: str, family: str, words: list[str], line: int, policies: Policies) -> Origination:
    kind, rest = words[0], words[2:]
    policy: Policy | None = None
    if "route-policy" in rest:
        text = rest[rest.index("route-policy") + 1 :]
        neighbor = Neighbor("", None, bgp.local_as, "import")
        policy = attached(policies, text, line, True, neighbor, Verdict.REJECT).filters[0].policy
    if kind == "redistribute":
        return Origination("redistribute", family, None, words[1], policy, vrf, line)
    if kind == "default-information":
        return Origination("default", family, None, None, policy, vrf, line)
    text_ = words[1] if "/" in words[1] or not rest or "." not in rest[0] else f"{words[1]}/{rest[0]}"
    net = str(ipaddress.ip_network(text_, strict=False))
    name = "aggregate" if kind == "aggregate-address" else "network"
    return Origination(name, family, net, None, policy, vrf, line, "summary-only" in rest)  # type: ignore[arg-type]


def _unread(ledger: Ledger, members: Mapping[str, list[str]], faces: tuple[str, ...]) -> tuple[Unread, ...]:
    """Unread lines by number; what taints a group or a pattern of names taints each of its members; a line that no reader took is unrecognised."""
    out: list[Unread] = []
    for one in ledger.unread:
        out.append(one)
        if one.taints.kind in ("session", "interface"):
            names = members.get(one.taints.name, ()) if one.taints.kind == "session" else groups.met(one.taints.name, faces)
            out += [replace(one, taints=Taint(one.taints.kind, name), derived=True) for name in names if name != one.taints.name]
    out += ledger.untaken(out)
    return tuple(sorted(dict.fromkeys(out), key=lambda one: one.line))


def _complete(draft: Draft, undefined: list[Undefined]) -> tuple[bool, str]:
    if not draft.statements:
        return False, "the text has no statements"
    if draft.open:
        return False, f"the block {draft.open} is not closed"
    if not draft.ended:
        return False, "the text has no `end`, with which `show running-config` closes"
    if draft.ledger.goes_on(draft.ended):
        return False, f"statements stand after `end` (line {draft.ended})"
    lost = [one for one in undefined if one.kind != "access-list"]
    if lost:
        one = lost[0]
        return False, f"line {one.line} refers to {one.kind} {one.name}, which XR would not have committed without: the text is cut"
    return True, ""


def _facts(bgps: list[Bgp]) -> dict[str, str]:
    out: dict[str, str] = {}
    if bgps:
        out["ebgp-requires-policy"] = "off" if bgps[0].unsafe else "on"
        if bgps[0].confed_id is not None:
            out["confederation"] = str(bgps[0].confed_id)
    return out
