"""Random small configurations and the routes of the tiny world."""

from __future__ import annotations

import itertools
from random import Random

from .judge import World
from .language import Config, Policy, RouteFilter, Term

PREFIXES = (
    "198.51.100.0/28",
    "198.51.100.0/29",
    "198.51.100.8/29",
    "198.51.100.8/30",
    "198.51.100.12/30",
    "198.51.100.4/30",
    "198.51.100.5/32",
    "198.51.100.6/31",
    "198.51.96.0/20",
    "0.0.0.0/0",
    "2001:db8::/32",
    "2001:db8:8000::/33",
)
COMMUNITIES = ("64500:1", "64500:2", "64501:1")
POLICIES = ("A", "B", "C", "D")
LISTS = ("L1", "L2")
NAMES = ("C1", "C2", "C3", "C4")
WILD = ("W",)
PATHS = ("P1", "P2")
PATTERNS = (".*", "64501", "64501 .*", ".* 64502", "64501 64502*", "()", "64501-64502+", "(64501|64503) .?", ". .")
STATES = ("valid", "invalid", "unknown")


def config(random: Random, paths: bool = False) -> Config:
    """One configuration."""
    direction = random.choice(("import", "import", "export"))
    policies = {name: Policy(name, _terms(random, name, paths)) for name in POLICIES}
    chain = tuple(_member(random) for _ in range(random.choice((0, 1, 1, 2, 3))))
    chain = tuple(dict.fromkeys(chain))
    if chain and chain[-1] in policies and random.random() < 0.2:
        last = policies[chain[-1]]
        if not any(chain[-1] in one.policy for each in policies.values() for one in each.terms) and not any(
            chain[-1] in one.split() for one in chain[:-1]
        ):
            act = Term("def", actions=(f"default-action {random.choice(('accept', 'reject'))}",))
            policies[chain[-1]] = Policy(last.name, (*last.terms[:-1], act, *last.terms[-1:]))
    lists = {name: tuple(random.sample(PREFIXES, random.randint(1, 4))) for name in LISTS}
    communities = {
        "C1": (("64500:1",), False),
        "C2": (("64500:1", "64500:2"), False),
        "C3": (("64501:1",), False),
        "C4": (("64500:2",), True),
        "W": (("64500:*",), False),
    }
    known = {name: random.choice(PATTERNS) for name in PATHS} if paths else {}
    return Config(policies, lists, communities, chain, direction, known)


def _member(random: Random) -> str:
    one, two = random.sample(POLICIES, 2)
    return random.choice((one, one, one, f"( {one} && {two} )", f"( {one} || {two} )", f"( ! {one} )", f"( {one} && ! {two} )"))


def _terms(random: Random, policy: str, paths: bool) -> tuple[Term, ...]:
    count = random.randint(1, 3)
    out = [_term(random, f"t{number}", policy, paths) for number in range(count)]
    if random.random() < 0.4:
        out.append(Term("", actions=(random.choice(("accept", "reject")),)))
    return tuple(out)


def _term(random: Random, name: str, policy: str, paths: bool) -> Term:
    filters: tuple[RouteFilter, ...] = ()
    lists: tuple[str, ...] = ()
    wide: tuple[tuple[str, str], ...] = ()
    for kind in random.sample(("filters", "lists", "wide", "none"), random.choice((1, 1, 1, 1, 2))):
        if kind == "filters":
            made = {one.prefix + one.type: one for one in (_filter(random) for _ in range(random.randint(1, 4)))}
            far = {one.prefix for one in made.values() if one.type == "through"}
            filters = tuple(one for one in made.values() if one.type == "through" or one.prefix not in far)
            seen = set()
            filters = tuple(one for one in filters if not ((one.prefix in far and one.prefix in seen) or seen.add(one.prefix)))
        elif kind == "lists":
            lists = tuple(random.sample(LISTS, random.randint(1, 2)))
        elif kind == "wide":
            wide = tuple(
                (one, random.choice(("exact", "longer", "orlonger"))) for one in random.sample(LISTS, random.choice((1, 1, 2)))
            )
    conditions = {}
    for _ in range(random.choice((0, 0, 1, 1, 2))):
        kind, values = _condition(random, paths)
        conditions[kind] = values
    # A policy may only ask later ones, so that no circle arises.
    later = [one for one in POLICIES if one > policy]
    asked = random.choice(later) if later and random.random() < 0.15 else ""
    return Term(name, filters, lists, wide, tuple(conditions.items()), asked, _actions(random))


def _filter(random: Random) -> RouteFilter:
    prefix = random.choice(PREFIXES)
    length = int(prefix.split("/")[1])
    top = 128 if ":" in prefix else 32
    action = random.choice(("", "", "", "", "accept", "reject", "next policy"))
    kind = random.choice(("exact", "longer", "orlonger", "upto", "prefix-length-range", "through"))
    if kind == "upto":
        return RouteFilter(prefix, kind, f"/{random.randint(length, top)}", action)
    if kind == "prefix-length-range":
        low = random.randint(length, top)
        return RouteFilter(prefix, kind, f"/{low}-/{random.randint(low, top)}", action)
    if kind == "through":
        if prefix.startswith("198.51.100.0/2"):
            return RouteFilter(prefix, kind, random.choice(("198.51.100.5/32", "198.51.100.6/31", "198.51.100.4/30")), action)
        kind = "exact"
    return RouteFilter(prefix, kind, "", action)


def _condition(random: Random, paths: bool) -> tuple[str, tuple[str, ...]]:
    kind = random.choice(
        (
            "community",
            "validation-database",
            "validation-state",
            "protocol",
            "tag",
            "metric",
            "local-preference",
            "origin",
            "family",
        )
        + (("as-path",) * 4 if paths else ())
    )
    values = {
        "community": (*NAMES, *WILD),
        "validation-database": STATES,
        "validation-state": STATES,
        "protocol": ("bgp", "static", "direct"),
        "tag": ("0", "7"),
        "metric": ("0", "5", "10"),
        "local-preference": ("100", "200"),
        "origin": ("igp", "egp"),
        "family": ("inet", "inet6"),
        "as-path": PATHS,
    }[kind]
    count = 1 if kind in ("family", "validation-state", "origin") else random.choice((1, 1, 2))
    return kind, tuple(random.sample(values, count))


def _actions(random: Random) -> tuple[str, ...]:
    out = []
    for _ in range(random.choice((0, 0, 1, 2))):
        out.append(
            random.choice(
                (
                    "local-preference 200",
                    "metric 5",
                    "tag 7",
                    "origin egp",
                    "community add C1",
                    "community add C2",
                    "community delete C1",
                    "community delete W",
                    "community delete C2",
                    "community set C3",
                    "validation-state valid",
                    "validation-state invalid",
                    "validation-state unknown",
                )
            )
        )
    flow = random.choice(("accept", "accept", "reject", "reject", "next term", "next policy", ""))
    kinds: dict[str, str] = {}
    for one in out:
        # One statement of a kind: a second would replace the first.
        kinds.setdefault(" ".join(one.split()[:1]), one)
    return (*kinds.values(), flow) if flow else tuple(kinds.values()) or ("next term",)


def worlds(direction: str) -> list[World]:
    """The routes of the tiny world."""
    sets = [frozenset(), frozenset(COMMUNITIES[:1]), frozenset(COMMUNITIES[:2]), frozenset(COMMUNITIES)]
    out = []
    kinds = [("bgp", 100, 5), ("bgp", 200, 10), ("bgp", 100, 0)]
    if direction == "export":
        kinds += [("static", 100, 5), ("connected", 100, 0)]
    for prefix, some, rpki, (protocol, preference, med) in itertools.product(
        PREFIXES, sets, ("valid", "invalid", "not-found"), kinds
    ):
        path = () if protocol != "bgp" else ((64501,), (64501, 64502), (64503, 64501, 64502))[(len(some) + med) % 3]
        out.append(World(prefix, path, some, rpki, protocol, preference, med, tag=7 if med == 10 else 0))
    return out
