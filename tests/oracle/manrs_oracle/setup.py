"""One generated router: neighbours with their policies as FRR configuration, deterministic by seed."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

from . import lists
from .maps import Namer, route_map

LOCAL_AS = 65010
ROUTER = "10.99.0.1"
CACHE_PORT = 8282
SESSIONS = 20
Vrp = tuple[str, int, int]
DIRECTIONS = ("import", "export", "rpki")


@dataclass(frozen=True, slots=True)
class Neighbor:
    """A test neighbour; `marks` are the prefixes of the names that its policies use."""

    address: str
    asn: int
    marks: tuple[str, ...] = ()
    source: bool = False
    """Whether it announces what the others hear (export)."""

    @property
    def internal(self) -> bool:
        """Whether the session is iBGP."""
        return self.asn == LOCAL_AS


@dataclass(frozen=True, slots=True)
class Setup:
    """What one boot of the router runs."""

    seed: int
    direction: str
    config: str
    neighbors: tuple[Neighbor, ...]
    cache: str = "none"
    """`none` (no cache configured), `down` (configured, never reached) or `synced`."""
    vrps: tuple[Vrp, ...] = ()


def make(seed: int, direction: str, sessions: int = SESSIONS) -> Setup:
    """The setup of a seed."""
    random = Random(f"{direction}/{seed}")
    cache = random.choice(("synced", "synced", "synced", "down", "none")) if direction == "rpki" else "none"
    groups = [f"G{number}" for number in range(1, 4)]
    neighbors = []
    for number in range(1, sessions + 1):
        asn = LOCAL_AS if random.random() < 0.2 else 65100 + number
        # Members of a group are all internal or all external.
        group = (groups[-1] if asn == LOCAL_AS else random.choice(groups[:-1])) if random.random() < 0.4 else None
        marks = (f"N{number}", *([group] if group else []))
        neighbors.append(Neighbor(f"10.99.1.{number}", asn, marks))
    sources = []
    if direction == "export":
        sources = [Neighbor(f"10.99.9.{n}", LOCAL_AS if n == 3 else 65200 + n, (), True) for n in (1, 2, 3)]
    config = _config(random, direction, neighbors, sources, groups, cache)
    vrps = _vrps(random) if cache == "synced" else ()
    return Setup(seed, direction, config, (*neighbors, *sources), cache, vrps)


def _config(
    random: Random, direction: str, neighbors: list[Neighbor], sources: list[Neighbor], groups: list[str], cache: str
) -> str:
    peers = [one.address for one in (*neighbors, *sources)]
    rpki = 0.6 if direction == "rpki" else 0.04
    word = "out" if direction == "export" else "in"
    defs: list[str] = []
    family: dict[int, list[str]] = {4: [], 6: []}
    base: list[str] = []
    kinds: dict[tuple[str, int], str] = {}
    numbers = [*range(1, 100), *range(100, 200)]
    random.shuffle(numbers)
    for group in groups:
        base.append(f" neighbor {group} peer-group")
        for afi in (4, 6):
            if afi == 6:
                family[6].append(f"  neighbor {group} activate")
            kinds[(group, afi)] = random.choice(("prefix-list", "distribute-list"))
            lines, made = _attach(random, group, group, afi, word, peers, rpki, kinds[(group, afi)], numbers)
            family[afi] += lines
            defs += made
    for one in neighbors:
        group = one.marks[1] if len(one.marks) > 1 else None
        base.append(f" neighbor {one.address} remote-as {_remote(random, one)}")
        base.append(f" neighbor {one.address} passive")
        if group:
            base.append(f" neighbor {one.address} peer-group {group}")
        for afi in (4, 6):
            if afi == 6 and not group:
                family[6].append(f"  neighbor {one.address} activate")
            if group and random.random() < 0.5:
                continue
            kind = kinds[(group, afi)] if group else random.choice(("prefix-list", "distribute-list"))
            lines, made = _attach(random, one.address, one.marks[0], afi, word, peers, rpki, kind, numbers)
            family[afi] += lines
            defs += made
    for one in sources:
        base += [f" neighbor {one.address} remote-as {one.asn}", f" neighbor {one.address} passive"]
        family[4].append(f"  neighbor {one.address} route-map ALL in")
        family[6] += [f"  neighbor {one.address} activate", f"  neighbor {one.address} route-map ALL in"]
        defs = ["route-map ALL permit 10", *defs]
    default = random.choice(("traditional", "traditional", "traditional", "datacenter"))
    explicit = [] if random.random() < 0.4 else [f" {'no ' if random.random() < 0.5 else ''}bgp ebgp-requires-policy"]
    bgp = [f"router bgp {LOCAL_AS}", f" bgp router-id {ROUTER}", *explicit, *base]
    for afi in (4, 6):
        bgp += [f" address-family ipv{afi} unicast", *family[afi], " exit-address-family"]
    blocks = [bgp, defs]
    random.shuffle(blocks)
    head = ["frr version 8.4.4", f"frr defaults {default}", "hostname oracle"]
    tail = ["rpki", f" rpki cache {ROUTER} {CACHE_PORT} preference 1", "exit"] if cache != "none" else []
    return "\n".join((*head, *(line for block in blocks for line in block), *tail, ""))


def _remote(random: Random, one: Neighbor) -> str:
    return ("internal" if one.internal else "external") if random.random() < 0.2 else str(one.asn)


def _attach(
    random: Random, who: str, mark: str, afi: int, word: str, peers: list[str], rpki: float, kind: str, numbers: list[int]
) -> tuple[list[str], list[str]]:
    """Lines that attach filters of one family to a neighbour or group, and the definitions of those filters."""
    namer = Namer(f"{mark}v{afi}", random, free_numbers=numbers)
    attached: list[str] = []
    maps: list[str] = []
    if random.random() < 0.3:
        name = namer.prefix_list(afi) if kind == "prefix-list" else namer.access_list(afi)
        attached.append(f"  neighbor {who} {kind} {name} {word}")
    if random.random() < 0.25:
        attached.append(f"  neighbor {who} filter-list {namer.as_path_list()} {word}")
    if random.random() < 0.8 or rpki > 0.5:
        name = namer.name("RM")
        attached.append(f"  neighbor {who} route-map {name} {word}")
        if random.random() > namer.undefined:
            maps = route_map(namer, name, afi, peers, rpki=rpki)
    lines = [*namer.lines, *maps] if random.random() < 0.7 else [*maps, *namer.lines]
    return attached, lines


def _vrps(random: Random) -> tuple[Vrp, ...]:
    """Validated payloads over the pool of prefixes: covers, exact ones, and AS0."""
    out: set[Vrp] = set()
    for afi in (4, 6):
        for _ in range(14):
            text = lists.network(random, afi)
            length, size = int(text.partition("/")[2]), 32 if afi == 4 else 128
            asn = 0 if random.random() < 0.1 else random.choice((*lists.ASNS, LOCAL_AS))
            if length:
                out.add((text, random.choice((length, min(size, length + 2), min(size, length + 8), size)), asn))
    return tuple(sorted(out))
