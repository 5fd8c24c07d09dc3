"""Owned policies as ordered rules of no platform: what each asks of a route, and where the route goes when all of it holds."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from ..model.plan import ExportPlan, ImportPlan
from ..model.policy import PrefixEntry
from ._render import bits

Kind = Literal[
    "BLACKHOLE", "INVALID", "REFUSE", "BOGON-ASN", "TRANSIT-FREE", "LONG-PATH", "SCRUB", "ALLOW", "CUSTOMER", "OWN", "ALL"
]
NO_EXPORT = "no-export"


@dataclass(frozen=True, slots=True)
class Path:
    """What the AS path must be: `first` its left-most ASN, `only` all that may stand in it, or no ASN at all."""

    first: int | None = None
    only: tuple[int, ...] | None = None
    empty: bool = False


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule. A route that meets every condition is refused (`refuse`), goes on at the next rule with what was changed (`next`), or is
    left to the operator's policy, accepted where there is none (`existing`); any other meets the next rule.

    After the last rule nothing passes. `asns` are ranges of which none may stand in the path; `longer` is a number of ASNs.
    """

    kind: Kind
    then: Literal["refuse", "next", "existing"] = "refuse"
    prefixes: tuple[PrefixEntry, ...] | None = None
    path: Path | None = None
    asns: tuple[tuple[int, int], ...] = ()
    longer: int | None = None
    communities: tuple[str, ...] = ()
    invalid: bool = False
    scrub: tuple[str, ...] = ()
    add: str | None = None


def inbound(plan: ImportPlan, afi: int) -> Iterator[Rule]:
    """The rules of an import policy: agreed blackholing, refusals, then what may pass."""
    if plan.blackhole and plan.allow:
        most = bits(afi)
        hosts = tuple((network, length, most, most, True, 0) for network, length, _lo, _hi, permit, _ in plan.allow if permit)
        yield Rule("BLACKHOLE", "existing", hosts, communities=plan.blackhole, add=NO_EXPORT)
    if plan.refuse_invalid:
        yield Rule("INVALID", invalid=True)
    yield from _refusals(plan)
    if plan.refuse_transit_free:
        yield Rule("TRANSIT-FREE", asns=tuple((asn, asn) for asn in plan.refuse_transit_free))
    if plan.longest_path:
        yield Rule("LONG-PATH", longer=plan.longest_path)
    if plan.scrub:
        yield Rule("SCRUB", "next", scrub=plan.scrub)
    if plan.allow != ():
        path = Path(plan.first_as, plan.origins or None) if plan.first_as or plan.origins else None
        yield Rule("ALLOW", "existing", plan.allow, path, add=plan.tag)


def outbound(plan: ExportPlan) -> Iterator[Rule]:
    """The rules of an export policy: refusals, then customers' routes and the own ones, or everything."""
    yield from _refusals(plan)
    if plan.everything:
        yield Rule("ALL", "existing")
    if plan.customer_tag:
        yield Rule("CUSTOMER", "existing", communities=(plan.customer_tag,))
    if plan.own:
        yield Rule("OWN", "existing", plan.own, Path(empty=True))


def _refusals(plan: ImportPlan | ExportPlan) -> Iterator[Rule]:
    if plan.refuse_prefixes:
        yield Rule("REFUSE", prefixes=plan.refuse_prefixes)
    if plan.refuse_asns:
        yield Rule("BOGON-ASN", asns=plan.refuse_asns)
