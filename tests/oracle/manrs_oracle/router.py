"""FRR's bgpd, and stayrtr, in a network namespace of their own; nothing is left when the context ends."""

from __future__ import annotations

import json
import os
import secrets
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from manrs_lab.system import LabError, kill_all, run

from .setup import CACHE_PORT, ROUTER, Setup, Vrp

BGPD = Path("/usr/lib/frr/bgpd")
PROGRAMS = {
    "frr": BGPD,
    "frr-rpki-rtrlib": Path("/usr/lib/x86_64-linux-gnu/frr/modules/bgpd_rpki.so"),
    "stayrtr": Path("/usr/bin/stayrtr"),
    "iproute2": Path("/usr/sbin/ip"),
}

DELAY = "bgp route-map delay-timer 1\n"
"""After a configuration bgpd starts no session before its route-map timer is over: five seconds by default."""


def preflight() -> None:
    """Raise LabError when not root, or naming the apt packages of what is missing."""
    if os.geteuid() != 0:
        raise LabError("the oracle makes a network namespace: run it as root")
    missing = [
        package for package, path in PROGRAMS.items() if not path.exists() and not (package == "iproute2" and shutil.which("ip"))
    ]
    if missing:
        raise LabError(f"programs are missing: apt-get install -y --no-install-recommends {' '.join(missing)}")


class Router:
    """One namespace in which bgpd is started as often as wanted."""

    def __init__(self) -> None:
        self.namespace = f"oracle-{os.getpid()}-{secrets.token_hex(3)}"
        self.directory = Path()
        self.children: dict[str, subprocess.Popen[bytes]] = {}
        self.refused: list[str] = []
        """Lines of the last configuration that bgpd did not take."""

    def __enter__(self) -> Router:
        preflight()
        signal.signal(signal.SIGTERM, _leave)
        self.directory = Path(tempfile.mkdtemp(prefix="manrs-oracle-"))
        self.directory.chmod(0o755)
        (self.directory / "run").mkdir()
        shutil.chown(self.directory / "run", "frr", "frr")
        run(["ip", "netns", "add", self.namespace])
        try:
            run(["ip", "-n", self.namespace, "link", "set", "lo", "up"])
            # Everything of this block is local: each neighbour has its own address without an interface of its own.
            run(["ip", "-n", self.namespace, "addr", "add", f"{ROUTER}/16", "dev", "lo"])
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()
        run(["ip", "netns", "del", self.namespace], check=False)
        shutil.rmtree(self.directory, ignore_errors=True)

    def stop(self) -> None:
        """End every process of this router."""
        kill_all([child.pid for child in self.children.values()])
        for child in self.children.values():
            child.wait()
        self.children.clear()

    def start(self, setup: Setup) -> None:
        """A fresh bgpd with the configuration, and the cache of the setup synchronised."""
        self.stop()
        # Loading by vtysh is ten times faster than by bgpd itself; the defaults have to be known before the first line.
        path, body = self.directory / "bgpd.conf", self.directory / "body.conf"
        lines = setup.config.splitlines(keepends=True)
        path.write_text("".join(line for line in lines if line.startswith("frr ")))
        body.write_text("".join(_definitions_first([line for line in lines if not line.startswith("frr ")])))
        (self.directory / "run" / "bgpd.vty").unlink(missing_ok=True)
        if setup.cache == "synced":
            self._cache(setup.vrps)
        sockets = str(self.directory / "run")
        self._spawn("bgpd", [str(BGPD), "-Z", "-n", "-M", "rpki", "-A", "127.0.0.1", "-P", "0", "--vty_socket", sockets, "-i", f"{sockets}/bgpd.pid", "-f", str(path)])  # fmt: skip
        self._until(lambda: (self.directory / "run" / "bgpd.vty").exists() and self.show("show bgp summary json") != "", "bgpd")
        self.refused = self._load(body)
        if setup.cache == "synced":
            self._until(lambda: self.show("show rpki prefix-table").count(" - ") >= len(setup.vrps), "the RPKI cache")

    def _cache(self, vrps: Sequence[Vrp]) -> None:
        path = self.directory / "vrps.json"
        roas = [{"prefix": prefix, "maxLength": most, "asn": f"AS{asn}", "ta": "test"} for prefix, most, asn in vrps]
        path.write_text(json.dumps({"metadata": {"buildtime": "2026-01-01T00:00:00Z"}, "roas": roas}))
        self._spawn("stayrtr", ["stayrtr", "-bind", f"{ROUTER}:{CACHE_PORT}", "-cache", str(path), "-checktime=false", "-refresh", "3600", "-metrics.addr", ""])  # fmt: skip
        deadline = time.monotonic() + 5
        while f":{CACHE_PORT:04X} " not in run(["ip", "netns", "exec", self.namespace, "cat", "/proc/net/tcp"]).upper():
            if time.monotonic() > deadline:
                raise LabError(f"stayrtr does not listen: {self.errors('stayrtr')}")
            time.sleep(0.02)

    def _spawn(self, name: str, argv: Sequence[str]) -> None:
        with open(self.directory / f"{name}.log", "wb") as log:
            self.children[name] = subprocess.Popen(
                ["ip", "netns", "exec", self.namespace, *argv],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True,
            )  # fmt: skip

    def errors(self, name: str) -> str:
        """What a process wrote."""
        return (self.directory / f"{name}.log").read_text(errors="replace")

    def _until(self, ready: Any, what: str, seconds: float = 15) -> None:
        deadline = time.monotonic() + seconds
        while not ready():
            dead = [name for name, child in self.children.items() if child.poll() is not None]
            if dead or time.monotonic() > deadline:
                raise LabError(f"{what} is not ready: {' '.join(self.errors(name)[-600:] for name in self.children)}")
            time.sleep(0.03)

    def show(self, command: str) -> str:
        """Output of a command, empty when bgpd does not answer."""
        argv = ["vtysh", "--vty_socket", str(self.directory / "run"), "-c", command]
        return subprocess.run(argv, check=False, capture_output=True, text=True, timeout=120).stdout

    def _load(self, path: Path) -> list[str]:
        """Load statements; the lines that bgpd refused."""
        argv = ["vtysh", "--vty_socket", str(self.directory / "run"), "-f", str(path)]
        done = subprocess.run(argv, check=False, capture_output=True, text=True, timeout=120)
        told = (done.stdout + done.stderr).splitlines()
        return [line for line in told if line.startswith(("line ", "%"))]


def _definitions_first(lines: list[str]) -> list[str]:
    """The same statements with `router bgp` last: bgpd links a route-map that comes after its user only seconds later."""
    at = next((n for n, line in enumerate(lines) if line.startswith("router bgp")), len(lines))
    end = next((n for n in range(at + 1, len(lines)) if not lines[n].startswith(" ")), len(lines))
    return [DELAY, *lines[:at], *lines[end:], *lines[at:end]]


def _leave(*_: object) -> None:
    raise SystemExit(143)
