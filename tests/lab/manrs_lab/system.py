"""Namespaces, processes and the state of a lab on disk."""

from __future__ import annotations

import ctypes
import json
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

STATE_ROOT = Path("/run/manrs-lab")
CLONE_NEWNET = 0x40000000
_LIBC = ctypes.CDLL(None, use_errno=True)

PACKAGES = {
    "/usr/lib/frr/bgpd": "frr",
    "/usr/lib/frr/frr-reload.py": "frr-pythontools",
    "/usr/lib/x86_64-linux-gnu/frr/modules/bgpd_rpki.so": "frr-rpki-rtrlib",
    "/usr/sbin/bird": "bird2",
    "/usr/bin/stayrtr": "stayrtr",
    "/usr/sbin/sshd": "openssh-server",
    "/usr/bin/sudo": "sudo",
    "/usr/sbin/nft": "nftables",
    "/usr/bin/openssl": "openssl",
    "/usr/bin/redis-server": "redis-server",
    "/usr/bin/bgpq4": "bgpq4",
}


class LabError(RuntimeError):
    """The lab cannot be built or used; the message says what to do."""


def preflight() -> None:
    """Raise LabError naming the apt package of every missing program, or when not root."""
    if os.geteuid() != 0:
        raise LabError("the lab makes network namespaces: run it as root")
    missing = sorted({package for path, package in PACKAGES.items() if not Path(path).exists()})
    if shutil.which("ip") is None:
        missing.append("iproute2")
    if missing:
        raise LabError(f"programs are missing: apt-get install -y --no-install-recommends {' '.join(missing)}")


def run(argv: Sequence[str], *, check: bool = True, stdin: str | None = None, timeout: float = 30) -> str:
    """Standard output of a command; LabError with its standard error when it fails."""
    done = subprocess.run(argv, check=False, input=stdin, capture_output=True, text=True, timeout=timeout)
    if check and done.returncode:
        raise LabError(f"{' '.join(argv)}: exit {done.returncode}: {done.stderr.strip() or done.stdout.strip()}")
    return done.stdout


@contextmanager
def inside(namespace: str) -> Iterator[None]:
    """Sockets made in this block belong to the network namespace."""
    with open("/proc/thread-self/ns/net", "rb") as home, open(f"/run/netns/{namespace}", "rb") as there:
        if _LIBC.setns(there.fileno(), CLONE_NEWNET):
            raise LabError(f"cannot enter namespace {namespace}: {os.strerror(ctypes.get_errno())}")
        try:
            yield
        finally:
            _LIBC.setns(home.fileno(), CLONE_NEWNET)


def start_time(pid: int) -> int | None:
    """Start of a process in clock ticks since boot, None when it is gone or a zombie; with the pid it names a process for ever."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return None
    return None if fields[0] == "Z" else int(fields[19])


class State:
    """What a lab made, written before it is made, so that any later process can undo it."""

    def __init__(self, run_id: str) -> None:
        self.directory = STATE_ROOT / run_id
        self.path = self.directory / "state.json"
        self.pids: dict[str, tuple[int, int]] = {}
        self.index = 0
        if self.path.exists():
            data = json.loads(self.path.read_text())
            self.pids = {name: (int(pid), int(start)) for name, (pid, start) in data["pids"].items()}
            self.index = int(data["index"])

    def save(self) -> None:
        """Write atomically."""
        self.directory.mkdir(parents=True, exist_ok=True)
        part = self.path.with_suffix(".part")
        part.write_text(json.dumps({"pids": self.pids, "index": self.index}))
        part.replace(self.path)

    def record(self, name: str, pid: int) -> None:
        """Remember a process under a name."""
        started = start_time(pid)
        if started is None:
            raise LabError(f"{name} died at once")
        self.pids[name] = (pid, started)
        self.save()

    def alive(self, name: str) -> bool:
        """Whether the recorded process still is the one that was started."""
        pid, started = self.pids.get(name, (0, 0))
        return pid > 0 and start_time(pid) == started


def kill_all(pids: Sequence[int], grace: float = 2.0) -> None:
    """End processes by pid: TERM, then KILL after `grace` seconds; children of this process are reaped."""
    known = {pid: start_time(pid) for pid in pids}
    for wait, how in ((grace, signal.SIGTERM), (grace, signal.SIGKILL)):
        left = [pid for pid, started in known.items() if started is not None and start_time(pid) == started]
        for pid in left:
            try:
                os.kill(pid, how)
            except ProcessLookupError:
                continue
        until = time.monotonic() + wait
        while time.monotonic() < until and any(start_time(p) == known[p] for p in left):
            _reap(left)
            time.sleep(0.02)
        _reap(left)


def _reap(pids: Sequence[int]) -> None:
    for pid in pids:
        try:
            os.waitpid(pid, os.WNOHANG)
        except ChildProcessError:
            continue


def namespace_pids(namespace: str) -> list[int]:
    """Processes that live in a namespace."""
    if not Path(f"/run/netns/{namespace}").exists():
        return []
    return [int(p) for p in run(["ip", "netns", "pids", namespace], check=False).split()]
