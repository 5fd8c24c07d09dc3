"""Generated FRR route-maps: every match, set and flow statement that the engine claims to read."""

from __future__ import annotations

from dataclasses import dataclass, field
from random import Random

from . import lists

NUMBERS = (0, 1, 5, 50, 99, 100, 101, 200, 4294967295)


@dataclass(slots=True)
class Namer:
    """Lines of lists made for one policy owner, whose names carry its mark."""

    mark: str
    random: Random
    lines: list[str] = field(default_factory=list)
    count: int = 0
    undefined: float = 0.04
    free_numbers: list[int] = field(default_factory=list)
    """Numbers for access-lists in the Cisco form that nobody uses yet."""

    def name(self, kind: str) -> str:
        """A new name."""
        self.count += 1
        return f"{self.mark}-{kind}{self.count}"

    def _missing(self) -> bool:
        return self.random.random() < self.undefined

    def prefix_list(self, afi: int) -> str:
        """A prefix-list, now and then one that does not exist."""
        name = self.name("PL")
        if not self._missing():
            self.lines += lists.prefix_list(self.random, name, afi)
        return name

    def access_list(self, afi: int) -> str:
        """An access-list, now and then one that does not exist."""
        if afi == 4 and self.free_numbers and self.random.random() < 0.4:
            number = self.free_numbers.pop()
            self.lines += lists.numbered_access_list(self.random, number)
            return str(number)
        name = self.name("AC")
        if not self._missing():
            self.lines += lists.access_list(self.random, name, afi)
        return name

    def as_path_list(self) -> str:
        """An AS-path list, now and then one that does not exist."""
        name = self.name("AP")
        if not self._missing():
            self.lines += lists.as_path_list(self.random, name)
        return name

    def community_list(self, kind: str) -> tuple[str, bool]:
        """A community list and whether it is expanded; now and then one that does not exist."""
        name = self.name("CL")
        if self._missing():
            return name, False
        made, expanded = lists.community_list(self.random, kind, name)
        self.lines += made
        return name, expanded


def route_map(namer: Namer, name: str, afi: int, peers: list[str], *, rpki: float = 0.05, depth: int = 0) -> list[str]:
    """Lines of a route-map and of the maps it calls; its lists go to the namer."""
    random = namer.random
    out: list[str] = []
    seqs = sorted(random.sample(range(1, 100), random.choice((1, 2, 2, 3, 4, 5, 6))))
    before: list[str] = []
    for position, seq in enumerate(seqs):
        permit = random.random() < 0.75
        out.append(f"route-map {name} {'permit' if permit else 'deny'} {seq}")
        body = _matches(namer, afi, peers, rpki)
        if permit or random.random() < 0.1:
            body += _sets(namer, afi)
        if permit and random.random() < 0.12:
            callee = namer.name("SUB")
            body.append(f" call {callee}")
            if random.random() > namer.undefined * 3 and depth < 2:
                before += route_map(namer, callee, afi, peers, rpki=rpki, depth=depth + 1)
        if permit and random.random() < 0.3:
            body.append(_follow(random, seq, seqs[position + 1 :]))
        if random.random() < 0.2:
            body.insert(0, " description entry of a test")
        out += body
    return [*before, *out]


def _follow(random: Random, seq: int, following: list[int]) -> str:
    kind = random.randrange(3)
    if kind == 0:
        return " on-match next"
    target = random.choice(following) if following and random.random() < 0.7 else random.randint(seq + 1, 120)
    return f" on-match goto {target}" if kind == 1 else f" continue {target}"


def _matches(namer: Namer, afi: int, peers: list[str], rpki: float) -> list[str]:
    random = namer.random
    out: list[str] = []
    if random.random() < rpki:
        out.append(f" match rpki {random.choice(('valid', 'invalid', 'notfound'))}")
    kinds = random.choices(_KINDS, _WEIGHTS, k=random.choice((0, 1, 1, 1, 2, 2, 3)))
    for kind in kinds:
        out.append(f" match {_match(namer, kind, afi, peers)}")
    return out


_KINDS = (
    "prefix",
    "access",
    "as-path",
    "community",
    "large-community",
    "extcommunity",
    "metric",
    "local-preference",
    "tag",
    "origin",
    "peer",
    "other",
)
_WEIGHTS = (30, 10, 20, 16, 8, 6, 5, 4, 3, 6, 4, 2)


def _match(namer: Namer, kind: str, afi: int, peers: list[str]) -> str:
    random = namer.random
    word = "ip" if afi == 4 else "ipv6"
    if kind == "prefix":
        return f"{word} address prefix-list {namer.prefix_list(afi)}"
    if kind == "other":
        other = 10 - afi
        return f"{'ip' if other == 4 else 'ipv6'} address prefix-list {namer.prefix_list(other)}"
    if kind == "access":
        return f"{word} address {namer.access_list(afi)}"
    if kind == "as-path":
        return f"as-path {namer.as_path_list()}"
    if kind in ("community", "large-community", "extcommunity"):
        name, expanded = namer.community_list(f"{kind}-list")
        exact = kind != "extcommunity" and not expanded and random.random() < 0.3
        return f"{kind} {name}" + (" exact-match" if exact else "")
    if kind == "origin":
        return f"origin {random.choice(('igp', 'egp', 'incomplete'))}"
    if kind == "peer":
        return f"peer {random.choice(peers)}"
    return f"{kind} {random.choice(NUMBERS[1:] if kind in ('tag', 'metric') else NUMBERS)}"


def _sets(namer: Namer, afi: int) -> list[str]:
    random = namer.random
    makers = random.sample(_SETS, random.choice((0, 0, 1, 1, 2, 3)))
    return [f" set {maker(namer, afi)}" for maker in makers]


def _communities(namer: Namer, afi: int) -> str:
    random = namer.random
    if random.random() < 0.12:
        return "community none"
    some = " ".join(dict.fromkeys(lists.community(random) for _ in range(random.choice((1, 1, 2, 3)))))
    return f"community {some}" + (" additive" if random.random() < 0.6 else "")


def _large(namer: Namer, afi: int) -> str:
    random = namer.random
    if random.random() < 0.12:
        return "large-community none"
    some = " ".join(random.sample(lists.LARGE, random.choice((1, 1, 2))))
    return f"large-community {some}" + (" additive" if random.random() < 0.6 else "")


def _adjusted(word: str, namer: Namer) -> str:
    random = namer.random
    sign = random.choice(("", "", "", "+", "-"))
    return f"{word} {sign}{random.choice(NUMBERS if not sign else NUMBERS[1:])}"


def _next_hop(namer: Namer, afi: int) -> str:
    return (
        f"ip next-hop 192.0.2.{namer.random.randint(1, 250)}"
        if afi == 4
        else f"ipv6 next-hop global 2001:db8:77::{namer.random.randint(1, 99)}"
    )


_SETS = (
    _communities,
    lambda namer, afi: f"comm-list {namer.community_list('community-list')[0]} delete",
    _large,
    lambda namer, afi: f"large-comm-list {namer.community_list('large-community-list')[0]} delete",
    lambda namer, afi: f"extcommunity {namer.random.choice(lists.EXTENDED)}",
    lambda namer, afi: _adjusted("metric", namer),
    lambda namer, afi: _adjusted("local-preference", namer),
    lambda namer, afi: f"weight {namer.random.choice((0, 1, 100, 65535))}",
    lambda namer, afi: f"tag {namer.random.choice(NUMBERS[1:])}",
    lambda namer, afi: f"origin {namer.random.choice(('igp', 'egp', 'incomplete'))}",
    lambda namer, afi: f"as-path prepend {' '.join(str(namer.random.choice(lists.ASNS)) for _ in range(namer.random.choice((1, 1, 2, 4))))}",
    _next_hop,
)  # fmt: skip
