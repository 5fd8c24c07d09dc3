"""EXP-01: peers and providers get own and customer routes only (MANRS action 1; RFC 7454 section 6.2.1.2)."""

from __future__ import annotations

from collections.abc import Mapping

from ..model.policy import AnyOf, CommunityMatch, Cond, Not
from ..model.result import Finding, Severity
from . import _reach
from ._outgoing import customers_space, ours, relayed_blackhole, tagged
from ._questions import both
from .base import UPSTREAM, Case, Check


def asks(case: Case) -> Mapping[str, Cond]:
    """Routes that are neither own nor a customer's; and those of them that carry no community the policy asks for."""
    stray = Not(AnyOf((ours(case), customers_space(case), tagged(case), relayed_blackhole(case))))
    wanted = tuple(one for one in _reach.conditions(case.attachment) if isinstance(one, CommunityMatch))
    bare = Not(AnyOf(wanted))
    return {"": stray, "bare": both(stray, bare)}


def judge(case: Case) -> Finding:
    """With a tagging contract every stray route counts; without one a community could mean anything, so bare ones decide."""
    tagging = case.context.intent.tagging
    answer = case.ask()
    if answer.may is not None and (tagging is None or tagging.customer is None):
        bare = case.ask("bare")
        if bare.must is None:
            because = "routes leave by a community whose meaning is not declared (`tagging` of the intent)"
            return case.doubtful("routes that are neither own nor a customer's prefix may leave", because)
        answer = bare
    return case.settle(
        answer,
        good="only own and customer routes are sent",
        bad="{route} would be sent: neither own space nor a customer's route",
        cause="route of others sent",
        remedy="Send own prefixes and routes with the customer community only, and let the last term refuse.",
    )


CHECK = Check(
    "EXP-01",
    "1",
    "Only own and customer routes leave",
    Severity.CRITICAL,
    judge=judge,
    asks=asks,
    direction="export",
    relations=UPSTREAM,
)
