"""COM-01: communities that only we may set are removed on the way in (RFC 7454 section 11)."""

from __future__ import annotations

from collections.abc import Mapping

from ..model.intent import Tagging
from ..model.policy import Cond
from ..model.result import Finding, Severity
from ._questions import carries
from .base import EXTERNAL, Case, Check


def forgeable(tagging: Tagging | None, relationship: str) -> tuple[str, ...]:
    """Tags of the contract that this neighbour has no right to."""
    if tagging is None:
        return ()
    tags = (tagging.customer, tagging.peer, tagging.provider, tagging.route_server, tagging.own)
    mine = getattr(tagging, relationship, None)
    return tuple(sorted({one for one in tags if one and one != mine}))


def asks(case: Case) -> Mapping[str, Cond]:
    """Routes that come with one of the tags, and with any of them."""
    tags = forgeable(case.context.intent.tagging, case.declared.relationship)
    return {tag: carries(tag) for tag in tags} | ({"": carries(*tags)} if tags else {})


def judge(case: Case) -> Finding:
    """A tag sent by the neighbour is not on the route once accepted."""
    tags = forgeable(case.context.intent.tagging, case.declared.relationship)
    if not tags and case.context.intent.tagging is not None:
        return case.skipped("the tagging contract has no community that this neighbour could forge")
    if not tags:
        return case.doubtful("which communities only we may set is not known", "no `tagging` contract is declared in the intent")
    every = case.ask(after="")
    answers = [(tags[0], every)] if every.may is None else [(one, case.ask(one, after=one)) for one in tags]
    worst = next((one for one in answers if one[1].must is not None), None) or next(
        (one for one in answers if one[1].may is not None), answers[0]
    )
    return case.settle(
        worst[1],
        good=f"own communities ({', '.join(tags)}) are removed or refused",
        bad=f"{{route}} is accepted with {worst[0]}: the neighbour can pretend what only we may say",
        cause=f"own community {worst[0]} kept",
        remedy="Delete own communities first in the import policy (set comm-list … delete), then add the right one.",
    )


CHECK = Check(
    "COM-01",
    "1",
    "Own communities are scrubbed on import",
    Severity.MEDIUM,
    judge=judge,
    asks=asks,
    direction="import",
    relations=EXTERNAL,
)
