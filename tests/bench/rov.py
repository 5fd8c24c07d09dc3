"""`python tests/bench/rov.py [PAIRS]`: origin validation against two independent readings of RFC 6811, and its speed.

One reading is `plain` below, which knows no index: it compares bits with every payload. The other is rtrlib's C validator, `rpki-rov` of
Debian's rtr-tools, fed over RTR by a real cache (stayrtr). Sets are small and dense, so that covering, maxLength, AS 0, AS_SET origins and
empty paths all occur. Then a set and a table of the size of the Internet's: read, index and judge, and what rpki-rov takes for the same.
"""

from __future__ import annotations

import json
import random
import resource
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "plugins" / "plugin_utils"))

from manrs_conformance.analysis import origin, prefixes
from manrs_conformance.model import fast
from manrs_conformance.sources.vrp import load_payloads

BITS = {4: 32, 6: 128}
SET, ROUTES = 24, 400
WHOLE, TABLE = 600_000, 1_000_000
TOOLS = bool(shutil.which("rpki-rov") and shutil.which("stayrtr"))
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


Pair = tuple[Place, tuple[object, ...], int | None]
PATHS = ((), (1, 2), (2, 1), (3,), (0,), (1, (2, 3)), ((1,),), (2, 2, 2))
OWN = 3


def drawn(dice: random.Random, size: int, routes: int) -> tuple[list[tuple[Place, int, int]], list[Pair]]:
    """A set of payloads, and routes with their path and its origin: the right-most ASN, our own for an empty path, None for an AS_SET."""
    vrps = []
    for _entry in range(size):
        spot = place(dice, dice.choice((4, 6)))
        vrps.append((spot, dice.choice((spot[2], dice.randint(spot[2], BITS[spot[0]]), BITS[spot[0]])), dice.choice((0, 1, 2, 3))))
    pairs: list[Pair] = []
    for _route in range(routes):
        spot = place(dice, dice.choice((4, 6))) if dice.random() < 0.7 else dice.choice(vrps)[0]
        path = dice.choice(PATHS)
        pairs.append((spot, path, OWN if not path else path[-1] if isinstance(path[-1], int) else None))
    return vrps, pairs


def agreement(pairs: int) -> Counter[str]:
    """States found, after the engine and `plain` agreed on every pair."""
    dice = random.Random(6811)
    states: Counter[str] = Counter()
    while sum(states.values()) < pairs:
        vrps, routes = drawn(dice, SET, ROUTES)
        known = origin.index((prefixes.text(*spot), most, asn) for spot, most, asn in vrps)
        for spot, path, asn in routes:
            found = origin.validate(known, prefixes.text(*spot), origin.origin(path, OWN)).value
            wanted = plain(vrps, spot, asn)
            assert found == wanted, (vrps, spot, path, found, wanted)
            states[found] += 1
    return states


def with_rtrlib(pairs: int, sets: int = 10) -> Counter[str]:
    """States found, after the engine and rpki-rov agreed on every pair, with several sets of payloads.

    rpki-rov takes no route without an origin: one that ends in an AS_SET is asked with an ASN that no payload names, as RFC 6811 has it.
    Payloads for 0/0 never arrive there, so they are left to the other reading.
    """
    dice = random.Random(8210)
    states: Counter[str] = Counter()
    for _set in range(sets):
        vrps, routes = drawn(dice, 400, -(-pairs // sets))
        texts = [(prefixes.text(*spot), most, asn) for spot, most, asn in vrps if spot[2]]
        known = origin.index(texts)
        asked = [(prefixes.text(*spot), path, 64511 if asn is None else asn) for spot, path, asn in routes]
        told = rtrlib(texts, [(prefix, asn) for prefix, _path, asn in asked])
        for (prefix, path, _asn), wanted in zip(asked, told, strict=True):
            found = origin.validate(known, prefix, origin.origin(path, OWN)).value
            assert found == wanted, (prefix, path, found, wanted)
            states[found] += 1
    return states


def rtrlib(vrps: list[tuple[str, int, int]], routes: list[tuple[str, int]]) -> list[str]:
    """What rpki-rov says of each (prefix, origin), with these payloads served by stayrtr."""
    words = {"0": "valid", "1": "not-found", "2": "invalid"}
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "vrps.json")
        roas = [{"prefix": prefix, "maxLength": most, "asn": f"AS{asn}", "ta": "bench"} for prefix, most, asn in vrps]
        file.write_text(json.dumps({"metadata": {"generated": int(time.time())}, "roas": roas}))
        argv = ["stayrtr", "-bind", f"127.0.0.1:{port}", "-cache", str(file), "-checktime=false", "-metrics.addr", ""]
        with subprocess.Popen(argv, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as cache:
            try:
                _wait(port)
                text = "".join(f"{prefix.replace('/', ' ')} {asn}\n" for prefix, asn in routes)
                done = subprocess.run(
                    ["rpki-rov", "127.0.0.1", str(port)], input=text, capture_output=True, text=True, timeout=300, check=False
                )
            finally:
                cache.terminate()
    answers = [words[line.rpartition("|")[2].strip()] for line in done.stdout.splitlines() if "|" in line]
    assert len(answers) == len(routes), (len(answers), len(routes), done.stderr[-300:])
    return answers


def _wait(port: int) -> None:
    until = time.monotonic() + 30
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        except OSError:
            if time.monotonic() > until:
                raise
            time.sleep(0.05)


def internet(dice: random.Random, payloads: int, table: int) -> tuple[list[tuple[str, int, int]], list[tuple[str, int]]]:
    """Payloads and routes spread over the routed space; six of ten routes are those of a payload, one in five of them by another origin."""
    roas: list[tuple[str, int, int]] = []
    routes: list[tuple[str, int]] = []
    for _payload in range(payloads):
        afi = 4 if dice.random() < 0.78 else 6
        spot = wide(dice, afi)
        roas.append((prefixes.text(*spot), min(BITS[afi], spot[2] + dice.choice((0, 0, 0, 2))), dice.randint(1, 80_000)))
    for _route in range(table):
        if dice.random() < 0.6:
            prefix, _most, asn = dice.choice(roas)
            routes.append((prefix, asn if dice.random() < 0.8 else asn + 1))
        else:
            routes.append((prefixes.text(*wide(dice, 4 if dice.random() < 0.75 else 6)), dice.randint(1, 80_000)))
    return roas, routes


def whole(dice: random.Random) -> None:
    """A validator's file and a full table, read, indexed and judged; rpki-rov's answers to the same must be the same."""
    roas, routes = internet(dice, WHOLE, TABLE)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "vrps.json")
        rows = [{"prefix": prefix, "maxLength": most, "asn": asn, "ta": "bench"} for prefix, most, asn in roas]
        file.write_text(json.dumps({"metadata": {"buildtime": "2026-11-24T05:00:00Z"}, "roas": rows}))
        del rows
        times = [time.process_time()]
        loaded = load_payloads(str(file), as_of="2026-11-24T06:00:00Z", max_age_hours=24).value
        assert loaded is not None
        times.append(time.process_time())
        origin.indexed(loaded.vrps) if fast.numpy() is None else loaded.vrps.forests()
        times.append(time.process_time())
        states = origin.states(loaded.vrps, [one for one, _asn in routes], [asn for _one, asn in routes])
        times.append(time.process_time())
    steps = ", ".join(
        f"{name} {after - before:.1f} s" for name, before, after in zip(("read", "index", "judge"), times, times[1:], strict=False)
    )
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(
        f"{TABLE:,} routes x {len(loaded.vrps):,} payloads: {times[-1] - times[0]:.1f} s of processor time ({steps}), peak {peak} MB with the table"
    )
    print(f"  {dict(Counter(one.value for one in states))}")
    if TOOLS:
        start = time.monotonic()
        told = rtrlib(roas, routes)
        assert told == [one.value for one in states]
        print(f"  rpki-rov says the same of every route (with the start of its cache: {time.monotonic() - start:.1f} s)")


def wide(dice: random.Random, afi: int) -> Place:
    """A prefix anywhere in the address space that is routed."""
    bits = BITS[afi]
    length = dice.choice((16, 19, 20, 21, 22, 23, 24, 24, 24, 24) if afi == 4 else (32, 36, 40, 44, 48, 48))
    number = dice.randint(1 << 24, 223 << 24) if afi == 4 else 0x2A00 << 112 | dice.getrandbits(104)
    return afi, number >> (bits - length) << (bits - length), length


def main() -> int:
    """Print the figures; an assertion names the pair on which readings differ."""
    pairs = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    start = time.process_time()
    states = agreement(pairs)
    print(f"{sum(states.values()):,} pairs agree with the plain reading in {time.process_time() - start:.1f} s: {dict(states)}")
    if TOOLS:
        start = time.monotonic()
        states = with_rtrlib(pairs)
        print(f"{sum(states.values()):,} pairs agree with rtrlib's rpki-rov in {time.monotonic() - start:.1f} s: {dict(states)}")
    else:
        print("rpki-rov or stayrtr is not installed (Debian packages rtr-tools and stayrtr): not compared with it")
    whole(random.Random(1))
    return 0


if __name__ == "__main__":
    sys.exit(main())
