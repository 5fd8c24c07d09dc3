"""What a neighbour may announce agrees with bgpq4 on as-sets of many shapes, over the wire of an IRRd-like server.

The server resolves `!a` and recursive `!i` queries by itself, which is how bgpq4 asks; the engine expands level by level. AS numbers are
from 65552 to 131071, because bgpq4 refuses those of RFC 5398.
"""

from __future__ import annotations

import json
import random
import shutil
import socketserver
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import pytest
from manrs_conformance.sources._bytes import SourceError
from manrs_conformance.sources.authorised import authorised
from manrs_conformance.sources.irr import expand, routes_of
from manrs_conformance.sources.irrd import IrrdClient

BGPQ4 = shutil.which("bgpq4")
pytestmark = pytest.mark.skipif(BGPQ4 is None, reason="bgpq4 is not installed (Debian package bgpq4)")


@dataclass
class Irr:
    """Sets by source and name, and routes by ASN."""

    sets: dict[str, dict[str, list[str]]]
    v4: dict[str, list[str]] = field(default_factory=dict)
    v6: dict[str, list[str]] = field(default_factory=dict)
    aggregate: bool = True
    """Whether the server knows `!a`."""

    def members(self, name: str, chosen: list[str]) -> list[str] | None:
        source, pinned, bare = name.rpartition("::")
        for one in [source] if pinned else chosen:
            if bare in self.sets.get(one, {}):
                return self.sets[one][bare]
        return None

    def closure(self, name: str, chosen: list[str]) -> list[str] | None:
        if self.members(name, chosen) is None:
            return None
        seen, open_ones, asns = {name}, [name], set[str]()
        while open_ones:
            for one in self.members(open_ones.pop(), chosen) or []:
                if one[2:].isdigit():
                    asns.add(one)
                elif one not in seen:
                    seen.add(one)
                    open_ones.append(one)
        return sorted(asns)


class Talk(socketserver.StreamRequestHandler):
    """One whois connection."""

    def handle(self) -> None:
        irr: Irr = self.server.irr  # type: ignore[attr-defined]
        chosen = list(irr.sets)
        for raw in self.rfile:
            query = raw.decode().strip().removeprefix("!")
            if query in ("!", ""):
                continue
            if query == "q":
                return
            if query.startswith(("n", "t")):
                self.wfile.write(b"C\n")
            elif query == "s-lc":
                self.say(",".join(irr.sets))
            elif query.startswith("s"):
                chosen = query[1:].split(",")
                self.wfile.write(b"C\n")
            elif query == "a" and irr.aggregate:
                self.wfile.write(b"F Missing required set name for A query\n")
            else:
                self.say(self.found(irr, query.upper(), chosen))

    def found(self, irr: Irr, query: str, chosen: list[str]) -> str | None:
        kind, key = query[0], query[1:]
        if kind == "A" and irr.aggregate:
            asns = irr.closure(key.lstrip("46"), chosen)
            tables = [irr.v4] * (key[0] != "6") + [irr.v6] * (key[0] != "4")
            return None if asns is None else " ".join(sorted({p for one in asns for table in tables for p in table.get(one, [])}))
        if kind == "I" and key.endswith(",1"):
            asns = irr.closure(key[:-2], chosen)
            return None if asns is None else " ".join(asns)
        if kind == "I":
            members = irr.members(key, chosen)
            return None if members is None else " ".join(members)
        if kind in "G6":
            found = (irr.v4 if kind == "G" else irr.v6).get(key)
            return " ".join(found) if found else None
        return None

    def say(self, text: str | None) -> None:
        data = (text or "").encode() + b"\n"
        self.wfile.write(b"D\n" if text is None else b"A%d\n%sC\n" % (len(data), data) if text else b"C\n")


@contextmanager
def serving(irr: Irr) -> Iterator[int]:
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Talk) as server:
        server.daemon_threads = True
        server.irr = irr  # type: ignore[attr-defined]
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        yield server.server_address[1]
        server.shutdown()


ROUTES = {
    "AS65601": ["193.0.0.0/21", "193.0.22.0/23"],
    "AS65602": ["185.20.0.0/22", "185.20.1.0/24"],
    "AS65603": ["193.0.0.0/21"],
    "AS65604": [],
}
ROUTES6 = {"AS65601": ["2a10:1000::/32"], "AS65605": ["2a10:2000::/32", "2a10:2000:1::/48"]}
SHAPES: dict[str, dict[str, list[str]]] = {
    "AS-ONE": {"AS-ONE": ["AS65601"]},
    "AS-TWO": {"AS-TWO": ["AS65601", "AS65602"]},
    "AS-NESTED": {"AS-NESTED": ["AS-INNER"], "AS-INNER": ["AS65602"]},
    "AS-DEEP": {f"AS-DEEP{n or ''}": [f"AS-DEEP{n + 1}", f"AS{65601 + n % 3}"] for n in range(20)} | {"AS-DEEP20": ["AS65605"]},
    "AS-CYCLE": {"AS-CYCLE": ["AS-BACK", "AS65601"], "AS-BACK": ["AS-CYCLE", "AS65602"]},
    "AS-SELF": {"AS-SELF": ["AS-SELF", "AS65601"]},
    "AS-DIAMOND": {"AS-DIAMOND": ["AS-L", "AS-R"], "AS-L": ["AS-END"], "AS-R": ["AS-END"], "AS-END": ["AS65602"]},
    "AS-GAP": {"AS-GAP": ["AS-GONE", "AS65601"]},
    "AS-SIX": {"AS-SIX": ["AS65605"]},
    "AS-NOROUTES": {"AS-NOROUTES": ["AS65604"]},
    "AS-SAME": {"AS-SAME": ["AS65601", "AS65603"]},
    "AS65601:AS-ALL": {"AS65601:AS-ALL": ["AS65601", "AS65601:AS-CUST"], "AS65601:AS-CUST": ["AS65602"]},
    "AS-TWICE": {"AS-TWICE": ["AS65601", "AS65601", "AS-X", "AS-X"], "AS-X": ["AS65602"]},
    "AS-ONLYGAPS": {"AS-ONLYGAPS": ["AS-GONE1", "AS-GONE2"]},
    "AS-EMPTY": {"AS-EMPTY": []},
    "AS-WIDE": {"AS-WIDE": [f"AS{65700 + n}" for n in range(300)]},
}
RANDOM = 24


def drawn(seed: int) -> tuple[str, Irr]:
    """A random graph of sets over two registries."""
    dice = random.Random(seed)
    names = [f"AS-N{n}" for n in range(dice.randint(1, 12))]
    asns = [f"AS{65800 + n}" for n in range(10)]
    sets: dict[str, dict[str, list[str]]] = {"ONE": {}, "TWO": {}}
    for name in names:
        for source in dice.sample(list(sets), dice.choice((1, 1, 2))):
            pool = [*names, *asns, "AS-NOWHERE"]
            sets[source][name] = dice.sample(pool, dice.randint(0, min(6, len(pool))))
    v4 = {
        one: [f"185.{dice.randint(0, 255)}.{dice.randint(0, 63) * 4}.0/{dice.choice((22, 23, 24))}" for _ in range(3)]
        for one in asns[:7]
    }
    v6 = {one: [f"2a10:{dice.randint(1, 0xFFFF):x}::/{dice.choice((32, 48))}"] for one in asns[4:]}
    return names[0], Irr(sets, v4, v6, aggregate=bool(seed % 2))


CASES = [
    (name, Irr({"ONE": sets}, ROUTES | {f"AS{65700 + n}": [f"185.21.{n % 256}.0/24"] for n in range(300)}, ROUTES6))
    for name, sets in SHAPES.items()
]
CASES += [drawn(seed) for seed in range(RANDOM)]


def asked(port: int, name: str, family: int, sources: str = "") -> set[str]:
    """What bgpq4 makes of it."""
    words = [str(BGPQ4), "-h", f"127.0.0.1:{port}", *(["-S", sources] if sources else []), f"-{family}", "-j", "-l", "x", name]
    done = subprocess.run(words, capture_output=True, text=True, check=True, timeout=30)
    return {one["prefix"] for one in json.loads(done.stdout)["x"]}


def ours(port: int, name: str, sources: list[str]) -> tuple[set[str], set[str]]:
    client = IrrdClient([("127.0.0.1", port)], sources, timeout=10)
    found = {one for prefixes in routes_of(client, expand(client, name).asns).values() for one in prefixes}
    return {one for one in found if ":" not in one}, {one for one in found if ":" in one}


@pytest.mark.parametrize(("name", "irr"), CASES, ids=[f"{n}-{name}" for n, (name, _irr) in enumerate(CASES)])
def test_agrees_with_bgpq4(name: str, irr: Irr) -> None:
    with serving(irr) as port:
        v4, v6 = ours(port, name, list(irr.sets))
        assert (v4, v6) == (asked(port, name, 4, ",".join(irr.sets)), asked(port, name, 6, ",".join(irr.sets)))


def test_there_are_at_least_thirty_shapes_and_most_hold_prefixes() -> None:
    assert len(CASES) >= 30
    full = 0
    for name, irr in CASES:
        with serving(irr) as port:
            full += any(ours(port, name, list(irr.sets)))
    assert full >= 25


def test_a_pinned_registry_is_asked() -> None:
    irr = Irr({"ONE": {"AS-X": ["AS65601"]}, "TWO": {"AS-X": ["AS65602"]}}, ROUTES)
    with serving(irr) as port:
        assert ours(port, "TWO::AS-X", ["ONE", "TWO"])[0] == set(ROUTES["AS65602"])
        assert asked(port, "TWO::AS-X", 4) == set(ROUTES["AS65602"])
        assert ours(port, "AS-X", ["ONE", "TWO"])[0] == set(ROUTES["AS65601"])


def test_empty_missing_and_failing_are_told_apart_where_bgpq4_gives_an_empty_list() -> None:
    irr = Irr({"ONE": {"AS-EMPTY": [], "AS-NOROUTES": ["AS65604"]}}, ROUTES)
    with serving(irr) as port:
        client = IrrdClient([("127.0.0.1", port)], ["ONE"], timeout=10)
        why = {
            name: authorised(name, policy="irr", registry=client, vrps=None).problem
            for name in ("AS-EMPTY", "AS-NOROUTES", "AS-GONE")
        }
    assert "holds no ASN" in (why["AS-EMPTY"] or "")
    assert "no prefix is authorised" in (why["AS-NOROUTES"] or "")
    assert "does not exist" in (why["AS-GONE"] or "")
    with pytest.raises(SourceError, match=str(port)):
        expand(IrrdClient([("127.0.0.1", port)], ["ONE"], timeout=10), "AS-EMPTY")
