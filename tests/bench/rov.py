"""`python tests/bench/rov.py [PAIRS]`: origin validation against an independent reading of RFC 6811 on random and boundary pairs, and its speed.

The other reading knows no index: it compares bits with every payload. Sets are small and dense, so that covering, maxLength, AS 0 and
missing origins all occur; the figure at the end is one set of a validator's size.
"""

from __future__ import annotations

import random
import sys
import time
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "plugins" / "plugin_utils"))

from manrs_conformance.analysis import origin, prefixes

BITS = {4: 32, 6: 128}
SET, ROUTES = 24, 400
WHOLE = 500_000
Place = tuple[int, int, int]


def place(dice: random.Random, afi: int) -> Place:
    """A prefix in one corner of the address space, so that many cover each other; 0/0 and host routes among them."""
    bits = BITS[afi]
    length = dice.choice((0, 8, bits - 1, bits, *range(16, 29)))
    number = 10 << (bits - 8) | dice.getrandbits(6) << (bits - 14) | dice.getrandbits(3) << (bits - 24) | dice.getrandbits(2)
    return afi, number >> (bits - length) << (bits - length), length


def plain(vrps: list[tuple[Place, int, int]], route: Place, asn: int | None) -> str:
    """RFC 6811 section 2, word by word."""
    covered = matched = False
    for (afi, network, length), most, allowed in vrps:
        if afi != route[0] or length > route[2]:
            continue
        if bin(network + (1 << BITS[afi]))[3 : 3 + length] != bin(route[1] + (1 << BITS[afi]))[3 : 3 + length]:
            continue
        covered = True
        matched = matched or (asn is not None and allowed != 0 and allowed == asn and route[2] <= most)
    return "valid" if matched else "invalid" if covered else "not-found"


def agreement(pairs: int) -> Counter[str]:
    """States found, after both readings agreed on every pair."""
    dice = random.Random(6811)
    states: Counter[str] = Counter()
    paths = ((), (1, 2), (2, 1), (3,), (0,), (1, (2, 3)), ((1,),), (2, 2, 2))
    while sum(states.values()) < pairs:
        vrps = []
        for _entry in range(SET):
            spot = place(dice, dice.choice((4, 6)))
            vrps.append(
                (spot, dice.choice((spot[2], dice.randint(spot[2], BITS[spot[0]]), BITS[spot[0]])), dice.choice((0, 1, 2, 3)))
            )
        known = origin.index((prefixes.text(*spot), most, asn) for spot, most, asn in vrps)
        for _route in range(ROUTES):
            spot = place(dice, dice.choice((4, 6))) if dice.random() < 0.7 else dice.choice(vrps)[0]
            path = dice.choice(paths)
            asn = 3 if not path else path[-1] if isinstance(path[-1], int) else None
            found = origin.validate(known, prefixes.text(*spot), origin.origin(path, 3)).value
            wanted = plain(vrps, spot, asn)
            assert found == wanted, (vrps, spot, path, found, wanted)
            states[found] += 1
    return states


def main() -> int:
    """Print the figures; an assertion names the pair on which the readings differ."""
    pairs = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    start = time.process_time()
    states = agreement(pairs)
    print(f"{sum(states.values()):,} pairs agree in {time.process_time() - start:.1f} s: {dict(states)}")
    dice = random.Random(1)
    vrps = [
        (f"{dice.randint(1, 223)}.{dice.getrandbits(8)}.{dice.getrandbits(8)}.0/24", 24, dice.randint(1, 400_000))
        for _ in range(WHOLE)
    ]
    start = time.process_time()
    known = origin.index(vrps)
    indexing = time.process_time() - start
    start = time.process_time()
    for prefix, _most, asn in vrps[:100_000]:
        origin.validate(known, prefix, asn)
    speed = 100_000 / (time.process_time() - start)
    print(f"index of {WHOLE:,} payloads in {indexing:.1f} s, then {speed:,.0f} routes a second")
    return 0


if __name__ == "__main__":
    sys.exit(main())
