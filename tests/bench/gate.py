"""`python tests/bench/gate.py`: seconds of the whole `manrs gate` command for one changed device of 20,000 and of 200,000 lines, without network.

Three changes: one entry of a customer's list, one entry of a list that every policy refers to, and one term of every customer's policy. The floor
is parsing both configurations, measured in the same run. CPU seconds are those of all processes; elapsed ones need an idle machine of two cores.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

import population
from manrs_conformance import platforms

CUSTOMERS = {20_000: 10, 200_000: 100}
"""Customers of a router of about so many lines."""
MUST = {20_000: 2.0, 200_000: 10.0}
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


def gated(folder: Path) -> tuple[float, float, str]:
    """Elapsed and CPU seconds of the command, and its verdict."""
    args = [sys.executable, "-m", "manrs_conformance.cli", "gate", "--base", "base", "--candidate", "candidate", "--format", "json"]
    args += ["--intent", "manrs.yml", "--sources", "sources", "--as-of", AS_OF]
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    environment = {**os.environ, "PYTHONPATH": str(population.ROOT / "plugins/plugin_utils")}
    done = subprocess.run(args, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    elapsed, after = time.perf_counter() - start, resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode not in (0, 1, 2):
        raise RuntimeError(done.stderr)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return elapsed, cpu, json.loads(done.stdout)["verdict"]


def floor(text: str) -> float:
    """CPU seconds of parsing two such configurations."""
    start = time.process_time()
    for _ in range(2):
        platforms.load("ios").parse(text, {})
    return time.process_time() - start


def main() -> None:
    """Print one row for each size and change."""
    print(f"{'lines':>8}  {'change':<28} {'elapsed':>8} {'must':>6} {'cpu':>7} {'cpu/parse':>9}  verdict")
    for lines, count in CUSTOMERS.items():
        customers = population.customers_of(7, count)
        with tempfile.TemporaryDirectory() as name:
            text = prepare(Path(name), customers)
            least = floor(text)
            for words, (old, new) in CHANGES.items():
                first = str(population.asn(customers[0]))
                changed = text.replace(old.replace("{asn}", first), new.replace("{asn}", first))
                (Path(name) / "candidate" / "r0007.ios.cfg").write_text(changed)
                elapsed, cpu, verdict = gated(Path(name))
                row = f"{text.count(chr(10)):>8}  {words:<28} {elapsed:>8.2f} {MUST[lines]:>6.1f} {cpu:>7.2f} {cpu / least:>9.1f}  {verdict}"
                print(row, flush=True)


if __name__ == "__main__":
    main()
