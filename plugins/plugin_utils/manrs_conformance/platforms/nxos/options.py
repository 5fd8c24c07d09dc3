"""Options of a BGP neighbour or template on NX-OS: which there are, and which values are understood."""

from __future__ import annotations

from .._block import word_set
from .._lists import Unreadable, asn, decimal

Option = tuple[list[str] | None, int]
"""Words after the option's name and the line; None when a `no` takes it away."""
BASE = word_set(
    "remote-as local-as description shutdown password ttl-security ebgp-multihop update-source remove-private-as timers ao"
)
BASE_IRRELEVANT = word_set(
    """
    affinity-group bfd bmp-activate-server capability default-metric disable-connected-check dont-capability-negotiate
    dscp dynamic-capability fast-external-fallover graceful-restart graceful-shutdown internal-vpn-client log-neighbor-changes
    low-memory maximum-peers peer-type reconnect-interval site-of-origin transport
    """
)
AF = word_set(
    """
    route-map prefix-list filter-list maximum-prefix send-community next-hop-self route-reflector-client allowas-in as-override
    default-originate soft-reconfiguration remove-private-as
    """
)
AF_IRRELEVANT = word_set(
    """
    advertisement-interval allow-vpn-default-originate capability dampening disable-peer-as-check encapsulation link-bandwidth
    next-hop-third-party nexthop-self-all rewrite-evpn-rt-asn rewrite-rt-asn soo suppress-inactive weight
    """
)
DIRECTED = frozenset({"prefix-list", "filter-list", "route-map"})


def put(target: dict[str, Option], known: frozenset[str], words: list[str], line: int, *, negative: bool) -> None:
    """Put one option among those of its owner; Unreadable for values that are not understood."""
    head, rest = words[0], words[1:]
    if head not in known:
        raise Unreadable(head)
    key = head
    if head in DIRECTED:
        if len(rest) != 2 or rest[1] not in ("in", "out"):
            raise Unreadable(" ".join(words))
        key = f"{head} {rest[1]}"
    elif head == "send-community":
        for kind in _kinds(rest):
            target[f"send-community {kind}"] = (None if negative else [], line)
        return
    elif not negative:
        _check(head, rest)
    target[key] = (None if negative else rest, line)


def _kinds(rest: list[str]) -> tuple[str, ...]:
    kinds = {
        (): ("standard",),
        ("standard",): ("standard",),
        ("extended",): ("extended",),
        ("both",): ("standard", "extended"),
        ("large",): ("large",),
        ("all",): ("standard", "extended", "large"),
    }
    if tuple(rest) not in kinds:
        raise Unreadable(" ".join(rest))
    return kinds[tuple(rest)]


def _check(head: str, rest: list[str]) -> None:
    """Raise Unreadable for values that the builder of sessions would not understand."""
    if head == "remote-as":
        _remote(rest)
    elif head == "local-as":
        asn(rest[0] if rest else "")
        if not set(rest[1:]) <= {"no-prepend", "replace-as", "dual-as"}:
            raise Unreadable(" ".join(rest))
    elif head == "maximum-prefix":
        _limit(rest)
    elif head in ("ebgp-multihop", "allowas-in"):
        if rest or head == "ebgp-multihop":
            decimal(" ".join(rest))
    elif head == "ttl-security":
        if len(rest) != 2 or rest[0] != "hops":
            raise Unreadable(" ".join(rest))
        decimal(rest[1])
    elif head == "default-originate":
        if rest and (len(rest) != 2 or rest[0] != "route-map"):
            raise Unreadable(" ".join(rest))
    elif head == "soft-reconfiguration":
        if rest not in (["inbound"], ["inbound", "always"]):
            raise Unreadable(" ".join(rest))
    elif head in ("password", "update-source", "ao"):
        if not rest:
            raise Unreadable(head)
    elif head == "remove-private-as":
        if not set(rest) <= {"all", "replace-as"}:
            raise Unreadable(" ".join(rest))
    elif head in ("shutdown", "next-hop-self", "route-reflector-client", "as-override") and rest not in ([], ["all"]):
        raise Unreadable(" ".join(rest))


def _remote(rest: list[str]) -> None:
    if rest[:1] == ["route-map"] and len(rest) == 2:
        return
    if len(rest) != 1:
        raise Unreadable(" ".join(rest))
    if rest[0] not in ("external", "internal"):
        asn(rest[0])


def _limit(rest: list[str]) -> None:
    """`N [THRESHOLD] [restart MINUTES | warning-only]`."""
    decimal(rest[0] if rest else "")
    tail = rest[1:]
    if tail and tail[0].isdecimal():
        tail = tail[1:]
    if tail not in ([], ["warning-only"]) and not (len(tail) == 2 and tail[0] == "restart" and tail[1].isdecimal()):
        raise Unreadable(" ".join(rest))
