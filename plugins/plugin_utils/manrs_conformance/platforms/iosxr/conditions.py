"""Comparisons of the routing policy language as conditions of the model."""

from __future__ import annotations

import ipaddress
from collections.abc import Callable

from ...model.policy import (
    AllOf,
    AnyOf,
    CommunityEntry,
    CommunityList,
    CommunityMatch,
    Cond,
    Const,
    Not,
    NumberMatch,
    PrefixMatch,
    Rpki,
    RpkiMatch,
    TextMatch,
)
from .._lists import Unreadable
from . import paths
from .rpl import Words
from .scope import KINDS, Scope, doubtful

Reader = Callable[[Words, int, Scope], Cond]
MODES = {"matches-any": "any", "matches-every": "every", "matches-within": "within"}
STATES = {"valid": Rpki.VALID, "invalid": Rpki.INVALID, "not-found": Rpki.NOT_FOUND}
OFF = "the validation state has no confirmed value where origin validation is off"
UNSYNCED = "what is not-found while no cache answers is not confirmed"
PROTOCOLS = frozenset({"bgp", "connected", "static", "ospf", "ospfv3", "isis", "rip", "eigrp", "local", "aggregate", "subscriber"})
KNOWN = frozenset(
    [
        "rib-has-route",
        "orf",
        "route-type",
        "path-type",
        "rd",
        "route-has-label",
        "route-aggregated",
        "traffic-index",
        "evpn-route-type",
        "evpn-originator",
        "vpn-distinguisher",
        "track",
        "ospf-area",
        "esi",
        "l2vpn-id",
        "mvpn",
        "rib-metric",
        "destination-prefix",
        "etag",
        "mac",
        "evpn-gateway",
        "nexthop",
        "vni",
        "route-destination-vrf",
        "backup-path-type",
    ]
)
"""Comparisons that are known and not modelled."""


def condition(words: Words, line: int, scope: Scope) -> Cond:
    """The condition of one comparison; Unreadable for a known one that is not modelled, KeyError for an unknown one."""
    if words == ("true",):
        return Const(True)
    reader = _READERS.get(words[0])
    if reader is None:
        if words[0] in KNOWN:
            raise Unreadable(words[0])
        raise KeyError(words[0])
    return reader(words, line, scope)


def _destination(words: Words, line: int, scope: Scope) -> Cond:
    if words[1:2] != ("in",):
        raise Unreadable(" ".join(words))
    found = scope.prefixes(words[2:], line)
    if isinstance(found, Const):
        return found
    return doubtful(PrefixMatch(found.lists(), line), found.doubts, f"prefix-set {found.name}")


def _source(words: Words, line: int, scope: Scope) -> Cond:
    """`source in`: the address of the neighbour that sent the route, known where the policy is attached inbound."""
    found = scope.prefixes(words[2:], line) if words[1:2] == ("in",) else None
    if found is None:
        raise Unreadable(" ".join(words))
    if isinstance(found, Const):
        return found
    scope.asked = True
    one = scope.neighbor
    if one is None or one.direction != "import" or found.doubts:
        return Const(None, "the address of the sender is not known here", line)
    try:
        address = ipaddress.ip_address(one.address)
    except ValueError:
        return Const(None, "the address of the sender is not known here", line)
    size, network = address.max_prefixlen, int(address)
    entries = found.v4 if address.version == 4 else found.v6
    return Const(any(e[1] <= size and (network ^ e[0]) >> (size - e[1]) == 0 and e[2] <= size <= e[3] for e in entries))


def _next_hop(words: Words, line: int, scope: Scope) -> Cond:
    """`next-hop in` a set of addresses; ranges are not modelled."""
    found = scope.prefixes(words[2:], line) if words[1:2] == ("in",) else None
    if found is None:
        raise Unreadable(" ".join(words))
    if isinstance(found, Const):
        return found
    if found.doubts or any(e[2:4] != (32, 32) or e[1] != 32 for e in found.v4) or any(e[1] != 128 for e in found.v6):
        raise Unreadable("next-hop in ranges")
    texts = [str(ipaddress.IPv4Address(e[0])) for e in found.v4] + [str(ipaddress.IPv6Address(e[0])) for e in found.v6]
    return TextMatch("next_hop", frozenset(texts), line)


def _as_path(words: Words, line: int, scope: Scope) -> Cond:
    if words[1:2] == ("in",):
        return scope.path_set(words[2:], line)
    peer = scope.peer_as() if any("peeras" in one for one in words) else None
    if peer is None and any("peeras" in one for one in words):
        return Const(None, "the ASN of the neighbour is not known here", line)
    return paths.combined("inline set", [paths.element(words[1:], line, peer)], line)


def _communities(words: Words, line: int, scope: Scope) -> Cond:
    kind, rest = f"{words[0]}-set", words[1:]
    if words[0] == "extcommunity":
        kind, rest = f"extcommunity-set {words[1] if len(words) > 1 else ''}", words[2:]
    if kind not in KINDS or not rest:
        raise Unreadable(" ".join(words))
    sort = KINDS[kind][0]
    if rest == ("is-empty",) and sort != "extended":
        return CommunityMatch((CommunityList("no communities", sort, (CommunityEntry(True, line=line),)),), "exact", line)
    if rest[0] not in MODES or (rest[0] == "matches-within" and sort == "extended"):
        raise Unreadable(" ".join(words))
    found = scope.community_set(rest[1:], kind, line)
    if isinstance(found, Const):
        return found
    made, doubts = found
    what = f"{kind} {made.name}"
    if doubts and rest[0] != "matches-any":
        return Const(None, f"an element of {what} is not understood", doubts[0])
    cond: Cond = CommunityMatch((made,), MODES[rest[0]], line)  # type: ignore[arg-type]
    if rest[0] == "matches-within":
        # Whether a route without communities is within a set is not confirmed.
        none = CommunityMatch((CommunityList("no communities", sort, (CommunityEntry(True, line=line),)),), "exact", line)
        return AllOf(
            (cond, AnyOf((Not(none), Const(None, "whether a route without communities is within a set is not confirmed", line))))
        )
    return doubtful(cond, doubts, what)


def _number(words: Words, line: int, scope: Scope) -> Cond:
    name = {"med": "med", "local-preference": "local_pref", "tag": "tag", "weight": "weight"}[words[0]]
    if words[0] == "tag" and words[1:2] == ("in",):
        return NumberMatch("tag", _tags(words[2:], scope, line), line)
    return NumberMatch(name, paths.comparison(words[1:]), line)  # type: ignore[arg-type]


def _tags(words: Words, scope: Scope, line: int) -> tuple[tuple[int, int], ...]:
    if words[:1] != ("(",):
        raise Unreadable("tag-set")
    out: list[tuple[int, int]] = []
    for one in words[1:-1]:
        if one != ",":
            low, dots, high = one.strip("[]").partition("..")
            out.append((paths.asn(low), paths.asn(high if dots else low)))
    return tuple(out)


def _origin(words: Words, line: int, scope: Scope) -> Cond:
    if len(words) < 3 or words[1] != "is" or words[2] not in ("igp", "egp", "incomplete") or len(words) > 3:
        raise Unreadable(" ".join(words))
    return TextMatch("origin", frozenset({words[2]}), line)


def _protocol(words: Words, line: int, scope: Scope) -> Cond:
    """`protocol is P [instance]` or `protocol in (…)`; instances are told apart for BGP only, of which there is one."""
    if words[1:2] == ("is",) and len(words) > 2:
        groups = [words[2:]]
    elif words[1:3] == ("in", "(") and words[-1] == ")":
        groups, rest = [], list(words[3:-1])
        while rest:
            at = rest.index(",") if "," in rest else len(rest)
            groups.append(tuple(rest[:at]))
            rest = rest[at + 1 :]
    else:
        raise Unreadable(" ".join(words))
    if any(not one or one[0] not in PROTOCOLS for one in groups):
        raise Unreadable(" ".join(words))
    plain = frozenset(one[0] for one in groups if len(one) == 1 or one[0] == "bgp")
    doubt = Const(None, "instances of a protocol are not told apart", line)
    parts: list[Cond] = [TextMatch("protocol", plain, line)] if plain else []
    parts += [
        AllOf((TextMatch("protocol", frozenset({one[0]}), line), doubt)) for one in groups if len(one) > 1 and one[0] not in plain
    ]
    return parts[0] if len(parts) == 1 else AnyOf(tuple(parts))


def _validation(words: Words, line: int, scope: Scope) -> Cond:
    if len(words) != 3 or words[1] != "is" or words[2] not in STATES:
        raise Unreadable(" ".join(words))
    if not scope.validated:
        return Const(None, OFF, line)
    state = STATES[words[2]]
    cond: Cond = RpkiMatch(frozenset({state}), line)
    if state is Rpki.NOT_FOUND:
        return AnyOf((cond, AllOf((RpkiMatch(frozenset({Rpki.UNVERIFIED}), line), Const(None, UNSYNCED, line)))))
    return cond


def _afi(words: Words, line: int, scope: Scope) -> Cond:
    if len(words) != 3 or words[1] != "is" or words[2] not in ("ipv4", "ipv6"):
        raise Unreadable(" ".join(words))
    return TextMatch("family", frozenset({words[2]}), line)


_READERS: dict[str, Reader] = {
    "destination": _destination,
    "source": _source,
    "next-hop": _next_hop,
    "as-path": _as_path,
    "community": _communities,
    "large-community": _communities,
    "extcommunity": _communities,
    "med": _number,
    "local-preference": _number,
    "tag": _number,
    "weight": _number,
    "origin": _origin,
    "protocol": _protocol,
    "validation-state": _validation,
    "afi": _afi,
}
