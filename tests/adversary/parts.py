"""What edges are built from: sessions, and definitions in the words of IOS, NX-OS, EOS and FRR, some names pointing nowhere and some like owned ones."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass, field
from random import Random

ASNS = (43211, 43212, 43213, 43214, 43215, 64512)
MAPS = ("M1", "M2", "M3", "M4", "MANRS-IN4-OTHERS", "MANRS-OPERATORS-OWN", "NOWHERE")
LISTS = ("P1", "P2", "P3", "NOWHERE")


@dataclass(frozen=True, slots=True)
class Wanted:
    """A session that an edge has."""

    address: str
    asn: int
    afi: int
    vrf: str
    shutdown: bool


def fork(random: Random) -> list[Wanted]:
    """Three to six external sessions in both families, some shut, some in a VRF."""
    out = []
    for number in range(random.randint(3, 6)):
        afi = random.choice((4, 4, 6))
        address = f"45.10.{number}.2" if afi == 4 else f"2a10:1000:{number + 1}::2"
        vrf = "CUST" if random.random() < 0.2 else ""
        out.append(Wanted(address, random.choice(ASNS), afi, vrf, random.random() < 0.1))
    return out


@dataclass(slots=True)
class Parts:
    """Writes the parts of one edge."""

    random: Random
    os: str
    used: set[str] = field(default_factory=set)

    def faces(self, name: str, v4: str, v6: str, *more: str) -> list[str]:
        """An interface for each session that may stand behind one."""
        out = []
        for number in range(4):
            mask = str(ipaddress.ip_network("0.0.0.0/30").netmask)
            out += [f"interface {name.format(number + 1)}", *more, v4.format(f"45.10.{number}.1", mask)]
            out += [v6.format(f"2a10:1000:{number + 1}::1/64")] if self.random.random() < 0.6 else []
            out += ["exit"] * (self.os == "frr") + ["!"]
        return out

    def policies(self, head: str, limit: str, afi: int = 4) -> list[str]:
        """Statements of a session, group or template: policies and lists in each direction, and a limit in one of its forms."""
        random, out = self.random, []
        for side in ("in", "out"):
            if random.random() < 0.6:
                out.append(f"{head}route-map {random.choice(MAPS)} {side}")
            if random.random() < 0.25:
                out.append(f"{head}prefix-list {random.choice(LISTS)}{'' if afi == 4 else 'V6'} {side}")
            if random.random() < 0.1 and self.os != "eos":
                out.append(f"{head}filter-list {10 if self.os in ('ios', 'nxos') else 'A10'} {side}")
        if random.random() < 0.4:
            tail = {
                "ios": ("", " 80", " warning-only", " 75 warning-only", " 80 restart 15", " restart 5"),
                "nxos": ("", " 80", " warning-only", " 80 restart 15", " 80 warning-only"),
                "eos": ("", " warning-only", " warning-limit 80 percent", " warning-limit 80 percent warning-only"),
                "frr": ("", " 80", " warning-only", " 80 restart 15", " force"),
            }[self.os]
            out.append(f"{head}{limit.format(random.choice((5, 100, 5000)))}{random.choice(tail)}")
        return out

    def definitions(self) -> list[str]:
        """Lists and maps; the name NOWHERE has no definition."""
        paths = {
            "ios": "ip as-path access-list 10 {}", "nxos": 'ip as-path access-list 10 seq {n} {}', "eos": "ip as-path access-list A10 {} any",
            "frr": "bgp as-path access-list A10 seq {n} {}",
        }[self.os]  # fmt: skip
        community = {
            "ios": "ip community-list standard {} {}",
            "nxos": "ip community-list standard {} seq 10 {}",
            "eos": "ip community-list {} {}",
            "frr": "bgp community-list standard {} seq 10 {}",
        }[self.os]
        out = [community.format("C1", "permit 43210:80"), community.format("C2", "permit 43210:1002")]
        for n, one in enumerate(
            self.random.sample(("permit _3356_", "deny ^43211_", "permit ^43212_", "permit ^$", "deny _64512_"), 3), 1
        ):
            action, pattern = one.split()
            quoted = f'{action} "{pattern}"' if self.os == "nxos" else one
            out.append(paths.format(quoted, n=5 * n))
        for name in LISTS[:-1]:
            for afi in (4, 6):
                out += self._prefixes(name if afi == 4 else f"{name}V6", afi)
        for name in MAPS[:-1]:
            out += self._map(name)
        return out

    def _prefixes(self, name: str, afi: int) -> list[str]:
        pool = (
            "45.11.0.0/16 le 24",
            "45.12.0.0/22",
            "45.10.0.0/20",
            "10.0.0.0/8 le 32",
            "0.0.0.0/0 ge 25",
            "0.0.0.0/0",
            "0.0.0.0/0 le 24",
        )
        six = (
            "2a10:1100::/32 le 48",
            "2a10:1200::/32",
            "2a10:1000::/32",
            "2001:db8::/32 le 128",
            "::/0 ge 49",
            "::/0",
            "::/0 le 48",
        )
        word = "ip" if afi == 4 else "ipv6"
        some = self.random.sample(pool if afi == 4 else six, 3)
        entries = [f"seq {5 * n} {self.random.choice(('permit', 'permit', 'deny'))} {one}" for n, one in enumerate(some, 1)]
        if self.os == "eos" and afi == 6:
            return [f"ipv6 prefix-list {name}", *(f"   {one}" for one in entries), "!"]
        return [f"{word} prefix-list {name} {one}" for one in entries]

    def _map(self, name: str) -> list[str]:
        random, out = self.random, []
        matches = [f"match as-path {10 if self.os in ('ios', 'nxos') else 'A10'}", "match community C1", "match community C2"]
        matches += [
            f"match ip address prefix-list {random.choice(LISTS)}",
            f"match ipv6 address prefix-list {random.choice(LISTS[:-1])}V6",
        ]
        matches += {
            "ios": ["match rpki invalid"],
            "frr": ["match rpki invalid"],
            "eos": ["match origin-as validity invalid"],
            "nxos": [],
        }[self.os]
        sets = [
            "set local-preference 80",
            "set metric 10",
            "set community 43210:7 additive",
            "set community 43210:7 43210:1001",
            "set as-path prepend 43210",
        ]
        sets += ["set comm-list C2 delete"] if self.os != "eos" else ["set community community-list C2 delete"]
        if self.os == "frr":
            matches.append("match local-preference 80")
        count = random.randint(1, 4)
        for number in range(1, count + 1):
            permit = random.random() < 0.7
            out.append(f"route-map {name} {'permit' if permit else 'deny'} {10 * number}")
            out += [f"  {one}" for one in random.sample(matches, random.choice((0, 1, 1, 2)))]
            out += [f"  {one}" for one in random.sample(sets, random.choice((0, 1, 2)))] if permit else []
            if permit and number < count and random.random() < 0.3 and self.os != "eos":
                word = "continue" if self.os != "frr" else "on-match next"
                out.append(
                    f"  {word}"
                    if random.random() < 0.5 or self.os == "frr"
                    else f"  continue {10 * random.randint(number + 1, count)}"
                )
            elif self.os == "frr" and permit and random.random() < 0.15 and name == "M1":
                out.append("  call M4")
            out += ["exit"] * (self.os == "frr") + ["!"]
        return out
