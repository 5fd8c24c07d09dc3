"""Access lists of the Cisco-like languages, read once and used twice: as filters of routes and as filters of packet sources."""

from __future__ import annotations

import bisect
import ipaddress
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from ..model.policy import Afi, AllOf, AnyOf, Cond, Const, PrefixEntry, PrefixList, PrefixMatch
from ..model.router import SourceFilter
from ._lists import Numbered, Unreadable, by_wildcard, decimal, prefix, wildcard

WHOLE = frozenset({"ip", "ipv6", "ipv4"})
"""Protocol words that mean every packet of the family."""
HARMLESS = frozenset({"log", "log-input"})
_PORT_WORDS = {"eq": 1, "neq": 1, "gt": 1, "lt": 1, "range": 2}
_GROUPS = frozenset({"object-group", "addrgroup", "net-group"})


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Addresses of one side of a rule: `address` where the bits of `wild` are free; `known` is False for a group that is not resolved."""

    address: int
    wild: int
    known: bool = True


@dataclass(frozen=True, slots=True)
class Rule:
    """One line of an access list. `narrow`: it meets only some packets of the pair (protocol, ports, flags)."""

    permit: bool
    source: Endpoint
    destination: Endpoint | None
    """None in a standard list."""
    narrow: bool
    line: int


@dataclass(slots=True)
class Acl:
    """An access list as written; `tainted` when one of its lines could not be read."""

    name: str
    afi: Afi
    standard: bool
    line: int
    rules: Numbered[Rule] = field(default_factory=lambda: Numbered(""))
    lines: list[int] = field(default_factory=list)
    tainted: bool = False


def full(afi: int) -> int:
    """The wildcard that leaves every bit free."""
    return 0xFFFFFFFF if afi == 4 else (1 << 128) - 1


def standard_rule(words: list[str], line: int) -> tuple[int | None, Rule]:
    """Sequence and rule of `[SEQ] permit|deny SOURCE [log]`; Unreadable otherwise."""
    seq, permit, rest = _head(words)
    while rest and rest[-1] in HARMLESS:
        rest = rest[:-1]
    source, rest = endpoint(rest, 4)
    if rest:
        raise Unreadable(" ".join(words))
    return seq, Rule(permit, source, None, not source.known, line)


def extended_rule(words: list[str], afi: Afi, line: int) -> tuple[int | None, Rule]:
    """Sequence and rule of `[SEQ] permit|deny PROTOCOL SOURCE [PORTS] DESTINATION [PORTS] [OPTIONS]`; Unreadable otherwise."""
    if len(words) > 2 and words[-2] == "sequence":
        words = ["sequence", words[-1], *words[:-2]]
    seq, permit, rest = _head(words)
    if not rest:
        raise Unreadable(" ".join(words))
    narrow = rest[0] not in WHOLE
    if rest[0] in _GROUPS:
        rest = rest[1:]
    source, rest = endpoint(rest[1:], afi)
    ports, rest = _ports(rest)
    destination, rest = endpoint(rest, afi)
    rest = [one for one in rest if one not in HARMLESS]
    return seq, Rule(permit, source, destination, narrow or ports or bool(rest), line)


def _head(words: list[str]) -> tuple[int | None, bool, list[str]]:
    seq = None
    if words[:1] in (["seq"], ["sequence"]) and len(words) > 1:
        words = words[1:]
    if words and words[0].isdecimal():
        seq, words = decimal(words[0]), words[1:]
    if not words or words[0] not in ("permit", "deny"):
        raise Unreadable(" ".join(words))
    return seq, words[0] == "permit", words[1:]


def endpoint(words: list[str], afi: Afi) -> tuple[Endpoint, list[str]]:
    """One side of a rule and the words after it: `any`, `host A`, `A/n`, `A WILDCARD`, or a group."""
    head = words[0] if words else ""
    if head in _GROUPS and len(words) > 1:
        return Endpoint(0, full(afi), known=False), words[2:]
    if head == "any":
        return Endpoint(0, full(afi)), words[1:]
    if head == "host" and len(words) > 1:
        return Endpoint(prefix(words[1], afi)[0], 0), words[2:]
    if "/" in head:
        network, length = prefix(head, afi)
        return Endpoint(network, full(afi) >> length), words[1:]
    if afi == 6:
        raise Unreadable(" ".join(words))
    if len(words) > 1 and words[1].count(".") == 3:
        (address, wild), rest = wildcard(words)
        return Endpoint(address, wild), rest
    return Endpoint(prefix(head, 4)[0], 0), words[1:]


def _ports(words: list[str]) -> tuple[bool, list[str]]:
    """Whether ports are named, and the words after them."""
    if words[:1] == ["portgroup"]:
        return True, words[2:]
    if not words or words[0] not in _PORT_WORDS:
        return False, words
    if words[0] in ("eq", "neq"):
        rest = words[2:]
        while rest and not _opens(rest[0]):
            rest = rest[1:]
        return True, rest
    return True, words[1 + _PORT_WORDS[words[0]] :]


def _opens(word: str) -> bool:
    """Whether a word starts an endpoint."""
    return word in ("any", "host") or word in _GROUPS or "/" in word or "." in word or ":" in word


def route_condition(acl: Acl, line: int) -> Cond:
    """A route is permitted by the list; Unreadable when that is not known of some rule.

    Whether a standard list asks for at least its own length is told by no vendor: routes where that matters are left open.
    """
    loose, strict = route_filter(acl), route_filter(acl, own_length=True)
    if not acl.standard or loose.entries == strict.entries:
        return PrefixMatch((loose,), line)
    readings = (PrefixMatch((loose,), line), PrefixMatch((strict,), line))
    doubt = Const(None, f"access-list {acl.name}: whether the length of a route counts is not known", line)
    return AllOf((AnyOf(readings), AnyOf((AllOf(readings), doubt))))


def route_filter(acl: Acl, *, own_length: bool = False) -> PrefixList:
    """The list as a filter of routes; Unreadable when a rule has no meaning for routes that is known.

    A standard list looks at the network address alone, whatever the length (with `own_length`: of the length it fixes or longer); in an
    extended one the source pair matches the network address and the destination pair the mask.
    """
    if acl.tainted or acl.afi == 6:
        raise Unreadable(acl.name)
    entries: list[PrefixEntry] = []
    for rule in acl.rules.final():
        if rule.narrow or not rule.source.known or (rule.destination is not None and not rule.destination.known):
            raise Unreadable("a rule looks at more than addresses")
        lengths: range | list[int] = range(32 - rule.source.wild.bit_length() if own_length else 0, 33)
        if rule.destination is not None:
            mask, wild = rule.destination.address, rule.destination.wild
            lengths = [n for n in range(33) if (0xFFFFFFFF << 32 - n & 0xFFFFFFFF) & ~wild == mask & ~wild]
        entries += _joined(by_wildcard(rule.source.address, rule.source.wild, lengths, rule.permit, rule.line))
    return PrefixList(acl.name, 4, tuple(entries), tuple(sorted(acl.lines)), kind="access-list")


def route_filters(acls: Iterable[Acl]) -> tuple[PrefixList, ...]:
    """The lists that can be read as filters of routes."""
    out = []
    for acl in acls:
        try:
            out.append(route_filter(acl))
        except Unreadable:
            continue
    return tuple(out)


def _joined(entries: Sequence[PrefixEntry]) -> Iterator[PrefixEntry]:
    """Entries of one prefix with neighbouring lengths as one."""
    held: PrefixEntry | None = None
    for one in entries:
        if held is not None and held[:2] == one[:2] and one[2] == held[3] + 1:
            held = (held[0], held[1], held[2], one[3], held[4], held[5])
            continue
        if held is not None:
            yield held
        held = one
    if held is not None:
        yield held


def source_filter(acl: Acl) -> SourceFilter:
    """The sources whose packets can get through a list that ends in an implicit deny.

    A permit of some packets lets its sources through; a deny of some packets stops no source. Where a rule cannot be read exactly the
    permitted ranges are too wide rather than too narrow, and the filter is not exact.
    """
    exact = not acl.tainted
    denied = _Intervals()
    permits: list[PrefixEntry] = []
    if acl.tainted:
        permits.append((0, 0, 0, 32 if acl.afi == 4 else 128, True, acl.line))
    for rule in acl.rules.final():
        low, high = rule.source.address, rule.source.address | rule.source.wild
        plain = rule.source.known and rule.source.wild & (rule.source.wild + 1) == 0
        if rule.permit:
            exact = exact and plain
            for start, end in denied.without(low, high):
                permits += _blocks(start, end, acl.afi, rule.line)
            continue
        everything = rule.destination is None or (rule.destination.known and rule.destination.wild == full(acl.afi))
        if not rule.narrow and everything and plain:
            denied.add(low, high)
        elif not plain:
            exact = False
    return SourceFilter(acl.name, acl.afi, tuple(permits), exact, acl.line)


def everything(name: str, afi: Afi, line: int) -> SourceFilter:
    """A filter that lets every source through, as an undefined access list does."""
    return SourceFilter(name, afi, ((0, 0, 0, 32 if afi == 4 else 128, True, line),), True, line)


def _blocks(start: int, end: int, afi: Afi, line: int) -> Iterator[PrefixEntry]:
    size = 32 if afi == 4 else 128
    kind = ipaddress.IPv4Address if afi == 4 else ipaddress.IPv6Address
    nets: Iterable[ipaddress.IPv4Network | ipaddress.IPv6Network] = ipaddress.summarize_address_range(kind(start), kind(end))
    for net in nets:
        yield (int(net.network_address), net.prefixlen, net.prefixlen, size, True, line)


class _Intervals:
    """Disjoint closed ranges of numbers, in order."""

    def __init__(self) -> None:
        self.lows: list[int] = []
        self.highs: list[int] = []

    def add(self, low: int, high: int) -> None:
        """Put a range in, joined with those it touches."""
        first = bisect.bisect_left(self.highs, low)
        last = bisect.bisect_right(self.lows, high)
        if first < last:
            low, high = min(low, self.lows[first]), max(high, self.highs[last - 1])
        self.lows[first:last] = [low]
        self.highs[first:last] = [high]

    def without(self, low: int, high: int) -> Iterator[tuple[int, int]]:
        """The parts of a range that no range inside covers."""
        at = bisect.bisect_left(self.highs, low)
        while low <= high:
            if at >= len(self.lows) or self.lows[at] > high:
                yield low, high
                return
            if self.lows[at] > low:
                yield low, self.lows[at] - 1
            low = self.highs[at] + 1
            at += 1
