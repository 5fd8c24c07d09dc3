"""`python tests/bench/prefixes.py [ENTRIES]`: a long prefix list parsed, and its coverage against as many authorised ranges with a witness both
ways; CPU seconds and ratios to floors measured in the same run."""

from __future__ import annotations

import random
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "plugins" / "plugin_utils"))

from manrs_conformance.analysis import prefixes
from manrs_conformance.model.policy import Afi, PrefixEntry, PrefixList
from manrs_conformance.platforms import load

T = TypeVar("T")
BITS = {4: 32, 6: 128}
MUST = 4.0
"""Seconds for the coverage of 500,000 entries in pure Python."""


def ranges(count: int, afi: int, seed: int) -> list[tuple[int, int, int, int]]:
    """Distinct ranges: 60 % exact, 30 % up to /24 (/48), 10 % between two lengths; most of them /24s (/48s)."""
    rng = random.Random(seed)
    longest = 24 if afi == 4 else 48
    out: dict[tuple[int, int], tuple[int, int, int, int]] = {}
    while len(out) < count:
        length = longest if rng.random() < 0.5 else rng.randint(longest - 10, longest)
        network = rng.getrandbits(length) << (BITS[afi] - length)
        kind = rng.random()
        low, high = (length, length) if kind < 0.6 else (length, longest) if kind < 0.9 else (min(length + 1, longest), longest)
        out[(network, length)] = (network, length, low, high)
    return list(out.values())


def listed(name: str, some: list[tuple[int, int, int, int]], afi: int, deny: float = 0.0) -> PrefixList:
    """An ordered list; a share of its lines denies. Its numbers are made anew, so that they lie in memory as a reader leaves them."""
    rng = random.Random(7)
    entries: tuple[PrefixEntry, ...] = tuple((one[0] + 0, *one[1:], rng.random() >= deny, line) for line, one in enumerate(some, 1))
    family: Afi = 4 if afi == 4 else 6
    return PrefixList(name, family, entries, order="first" if deny else "any")


def timed(what: Callable[[], T]) -> tuple[float, T]:
    """CPU seconds (the best of three) and the result."""
    best = float("inf")
    for _ in range(3):
        start = time.process_time()
        result = what()
        best = min(best, time.process_time() - start)
    return best, result


def text(some: list[tuple[int, int, int, int]], os: str) -> str:
    """The list in a configuration."""
    out = []
    for number, (network, length, low, high) in enumerate(some, 1):
        ge = f" ge {low}" if low > length else ""
        le = f" le {high}" if high > max(low, length) or (ge and high < 32) else ""
        out.append(f"ip prefix-list L seq {number * 5} permit {prefixes.text(4, network, length)}{ge}{le}")
    return "\n".join(["hostname bench" if os == "frr" else "version 17.9", *out, "end"]) + "\n"


def row(name: str, seconds: float, floor: float, floor_name: str, must: float | None = None) -> bool:
    """One line of the table; False when the target is missed."""
    mark = "" if must is None else f"   must {must:.1f} s: {'met' if seconds <= must else 'MISSED'}"
    print(f"{name:<52} {seconds:7.3f} s  {seconds / floor:6.1f} x {floor_name}{mark}")
    return must is None or seconds <= must


def coverage(count: int, afi: int) -> bool:
    """The rows of one family."""
    good: list[bool] = []
    some = ranges(count, afi, afi)
    floor, _ = timed(lambda: sorted(some))
    print(f"IPv{afi}, {count:,} entries; floor: sorting the ranges as tuples, {floor:.3f} s")
    inner, outer = listed("inner", some, afi), listed("outer", random.Random(1).sample(some, count), afi)
    seconds, both = timed(lambda: (prefixes.covers(inner, outer), prefixes.covers(outer, inner)))
    assert both == (None, None)
    good.append(row("equal lists, neither way a witness", seconds / 2, floor, "floor", MUST * count / 500_000))
    less = PrefixList("less", inner.afi, outer.entries[:-1], order="any")
    seconds, witness = timed(lambda: prefixes.covers(inner, less))
    assert witness is not None
    good.append(row("one range missing, with its witness", seconds, floor, "floor", MUST * count / 500_000))
    assert prefixes.covers(less, inner) is None
    denied = listed("denied", some, afi, deny=0.1)
    seconds, _found = timed(lambda: prefixes.prefix_classes((denied, outer), afi))
    good.append(row("classes both ways, every tenth line denies", seconds, floor, "floor", MUST * count / 500_000))
    return all(good)


def main() -> int:
    """Print the table; 1 when a target is missed."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 500_000
    good = True
    for afi in (4, 6):
        good &= coverage(count, afi)
    some = ranges(count, 4, 4)
    for os in ("frr", "ios", "nxos", "eos"):
        config = text(some, os)
        floor, _ = timed(lambda config=config: [one.split() for one in config.splitlines()])  # type: ignore[misc]
        seconds, router = timed(lambda os=os, config=config: load(os).parse(config, {}))  # type: ignore[misc]
        assert len(router.prefix_lists[0].entries) == count
        row(f"{os}: parsed ({count / seconds / 1e6:.2f} M lines/s)", seconds, floor, "split of every line")
    return int(not good)


if __name__ == "__main__":
    sys.exit(main())
