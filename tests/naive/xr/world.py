"""The tiny universe: routes, and the pieces that policies are made of."""

from __future__ import annotations

import random
from dataclasses import dataclass

PREFIXES = ("10.0.0.0/8", "10.1.0.0/16", "10.1.2.0/24", "192.0.2.0/24", "192.0.2.128/25", "0.0.0.0/0", "198.51.100.0/23")
PREFIXES6 = ("2001:db8::/32", "2001:db8:a::/48", "2001:db8:a:1::/64", "::/0")
PATHS = (
    (),
    (65001,),
    (65001, 65001),
    (65001, 65002),
    (65001, 65001, 65002),
    (65002, 65001),
    (65001, 65002, 65002, 65003),
    (65003, 164500),
)
TAGS = ("64500:1", "64500:2", "64500:7", "65001:5", "65535:65281")
LARGE = ("64500:1:1", "64500:2:9")
STATES = ("valid", "invalid", "not-found", "unverified")
MEDS = (None, 0, 10, 50)


@dataclass(frozen=True)
class Seen:
    """A route as the naive reading holds it."""

    prefix: str
    path: tuple[int, ...]
    tags: frozenset[str] = frozenset()
    large: frozenset[str] = frozenset()
    rpki: str = "valid"
    med: int | None = None
    pref: int | None = None


def route(rng: random.Random) -> Seen:
    """Some route."""
    prefixes = PREFIXES if rng.random() < 0.8 else PREFIXES6
    tags = frozenset(one for one in TAGS if rng.random() < 0.3)
    large = frozenset(one for one in LARGE if rng.random() < 0.2)
    return Seen(rng.choice(prefixes), rng.choice(PATHS), tags, large, rng.choice(STATES), rng.choice(MEDS))
