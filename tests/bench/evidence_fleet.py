"""A synthetic fleet for bundles. Seventy per cent of the routers have 1,500 lines, a quarter 15,000, a twentieth 200,000 (prefix lists from a shared
pool of customers), with 40 results each. Results are made up: what is measured is the evidence, not the analysis."""

from __future__ import annotations

import math
import multiprocessing
import random
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "plugins/plugin_utils")]

from manrs_conformance.evidence import Mode, RunInfo, bag, build, verify  # noqa: E402
from manrs_conformance.model.reference import Bogons, Reference  # noqa: E402
from manrs_conformance.model.result import AuditReport, DeviceScope, Finding, Line, Severity, Status  # noqa: E402
from manrs_conformance.model.router import Router  # noqa: E402
from manrs_conformance.model.snapshot import Snapshot  # noqa: E402
from manrs_conformance.platforms import load  # noqa: E402

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
    """One router as it is read: a few secrets, sessions, and lists of the pool until it has its lines."""
    dice = random.Random(f"router {number}")
    name, size = f"r{number:04}", LINES[number % len(LINES)]
    lines = ["frr version 8.4.4", f"hostname {name}", "router bgp 64500"]
    for peer in range(20):
        lines += [
            f" neighbor 192.0.2.{peer} remote-as 64501",
            f" neighbor 192.0.2.{peer} password S3cr3t-{number:04}-{dice.getrandbits(48):012x}",
        ]
    lines.append("exit")
    for some in dice.sample(pool, min(len(pool), size // len(pool[0]) + 1)):
        lines += some
    snapshot = Snapshot(name, "frr", "\n".join([*lines[:size], "end"]) + "\n", collected_at="2026-01-02T03:04:01Z")
    return snapshot, read(snapshot)


def read(snapshot: Snapshot) -> Router:
    """The model of a configuration."""
    return load("frr").parse(snapshot.config, {})


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


class Fleet(Mapping[str, tuple[Snapshot, Router]]):
    """Routers made when they are asked for, as a run that reads them from disk would: only the last one is kept."""

    def __init__(self, count: int) -> None:
        """Make the pool that all routers draw from."""
        self.names = {f"r{number:04}": number for number in range(count)}
        self.pool = [customer(number) for number in range(POOL)]
        self.last: tuple[str, tuple[Snapshot, Router]] | None = None
        self.making = 0.0

    def __getitem__(self, name: str) -> tuple[Snapshot, Router]:
        """One router."""
        if self.last is None or self.last[0] != name:
            began = time.process_time()
            self.last = name, router(self.names[name], self.pool)
            self.making += time.process_time() - began
        return self.last[1]

    def __iter__(self) -> Iterator[str]:
        """Names of routers."""
        return iter(self.names)

    def __len__(self) -> int:
        """Number of routers."""
        return len(self.names)


class Half(Mapping[str, Any]):
    """Snapshots or routers of a fleet."""

    def __init__(self, fleet: Fleet, which: int) -> None:
        """0 for snapshots, 1 for routers."""
        self.fleet, self.which = fleet, which

    def __getitem__(self, name: str) -> Any:
        """One of them."""
        if name not in self.fleet.names:
            raise KeyError(name)
        return self.fleet[name][self.which]

    def __iter__(self) -> Iterator[str]:
        """Names."""
        return iter(self.fleet)

    def __len__(self) -> int:
        """Number."""
        return len(self.fleet)


@dataclass(frozen=True)
class Measured:
    """Seconds and sizes of one bundle: `building` and, within it, `making` (and reading) of the synthetic routers are of the processor; `floor` is
    `sha256sum -c`; `archive` is the size as `.tar.gz`."""

    routers: int
    lines: int
    files: int
    size: int
    archive: int
    building: float
    making: float
    memory: int
    floor: float
    verifying: float
    verify_memory: int
    hashing: float


def peak() -> int:
    """Most memory that this process had, in MB."""
    status = Path("/proc/self/status").read_text()
    return int(next(line.split()[1] for line in status.splitlines() if line.startswith("VmHWM:"))) // 1024


def made(path: Path, routers: int, mode: Mode) -> tuple[int, float, float, int]:
    """Build a bundle of a fleet: lines, seconds, seconds of these for the routers themselves, and memory."""
    fleet = Fleet(routers)
    names = list(fleet)
    found = tuple(one for name in names for one in findings(name, fleet.names[name]))
    scope = tuple(DeviceScope(name, "assessed", "", "frr") for name in names)
    began = time.process_time()
    build(
        path,
        report=AuditReport("bench", "2026-01-02T03:04:05Z", scope, found, (), "fail"),
        snapshots=Half(fleet, 0),
        routers=Half(fleet, 1),
        intent_bytes=b"organisation: {name: Bench}\n",
        waivers_bytes=None,
        reference=Reference(Bogons((), (), (), (), "")),
        run=RunInfo("00000000-0000-4000-8000-000000000001", "2026-01-02T03:04:05Z", "0.1.0"),
        commitment_key=b"0123456789abcdef",
        mode=mode,
        read=read,
    )
    return sum(LINES[n % len(LINES)] + 1 for n in range(routers)), time.process_time() - began, fleet.making, peak()


def verified(path: Path) -> tuple[float, float, float, int]:
    """Seconds of `sha256sum -c`, of verifying, and of these for reading and hashing, and memory: the best of three, after one that warms."""
    best = [math.inf] * 3
    for _turn in range(4):
        best[0] = min(best[0], clocked(lambda: subprocess.run(["sha256sum", "--quiet", "-c", bag.PAYLOAD], cwd=path, check=True)))
        best[1] = min(best[1], clocked(lambda: verify(path)))
        best[2] = min(best[2], clocked(lambda: bag.read(path)))
    report = verify(path)
    assert report.ok, report.problems[:3]
    return best[0], best[1], best[2], peak()


def clocked(what: Callable[[], object]) -> float:
    """Seconds that something takes."""
    began = time.perf_counter()
    what()
    return time.perf_counter() - began


def measure(path: Path, routers: int, mode: Mode) -> Measured:
    """Build and verify, each in a process of its own, so that neither's memory weighs on the other."""
    context = multiprocessing.get_context("spawn")
    with context.Pool(1) as pool:
        lines, building, making, memory = pool.apply(made, (path, routers, mode))
    with context.Pool(1) as pool:
        floor, verifying, hashing, verify_memory = pool.apply(verified, (path,))
    sizes = [one.stat().st_size for one in path.rglob("*") if one.is_file()]
    packed = Path(shutil.make_archive(str(path), "gztar", path.parent, path.name))
    archive = packed.stat().st_size
    packed.unlink()
    return Measured(
        routers, lines, len(sizes), sum(sizes), archive, building, making, memory, floor, verifying, verify_memory, hashing
    )
