"""Random Junos edges: chains at group and neighbour, families at either, terms without a decision, policies of one name and many uses."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

from .parts import Wanted

POLICIES = ("M1", "M2", "M3", "MANRS-OPERATORS-OWN")
FROM = (
    "community C1;", "as-path A10;", "prefix-list P1;", "route-filter 45.11.0.0/16 upto /24;", "route-filter 2a10:1100::/32 orlonger;",
    "prefix-list-filter P2 orlonger;", "family inet;", "protocol bgp;", "validation-database invalid;", "neighbor 45.10.0.2;",
)  # fmt: skip
THEN = (
    "local-preference 80;", "metric 10;", "community add SEVEN;", "community set NINE;", "community delete C2;", 'as-path-prepend "43210";',
    "origin igp;",
)  # fmt: skip
ENDS = ("accept;", "reject;", "next term;", "next policy;", "")


def text(random: Random, wanted: Sequence[Wanted]) -> str:
    """A configuration."""
    out = ["version 21.4R3-S5.4;", "system {", "    host-name edge;", "}", "interfaces {"]
    for number in range(4):
        six = f" family inet6 {{ address 2a10:1000:{number + 1}::1/64; }}" if random.random() < 0.6 else ""
        out += [f"    ge-0/0/{number + 1} {{", f"        unit 0 {{ family inet {{ address 45.10.{number}.1/30; }}{six} }}", "    }"]
    out += ["}", *_policies(random), "routing-options {", "    autonomous-system 43210;"]
    if random.random() < 0.5:
        out += ["    validation { group RPKI { session 192.0.2.9 { port 3323; } } }"]
    out += ["}", "protocols {", "    bgp {", *_chains(random, " " * 8, 0.15)]
    inside = [one for one in wanted if not one.vrf]
    out += [*_groups(random, inside, " " * 8), "    }", "}"]
    outside = [one for one in wanted if one.vrf]
    if outside:
        out += [
            "routing-instances {",
            "    CUST {",
            "        instance-type virtual-router;",
            "        protocols {",
            "            bgp {",
        ]
        out += [*_groups(random, outside, " " * 16), "            }", "        }", "    }", "}"]
    return _laid("\n".join(out))


def _groups(random: Random, some: Sequence[Wanted], head: str) -> list[str]:
    out = []
    for name in ("EDGE", "OTHER"):
        mine = [one for at, one in enumerate(some) if (at % 2 == 0) == (name == "EDGE")]
        if not mine:
            continue
        out += [
            f"{head}group {name} {{",
            f"{head}    type external;",
            *_chains(random, f"{head}    ", 0.5),
            *_families(random, f"{head}    ", 0.4),
        ]
        for one in mine:
            out += [
                f"{head}    {random.choice(('', '', '', 'inactive: ')) if random.random() < 0.2 else ''}neighbor {one.address} {{"
            ]
            out += [
                f"{head}        peer-as {one.asn};",
                *_chains(random, f"{head}        ", 0.4),
                *_families(random, f"{head}        ", 0.5, one.afi),
            ]
            out += [f"{head}        keep none;"] if random.random() < 0.05 else []
            out += [f"{head}    }}"]
        out += [f"{head}}}"]
    return out


def _chains(random: Random, head: str, share: float) -> list[str]:
    out = []
    for side in ("import", "export"):
        if random.random() < share:
            some = random.sample(POLICIES, random.choice((1, 1, 2)))
            out.append(f"{head}{side} {some[0]};" if len(some) == 1 else f"{head}{side} [ {' '.join(some)} ];")
    if random.random() < share / 8:
        out.append(f"{head}import ( M1 && ! M2 );")
    return out


def _families(random: Random, head: str, share: float, afi: int | None = None) -> list[str]:
    out = []
    for one in (4, 6):
        if (afi is None and random.random() < share) or afi == one:
            name = "inet" if one == 4 else "inet6"
            limit = (
                f" prefix-limit {{ maximum {random.choice((5, 100, 5000))};{random.choice(('', ' teardown;', ' teardown 80;'))} }}"
                if random.random() < 0.4
                else ""
            )
            word = "accepted-prefix-limit" if random.random() < 0.2 else "prefix-limit"
            inside = f"unicast {{{limit.replace('prefix-limit', word)} }}" if limit else "unicast;"
            out.append(f"{head}family {name} {{ {inside} }}")
    return out


def _policies(random: Random) -> list[str]:
    pool = ("45.11.0.0/16;", "45.12.0.0/22;", "45.10.0.0/20;", "2a10:1100::/32;", "10.0.0.0/8;")
    out = ["policy-options {"]
    out += [f"    prefix-list {name} {{ {' '.join(random.sample(pool, 3))} }}" for name in ("P1", "P2")]
    out += ['    as-path A10 ".* 3356 .*";', "    community C1 members 43210:80;", "    community C2 members 43210:1002;"]
    out += ["    community SEVEN members 43210:7;", "    community NINE members [ 43210:9 43210:1001 ];"]
    for name in POLICIES:
        out += [f"    policy-statement {name} {{"]
        for number in range(random.randint(1, 3)):
            ways = random.sample(FROM, random.choice((0, 1, 1, 2)))
            acts = random.sample(THEN, random.choice((0, 1, 2)))
            end = random.choice(ENDS)
            source = f"from {{ {' '.join(ways)} }} " if ways else ""
            then = f"then {{ {' '.join(acts)} {end} }}" if acts or end else ""
            out += [f"        term t{number} {{ {source}{then} }}"] if source or then else []
        out += [f"        then {random.choice(('accept', 'reject'))};"] if random.random() < 0.4 else []
        out += ["    }"]
    return [*out, "}"]


def _laid(text: str) -> str:
    """The statements as the router shows them: one on a line."""
    out, depth, words = [], 0, ""
    quoted = False
    for char in text.replace("\n", " "):
        quoted ^= char == '"'
        if quoted or char not in "{};":
            words += char
            continue
        said = " ".join(words.split())
        if char == "}":
            depth -= 1
            out.append(f"{'    ' * depth}}}")
        else:
            out.append(f"{'    ' * depth}{said}{' {' if char == '{' else ';'}")
            depth += char == "{"
        words = ""
    return "\n".join(out) + "\n"
