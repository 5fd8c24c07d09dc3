"""Random policies as nested tuples, and their text as a router shows it."""

from __future__ import annotations

import random
from dataclasses import dataclass, field

PREFIX_ELEMENTS = (
    ("10.0.0.0/8", None, 32),
    ("10.0.0.0/8", None, None),
    ("10.1.0.0/16", 17, 24),
    ("192.0.2.0/24", 25, None),
    ("0.0.0.0/0", None, None),
    ("0.0.0.0/0", 24, 24),
    ("2001:db8::/32", None, 48),
    ("2001:db8:a::/48", None, None),
    ("::/0", None, None),
    ("192.0.2.0/24", None, 25),
)
PATH_ELEMENTS = (
    ("regex", "_65002_"),
    ("regex", "^65001_"),
    ("regex", "^65001$"),
    ("regex", "_64500$"),
    ("regex", "64500"),
    ("regex", "^$"),
    ("neighbor-is", (65001,), False),
    ("neighbor-is", (65001, 65002), False),
    ("neighbor-is", (65001, 65002), True),
    ("originates-from", (65003,), False),
    ("originates-from", (65002, 65003), False),
    ("originates-from", ((65002, 65003),), False),
    ("passes-through", (65002,), False),
    ("passes-through", (65001, 65002), False),
    ("passes-through", ((65002, 65010),), True),
    ("length", "ge", 3),
    ("length", "le", 1),
    ("length", "eq", 2),
)
TAG_ELEMENTS = ("64500:1", "64500:2", "64500:[2..7]", "64500:*", "65001:*", "*:5", "private-as:5", "no-export", "64500:[10..20]")
LARGE_ELEMENTS = ("64500:1:1", "64500:*:9", "64500:[1..2]:*", "64500:3:3")
MODES = ("matches-any", "matches-every", "matches-within")


@dataclass
class Config:
    """Sets and policies by name; the last policy is attached. Policies: (parameters, statements)."""

    prefix: dict[str, tuple] = field(default_factory=dict)
    path: dict[str, tuple] = field(default_factory=dict)
    tags: dict[str, tuple] = field(default_factory=dict)
    large: dict[str, tuple] = field(default_factory=dict)
    policies: dict[str, tuple] = field(default_factory=dict)


def config(seed: int) -> Config:
    """The configuration of a seed."""
    rng = random.Random(seed)
    made = Config()
    for number in range(3):
        made.prefix[f"PS{number}"] = tuple(rng.sample(PREFIX_ELEMENTS, rng.randint(1, 4)))
        made.path[f"AS{number}"] = tuple(rng.sample(PATH_ELEMENTS, rng.randint(1, 3)))
        made.tags[f"CS{number}"] = tuple(rng.sample(TAG_ELEMENTS, rng.randint(1, 3)))
        made.large[f"LC{number}"] = tuple(rng.sample(LARGE_ELEMENTS, rng.randint(1, 2)))
    plain = seed % 3 == 0
    for number in range(rng.randint(1, 4)):
        params = ("ps", "n") if number and rng.random() < 0.4 else ()
        made.policies[f"P{number}"] = (params, _block(rng, made, 0, params, plain, 4))
    made.policies["TOP"] = ((), _block(rng, made, 0, (), plain, 6))
    return made


def _block(rng: random.Random, made: Config, depth: int, params: tuple, plain: bool, most: int) -> tuple:
    return tuple(_statement(rng, made, depth, params, plain) for _ in range(rng.randint(1, most)))


def _statement(rng: random.Random, made: Config, depth: int, params: tuple, plain: bool) -> tuple:
    roll = rng.random()
    if roll < 0.45 and depth < 3:
        branches = tuple(
            (_test(rng, made, 0, params, plain), _block(rng, made, depth + 1, params, plain, 2))
            for _ in range(rng.choice((1, 1, 2, 3)))
        )
        return ("if", branches, _block(rng, made, depth + 1, params, plain, 2) if rng.random() < 0.5 else ())
    if roll < 0.52 and made.policies:
        return _apply(rng, made)
    if roll < 0.62:
        return ("pass",)
    if roll < 0.70:
        return ("drop",)
    if roll < 0.74:
        return ("done",)
    number = "$n" if params and rng.random() < 0.4 else str(rng.choice((0, 10, 50)))
    sets = [
        ("set-tags", rng.choice(("(64500:1)", "(64500:2, 65001:5)", "(no-export)")), rng.random() < 0.6),
        ("set-large", "(64500:1:1)", rng.random() < 0.5),
        ("set-pref", number),
        ("set-med", number),
        ("prepend", 64500, rng.randint(1, 2)),
    ]
    if not plain:
        sets.append(("delete", rng.choice(sorted(made.tags)), rng.random() < 0.3))
    return rng.choice(sets)


def _apply(rng: random.Random, made: Config) -> tuple:
    name = rng.choice(sorted(made.policies))
    args = (rng.choice(sorted(made.prefix)), str(rng.choice((10, 50)))) if made.policies[name][0] else ()
    return ("apply", name, args)


def _test(rng: random.Random, made: Config, depth: int, params: tuple, plain: bool) -> tuple:
    roll = rng.random()
    if depth < 3 and roll < 0.35:
        kind = rng.choice(("and", "or", "not"))
        count = 1 if kind == "not" else rng.randint(2, 3)
        return (kind, *(_test(rng, made, depth + 1, params, plain) for _ in range(count)))
    if roll < 0.40 and made.policies and not plain:
        return _apply(rng, made)
    kinds = ["prefix", "path", "tags", "large", "rpki", "med", "inline"]
    kind = rng.choice(kinds)
    if kind == "prefix":
        return ("prefix", "$ps" if params and rng.random() < 0.5 else rng.choice(sorted(made.prefix)))
    if kind == "path":
        return ("path", rng.choice(sorted(made.path)))
    if kind == "inline":
        return (
            "element",
            rng.choice(
                [one for one in PATH_ELEMENTS if one[0] != "regex" and (not plain or len(one[1]) < 2 or one[0] == "length")]
            ),
        )
    if kind == "tags":
        return ("tags", rng.choice(MODES[: 2 if plain else 3]), rng.choice(sorted(made.tags)))
    if kind == "large":
        return ("large", rng.choice(MODES[:2]), rng.choice(sorted(made.large)))
    if kind == "rpki":
        return ("rpki", rng.choice(("valid", "invalid", "invalid") if plain else ("valid", "invalid", "not-found")))
    return ("med", rng.choice(("eq", "ge", "le", "is")), "$n" if params and rng.random() < 0.4 else str(rng.choice((0, 10, 50))))


def text(made: Config) -> str:
    """The configuration as `show running-config` gives it."""
    out = ["!! IOS XR Configuration 7.5.2", "hostname tiny"]
    for name, some in made.prefix.items():
        out += _set(f"prefix-set {name}", [_range(one) for one in some])
    for name, some in made.path.items():
        out += _set(f"as-path-set {name}", [_element(one) for one in some])
    for name, some in made.tags.items():
        out += _set(f"community-set {name}", list(some))
    for name, some in made.large.items():
        out += _set(f"large-community-set {name}", list(some))
    for name, (params, body) in made.policies.items():
        out.append(f"route-policy {name}{'(' + ', '.join('$' + one for one in params) + ')' if params else ''}")
        for one in body:
            out += _lines(one, 1)
        out += ["end-policy", "!"]
    out += ["router bgp 64500", " bgp origin-as validation time 5", " rpki server 192.0.2.9", "  transport tcp port 3323", " !"]
    for family in ("ipv4", "ipv6"):
        out += [f" address-family {family} unicast", "  bgp origin-as validation enable", " !"]
    for neighbor, family in (("192.0.2.1", "ipv4"), ("2001:db8::1", "ipv6")):
        out += [
            f" neighbor {neighbor}",
            "  remote-as 65001",
            f"  address-family {family} unicast",
            "   route-policy TOP in",
            "  !",
            " !",
        ]
    return "\n".join([*out, "!", "end", ""])


def _set(head: str, some: list[str]) -> list[str]:
    return [head, *(f"  {one}," for one in some[:-1]), f"  {some[-1]}", "end-set", "!"]


def _range(one: tuple) -> str:
    prefix, least, most = one
    if least is not None and least == most:
        return f"{prefix} eq {least}"
    return prefix + (f" ge {least}" if least is not None else "") + (f" le {most}" if most is not None else "")


def _element(one: tuple) -> str:
    if one[0] == "regex":
        return f"ios-regex '{one[1]}'"
    if one[0] == "length":
        return f"length {one[1]} {one[2]}"
    some = " ".join(f"[{n[0]}..{n[1]}]" if isinstance(n, tuple) else str(n) for n in one[1])
    return f"{one[0]} '{some}'{' exact' if one[2] else ''}"


def _called(one: tuple) -> str:
    return f"apply {one[1]}{'(' + ', '.join(one[2]) + ')' if one[2] else ''}"


def _asked(one: tuple) -> str:
    kind = one[0]
    if kind in ("and", "or"):
        return f" {kind} ".join(f"({_asked(part)})" if part[0] in ("and", "or") else _asked(part) for part in one[1:])
    if kind == "not":
        return f"not ({_asked(one[1])})" if one[1][0] in ("and", "or") else f"not {_asked(one[1])}"
    return {
        "apply": lambda: _called(one),
        "prefix": lambda: f"destination in {one[1]}",
        "path": lambda: f"as-path in {one[1]}",
        "element": lambda: f"as-path {_element(one[1])}",
        "tags": lambda: f"community {one[1]} {one[2]}",
        "large": lambda: f"large-community {one[1]} {one[2]}",
        "rpki": lambda: f"validation-state is {one[1]}",
        "med": lambda: f"med {one[1]} {one[2]}",
    }[kind]()


def _lines(one: tuple, depth: int) -> list[str]:
    pad = "  " * depth
    if one[0] == "if":
        out = []
        for number, (test, body) in enumerate(one[1]):
            out.append(f"{pad}{'elseif' if number else 'if'} {_asked(test)} then")
            out += [line for inner in body for line in _lines(inner, depth + 1)]
        if one[2]:
            out += [f"{pad}else", *(line for inner in one[2] for line in _lines(inner, depth + 1))]
        return [*out, f"{pad}endif"]
    word = {
        "apply": lambda: _called(one),
        "set-tags": lambda: f"set community {one[1]}{' additive' if one[2] else ''}",
        "set-large": lambda: f"set large-community {one[1]}{' additive' if one[2] else ''}",
        "set-pref": lambda: f"set local-preference {one[1]}",
        "set-med": lambda: f"set med {one[1]}",
        "prepend": lambda: f"prepend as-path {one[1]} {one[2]}",
        "delete": lambda: f"delete community {'not ' if one[2] else ''}in {one[1]}",
    }.get(one[0], lambda: one[0])()
    return [pad + word]
