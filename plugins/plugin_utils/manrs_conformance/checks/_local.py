"""Routes that the router itself originates: they pass the policy of their origination before an export policy sees them."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from ..analysis.evaluate import Answer, Evaluation, Stage, Transfer, evaluate, follow
from ..model.policy import ALWAYS, AnyOf, Attachment, Cond, Filter, Not, Policy, TextMatch, Verdict
from ..model.router import Origination, Router, Session
from . import _reach
from ._questions import EMPTY_PATH, RECEIVED, both, path, within

PLAIN = frozenset(
    [
        "babel",
        "connected",
        "eigrp",
        "isis",
        "kernel",
        "mobile",
        "odr",
        "openfabric",
        "ospf",
        "ospf3",
        "ospf6",
        "ospfv3",
        "rip",
        "ripng",
        "static",
    ],
)
COMMUNITIES = ("standard", "large", "extended")
BARE = Transfer(strip=COMMUNITIES)
UNSURE = Transfer(unknown=COMMUNITIES)


@dataclass(frozen=True, slots=True)
class Way:
    """Originations that share a policy, and what their routes pass on the way to a neighbour."""

    stages: tuple[Stage, ...]
    evaluation: Evaluation

    def accepted(self, name: str) -> Answer:
        """The answer; its witness is the route as it stands in the table."""
        found = self.evaluation.accepted(name)
        if found.must is None or found.must.route is None:
            return found
        route, _trace, _verdict = follow(self.stages[:-1], found.must.route)
        return replace(found, must=replace(found.must, route=route))


def ways(session: Session, router: Router, questions: Mapping[str, Cond]) -> Iterator[Way]:
    """One for each policy of an origination and each kind of start."""
    groups: dict[tuple[bool, int], list[Origination]] = {}
    for one in router.originations:
        if one.vrf == session.vrf and one.family == session.family:
            groups.setdefault((_bare(one, router), id(one.policy)), []).append(one)
    for (bare, _policy), some in groups.items():
        policy = some[0].policy
        stages: tuple[Stage, ...] = (BARE if bare else UNSURE, session.outbound)
        if bare and policy is not None:
            stages = (BARE, _shaping(policy, some[0].line), session.outbound)
        routes = AnyOf(tuple(_routes(one, session.afi) for one in some))
        domain = both(Not(RECEIVED), path(EMPTY_PATH), routes)
        yield Way(stages, evaluate(stages, afi=session.afi, domain=domain, questions=questions))


def _shaping(policy: Policy, line: int = 0) -> Attachment:
    return Attachment("export", (Filter(policy.kind, policy.name, policy, line),), Verdict.ACCEPT)


def _bare(one: Origination, router: Router) -> bool:
    """Whether routes carry no community before the policy of their origination, and that policy was read completely.

    Not those of Junos, where static routes may be written with communities; nor aggregates and routes of other tables of BGP, which may bring
    those of other routes.
    """
    if router.platform == "junos" or not (one.kind == "network" or (one.kind == "redistribute" and one.protocol in PLAIN)):
        return False
    if one.policy is None:
        return True
    shaping = _shaping(one.policy)
    reached, weighed = _reach.names(shaping), _reach.known_unknowns(shaping)
    if any(kind == "policy" and name != one.policy.name for kind, name in reached):
        return False
    return not any((at.taints.kind, at.taints.name) in reached and at.line not in weighed for at in router.unread)


def _routes(one: Origination, afi: int) -> Cond:
    """The routes of an origination by protocol and prefix, where these are known."""
    source: Cond = TextMatch("protocol", frozenset({one.protocol})) if one.protocol else ALWAYS
    if one.prefix is None:
        return source
    net = ipaddress.ip_network(one.prefix, strict=False)
    entry = (int(net.network_address), net.prefixlen, net.prefixlen, net.prefixlen, True, one.line)
    return both(source, within(afi, (entry,), "originated here"))
