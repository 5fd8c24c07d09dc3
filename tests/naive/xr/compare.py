"""The engine against the naive reading: parse the printed configuration, decide routes both ways."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import dataclass, field

from manrs_conformance.analysis import concrete
from manrs_conformance.analysis.evaluate import evaluate
from manrs_conformance.model.policy import (
    AllOf,
    AsPathEntry,
    AsPathList,
    AsPathMatch,
    CommunityEntry,
    CommunityKind,
    CommunityList,
    CommunityMatch,
    Cond,
    NumberMatch,
    PrefixList,
    PrefixMatch,
    Rpki,
    RpkiMatch,
)
from manrs_conformance.model.route import Route
from manrs_conformance.model.router import Router
from manrs_conformance.platforms import load

from . import generate, world
from .judge import judge

LESS = "decided by the rules, not by the engine"
NEIGHBOR = {4: ("192.0.2.1", "ipv4-unicast"), 6: ("2001:db8::1", "ipv6-unicast")}


@dataclass
class Result:
    """Counts, and what differs in words."""

    counts: Counter[str] = field(default_factory=Counter)
    differences: list[str] = field(default_factory=list)


def compare(seed: int, routes: int = 60, asked: int = 4) -> Result:
    """Decisions of one seed: `routes` of them one by one, `asked` of them also as questions to the set evaluation."""
    config = generate.config(seed)
    router = load("iosxr").parse(generate.text(config), {})
    result = Result()
    lost = [one for one in router.unread if one.state == "unrecognised" or not one.text.startswith("route-policy")]
    result.differences += [f"seed {seed}: line {one.line} is {one.state}: {one.text}" for one in lost]
    rng = random.Random(f"routes {seed}")
    some = [world.route(rng) for _ in range(routes)]
    for number, one in enumerate(some):
        _decide(config, router, one, result, f"seed {seed} {one}", number < asked)
    return result


def _decide(config: generate.Config, router: Router, one: world.Seen, result: Result, where: str, asked: bool) -> None:
    route = Route(one.prefix, one.path, one.tags, one.large, rpki=Rpki(one.rpki), med=one.med, local_pref=one.pref)
    session = router.session(*NEIGHBOR[route.afi])
    assert session is not None
    verdicts, touched, left = judge(config, one)
    decision = concrete.decide(session.inbound, route)
    words = {"accept" if verdict else "reject" for verdict in verdicts}
    counts = result.counts
    counts["decisions"] += 1
    counts[f"{'/'.join(sorted(words))}, engine {decision.verdict}"] += 1
    if decision.verdict not in words and decision.verdict != "inconclusive":
        result.differences.append(f"{where}: {words} by the rules, {decision.verdict} by the engine: {decision.because}")
    if len(words) == 2 and decision.verdict != "inconclusive":
        result.differences.append(f"{where}: open by the rules ({touched}), {decision.verdict} by the engine")
    if decision.verdict == "inconclusive" and not touched:
        # Sound, but less exact than the rules: policies that paste or ask more than the engine follows.
        counts[LESS] += 1
    after = decision.after
    if not touched and after is not None:
        leaves = (after.as_path, after.communities, after.large, after.med or 0, after.local_pref)
        if leaves != (left.path, left.tags, left.large, left.med or 0, left.pref):
            result.differences.append(f"{where}: leaves as {after}, by the rules as {left}")
    if asked:
        counts["questions"] += 1
        evaluation = evaluate([session.inbound], afi=route.afi, domain=exactly(one))
        accepted, rejected = evaluation.accepted(), evaluation.rejected()
        said = {word for word, answer in (("accept", accepted), ("reject", rejected)) if answer.may is not None}
        if not words <= said:
            result.differences.append(f"{where}: {words} by the rules, {said} by the set evaluation")
        certain = "accept" if accepted.must else "reject" if rejected.must else "inconclusive"
        if certain != decision.verdict:
            result.differences.append(f"{where}: {decision.verdict} by the interpreter, {certain} by the set evaluation")


def exactly(one: world.Seen) -> Cond:
    """The condition that holds for one route only."""
    import ipaddress

    net = ipaddress.ip_network(one.prefix)
    afi = net.version
    entry = (int(net.network_address), net.prefixlen, net.prefixlen, net.prefixlen, True, 0)
    path = "^" + "_".join(str(asn) for asn in one.path) + "$"
    parts: list[Cond] = [
        PrefixMatch((PrefixList("one", afi, (entry,)),)),  # type: ignore[arg-type]
        AsPathMatch((AsPathList("one", (AsPathEntry(True, path, "cisco"),)),)),
        RpkiMatch(frozenset({Rpki(one.rpki)})),
        NumberMatch("med", ((one.med or 0, one.med or 0),)),
    ]
    kinds: tuple[tuple[CommunityKind, frozenset[str]], ...] = (("standard", one.tags), ("large", one.large))
    for kind, values in kinds:
        made = CommunityList("one", kind, (CommunityEntry(True, tuple(sorted(values))),))
        parts.append(CommunityMatch((made,), "exact"))
    return AllOf(tuple(parts))
