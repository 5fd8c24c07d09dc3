"""The whole `manrs gate` command for one changed router of a network with customers' filters, without network."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import population
from manrs_conformance import platforms
from table import Row, process, timed

SCALES = (1, 10)
CUSTOMERS = 10
"""Customers of a router at scale 1, of 2,000 entries each."""
MUST = {1: 2.0, 10: 10.0}
"""Seconds; here of both processes together, which take half of it on two idle cores."""
AS_OF = "2026-11-25T06:00:00Z"
CHANGES = {
    "one entry of one list": (
        "ip prefix-list CUST-{asn} seq 5 permit ",
        "ip prefix-list CUST-{asn} seq 3 permit 61.0.0.0/24\nip prefix-list CUST-{asn} seq 5 permit ",
    ),
    "one entry of a shared list": (
        "ip prefix-list OWN-ALL seq 5 ",
        "ip prefix-list OWN-ALL seq 3 deny 66.0.1.0/24\nip prefix-list OWN-ALL seq 5 ",
    ),
    "a term of every policy": (
        f" set community {population.AS}:100",
        f" set community {population.AS}:100\n set local-preference 150",
    ),
}


def prepare(folder: Path, customers: list[int]) -> str:
    """Write intent, frozen route objects and the base of one router; gives its text."""
    (folder / "sources").mkdir(parents=True)
    objects = [
        f"route: {prefix}\norigin: AS{population.asn(one)}\nsource: BENCH\n"
        for one in customers
        for prefix in population.routes(one)
    ]
    (folder / "sources" / "irr.rpsl").write_text("\n".join(objects))
    (folder / "manrs.yml").write_text(population.intent(["r0007"]))
    text = population.config(7, customers)
    for side in ("base", "candidate"):
        (folder / side).mkdir()
    (folder / "base" / "r0007.ios.cfg").write_text(text)
    return text


def rows(scale: int) -> Iterator[Row]:
    """A row a change; the floor is parsing both configurations."""
    customers = population.customers_of(7, CUSTOMERS * scale)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        text = prepare(folder, customers)
        floor, _ = timed(lambda: [platforms.load("ios").parse(text, {}) for _side in range(2)])
        command = [sys.executable, "-m", "manrs_conformance.cli", "gate", "--as-of", AS_OF]
        for option, value in (("base", "base"), ("candidate", "candidate"), ("intent", "manrs.yml"), ("sources", "sources")):
            command += [f"--{option}", str(folder / value)]
        for words, (old, new) in CHANGES.items():
            first = str(population.asn(customers[0]))
            changed = text.replace(old.replace("{asn}", first), new.replace("{asn}", first))
            assert changed != text
            (folder / "candidate" / "r0007.ios.cfg").write_text(changed)
            seconds, memory, code = process(command)
            assert code in (0, 1, 2), code
            size = text.count("\n")
            yield Row(f"gate: {words}", size, "lines", seconds, floor, "parsing both sides", {}, memory, MUST[scale])
