"""Abstract policies from a seed."""

from __future__ import annotations

import random
from ipaddress import ip_network

from .config import AclLine, CommunityLine, Config, Entry, Match, PathLine, PrefixLine, Set
from .world import HOME, OUTSIDE, TAGS

REGEXES = (
    "_1_",
    "^1_",
    "_11$",
    "1",
    "^$",
    "^1(_11)*$",
    ".*",
    "^(1|12)_",
    "^[0-9]+$",
    "1.*1",
    "(_1)+$",
    "^1 11$",
    "[12]$",
    "_12_1_",
)
TAG_REGEXES = ("_64500:1_", "^64500:1$", "64500:1", "64500:12$", "64500:1 64500:12", "64500:1[2-9]", ".*", "_64500:")
SERVER = "rpki-server"


def config(seed: int, os: str) -> Config:
    """The policy of a seed."""
    return _Maker(random.Random(f"{os} {seed}"), os).make()


class _Maker:
    def __init__(self, rng: random.Random, os: str) -> None:
        self.rng = rng
        self.os = os
        self.chance = rng.random  # a shorter name

    def make(self) -> Config:
        """One configuration."""
        prefixes = {(afi, f"P{afi}{n}"): self.prefix_lines(afi) for afi in (4, 6) for n in range(3)}
        knobs = self.knobs()
        maps = {f"M{n}": self.entries(knobs) for n in range(2)}
        return Config(
            self.os,
            self.rng.choice(("in", "in", "out")),
            prefixes,
            {str(n): self.path_lines() for n in (1, 2)},
            {**{f"C{n}": self.standard() for n in (1, 2)}, "E1": self.expanded(), "D1": self.singles()},
            {"A1": self.acl()} if self.os == "ios" else {},
            maps,
            {afi: self.filters(afi) for afi in (4, 6)},
            knobs,
        )

    def knobs(self) -> frozenset[str]:
        some = {SERVER}
        if self.chance() < 0.3:
            some.add("group")
        if self.os == "ios":
            if self.chance() < 0.15:
                some.add("validate-disable")
            elif self.chance() < 0.2:
                some.add("allow-invalid")
            if self.chance() < 0.1:
                some.add("safe-ebgp-policy")
        if self.os == "eos":
            if self.chance() < 0.3:
                some.add(self.rng.choice(("missing-policy deny", "missing-policy permit")))
            if self.chance() < 0.1:
                some.add("ribd")
        return frozenset(some)

    def prefix_lines(self, afi: int) -> tuple[PrefixLine, ...]:
        size = 32 if afi == 4 else 128
        out = []
        for _ in range(self.rng.choice((0, 1, 1, 2, 2, 3, 4))):
            home = ip_network(HOME[afi])
            network = self.rng.choice([home, home, *home.subnets(1), *home.subnets(2)])
            if self.chance() < 0.15:
                network = ip_network(self.rng.choice(OUTSIDE[afi]))
            length = network.prefixlen
            ge = self.rng.randint(length + 1, size) if self.chance() < 0.4 else None
            le = self.rng.randint(max(ge or 0, length + 1), size) if self.chance() < 0.5 else None
            if ge is not None and le is not None and ge == le == size:
                le = None
            out.append(PrefixLine(self.chance() < 0.65, str(network), ge, le))
        return tuple(out)

    def path_lines(self) -> tuple[PathLine, ...]:
        return tuple(PathLine(self.chance() < 0.65, self.rng.choice(REGEXES)) for _ in range(self.rng.choice((1, 1, 2, 3))))

    def standard(self) -> tuple[CommunityLine, ...]:
        lines = [CommunityLine(self.chance() < 0.7, tuple(self.rng.sample(TAGS, self.rng.choice((1, 1, 2))))) for _ in range(2)]
        return tuple(dict.fromkeys(lines[: self.rng.choice((1, 2))]))

    def singles(self) -> tuple[CommunityLine, ...]:
        return (CommunityLine(True, (self.rng.choice(TAGS),)),)

    def expanded(self) -> tuple[CommunityLine, ...]:
        return tuple(CommunityLine(self.chance() < 0.7, regex=self.rng.choice(TAG_REGEXES)) for _ in range(self.rng.choice((1, 2))))

    def acl(self) -> tuple[AclLine, ...]:
        out = []
        for _ in range(self.rng.choice((1, 2))):
            network = self.rng.choice([ip_network(HOME[4]), *ip_network(HOME[4]).subnets(1)])
            out.append(AclLine(self.chance() < 0.6, str(network.network_address), network.prefixlen))
        return tuple(out)

    def name(self, names: list[str], kind: str) -> str:
        return f"{kind}UNDEF" if self.chance() < 0.06 else self.rng.choice(names)

    def filters(self, afi: int) -> tuple[tuple[str, str], ...]:
        out = []
        if self.chance() < 0.85:
            out.append(("route-map", self.name(["M0", "M1"], "M")))
        if self.chance() < 0.3:
            out.append(("prefix-list", self.name([f"P{afi}{n}" for n in range(3)], "P")))
        if self.os != "eos" and self.chance() < 0.2:
            out.append(("filter-list", "9" if self.chance() < 0.06 else self.rng.choice(("1", "2"))))
        return tuple(out)

    def entries(self, knobs: frozenset[str]) -> tuple[Entry, ...]:
        seqs = sorted(self.rng.sample(range(10, 80, 10), self.rng.choice((1, 2, 3, 3, 4))))
        out = []
        for place, seq in enumerate(seqs):
            permit = self.chance() < 0.7
            go_on = None
            if self.chance() < (0.35 if permit else 0.05):
                later = seqs[place + 1 :]
                go_on = self.rng.choice([0, *later, 75])
            kinds = self.rng.sample(
                ("ip", "ipv6", "as-path", "community", "rpki", "metric", "acl", "none"), self.rng.choice((0, 1, 1, 2, 2, 3))
            )
            matches = tuple(line for kind in kinds for line in self.matches(kind, knobs))
            out.append(Entry(seq, permit, matches, self.sets() if permit else (), go_on))
        return tuple(out)

    def matches(self, kind: str, knobs: frozenset[str]) -> tuple[Match, ...]:
        if kind in ("ip", "ipv6"):
            afi = 4 if kind == "ip" else 6
            some = [
                self.name([f"P{afi}{n}" for n in range(3)], "P")
                for _ in range(1 if self.os == "eos" else self.rng.choice((1, 1, 2)))
            ]
            lines = [Match(kind, tuple(dict.fromkeys(some)))]
            if self.chance() < 0.1:
                lines.append(Match(kind, (f"P{afi}{self.rng.randint(0, 2)}",)))
            return tuple(lines)
        if kind == "as-path":
            some = [
                self.rng.choice(("1", "2")) if self.chance() > 0.06 else "9"
                for _ in range(1 if self.os == "eos" else self.rng.choice((1, 1, 2)))
            ]
            return (Match(kind, tuple(dict.fromkeys(some))),)
        if kind == "community":
            some = [self.name(["C1", "C2", "E1"], "C") for _ in range(self.rng.choice((1, 1, 2)))]
            exact = self.chance() < 0.25 and not any(one.startswith("E") for one in some)
            return (Match(kind, tuple(dict.fromkeys(some)), exact),)
        if kind == "rpki":
            return (Match(kind, (self.rng.choice(("valid", "invalid", "not-found")),)),)
        if kind == "metric":
            return (Match(kind, ("50",)),)
        if kind == "acl" and self.os == "ios":
            return (Match(kind, (self.name(["A1"], "A"),)),)
        return ()

    def sets(self) -> tuple[Set, ...]:
        out: list[Set] = []
        roll = self.chance()
        if roll < 0.2:
            out.append(Set("community", (self.rng.choice(TAGS),)))
        elif roll < 0.4:
            out.append(Set("additive", (self.rng.choice(TAGS),)))
        elif roll < 0.5:
            out.append(Set("delete", ("D1",)))
        if self.chance() < 0.3:
            out.append(Set("local-pref", (self.rng.choice(("80", "120")),)))
        if self.chance() < 0.15:
            out.append(Set("metric", (self.rng.choice(("50", "60")),)))
        if self.chance() < 0.2:
            out.append(Set("prepend", ("12",)))
        return tuple(out)
