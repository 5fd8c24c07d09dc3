"""`python -m manrs_lab.irr DIRECTORY ADDRESS`: a real IRRd with PostgreSQL and Redis, in the foreground, until it is ended.

Everything runs as an unprivileged user in the private DIRECTORY, on unix sockets; only IRRd's whois port listens, at ADDRESS.
"""

from __future__ import annotations

import contextlib
import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from .system import LabError

ROOT = Path(__file__).resolve().parents[3]
REGISTRIES = ROOT / "tests/lab/irr"
"""One RPSL file for each registry, named after it."""
ENVIRONMENT = Path(os.environ.get("MANRS_IRRD", ROOT / ".venv-irrd"))
MADE_BY = "bash -c '. tests/setup.sh && system_packages && irrd_environment'"
USER = "postgres"
WHOIS = 43
WORKERS = 10
COMPLETE = "irrd-preload-complete-channel"
SUBSCRIBERS = WORKERS + 1
"""Processes of IRRd that hold the data in memory: whois workers and the HTTP server."""
START = 60.0
"""Seconds until it must answer."""

LOAD = """import sys
from irrd.conf import config_init
config_init(sys.argv[1])
from irrd.scripts.load_database import load
sys.exit(max(load(name, file, None) for name, file in zip(sys.argv[2::2], sys.argv[3::2])))
"""
CONFIG = """irrd:
  database_url: 'postgresql://{user}@/irrd?host={run}'
  redis_url: 'unix://{run}/redis.sock'
  piddir: {run}
  server:
    http: {{interface: 127.0.0.1, port: 8080, workers: 1, url: 'http://127.0.0.1:8080/'}}
    whois: {{interface: '{address}', port: {port}, max_connections: {workers}}}
  email: {{from: irr@lab.example, smtp: localhost}}
  auth: {{gnupg_keyring: {run}}}
  rpki: {{roa_source: null}}
  log: {{level: INFO}}
  sources:
{sources}
"""


def registries() -> tuple[str, ...]:
    """Names of the registries that the server holds, in its order of preference."""
    return tuple(sorted(path.stem for path in REGISTRIES.glob("*.rpsl")))


def programs() -> Path:
    """Folder of PostgreSQL's programs; LabError naming what to install."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    if not found or not shutil.which("redis-server") or not (ENVIRONMENT / "bin/irrd").exists():
        raise LabError(f"the IRR of the lab is missing (PostgreSQL, Redis or IRRd in {ENVIRONMENT}): {MADE_BY}")
    return found[-1].parent


class Server:
    """The processes of the registry; `environment` is where the unprivileged user finds IRRd."""

    def __init__(self, directory: Path, address: str) -> None:
        self.directory, self.address, self.bin = directory, address, programs()
        self.owner = pwd.getpwnam(USER)
        self.environment = directory / "irrd"
        self.processes: list[subprocess.Popen[bytes]] = []

    def prepare(self) -> None:
        """A private directory, and the environment of IRRd bound into it: the checkout may be closed to other users."""
        for path in (self.directory, self.directory / "run", self.environment):
            path.mkdir(parents=True, exist_ok=True, mode=0o700)
            os.chown(path, self.owner.pw_uid, self.owner.pw_gid)
        subprocess.run(["mount", "--bind", str(ENVIRONMENT), str(self.environment)], check=True)
        for name in registries():
            target = self.directory / f"{name}.rpsl"
            shutil.copyfile(REGISTRIES / f"{name}.rpsl", target)
        sources = "\n".join(f"    {name}: {{keep_journal: false}}" for name in registries())
        (self.directory / "irrd.yaml").write_text(
            CONFIG.format(user=USER, run=self.directory / "run", address=self.address, port=WHOIS, workers=WORKERS, sources=sources)
        )

    def run(self) -> None:
        """Start everything and stay until a process dies or this one is asked to end."""
        base, run = self.directory / "base", self.directory / "run"
        self._do(f"{self.bin}/initdb", "-D", base, "-A", "trust", "-U", USER, "-N", "-E", "UTF8", "--locale=C.UTF-8")
        quick = (
            "fsync=off",
            "synchronous_commit=off",
            "full_page_writes=off",
            "listen_addresses=",
            f"unix_socket_directories={run}",
        )
        self._start(f"{self.bin}/postgres", "-D", base, *(word for one in quick for word in ("-c", one)))
        self._start("redis-server", "--port", "0", "--unixsocket", run / "redis.sock", "--save", "", "--dir", run)
        self._until(lambda: (run / "redis.sock").exists() and self._sql("postgres", "SELECT 1"), "PostgreSQL and Redis to start")
        if not self._sql("postgres", "CREATE DATABASE irrd") or not self._sql("irrd", "CREATE EXTENSION pgcrypto"):
            raise LabError("the database of IRRd could not be made")
        config = ("--config", self.directory / "irrd.yaml")
        self._irrd("irrd_database_upgrade", *config)
        files = [word for name in registries() for word in (name, self.directory / f"{name}.rpsl")]
        self._do(self.environment / "bin/python", "-c", LOAD, config[1], *files)
        self._start(self.environment / "bin/python", self.environment / "bin/irrd", *config, "--foreground")
        self._until(self._listening, "IRRd's workers to start")
        # A worker that began to listen only after IRRd said that its data are complete would wait for ever: it is said again.
        self._redis("publish", COMPLETE, "complete")
        self._until(self._answers, "IRRd to answer")
        print("irr: ready", flush=True)
        while all(one.poll() is None for one in self.processes):
            time.sleep(0.5)
        raise LabError("a process of the registry ended")

    def stop(self) -> None:
        """End the processes, the last first."""
        for one in reversed(self.processes):
            with contextlib.suppress(ProcessLookupError):
                one.terminate()
        for one in reversed(self.processes):
            with contextlib.suppress(subprocess.TimeoutExpired):
                one.wait(2)

    def _listening(self) -> bool:
        """Whether every worker has subscribed to the message that the data are complete."""
        return int((self._redis("pubsub", "numsub", COMPLETE).split() or ["", "0"])[-1]) >= SUBSCRIBERS

    def _answers(self) -> bool:
        try:
            with socket.create_connection((self.address, WHOIS), timeout=3) as link:
                link.sendall(b"!v\n")
                return link.recv(1) == b"A"
        except OSError:
            return False

    def _redis(self, *words: str) -> str:
        argv = self._words("redis-cli", "-s", self.directory / "run/redis.sock", *words)
        return subprocess.run(argv, check=True, capture_output=True, text=True, timeout=START, user=self.owner.pw_uid).stdout

    def _sql(self, base: str, text: str) -> bool:
        argv = self._words(f"{self.bin}/psql", "-q", "-h", self.directory / "run", "-U", USER, "-c", text, base)
        return subprocess.run(argv, check=False, stdout=subprocess.DEVNULL, timeout=START, **self._as()).returncode == 0

    def _irrd(self, program: str, *words: object) -> None:
        self._do(self.environment / "bin/python", self.environment / "bin" / program, *words)

    def _do(self, *words: object) -> None:
        subprocess.run(self._words(*words), check=True, timeout=START, **self._as())

    def _start(self, *words: object) -> None:
        self.processes.append(subprocess.Popen(self._words(*words), **self._as()))

    def _until(self, holds: Callable[[], bool], what: str) -> None:
        until = time.monotonic() + START
        while not holds():
            if time.monotonic() > until or any(one.poll() is not None for one in self.processes):
                raise LabError(f"waited in vain for {what}")
            time.sleep(0.05)

    @staticmethod
    def _words(*words: object) -> list[str]:
        return [str(one) for one in words]

    def _as(self) -> dict[str, Any]:
        """Run as the unprivileged user, with an environment of its own and nothing to read from."""
        return {
            "user": self.owner.pw_uid,
            "group": self.owner.pw_gid,
            "extra_groups": [],
            "cwd": self.directory,
            "stdin": subprocess.DEVNULL,
            "env": {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "HOME": str(self.directory), "LC_ALL": "C.UTF-8"},
        }


def main(argv: Sequence[str]) -> int:
    """Serve until ended."""
    server = Server(Path(argv[0]), argv[1])
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    try:
        server.prepare()
        server.run()
    except (LabError, subprocess.SubprocessError, OSError) as error:
        print(f"irr: {error}", file=sys.stderr)
        return 1
    finally:
        server.stop()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
