"""`python -m manrs_wire up` boots the routers of `inventory/vendors`, `down` ends them, `status` says what they were told."""

from __future__ import annotations

import argparse
import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

from . import inventory
from .fleet import start

STATE = Path(tempfile.gettempdir()) / f"manrs-wire-{os.getuid()}"
BOOT = 20.0


def main() -> int:
    """Run a command; 0 when it did what it says."""
    parser = argparse.ArgumentParser(prog="manrs_wire", description="Routers of five vendors on the loopback.")
    parser.add_argument("command", choices=["up", "down", "status", "run"])
    parser.add_argument("--state", type=Path, default=STATE, help="folder for keys, variables and the process id")
    given = parser.parse_args()
    return {"up": up, "down": down, "status": status, "run": run}[given.command](given.state)


def up(state: Path) -> int:
    """Start the servers in the background and wait until they are there."""
    if _alive(state):
        print(f"they are up already ({state})")
        return 0
    state.mkdir(mode=0o700, exist_ok=True)
    if state.stat().st_uid != os.getuid() or state.stat().st_mode & 0o077:
        print(f"{state} belongs to somebody else, or others may read it", file=sys.stderr)
        return 1
    for name in ("hosts.json", "known_hosts"):
        (state / name).unlink(missing_ok=True)
    with (state / "log").open("w") as log:
        command = [sys.executable, "-m", "manrs_wire", "run", "--state", str(state)]
        child = subprocess.Popen(command, stdout=log, stderr=log, stdin=subprocess.DEVNULL, start_new_session=True)
    end = time.monotonic() + BOOT
    while not (state / "hosts.json").exists():
        if child.poll() is not None or time.monotonic() > end:
            print((state / "log").read_text(), file=sys.stderr)
            return 1
        time.sleep(0.05)
    hosts = json.loads((state / "hosts.json").read_text())
    for name, one in sorted(hosts.items()):
        print(f"{name}: 127.0.0.1 port {one['ansible_port']}")
    return 0


def run(state: Path) -> int:
    """Serve until a signal comes."""
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_given: stop.set())
    with start(*inventory.devices(), folder=state) as fleet:
        (state / "pid").write_text(f"{os.getpid()}\n")
        inventory.write(fleet, state / "hosts.tmp")
        (state / "hosts.tmp").replace(state / "hosts.json")
        while not stop.wait(1):
            told = {name: one.received for name, one in fleet.devices.items()}
            (state / "received.json").write_text(json.dumps(told))
    for name in ("hosts.json", "pid"):
        (state / name).unlink(missing_ok=True)
    return 0


def down(state: Path) -> int:
    """End the servers, and nothing else."""
    pid = _alive(state)
    if pid:
        os.kill(pid, signal.SIGTERM)
        end = time.monotonic() + BOOT
        while _alive(state) and time.monotonic() < end:
            time.sleep(0.05)
    return 1 if _alive(state) else 0


def status(state: Path) -> int:
    """What each router was told."""
    if not _alive(state):
        print("they are down")
        return 1
    time.sleep(1.1)
    for name, told in sorted(json.loads((state / "received.json").read_text()).items()):
        print(f"{name}: {len(told)} messages: {', '.join(dict.fromkeys(told))}")
    return 0


def _alive(state: Path) -> int:
    """Process id of the servers; 0 when they do not run. The command line is looked at, so that a reused id is not taken for them."""
    try:
        pid = int((state / "pid").read_text())
        words = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
    except (OSError, ValueError):
        return 0
    return pid if b"manrs_wire" in words and b"run" in words else 0


if __name__ == "__main__":
    sys.exit(main())
