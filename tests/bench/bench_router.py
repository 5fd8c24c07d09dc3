"""Whole commands: one router from its configuration to verdicts, and the gate of a change of one line."""

from __future__ import annotations

import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import bench_parse
from table import TURNS, Row, best, peer

SCALES = (1, 10, 100)
BASE = 2_000
MUST = 2.0
"""Seconds for the audit of the largest one."""
INTENT = """organisation: {name: Bench}
asns: [64500]
prefixes: [192.0.2.0/24]
neighbours:
  - {select: {asn: 64501}, relationship: customer, prefixes: [203.0.113.0/24]}
"""
SESSION = """router bgp 64500
 neighbor 198.51.100.2 remote-as 64501
 address-family ipv4 unicast
  neighbor 198.51.100.2 activate
  neighbor 198.51.100.2 route-map IN in
  neighbor 198.51.100.2 route-map OUT out
 exit-address-family
exit
route-map IN permit 10
 match ip address prefix-list L
exit
route-map OUT deny 10
exit
end
"""


def rows(scale: int) -> Iterator[Row]:
    """Two rows. The floor is a Python that splits the lines of the file; the peer looks at its prefix lists alone.

    As in an installed package all modules are compiled already, those of the packages below, too.
    """
    count = BASE * scale
    text = bench_parse.text("ios", count, count).removesuffix("end\n") + SESSION
    changed = text.replace("permit ", "permit 192.0.2.128/25\nip prefix-list L seq 3 permit ", 1)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "manrs.yml").write_text(INTENT)
        for side, held in (("base", text), ("candidate", changed)):
            (folder / side).mkdir()
            (folder / side / "edge1.ios.cfg").write_text(held)
        file = folder / "base/edge1.ios.cfg"
        (folder / "sources").mkdir()
        command = [sys.executable, "-m", "manrs_conformance.cli"]
        compiled = {"PYTHONDONTWRITEBYTECODE": "", "PYTHONPYCACHEPREFIX": str(folder / "compiled")}
        more = ["--intent", str(folder / "manrs.yml"), "--sources", str(folder / "sources")]
        floor, _, _ = best([sys.executable, "-c", f"[one.split() for one in open({str(file)!r})]"])
        seconds, memory, code = best([*command, "audit", str(file), *more], compiled)
        assert code in (1, 2), code
        found = {"ciscoconfparse2 and py-radix": min(peer("pipeline", str(file)) for _turn in range(TURNS))}
        must = MUST if scale == SCALES[-1] else None
        yield Row(
            "audit of one router, whole command", count, "lines", seconds, floor, "Python splitting the file", found, memory, must
        )
        seconds, memory, code = best(
            [*command, "gate", "--base", str(folder / "base"), "--candidate", str(folder / "candidate"), *more], compiled
        )
        assert code in (0, 1, 2), code
        yield Row(
            "gate of one changed line, whole command", count, "lines", seconds, floor, "Python splitting the file", {}, memory
        )
        shutil.rmtree(folder / "base")
