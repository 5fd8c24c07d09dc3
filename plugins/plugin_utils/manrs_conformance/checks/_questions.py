"""Questions about routes, written as conditions of the policy model."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Sequence

from ..analysis import aspath, authority
from ..model.intent import Intent, Neighbour, PrefixRange
from ..model.policy import (
    ALWAYS,
    AllOf,
    AnyOf,
    AsPathEntry,
    AsPathList,
    AsPathMatch,
    Attachment,
    CommunityEntry,
    CommunityKind,
    CommunityList,
    CommunityMatch,
    Cond,
    Const,
    Not,
    NumberMatch,
    PrefixEntry,
    PrefixList,
    PrefixMatch,
    Rpki,
    RpkiMatch,
    TextMatch,
)
from ..model.reference import Authorised, Reference
from ..model.router import Router, Session

PRIVATE_ASNS = ((64512, 65534), (4200000000, 4294967294))
BLACKHOLE = "65535:666"
NEVER = Const(False)
RECEIVED = TextMatch("protocol", frozenset({"bgp"}))
EMPTY_PATH = AsPathList("empty path", (AsPathEntry(True, "^$", "frr"),))


def both(*conds: Cond) -> Cond:
    """All of them hold."""
    return AllOf(tuple(conds))


def either(*conds: Cond) -> Cond:
    """At least one of them holds."""
    return AnyOf(tuple(conds))


def bits(afi: int) -> int:
    """Greatest prefix length of a family."""
    return 32 if afi == 4 else 128


def within(afi: int, entries: Iterable[PrefixEntry], name: str) -> Cond:
    """The prefix is permitted by one of these ranges."""
    return PrefixMatch(
        (PrefixList(name, 4 if afi == 4 else 6, entries if isinstance(entries, tuple) else tuple(entries), order="any"),)
    )


def longer(entries: Iterable[PrefixEntry], afi: int) -> tuple[PrefixEntry, ...]:
    """The ranges with all longer prefixes."""
    return tuple((net, size, size, bits(afi), True, 0) for net, size, _low, _high, permit, _line in entries if permit)


def ranges(items: Iterable[PrefixRange], afi: int, *, every_longer: bool = False) -> tuple[PrefixEntry, ...]:
    """Declared prefix ranges of one family as list entries."""
    return authority.entries(items, afi, every_longer=every_longer)


def too_long(intent: Intent, afi: int) -> Cond:
    """Longer than the operator lets into the global table (/24 and /48 unless declared otherwise)."""
    longest = intent.limits.longest_v4 if afi == 4 else intent.limits.longest_v6
    return within(afi, ((0, 0, longest + 1, bits(afi), True, 0),) if longest < bits(afi) else (), "too long")


def default_route(afi: int) -> Cond:
    """0.0.0.0/0 or ::/0."""
    return within(afi, ((0, 0, 0, 0, True, 0),), "default route")


def bogon(reference: Reference, afi: int) -> Cond:
    """A special-purpose prefix or a longer one; the default route is not one."""
    return within(afi, reference.bogons.v4 if afi == 4 else reference.bogons.v6, "special-purpose prefixes")


def own(intent: Intent, afi: int, *, every_longer: bool = False) -> Cond:
    """Own space as declared: prefixes and legacy prefixes."""
    legacy = tuple(PrefixRange(one) for one in intent.legacy)
    return within(afi, ranges((*intent.prefixes, *legacy), afi, every_longer=every_longer), "own prefixes")


def authorised(neighbour: Neighbour, session: Session, reference: Reference) -> Authorised:
    """What the neighbour may announce, pinned or from registries; `problem` says why it is unknown."""
    return authority.of(neighbour, session.remote_as, reference)


def allowed(neighbour: Neighbour, session: Session, reference: Reference, *, every_longer: bool = False) -> Cond:
    """Inside what the neighbour may announce."""
    known = authorised(neighbour, session, reference)
    entries = known.v4 if session.afi == 4 else known.v6
    return within(session.afi, longer(entries, session.afi) if every_longer else entries, "authorised prefixes")


def kind_of(text: str) -> CommunityKind:
    """Which kind of community a text writes."""
    if text.startswith(("rt:", "soo:")):
        return "extended"
    return "large" if text.count(":") == 2 else "standard"


def carries(*texts: str) -> Cond:
    """At least one of these communities is on the route."""
    return AnyOf(tuple(_carries(one) for one in texts))


def _carries(text: str) -> Cond:
    listed = CommunityList(f"community {text}", kind_of(text), (CommunityEntry(True, (text,)),))
    return CommunityMatch((listed,))


def blackhole_agreed(neighbour: Neighbour, session: Session, reference: Reference) -> Cond:
    """A route of the agreed blackhole service: its community, inside the neighbour's own allow-list."""
    if not neighbour.blackhole:
        return NEVER
    return both(carries(*neighbour.blackhole), allowed(neighbour, session, reference, every_longer=True))


def path(listed: AsPathList) -> Cond:
    """The AS path is permitted by the list."""
    return AsPathMatch((listed,))


def contains(asns: Iterable[tuple[int, int]], name: str) -> Cond:
    """Some ASN of the path lies in one of the ranges."""
    found = tuple(asns)
    return path(aspath.contains_any(found, name)) if found else NEVER


def without(asns: Iterable[tuple[int, int]], spared: Iterable[int]) -> tuple[tuple[int, int], ...]:
    """The ranges without single ASNs."""
    out = list(asns)
    for asn in spared:
        out = (
            [part for low, high in out for part in ((low, min(high, asn - 1)), (max(low, asn + 1), high)) if part[0] <= part[1]]
            if any(low <= asn <= high for low, high in out)
            else out
        )
    return tuple(out)


def state(*states: Rpki) -> Cond:
    """The validation state is one of these."""
    return RpkiMatch(frozenset(states))


def validates(router: Router, session: Session) -> bool:
    """Whether the router computes validation states for the session's family."""
    return router.validation.get(f"ipv{session.afi}", bool(router.caches))


def delivered(session: Session, router: Router, *, first_as: bool = True) -> Cond:
    """Routes that the neighbour can bring before the policy: first AS, own-AS loop and validation applied as the router does.

    The peer is the neighbour itself, where it is one address: a listen range stands for many, and an interface for an address unknown.
    """
    conds: list[Cond] = [RECEIVED]
    if session.interface is None and "/" not in session.neighbor:
        conds.append(TextMatch("peer", frozenset({session.neighbor})))
    if first_as and session.enforce_first_as and isinstance(session.remote_as, int):
        conds.append(path(aspath.first_is((session.remote_as,))))
    else:
        conds.append(NumberMatch("path_length", ((1, 4294967295),)))
    if not session.allowas_in:
        conds.append(Not(contains(((session.local_as, session.local_as),), "own ASN")))
    if not validates(router, session):
        conds.append(state(Rpki.UNVERIFIED))
    if session.platform_drops:
        conds.append(Not(RpkiMatch(session.platform_drops)))
    return AllOf(tuple(conds))


def received() -> Cond:
    """Routes that some neighbour sent: they have a path."""
    return both(RECEIVED, Not(path(EMPTY_PATH)))


def exportable(session: Session, router: Router) -> Cond:
    """Routes that may stand in the table before an export policy: received ones, and what the router originates itself, with any attributes."""
    own = [one for one in router.originations if one.vrf == session.vrf and one.family == session.family]
    if not own:
        return received()
    local = both(Not(RECEIVED), path(EMPTY_PATH))
    if any(one.prefix is None for one in own):
        return either(received(), local)
    entries: dict[str | None, list[PrefixEntry]] = {}
    for one in own:
        net = ipaddress.ip_network(one.prefix or "", strict=False)
        entry = (int(net.network_address), net.prefixlen, net.prefixlen, net.prefixlen, True, one.line)
        entries.setdefault(one.protocol, []).append(entry)
    made = [
        both(TextMatch("protocol", frozenset({protocol})) if protocol else ALWAYS, within(session.afi, some, "originated here"))
        for protocol, some in entries.items()
    ]
    return either(received(), both(local, AnyOf(tuple(made))))


def named(attachment: Attachment) -> Sequence[str]:
    """Kind and name of each attached filter."""
    return tuple(f"{one.kind} {one.name}" for one in attachment.filters)


NEVER_CARRIED = {
    4: ((0xE0000000, 4, 4, 32, True, 0),),
    6: ((0xFF << 120, 8, 8, 128, True, 0), (0xFE80 << 112, 10, 10, 128, True, 0)),
}
"""Prefixes that a BGP speaker ignores whatever its policy (RFC 4271 section 6.3; FRR bgpd/bgp_route.c, bgp_nlri_parse_ip)."""


def likely(session: Session, reference: Reference, *, received: bool) -> tuple[Cond, Cond]:
    """What an engineer expects of an example route: a path that starts with the neighbour, and an ordinary prefix.

    Nor does either hold what no router takes from a neighbour: AS 0 in the path (RFC 7607), multicast or link-local prefixes.
    """
    remote = session.remote_as
    start = path(aspath.first_is((remote,))) if received and isinstance(remote, int) else NumberMatch("path_length", ((0, 3),))
    afi = session.afi
    start = both(start, Not(either(contains(((0, 0),), "AS 0"), within(afi, NEVER_CARRIED[afi], "multicast and link-local"))))
    low, high = (16, 24) if afi == 4 else (32, 48)
    ordinary = AllOf((within(afi, ((0, 0, low, high, True, 0),), "ordinary lengths"), Not(bogon(reference, afi))))
    return start, ordinary
