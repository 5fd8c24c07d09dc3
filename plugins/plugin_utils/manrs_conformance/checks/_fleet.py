"""How routes travel between the routers of one AS: every way over iBGP and confederation sessions, with what each crossing takes away."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Literal

from ..analysis import scope
from ..analysis.evaluate import Transfer
from ..model.policy import Attachment
from ..model.router import Session
from .base import UNICAST, CheckContext, FleetContext

KINDS = ("standard", "extended", "large")
INSIDE = Transfer(unknown=("peer",))
"""Between import and export on one router: `match peer` then means another neighbour."""
MOST_WAYS = 2_000


@dataclass(frozen=True, slots=True)
class Hop:
    """One stage of a way: a filter of a session in one direction, or what a crossing takes away."""

    context: CheckContext
    session: Session | None = None
    direction: Literal["import", "export"] = "import"
    transfer: Transfer | None = None

    def whole(self) -> Hop:
        """The same stage with the policies of its router."""
        if self.context.load is None or self.session is None:
            return replace(self, context=self.context.whole()) if self.context.load is not None else self
        full = self.context.whole()
        same = next(one for one in full.router.sessions if one.key == self.session.key)
        return replace(self, context=full, session=same)

    @property
    def stage(self) -> Attachment | Transfer:
        """What the evaluation runs."""
        if self.session is None:
            assert self.transfer is not None
            return self.transfer
        return self.session.inbound if self.direction == "import" else self.session.outbound


Stages = tuple[Hop, ...]


def external(context: CheckContext) -> Iterator[tuple[Session, str | None]]:
    """External sessions of internet VRFs that are up for routes, with their declared relationship."""
    for one in context.router.sessions:
        if one.kind != "ebgp" or one.shutdown or one.family not in UNICAST:
            continue
        if scope.vrf_kind(context.intent, one.vrf) == "internet":
            neighbour = context.neighbour(one)
            yield one, neighbour.relationship if neighbour else None


def internal(context: CheckContext, family: str) -> list[Session]:
    """iBGP (and confederation) sessions of a family."""
    return [one for one in context.router.sessions if one.kind != "ebgp" and not one.shutdown and one.family == family]


@dataclass(slots=True)
class Arrivals:
    """How routes come to one router from the others of its AS."""

    roads: list[tuple[CheckContext, Stages]] = field(default_factory=list)
    """(where a way begins, what the route meets from there on)."""
    strangers: set[str] = field(default_factory=set)
    """Internal neighbours whose routes can come too, and whose configuration is not at hand."""


@dataclass(slots=True)
class Inside:
    """The routers of one AS and their addresses; ways are found once for each router and family."""

    context: FleetContext
    addresses: dict[str, frozenset[str]] = field(default_factory=dict)
    at: dict[str, list[str]] = field(default_factory=dict)
    """Routers by address."""
    _known: dict[tuple[str, str], Arrivals] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for name, member in self.context.members.items():
            every = [one for interface in member.router.interfaces for one in interface.addresses]
            self.addresses[name] = frozenset(str(ipaddress.ip_address(one.partition("/")[0])) for one in every)
            for address in sorted(self.addresses[name]):
                self.at.setdefault(address, []).append(name)

    def _behind(self, session: Session) -> list[str]:
        """Routers that a session may lead to, in order."""
        if "/" not in session.neighbor:
            return sorted(self.at.get(session.neighbor, ()))
        return [name for name, addresses in self.addresses.items() if _reaches(session, addresses)]

    def arrivals(self, end: CheckContext, family: str) -> Arrivals:
        """Every way to a router."""
        key = (end.device, family)
        if key not in self._known:
            self._known[key] = Arrivals()
            self._search(self._known[key], end, None, (), (end.device,), family)
        return self._known[key]

    def _search(
        self, found: Arrivals, member: CheckContext, onward: Session | None, stages: Stages, passed: tuple[str, ...], family: str
    ) -> None:
        """Ways to `member`, which sends them on over `onward` (None: it is the end)."""
        for session in internal(member, family):
            if onward is not None and not _reflects(session, onward):
                continue
            sure = False
            for name in self._behind(session):
                if name == member.device:
                    continue
                giver = self.context.members[name]
                sure = sure or name in passed
                for out in () if name in passed else internal(giver, family):
                    if not _reaches(out, self.addresses[member.device]):
                        continue
                    if len(found.roads) >= MOST_WAYS:
                        found.strangers.add(f"further ones ({MOST_WAYS} ways were followed)")
                        return
                    sure = True
                    road = (*_crossing(giver, member, out, session), *stages)
                    found.roads.append((giver, road))
                    self._search(found, giver, out, road, (*passed, name), family)
            if not sure or "/" in session.neighbor:
                found.strangers.add(session.neighbor)


def _reflects(learned: Session, onward: Session) -> bool:
    """Whether a router sends on over one internal session what it learned on another (RFC 4456 section 6, RFC 5065 section 4)."""
    return learned.rr_client or onward.rr_client or "confed" in (learned.kind, onward.kind)


def _reaches(session: Session, addresses: frozenset[str]) -> bool:
    """Whether the neighbour of a session, or one of its listen range, has one of these addresses."""
    if "/" not in session.neighbor:
        return session.neighbor in addresses
    net = ipaddress.ip_network(session.neighbor, strict=False)
    return any(ipaddress.ip_address(one) in net for one in addresses)


def _crossing(giver: CheckContext, taker: CheckContext, out: Session, back: Session) -> Stages:
    """From the table of one router into that of another.

    Kinds of communities that are not sent are lost; a weight and a tag stay behind, as does the validation state; which neighbour sent the
    route and how, and the next hop where it is rewritten, is not what the first router saw.
    """
    lost = tuple(one for one in KINDS if one not in out.send_community)
    changed = ("peer", "route_type", "rpki", *(["next_hop"] if out.next_hop_self else []))
    return (
        Hop(giver, transfer=INSIDE),
        Hop(giver, out, "export"),
        Hop(taker, transfer=Transfer(strip=lost, reset={"weight": 0, "tag": 0}, unknown=changed)),
        Hop(taker, back, "import"),
    )
