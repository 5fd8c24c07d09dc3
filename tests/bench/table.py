"""What benches share: a row of the table, the clock, and peers that run in environments of their own.

A bench is a file `bench_NAME.py` in this folder with `SCALES`, by how much it may grow, and `rows(scale)`, which gives rows. Nothing else is to be told.
"""

from __future__ import annotations

import functools
import hashlib
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

ROOT = Path(__file__).resolve().parents[2]
OUTPUT = ROOT / "tests/output/peers"
for folder in (ROOT / "plugins/plugin_utils", Path(__file__).resolve().parent):
    if str(folder) not in sys.path:
        sys.path.insert(0, str(folder))

T = TypeVar("T")


@dataclass(frozen=True)
class Row:
    """One measurement: processor seconds for `size` units, beside a floor and peers measured in the same run on the same input."""

    name: str
    size: int
    unit: str
    seconds: float
    floor: float
    floor_name: str
    peers: Mapping[str, float] = field(default_factory=dict)
    memory: int = 0
    """Most memory of the process in MB, where the bench has one of its own."""
    must: float | None = None
    """Seconds that the row must not exceed."""


def timed(what: Callable[[], T], turns: int = 3) -> tuple[float, T]:
    """Processor seconds, the best of some turns, and the result."""
    best, result = float("inf"), what()
    for _turn in range(turns):
        began = time.process_time()
        result = what()
        best = min(best, time.process_time() - began)
    return best, result


def environment(name: str) -> Path:
    """Python of an environment with exactly the packages of `tests/requirements/NAME.txt`, made when the list is new."""
    wanted = ROOT / f"tests/requirements/{name}.txt"
    place, mark = OUTPUT / name, hashlib.sha256(wanted.read_bytes()).hexdigest()
    made = place / ".made-from"
    if not made.is_file() or made.read_text() != mark:
        subprocess.run([sys.executable, "-m", "venv", "--clear", str(place)], check=True)
        pip = [str(place / "bin/pip"), "install", "-q", "--disable-pip-version-check", "--require-hashes", "-r", str(wanted)]
        subprocess.run(pip, check=True, stderr=subprocess.DEVNULL)
        made.write_text(mark)
    return place / "bin/python"


def peer(name: str, *words: str) -> float:
    """Processor seconds of a peer (a function of peers.py) on the same input."""
    python = environment("peer-hier" if name.startswith("hier") else "peers")
    program = Path(__file__).with_name("peers.py")
    done = subprocess.run([str(python), str(program), name, *words], capture_output=True, text=True, timeout=600, check=True)
    return float(json.loads(done.stdout.splitlines()[-1]))


@functools.cache
def _compile() -> None:
    """Compile the engine as an installer does, also where the environment keeps Python from doing so by itself."""
    subprocess.run([sys.executable, "-m", "compileall", "-q", str(ROOT / "plugins/plugin_utils/manrs_conformance")], check=True)


def process(words: Sequence[str], environment: Mapping[str, str] | None = None) -> tuple[float, int, int]:
    """A command as a process of its own: processor seconds with those of its children, most memory in MB, and how it ended."""
    _compile()
    env = {**os.environ, "PYTHONPATH": str(ROOT / "plugins/plugin_utils"), **(environment or {})}
    with subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=env) as running:
        _pid, status, used = os.wait4(running.pid, 0)
        running.returncode = os.waitstatus_to_exitcode(status)
    return used.ru_utime + used.ru_stime, used.ru_maxrss // 1024, running.returncode


TURNS = 3
"""Whole processes are the best of so many: the first ones on memory that the machine has not used yet take a third longer."""


def best(words: Sequence[str], environment: Mapping[str, str] | None = None) -> tuple[float, int, int]:
    """As `process`, the best of some turns."""
    return min(process(words, environment) for _turn in range(TURNS))
