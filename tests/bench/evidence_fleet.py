"""Bundle of a synthetic fleet: build, verify and archive, with times and sizes; the floor is `sha256sum` over the same files.

Usage: python tests/bench/evidence_fleet.py [--routers 1000] [--mode blocks|full] [--profile]
Seventy per cent of the routers have 1,500 lines, a quarter 15,000, a twentieth 200,000 (prefix lists from a shared pool of customers), with
40 results each. Results are made up: what is measured is the evidence, not the analysis.
"""

from __future__ import annotations

import argparse
import cProfile
import random
import resource
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "plugins/plugin_utils")]

from manrs_conformance.evidence import RunInfo, build, verify  # noqa: E402
from manrs_conformance.model.reference import Bogons, Reference  # noqa: E402
from manrs_conformance.model.result import AuditReport, DeviceScope, Finding, Line, Severity, Status  # noqa: E402
from manrs_conformance.model.router import Router, Secret  # noqa: E402
from manrs_conformance.model.snapshot import Snapshot  # noqa: E402

LINES = (*(1_500,) * 14, *(15_000,) * 5, 200_000)
POOL = 6_000
RESULTS = 40


def customer(number: int) -> list[str]:
    """The prefix list of one customer of the pool."""
    dice = random.Random(number)
    name = f"ip prefix-list CUST{number:05} seq"
    return [
        f"{name} {5 * n} permit {dice.randrange(1, 223)}.{dice.randrange(256)}.{dice.randrange(256)}.0/24" for n in range(1, 61)
    ]


def router(number: int, pool: list[list[str]]) -> tuple[Snapshot, Router]:
    """One router: a few secrets, sessions, and lists of the pool until it has its lines."""
    dice = random.Random(f"router {number}")
    name, size = f"r{number:04}", LINES[number % len(LINES)]
    head = ["frr version 8.4.4", f"hostname {name}", "router bgp 64500"]
    secrets = []
    for peer in range(20):
        word = f"S3cr3t-{number:04}-{dice.getrandbits(48):012x}"
        head.append(f" neighbor 192.0.2.{peer} password {word}")
        secrets.append(Secret(len(head), len(head[-1]) - len(word), len(head[-1])))
    lines = head
    while len(lines) < size:
        lines += dice.choice(pool)
    lines = [*lines[:size], "end"]
    made = Router("frr", name, "8.4.4", 64500, line_states="u" * len(lines), secrets=tuple(secrets))
    return Snapshot(name, "frr", "\n".join(lines) + "\n", collected_at="2026-01-02T03:04:01Z"), made


def findings(name: str, number: int) -> Iterator[Finding]:
    """Results of one router, one in eight of them a fail."""
    for at in range(RESULTS):
        status = Status.FAIL if at % 8 == 0 else Status.PASS
        line = (Line(4 + at % 20, f"neighbor 192.0.2.{at % 20} password S3cr3t"),)
        subject = f"default/192.0.2.{at % 20}/ipv4-unicast"
        more = {
            "family": "ipv4-unicast",
            "direction": "import",
            "cause": "no list",
            "lines": line,
            "fingerprint": f"{number:04}{at:04}",
        }
        yield Finding(f"CHK-{at:02}", name, subject, status, Severity.HIGH, "a prefix limit is not set", **more)


@contextmanager
def timed(what: str) -> Iterator[None]:
    """Print how long a step took."""
    began = time.perf_counter()
    yield
    print(f"{what:46} {time.perf_counter() - began:8.2f} s", flush=True)


def main() -> None:
    """Measure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--routers", type=int, default=1000)
    parser.add_argument("--mode", choices=["full", "blocks"], default="blocks")
    parser.add_argument("--profile", action="store_true")
    asked = parser.parse_args()
    with timed("making the fleet"):
        pool = [customer(number) for number in range(POOL)]
        fleet = [router(number, pool) for number in range(asked.routers)]
        found = tuple(one for number, (snapshot, _r) in enumerate(fleet) for one in findings(snapshot.host, number))
    scope = tuple(DeviceScope(snapshot.host, "assessed", "", "frr") for snapshot, _r in fleet)
    lines = sum(len(made.line_states) for _s, made in fleet)
    print(f"{len(fleet)} routers, {lines} lines, {len(found)} results")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "bundle")
        profile = cProfile.Profile()
        with timed(f"build, mode {asked.mode}"):
            if asked.profile:
                profile.enable()
            build(
                path,
                report=AuditReport("bench", "2026-01-02T03:04:05Z", scope, found, (), "fail"),
                snapshots={snapshot.host: snapshot for snapshot, _r in fleet},
                routers={snapshot.host: made for snapshot, made in fleet},
                intent_bytes=b"organisation: {name: Bench}\n",
                waivers_bytes=None,
                reference=Reference(Bogons((), (), (), (), "")),
                run=RunInfo("00000000-0000-4000-8000-000000000001", "2026-01-02T03:04:05Z", "0.1.0"),
                commitment_key=b"0123456789abcdef",
                mode=asked.mode,
            )
            profile.disable()
        count, size = 0, 0
        for one in path.rglob("*"):
            if one.is_file():
                count, size = count + 1, size + one.stat().st_size
        print(f"{count} files, {size / 1e6:.1f} MB")
        with timed("floor: sha256sum over all of them"):
            subprocess.run(["sha256sum", "--quiet", "-c", "manifest-sha256.txt"], cwd=path, check=True)
        if asked.profile:
            profile.enable()
        began = time.perf_counter()
        with timed("verify, warm"):
            report = verify(path)
        taken = time.perf_counter() - began
        profile.disable()
        assert report.ok, report.problems[:3]
        print(f"{'verify for each 10,000 files':46} {taken * 10_000 / count:8.2f} s")
        with timed("zip"), zipfile.ZipFile(Path(folder, "b.zip"), "w", zipfile.ZIP_DEFLATED) as archive:
            for one in sorted(path.rglob("*")):
                archive.write(one, one.relative_to(path))
        print(f"zip {Path(folder, 'b.zip').stat().st_size / 1e6:.1f} MB")
    print(f"peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")
    if asked.profile:
        profile.print_stats("tottime")


if __name__ == "__main__":
    main()
