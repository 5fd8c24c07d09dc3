"""The gate of one changed device, whole command without network: 20,000 lines and, ten times that, 200,000.

Three changes: one entry of a customer's list, one entry of a list that every policy refers to, and one term of every customer's policy. The floor
is parsing both configurations. The command is one process, so the seconds of the processor are those that an idle machine takes. As in an installed package
its modules are compiled already.
"""

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
"""Customers of a router of about 20,000 lines."""
MUST = {1: 2.0, 10: 10.0}
"""Seconds."""
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
    """One row for each change."""
    customers = population.customers_of(7, CUSTOMERS * scale)
    first = str(population.asn(customers[0]))
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        text = prepare(folder, customers)
        ios = platforms.load("ios")
        floor, _both = timed(lambda: [ios.parse(text, {}) for _side in range(2)], 1)
        command = [sys.executable, "-m", "manrs_conformance.cli", "gate", "--intent", str(folder / "manrs.yml"), "--as-of", AS_OF]
        command += ["--sources", str(folder / "sources"), "--base", str(folder / "base"), "--candidate", str(folder / "candidate")]
        compiled = {"PYTHONDONTWRITEBYTECODE": "", "PYTHONPYCACHEPREFIX": str(folder / "compiled")}
        for words, (old, new) in CHANGES.items():
            changed = text.replace(old.replace("{asn}", first), new.replace("{asn}", first))
            assert changed != text, words
            (folder / "candidate" / "r0007.ios.cfg").write_text(changed)
            process(command, compiled) if words == next(iter(CHANGES)) else None
            seconds, memory, code = process(command, compiled)
            assert code in (0, 1, 2), code
            yield Row(f"gate, {words}", text.count("\n"), "lines", seconds, floor, "parsing both sides", {}, memory, MUST[scale])
