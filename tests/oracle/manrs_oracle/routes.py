"""Routes at the boundaries of what a configuration tells apart, and random ones."""

from __future__ import annotations

import functools
import re
from collections.abc import Sequence
from ipaddress import IPv4Network, IPv6Network, ip_network
from random import Random

from manrs_conformance.analysis import aspath
from manrs_conformance.model.policy import AsPathEntry, AsPathList, Rpki
from manrs_conformance.model.route import Route

from . import lists
from .setup import LOCAL_AS, Neighbor, Setup, Vrp

_PREFIX4 = re.compile(r"\b(\d+\.\d+\.\d+\.\d+)/(\d+)((?: (?:ge|le) \d+)*)")
_PREFIX6 = re.compile(r"(?<= )([0-9a-f:]*:[0-9a-f:]*)/(\d+)((?: (?:ge|le) \d+)*)")
_PAIR = re.compile(r"(?<![\d:])\d+:\d+(?![\d:])")
_TRIPLE = re.compile(r"(?<![\d:])\d+:\d+:\d+(?![\d:])")
_NAMED = {
    "no-export": "65535:65281", "no-advertise": "65535:65282", "local-AS": "65535:65283", "no-peer": "65535:65284", "blackhole": "65535:666",
    "graceful-shutdown": "65535:0", "accept-own": "65535:1", "llgr-stale": "65535:6", "no-llgr": "65535:7",
}  # fmt: skip
"""IANA registry of well-known communities (RFC 1997, 7999, 8326, 9494)."""


class Interest:
    """What the lines of a neighbour's policies look at, read from their text."""

    def __init__(self, setup: Setup, neighbor: Neighbor, afi: int, random: Random) -> None:
        marks = tuple(f"{mark}v{afi}-" for mark in neighbor.marks)
        lines = _owned(setup.config, marks)
        self.prefixes = _boundaries(lines, afi, setup.vrps, random)
        self.paths = _paths(lines, random)
        self.standard = _standard(lines)
        self.sets = [frozenset(found) for line in lines if " community-list" in line and (found := _standard([line]))]
        self.large = sorted({hit for line in lines for hit in _TRIPLE.findall(line)} | set(lists.LARGE[:2]))
        self.extended = sorted({one.replace(" ", ":") for one in lists.EXTENDED})
        numbers = {int(n) for line in lines for n in re.findall(r"match (?:metric|local-preference) (\d+)", line)}
        self.numbers = sorted({n + d for n in numbers for d in (-1, 0, 1) if 0 <= n + d < 1 << 32} | {0, 100})


def _owned(config: str, marks: Sequence[str]) -> list[str]:
    """Lines of definitions whose name has one of the marks, and the bodies of such route-maps."""
    out: list[str] = []
    inside = False
    numbers: set[str] = set()
    text = config.splitlines()
    for line in text:
        if line.startswith("route-map "):
            inside = line.split()[1].startswith(tuple(marks))
        elif not line.startswith(" "):
            inside = False
        if inside or any(mark in line for mark in marks):
            out.append(line)
            numbers |= set(re.findall(r"(?:address|distribute-list) (\d+)", line))
    out += [line for line in text if line.startswith("access-list ") and line.split()[1] in numbers]
    return out


def _boundaries(lines: list[str], afi: int, vrps: Sequence[Vrp], random: Random) -> list[str]:
    size = 32 if afi == 4 else 128
    found: set[str] = set(lists.NETWORKS[afi])
    ranges: list[tuple[str, int, set[int]]] = []
    for line in lines:
        for address, length, bounds in (_PREFIX4 if afi == 4 else _PREFIX6).findall(line):
            numbers = {int(n) for n in re.findall(r"\d+", bounds)}
            ranges.append((address, int(length), numbers))
        if afi == 4 and line.startswith("access-list ") and "/" not in line:
            ranges += [(a, n, set()) for a in re.findall(r"\d+\.\d+\.\d+\.\d+", line) for n in (8, 16, 23, 24, 25, 32)]
    ranges += [
        (text.partition("/")[0], int(text.partition("/")[2]), {most}) for text, most, _ in vrps if (":" in text) == (afi == 6)
    ]
    for address, length, numbers in ranges:
        for n in {length - 1, length, length + 1, size, *(m + d for m in numbers for d in (-1, 0, 1))}:
            if 0 <= n <= size:
                found |= _around(address, length, n, size, random)
    return sorted(one for one in found if _announced(one))


def _around(address: str, length: int, n: int, size: int, random: Random) -> set[str]:
    """Prefixes of length n at an address: the first, the last, one between, and the sibling of the whole range."""
    net = ip_network(f"{address}/{length}", strict=False)
    start, host = int(net.network_address), size - n
    out = {start >> host << host}
    if n > length:
        out |= {start | ((1 << n - length) - 1) << host, start | random.randrange(1 << n - length) << host}
    if length:
        out.add((start ^ 1 << (size - length)) >> host << host)
    kind = IPv4Network if size == 32 else IPv6Network
    return {str(kind((one, n))) for one in out}


@functools.lru_cache(maxsize=100_000)
def _announced(text: str) -> bool:
    """Whether FRR takes such a prefix at all: no multicast, no link-local."""
    net = ip_network(text)
    return not (net.is_link_local or net.network_address.is_multicast)


def _paths(lines: list[str], random: Random) -> list[tuple[int | tuple[int, ...], ...]]:
    out: set[tuple[int | tuple[int, ...], ...]] = {(), (65001,), (65001, 65000), (123, 64512, 65000)}
    for line in lines:
        if "as-path access-list" not in line:
            continue
        text = line.rpartition("permit " if " permit " in line else "deny ")[2]
        numbers = [n for n in map(int, re.findall(r"\d+", text)) if 0 < n < 1 << 32] or [64496]
        a, b = random.choice(numbers), random.choice(numbers)
        out |= {
            (a,),
            (b, a),
            (a, b),
            (a, 65001),
            (65001, a),
            (65001, a, b),
            (a, a, b),
            (a, a),
            (65001, a, 65001),
            (a, tuple(sorted({b, 7}))),
            (tuple(sorted({a, b})),),
        }
        out |= {(int(f"{a}{d}"),) for d in (0, 5) if int(f"{a}{d}") < 1 << 32} | {
            (int(f"1{a}"), b) for _ in (0,) if int(f"1{a}") < 1 << 32
        }
        try:
            out |= set(aspath.path_classes((AsPathList("one", (AsPathEntry(True, text, "frr"),)),)).witnesses)
        except (ValueError, IndexError):
            continue
    return sorted((one for one in out if _usable(one)), key=repr)


def _usable(path: tuple[int | tuple[int, ...], ...]) -> bool:
    flat = [n for hop in path for n in (hop if isinstance(hop, tuple) else (hop,))]
    return 0 not in flat and LOCAL_AS not in flat and len(flat) <= 40


def _standard(lines: list[str]) -> list[str]:
    out = {hit for line in lines for hit in _PAIR.findall(line) if all(int(n) < 65536 for n in hit.split(":"))}
    out |= {number for name, number in _NAMED.items() for line in lines if f" {name}" in line}
    return sorted(out)


def routes(
    setup: Setup, neighbor: Neighbor, afi: int, count: int, *, unique: bool = False, interest: Sequence[Interest] = ()
) -> list[Route]:
    """Routes that a neighbour announces in a family, boundaries first; `unique` gives every route a prefix of its own."""
    random = Random(f"{setup.direction}/{setup.seed}/{neighbor.address}/{afi}")
    some = list(interest) or [Interest(setup, neighbor, afi, random)]
    prefixes = sorted({prefix for one in some for prefix in one.prefixes})
    random.shuffle(prefixes)
    out: list[Route] = []
    for number in range(count):
        seen = random.choice(some)
        if number < len(prefixes):
            prefix = prefixes[number]
        elif unique:
            break
        else:
            prefix = random.choice(prefixes) if random.random() < 0.9 else lists.network(random, afi)
        if _announced(prefix):
            out.append(_route(setup, neighbor, afi, prefix, seen, random))
    return out


def _route(setup: Setup, neighbor: Neighbor, afi: int, prefix: str, seen: Interest, random: Random) -> Route:
    path = (
        random.choice(seen.paths)
        if random.random() < 0.85
        else tuple(random.choice(lists.ASNS) for _ in range(random.randint(1, 5)))
    )
    if not path and not neighbor.internal:
        path = (neighbor.asn,)
    return Route(
        prefix=prefix,
        as_path=path,
        communities=_some(random, seen.standard, lists.STANDARD, seen.sets),
        large=_some(random, seen.large, lists.LARGE, ()),
        extended=_some(random, seen.extended, (), ()),
        rpki=state(prefix, path, setup.vrps) if setup.cache == "synced" else Rpki.UNVERIFIED,
        next_hop="192.0.2.99" if afi == 4 else "2001:db8:77::99",
        peer=neighbor.address,
        origin=random.choice(("igp", "igp", "egp", "incomplete")),
        med=random.choice(seen.numbers) if random.random() < 0.5 else None,
        local_pref=random.choice(seen.numbers) if neighbor.internal else None,
    )


def _some(random: Random, wanted: Sequence[str], pool: Sequence[str], sets: Sequence[frozenset[str]]) -> frozenset[str]:
    how = random.random()
    if how < 0.25:
        return frozenset()
    if how < 0.5 and sets:
        chosen = set(random.choice(sets))
        if random.random() < 0.3 and pool:
            chosen.add(random.choice(pool))
        return frozenset(chosen)
    share = random.choice((0.15, 0.4, 0.8))
    out = {one for one in wanted if random.random() < share}
    return frozenset(out | ({random.choice(pool)} if pool and random.random() < 0.3 else set()))


def state(prefix: str, path: Sequence[int | tuple[int, ...]], vrps: Sequence[Vrp]) -> Rpki:
    """Origin validation as FRR does it: an AS_SET at the end is not found, an empty path is our own AS (RFC 6811 otherwise)."""
    if path and isinstance(path[-1], tuple):
        return Rpki.NOT_FOUND
    origin = path[-1] if path else LOCAL_AS
    net = ip_network(prefix)
    covering = [
        (most, asn) for text, most, asn in vrps if (other := ip_network(text)).version == net.version and net.subnet_of(other)
    ]  # type: ignore[arg-type]
    if any(net.prefixlen <= most and asn == origin and asn for most, asn in covering):
        return Rpki.VALID
    return Rpki.INVALID if covering else Rpki.NOT_FOUND
