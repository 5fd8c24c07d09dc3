"""LIVE-01: the table holds nothing that the import policy refuses: what runs is what is configured."""

from __future__ import annotations

from dataclasses import replace

from ..analysis import concrete
from ..model.result import Finding, Severity, Witness
from ..model.route import Decision, Route
from ..model.router import LiveRoute
from ._questions import kind_of
from .base import Case, Check, described

REMEDY = "Refresh the session inbound (clear bgp … soft in): an older policy let the route in."


def judge(case: Case) -> Finding:
    """Every route of this neighbour in the table passes the policy as configured now."""
    live = case.context.router.live
    if live is None or live.routes is None:
        return case.skipped("the BGP table was not collected (not asked for, or too large)")
    mine = [one for one in live.routes if one.neighbor == case.session.neighbor and (":" in one.prefix) == (case.session.afi == 6)]
    if not mine:
        return case.skipped("no route of this neighbour is in the table")
    unsure = 0
    for one in mine:
        decision = _decide(case, one)
        if decision.verdict == "reject":
            route = decision.route
            witness = Witness(route, trace=decision.trace, learned_from=case.session.key, verdict="reject")
            return case.failed(
                f"{described(route)} is in the table though the import policy refuses it",
                cause=case.cause("table holds what the policy refuses"),
                remedy=REMEDY,
                witnesses=(case.witness(witness),),
            )
        unsure += decision.verdict != "accept"
    if unsure:
        return case.doubtful(f"{unsure} of {len(mine)} routes cannot be followed", "the policy was not understood completely")
    return case.passed(f"all {len(mine)} routes in the table pass the policy as configured")


def _decide(case: Case, live: LiveRoute) -> Decision:
    """The decision about the route as the table shows it; attributes the policy itself may have changed leave it undecided."""
    kinds: dict[str, set[str]] = {"standard": set(), "large": set(), "extended": set()}
    for one in live.communities:
        kinds[kind_of(one)].add(one)
    route = Route(
        live.prefix,
        live.as_path,
        frozenset(kinds["standard"]),
        frozenset(kinds["large"]),
        frozenset(kinds["extended"]),
        rpki=live.rpki,
        peer=live.neighbor,
    )
    decision = concrete.decide(case.attachment, route, called=case.attachment.called)
    if decision.verdict == "reject" and (kinds["standard"] or kinds["large"]) and _bare(case, route):
        return replace(decision, verdict="accept")
    return decision


def _bare(case: Case, route: Route) -> bool:
    """Whether the route passes without the communities, which the policy may have added itself."""
    bare = replace(route, communities=frozenset(), large=frozenset())
    return concrete.decide(case.attachment, bare, called=case.attachment.called).verdict != "reject"


CHECK = Check("LIVE-01", "1", "The table agrees with the import policy", Severity.HIGH, judge=judge, direction="import")
