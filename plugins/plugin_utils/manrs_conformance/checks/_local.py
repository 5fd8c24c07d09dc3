"""Routes that the router itself originates: they pass the policy of their origination before an export policy sees them."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from ..analysis.evaluate import Answer, Evaluation, Stage, Transfer, evaluate, follow
from ..model.policy import ALWAYS, AnyOf, Attachment, Cond, Filter, Not, Policy, TextMatch, Verdict
from ..model.router import Origination, Router, Session
from . import _reach
from ._questions import EMPTY_PATH, NEVER, RECEIVED, both, path, within

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
    doubt: str = ""
    """Why it is not known whether the router holds such routes."""

    def accepted(self, name: str) -> Answer:
        """The answer; its witness is the route as it stands in the table."""
        found = self.evaluation.accepted(name)
        if found.must is None or found.must.route is None:
            return found
        if self.doubt:
            return Answer(None, found.may, (self.doubt,))
        route, _trace, _verdict = follow(self.stages[:-1], found.must.route)
        return replace(found, must=replace(found.must, route=route))


def ways(session: Session, router: Router, questions: Mapping[str, Cond]) -> Iterator[Way]:
    """One for each policy of an origination, each kind of start, and each doubt whether there are such routes."""
    groups: dict[tuple[bool, int, str], list[tuple[Origination, Cond]]] = {}
    for one in router.originations:
        if one.vrf == session.vrf and one.family == session.family:
            for routes, doubt in _routes(one, router, session.afi):
                groups.setdefault((_bare(one, router), id(one.policy), doubt), []).append((one, routes))
    for (bare, _policy, doubt), some in sorted(groups.items(), key=lambda item: item[0][2]):
        first = some[0][0]
        stages: tuple[Stage, ...] = (BARE if bare else UNSURE, session.outbound)
        if bare and first.policy is not None:
            stages = (BARE, _shaping(first.policy, first.line), session.outbound)
        domain = both(Not(RECEIVED), path(EMPTY_PATH), AnyOf(tuple(cond for _, cond in some)))
        yield Way(stages, evaluate(stages, afi=session.afi, domain=domain, questions=questions), doubt)


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


def _routes(one: Origination, router: Router, afi: int) -> Iterator[tuple[Cond, str]]:
    """The routes of an origination by protocol and prefix, and why it is not known whether there are such.

    Static and connected routes are those of the configuration. Others may come from DHCP, PPP, RADIUS or an IPsec peer, and on FRR connected
    ones from the kernel; its static routes are all in its configuration.
    """
    source: Cond = TextMatch("protocol", frozenset({one.protocol})) if one.protocol else ALWAYS
    if one.prefix is not None:
        yield both(source, _exact(afi, (one.prefix,), one.line)), ""
        return
    if one.protocol == "static":
        known = [at.prefix for at in router.statics if at.vrf == one.vrf]
    elif one.protocol == "connected":
        known = [at for face in router.interfaces if face.vrf == one.vrf and not face.shutdown for at in face.addresses]
    else:
        yield source, ""
        return
    listed = _exact(afi, known)
    yield both(source, listed), ""
    if not (one.protocol == "static" and router.platform == "frr"):
        yield both(source, Not(listed)), f"line {one.line}: {one.protocol} routes that the configuration does not show may be sent"


def _exact(afi: int, texts: Iterable[str], line: int = 0) -> Cond:
    nets = {ipaddress.ip_network(one, strict=False) for one in texts}
    entries = [
        (int(one.network_address), one.prefixlen, one.prefixlen, one.prefixlen, True, line) for one in nets if one.version == afi
    ]
    return within(afi, sorted(entries), "originated here") if entries else NEVER
