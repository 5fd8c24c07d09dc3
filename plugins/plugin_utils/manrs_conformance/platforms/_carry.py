"""What of a plan a platform carries out: each side of a session is written, or left with the reason why not."""

from __future__ import annotations

import ipaddress
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Protocol, TypeVar

from ..model.plan import ExportPlan, ImportPlan, Plan, SessionPlan
from ..model.router import Router
from . import _rules
from ._mapcopy import Impossible

ORIGIN_CHECKS = frozenset({"ROV-02", "ROV-03", "ROV-05"})
LENGTH_CHECKS = frozenset({"ASP-03"})
RANGE_CHECKS = frozenset({"BOG-05", "EXP-04", "CUS-05"})
P = TypeVar("P", ImportPlan, ExportPlan)
FAMILIES = ("ipv4-unicast", "ipv6-unicast")


class Policies(Protocol):
    """Writes owned policies."""

    def policy(self, way: str, session: SessionPlan, rules: Iterable[_rules.Rule], existing: str | None) -> str:
        """Write the policy of a session and direction (`IN`, `OUT`); returns its name, Impossible when it cannot be written."""

    def mark(self) -> object:
        """What is written so far."""

    def back(self, mark: object) -> None:
        """Forget what was written after a mark."""


@dataclass(frozen=True, slots=True)
class Able:
    """Why a platform cannot match the length of a path, the validation state, or more than one whole ASN by an expression; empty where it can."""

    length: str = ""
    rov: str = ""
    asns: str = ""


@dataclass(frozen=True, slots=True)
class Form:
    """How a platform writes a reference to a policy (`{neighbor}`, `{name}`, `{side}`), a limit (`{neighbor}`, `{limit}`), strict uRPF for
    IPv4, and a reference to a packet filter by family (`{name}`)."""

    attach: str
    limit: str
    urpf: str
    acl: Mapping[int, str]

    def attached(self, neighbor: str, name: str, side: str) -> str:
        """A reference to a policy."""
        return self.attach.format(neighbor=neighbor, name=name, side=side)

    def limited(self, neighbor: str, limit: int) -> str:
        """A limit."""
        return self.limit.format(neighbor=neighbor, limit=limit)


@dataclass(frozen=True, slots=True)
class Block:
    """Statements of one session: references to policies, and limits."""

    vrf: str
    neighbor: str
    family: str
    policies: tuple[str, ...] = ()
    limits: tuple[str, ...] = ()

    @property
    def lines(self) -> tuple[str, ...]:
        """All of them."""
        return (*self.policies, *self.limits)


@dataclass(frozen=True, slots=True)
class Attached:
    """A session with the names of its owned policies."""

    plan: SessionPlan
    inbound: str | None
    outbound: str | None

    def block(self, form: Form) -> Block:
        """The statements of the session."""
        sides = ((self.inbound, "in"), (self.outbound, "out"))
        policies = tuple(form.attached(self.plan.neighbor, name, side) for name, side in sides if name)
        limits = (form.limited(self.plan.neighbor, self.plan.max_prefix),) if self.plan.max_prefix else ()
        return Block(self.plan.vrf, self.plan.neighbor, self.plan.family, policies, limits)


def carry(
    plan: Plan, router: Router, writer: Policies, able: Able, refuse: Callable[[SessionPlan, str], str | None]
) -> tuple[list[Attached], Plan]:
    """Write every session that can be written; returns them and the plan that is left of `plan`.

    `refuse` gives a platform's reason not to touch one side (`in`, `out`, `limit`) of a session, or None. A policy that the session has
    already is nothing to do.
    """
    plan = fitting(plan)
    out, left = [], list(plan.left)
    cannot: set[str] = set()
    for one in plan.sessions:
        key = f"{one.vrf}/{one.neighbor}/{one.family}"
        made = _session(one, router, writer, able, refuse, lambda text, key=key: left.append(f"{key}: {text}"), cannot)  # type: ignore[misc]
        if made is not None:
            out.append(made)
    if plan.requires_policy:
        left.append("a refusal of sessions without policies is not turned on: which filters satisfy it here is not confirmed")
    return out, replace(
        plan, sessions=tuple(one.plan for one in out), requires_policy=False, left=tuple(left), cannot=tuple(sorted(cannot))
    )


def fitting(plan: Plan, *, unnumbered: bool = False) -> Plan:
    """The plan without sessions that take no statements of their own (`unnumbered` ones do on some platforms); the reasons are left."""
    out, left = [], list(plan.left)
    for one in plan.sessions:
        why = None if unnumbered and "/" not in one.neighbor and one.family in FAMILIES else _unfit(one)
        if why:
            left.append(f"{one.vrf}/{one.neighbor}/{one.family}: {why}")
        else:
            out.append(one)
    return replace(plan, sessions=tuple(out), left=tuple(left))


def _unfit(one: SessionPlan) -> str | None:
    try:
        ipaddress.ip_address(one.neighbor)
    except ValueError:
        return "a range of neighbours or an unnumbered one takes its policies from a group, which would change others too"
    return None if one.family in FAMILIES else "policies of this family are not planned"


def _session(
    one: SessionPlan,
    router: Router,
    writer: Policies,
    able: Able,
    refuse: Callable[[SessionPlan, str], str | None],
    left: Callable[[str], None],
    cannot: set[str],
) -> Attached | None:
    inbound, outbound, limit = one.inbound, one.outbound, one.max_prefix
    names: dict[str, str | None] = {"in": None, "out": None}
    for side in ("in", "out", "limit"):
        wanted = {"in": inbound, "out": outbound, "limit": limit}[side]
        why = refuse(one, side) if wanted is not None else None
        if why:
            left(why)
            inbound, outbound, limit = (
                None if side == "in" else inbound,
                None if side == "out" else outbound,
                None if side == "limit" else limit,
            )
    if inbound is not None:
        inbound, names["in"] = _inbound(one, _possible(inbound, one, router, able, left, cannot), writer, left)
    if outbound is not None:
        outbound, names["out"] = _outbound(one, _single(outbound, able, left, cannot), writer, left)
    if one.role:
        left(f"role {one.role} (RFC 9234): no command for it is known on this platform")
    had = router.session(one.neighbor, one.family, one.vrf)
    if inbound is not None and had is not None and names["in"] in {its.name for its in had.inbound.filters}:
        inbound, names["in"] = None, None
    if outbound is not None and had is not None and names["out"] in {its.name for its in had.outbound.filters}:
        outbound, names["out"] = None, None
    if inbound is None and outbound is None and limit is None:
        return None
    return Attached(replace(one, inbound=inbound, outbound=outbound, max_prefix=limit, role=None), names["in"], names["out"])


def computed(plan: Plan, router: Router) -> Plan:
    """The plan that refuses invalid routes only where the router computes validation states, in whatever VRF; the reasons are left."""
    out, left, cannot = [], list(plan.left), set(plan.cannot)
    for one in plan.sessions:
        if one.inbound is not None:
            key = f"{one.vrf}/{one.neighbor}/{one.family}"
            say: Callable[[str], None] = lambda text, key=key: left.append(f"{key}: {text}")  # type: ignore[misc]  # noqa: E731
            inbound = _validated(one.inbound, one.afi, router.validation, say, cannot)
            one = replace(one, inbound=inbound)
        out.append(one)
    return replace(plan, sessions=tuple(out), left=tuple(left), cannot=tuple(sorted(cannot)))


def _validated(plan: ImportPlan, afi: int, states: Mapping[str, bool], left: Callable[[str], None], cannot: set[str]) -> ImportPlan:
    if plan.refuse_invalid and not states.get(f"ipv{afi}"):
        left(f"invalid routes are not refused: the router computes no validation states for IPv{afi} here")
        plan = replace(plan, refuse_invalid=False)
    if not plan.refuse_invalid:
        cannot |= ORIGIN_CHECKS
    return plan


def _possible(
    plan: ImportPlan, one: SessionPlan, router: Router, able: Able, left: Callable[[str], None], cannot: set[str]
) -> ImportPlan:
    """The plan without what the platform does not have or the router does not compute."""
    if plan.refuse_invalid and able.rov:
        left(f"invalid routes are not refused: {able.rov}")
        plan = replace(plan, refuse_invalid=False)
    plan = _validated(plan, one.afi, router.validation if one.vrf == "default" else {}, left, cannot)
    if plan.longest_path is not None and able.length:
        left(f"paths are not limited in length: {able.length}")
        plan = replace(plan, longest_path=None)
        cannot |= LENGTH_CHECKS
    plan = _single(plan, able, left, cannot)
    if plan.origins and able.asns:
        left(f"ASNs behind the neighbour are not limited: {able.asns}")
        plan = replace(plan, origins=None)
    return plan


def _single(plan: P, able: Able, left: Callable[[str], None], cannot: set[str]) -> P:
    """The plan without ranges of forbidden ASNs, where only single ones can be matched."""
    ranges = [low for low, high in plan.refuse_asns if low != high]
    if not ranges or not able.asns:
        return plan
    way = "in imports" if isinstance(plan, ImportPlan) else "in exports"
    left(f"ranges of reserved and private ASNs are not refused {way}: {able.asns}")
    cannot |= RANGE_CHECKS
    return replace(plan, refuse_asns=tuple((low, high) for low, high in plan.refuse_asns if low == high))


def _inbound(
    one: SessionPlan, plan: ImportPlan, writer: Policies, left: Callable[[str], None]
) -> tuple[ImportPlan | None, str | None]:
    first = ""
    for attempt, lost in _attempts(plan):
        mark = writer.mark()
        try:
            name = writer.policy("IN", one, _rules.inbound(attempt, one.afi), attempt.existing)
        except Impossible as error:
            writer.back(mark)
            first = first or str(error)
            continue
        if lost:
            left(f"{lost}: {first}")
        return attempt, name
    left(f"no import policy: {first}")
    return None, None


def _attempts(plan: ImportPlan) -> Iterator[tuple[ImportPlan, str]]:
    """The plan, then what is left of it when parts cannot be written."""
    yield plan, ""
    if plan.origins and plan.first_as:
        yield replace(plan, origins=None), "ASNs behind the neighbour are not limited"
    if plan.scrub or plan.tag:
        yield replace(plan, scrub=()), "the own network's communities are not taken off"
        yield replace(plan, scrub=(), tag=None), "communities are neither taken off nor set"


def _outbound(
    one: SessionPlan, plan: ExportPlan, writer: Policies, left: Callable[[str], None]
) -> tuple[ExportPlan | None, str | None]:
    mark = writer.mark()
    try:
        return plan, writer.policy("OUT", one, _rules.outbound(plan), plan.existing)
    except Impossible as error:
        writer.back(mark)
        left(f"no export policy: {error}")
        return None, None
