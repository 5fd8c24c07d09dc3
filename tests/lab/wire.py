"""The witnesses of an audit on the wire: announced by real neighbours, looked for in the tables of the edges and of those they send to."""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from manrs_conformance.model.policy import Rpki
from manrs_conformance.model.result import Finding, Status
from manrs_lab import Lab, topology

SENDERS = ("cust", "stub1", "peer", "prov")
ELSE = {"peer": "stub1", "stub1": "peer", "cust": "peer", "prov": "peer"}
"""Who brings a route that is sent on to a neighbour when its path names nobody of the lab."""
BY_ASN = {asn: node for node, asn in topology.ASNS.items()}


@dataclass(frozen=True, slots=True)
class Shown:
    """One witness: the check, who announces the route, and whom it is sent to (exports only)."""

    check: str
    direction: str
    node: str
    prefix: str
    path: tuple[int, ...]
    communities: tuple[str, ...]
    invalid: bool
    target: str = ""

    @property
    def family(self) -> int:
        """4 or 6."""
        return 6 if ":" in self.prefix else 4


def witnesses(findings: Iterable[Finding]) -> list[Shown]:
    """What the neighbours of edge1 can announce of its witnesses; a route server puts no AS of its own first and has none."""
    nodes = {one.node_address: one.node for one in topology.sessions("edge1")}
    out = []
    for one in findings:
        route = one.witnesses[0].route if one.witnesses else None
        near = nodes.get(one.subject.split("/")[1]) if one.subject.startswith("default/") else None
        if (
            one.check == "EXP-05"
        ):  # a customer's prefix by another way: while the customer announces it itself, that is what is sent
            continue
        if one.device != "edge1" or one.status is not Status.FAIL or route is None or near not in SENDERS:
            continue
        path = tuple(hop for hop in route.as_path if isinstance(hop, int))
        away = one.direction == "export"
        node = BY_ASN.get(path[0], ELSE[near]) if away else near
        if node not in SENDERS or (away and node == near) or (node == "prov" and path[0] != topology.ASNS["prov"]):
            continue
        invalid = route.rpki is Rpki.INVALID
        shown = Shown(
            one.check,
            one.direction or "",
            node,
            route.prefix,
            path,
            tuple(sorted(route.communities)),
            invalid,
            near if away else "",
        )
        out.append(shown)
    return out


def rounds(shown: Sequence[Shown]) -> list[list[Shown]]:
    """The witnesses in as few rounds as go: in one round a neighbour announces one route for a prefix, and of what is sent on there is one."""
    out: list[list[Shown]] = []
    for one in sorted(shown, key=lambda w: (w.invalid, w.direction, w.check)):
        for some in out:
            if some[0].invalid == one.invalid and some[0].direction == one.direction and not any(_clash(one, two) for two in some):
                some.append(one)
                break
        else:
            out.append([one])
    return out


def _clash(one: Shown, two: Shown) -> bool:
    same = (one.node, one.path, one.communities) == (two.node, two.path, two.communities)
    return one.prefix == two.prefix and not same and (one.node == two.node or one.direction == "export")


def play(lab: Lab, some: Sequence[Shown], number: int, expected: bool) -> dict[tuple[Shown, str], bool]:
    """Announce a round, and which of its routes edge1 and edge2 really hold (exports: have really sent on); withdrawn afterwards.

    `expected` says whether edge1 is thought to hold them: then they are waited for. A legitimate route with a mark of this round is
    announced last on every session, so that what came before it has been dealt with.
    """
    vrps = lab.vrps()
    if some[0].invalid:
        lab.set_vrps([*vrps, *{(one.prefix, int(one.prefix.partition("/")[2]), 43399) for one in some}])
        _until(lambda: all(_has_vrp(lab, edge, one.prefix) for edge in lab.edges for one in some))
    nodes = sorted({one.node for one in some})
    try:
        for one in some:
            lab.announce(one.node, one.prefix, list(one.path), communities=one.communities)
        for node in nodes:
            _mark(lab, node, number)
        _until(lambda: all(_marked(lab, node, number) for node in nodes))
        if expected:
            _until(lambda: all(held(lab, "edge1", some).values()))
        else:
            time.sleep(0.5)
        return {(one, edge): is_held for edge in lab.edges for one, is_held in held(lab, edge, some).items()}
    finally:
        for one in some:
            restore(lab, one.node, one.prefix)
        if some[0].invalid:
            lab.set_vrps(vrps)
            _until(lambda: not any(_has_vrp(lab, edge, one.prefix) for edge in lab.edges for one in some))


def _until(holds_now: object, seconds: float = 8) -> None:
    end = time.monotonic() + seconds
    while not holds_now() and time.monotonic() < end:  # type: ignore[operator]
        time.sleep(0.15)


def _has_vrp(lab: Lab, edge: str, prefix: str) -> bool:
    return f"{prefix.partition('/')[0]} " in lab.edge(edge).vtysh("show rpki prefix-table")


def _legitimate(node: str) -> list[tuple[str, tuple[int, ...]]]:
    """One route of its own a family."""
    own = [one for one in topology.ANNOUNCED[node] if one[1] == (topology.ASNS[node],) and not one[0].endswith("/0")]
    return [next(one for one in own if (":" in one[0]) == v6) for v6 in (False, True)]


def _mark(lab: Lab, node: str, number: int) -> None:
    for prefix, path in _legitimate(node):
        lab.announce(node, prefix, list(path), communities=[f"{topology.ASNS[node]}:{number}"])


def _marked(lab: Lab, node: str, number: int) -> bool:
    mine = {one.node_address for one in topology.sessions() if one.node == node}
    mark = f"{topology.ASNS[node]}:{number}"
    for edge in topology.edges_of(node):
        found = _table(lab, edge, [prefix for prefix, _ in _legitimate(node)])
        if not all(any(peer in mine and mark in tags for peer, _, tags in paths) for paths in found.values()):
            return False
    return True


def _table(lab: Lab, edge: str, prefixes: Iterable[str]) -> dict[str, list[tuple[str, str, tuple[str, ...]]]]:
    """Peer, path and communities of every path to each prefix."""
    out: dict[str, list[tuple[str, str, tuple[str, ...]]]] = {one: [] for one in prefixes}
    commands = [f"show bgp ipv{6 if ':' in one else 4} unicast {one} json" for one in out]
    for answer in lab.edge(edge).vtysh_json(*commands) if commands else ():
        for path in answer.get("paths", []):
            tags = tuple(path.get("community", {}).get("string", "").split())
            found = (path.get("peer", {}).get("peerId", ""), path.get("aspath", {}).get("string", ""), tags)
            out[answer["prefix"]].append(found)
    return out


def held(lab: Lab, edge: str, some: Sequence[Shown]) -> dict[Shown, bool]:
    """Which routes the edge holds from that neighbour (with the tag that it may not believe), or has sent on to the target."""
    table = _table(lab, edge, {one.prefix for one in some if one.direction != "export"})
    targets = {one.target for one in some if one.direction == "export" and edge in topology.edges_of(one.target)}
    sent = {target: lab.received(target, edge) for target in targets}
    out = {}
    for one in some:
        if one.direction == "export":
            there = sent.get(one.target, {}).get(one.prefix)
            out[one] = there is not None and tuple(there["as_path"])[-len(one.path) :] == one.path
        else:
            mine = {session.node_address for session in topology.sessions(edge) if session.node == one.node}
            out[one] = any(
                peer in mine
                and path == " ".join(map(str, one.path))
                and (one.check != "COM-01" or set(one.communities) <= set(tags))
                for peer, path, tags in table[one.prefix]
            )
    return out


def restore(lab: Lab, node: str, prefix: str) -> None:
    """Announce what the plan says for that prefix, or nothing."""
    planned = dict(topology.ANNOUNCED[node]).get(prefix)
    if planned is None:
        lab.withdraw(node, prefix)
    else:
        lab.announce(node, prefix, list(planned))
