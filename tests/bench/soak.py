"""`python tests/bench/soak.py [--minutes 10] [--rounds N] [--first N] [--write]`: hourly audits, one after the other, for as long as asked.

A round reads ten routers of five vendors over their own protocols (servers of `tests/wire` in a process of their own) with Nornir, adds saved
configurations with customers' lists, judges all, writes and verifies a bundle. Before each round every configuration and some of the validated
ROA payloads change. A line per round tells memory, open files and threads of this process and the sessions that the routers see; every tenth round
judges with two processes. After the first half of the rounds nothing may grow any more: exit code 1 when something does. `--first` goes on with
the changes of a later round; `--write` puts the figures into docs/performance.md.
"""

from __future__ import annotations

import argparse
import contextlib
import gc
import json
import multiprocessing
import os
import random
import shutil
import statistics
import sys
import tempfile
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [
    str(ROOT / one) for one in ("tests/bench", "tests/wire", "plugins/plugin_utils", "plugins/nornir", "plugins/napalm")
]

import population  # noqa: E402

AS_OF = "2026-12-01T00:00:00Z"
SAVED, ENTRIES, VRPS = 6, 300, 20_000
SETTLE = 10.0
"""Seconds within which the routers must see every session closed."""
SLACK, SPARE = 1.05, 3.0
"""Memory of the last quarter of the rounds beside that of the second one: share, and MB."""
BEGIN, END = "<!-- soak: begin -->", "<!-- soak: end -->"


@dataclass(frozen=True)
class Round:
    """What one round left behind."""

    memory: float
    files: int
    threads: int
    sessions: int
    server_files: int
    verdict: str
    seconds: float


def serve(pipe: Any, folder: Path) -> None:
    """The routers, in a process of their own: changes what it is told to change, and tells how many sessions they see."""
    from manrs_wire import Device, start
    from manrs_wire.inventory import devices

    made = [
        *devices(),
        *(
            Device(one.platform, one.running, name=f"{one.platform}2", username=one.username, password=one.password)
            for one in devices()
        ),
    ]
    texts = {one.name: one.running for one in made}
    with start(*made, folder=folder) as fleet:
        hosts = {
            name: {
                "port": fleet.ports[name],
                "platform": one.platform,
                "username": one.username,
                "password": one.password,
                "secret": one.secret,
            }
            for name, one in fleet.devices.items()
        }
        pipe.send({"hosts": hosts, "known_hosts": str(fleet.known_hosts), "ca": str(fleet.ca)})
        while (number := pipe.recv()) is not None:
            if number >= 0:
                dice = random.Random(f"round {number}")
                for name, one in fleet.devices.items():
                    customer = f"{dice.choice((45, 46, 100))}.{dice.randrange(256)}.0.0/22"
                    one.running = texts[name].replace("45.13.0.0/22", customer)
                    one.received.clear()
            pipe.send((sum(one.sessions for one in fleet.devices.values()), len(os.listdir("/proc/self/fd"))))


def nornir(told: dict[str, Any]) -> Any:
    """The routers as Nornir's inventory."""
    from nornir.core import Nornir
    from nornir.core.inventory import ConnectionOptions, Defaults, Groups, Host, Hosts, Inventory
    from nornir.core.plugins.connections import ConnectionPluginRegister
    from nornir_manrs.runners import ThreadedRunner

    ConnectionPluginRegister.auto_register()
    data = {"manrs_known_hosts": told["known_hosts"], "manrs_ca": told["ca"]}
    hosts = {}
    for name, one in told["hosts"].items():
        extras = {"timeout": 30, "optional_args": {"secret": one["secret"]} if one["secret"] else {}}
        system = "iosxr_netconf" if one["platform"] == "iosxr" else one["platform"]
        options = {"napalm": ConnectionOptions(extras=extras)}
        login = {"username": one["username"], "password": one["password"], "port": one["port"]}
        hosts[name] = Host(name, "127.0.0.1", platform=system, data=data, connection_options=options, **login)
    return Nornir(inventory=Inventory(Hosts(hosts), Groups(), Defaults()), runner=ThreadedRunner(num_workers=5))


def change(folder: Path, number: int) -> None:
    """What is another one than an hour ago: payloads, route objects and saved configurations."""
    dice = random.Random(f"changes {number}")
    vrps = [
        {
            "asn": population.asn(n % population.POOL),
            "prefix": f"{60 + n % 32}.{n >> 5 & 255}.{n >> 13 & 255}.0/24",
            "maxLength": 24,
        }
        for n in range(VRPS)
    ]
    for _one in range(VRPS // 100):
        vrps[dice.randrange(VRPS)]["asn"] = dice.randrange(1, 400_000)
    (folder / "sources/vrps.json").write_text(json.dumps({"metadata": {"generatedTime": AS_OF}, "roas": vrps}))
    for one in range(SAVED):
        text = population.config(
            one, dice.sample(range(population.POOL), 2), entries=ENTRIES - dice.randrange(20), changed=bool(dice.randrange(2))
        )
        (folder / f"configs/r{one:04}.ios.cfg").write_text(text)


def audit(nr: Any, folder: Path, number: int) -> str:
    """One hourly audit; its verdict."""
    from manrs_conformance import api
    from nornir_manrs.processors import EvidenceProcessor
    from nornir_manrs.tasks import manrs_audit

    run = folder / "run"
    evidence = EvidenceProcessor(nr.inventory.hosts)
    nr.with_processors([evidence]).run(manrs_audit, intent=folder / "manrs.yml", run_dir=run, judge=False)
    nr.close_connections(on_failed=True)
    nr.data.reset_failed_hosts()
    if evidence.failed:
        raise RuntimeError(f"not read: {evidence.failed}")
    inputs = api.Inputs.read(folder / "manrs.yml", None, folder / "sources", AS_OF)
    texts = [*api.of_run(sorted((run / "devices").iterdir())).texts(), *api.of_files([folder / "configs"], None).texts()]
    done = api.audit_fleet(api.Snapshots(texts), inputs, workers=2 if number % 10 == 9 else 1)
    built = api.write_bundle(folder / "bundle", done, inputs)
    if not api.verify_bundle(built.path, None).ok:
        raise RuntimeError("the bundle does not verify")
    shutil.rmtree(run)
    shutil.rmtree(built.path)
    return str(done.report.verdict)


def look(pipe: Any, verdict: str, began: float) -> Round:
    """The state of this process and of the routers' sessions, once threads had the time to end."""
    end = time.monotonic() + SETTLE
    while True:
        pipe.send(-1)
        sessions, server_files = pipe.recv()
        if not sessions or time.monotonic() > end:
            break
        time.sleep(0.05)
    time.sleep(0.2)
    gc.collect()
    status = Path("/proc/self/status").read_text()
    memory = int(next(line.split()[1] for line in status.splitlines() if line.startswith("VmRSS:"))) / 1024
    return Round(
        memory,
        len(os.listdir("/proc/self/fd")),
        threading.active_count(),
        sessions,
        server_files,
        verdict,
        time.monotonic() - began,
    )


def grown(rounds: list[Round]) -> list[str]:
    """What is greater in the last quarter of the rounds than in the second one, in words."""
    quarter = max(1, len(rounds) // 4)
    early, late = rounds[quarter : 2 * quarter] or rounds, rounds[-quarter:]
    out = [f"round {at} left {one.sessions} sessions" for at, one in enumerate(rounds) if one.sessions]
    before, after = (statistics.median(one.memory for one in some) for some in (early, late))
    if after > before * SLACK + SPARE:
        out.append(f"memory grew from {before:.0f} to {after:.0f} MB")
    for name in ("files", "threads", "server_files"):
        was, now = (max(getattr(one, name) for one in some) for some in (early, late))
        if now > was:
            out.append(f"{name} grew from {was} to {now}")
    return out


def words(rounds: list[Round]) -> str:
    """The figures as a table of Markdown: a round at the start, at the quarters and at the end."""
    at = sorted({0, *(len(rounds) * part // 4 for part in (1, 2, 3)), len(rounds) - 1})
    lines = ["| Round | Memory | Open files | Threads | Sessions on the routers |", "| --- | --- | --- | --- | --- |"]
    lines += [f"| {one + 1} | {r.memory:.0f} MB | {r.files} | {r.threads} | {r.sessions} |" for one in at if (r := rounds[one])]
    total = sum(one.seconds for one in rounds)
    return (
        "\n".join(lines)
        + f"\n\n{len(rounds)} rounds in {total / 60:.1f} minutes; most memory {max(one.memory for one in rounds):.0f} MB."
    )


def main() -> int:
    """Go round; 1 when something grew."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--rounds", type=int, default=1_000_000)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--write", action="store_true")
    asked = parser.parse_args()
    population.POOL = 20
    rounds: list[Round] = []
    with contextlib.ExitStack() as around:
        folder = Path(around.enter_context(tempfile.TemporaryDirectory()))
        for name in ("sources", "configs"):
            (folder / name).mkdir()
        text = population.intent([f"r{one:04}" for one in range(SAVED)])
        demo = (
            "  - {select: {asn: 43213}, relationship: customer, prefixes: [45.13.0.0/22], stub: true, max_prefix: 5}\ninterfaces:\n"
        )
        (folder / "manrs.yml").write_text(text.replace("interfaces:\n", demo))
        (folder / "sources/irr.rpsl").write_text(population.dump(ENTRIES))
        pipe, other = multiprocessing.Pipe()
        server = multiprocessing.get_context("spawn").Process(target=serve, args=(other, folder / "wire"), daemon=True)
        server.start()
        around.callback(server.join, 30)
        around.callback(pipe.send, None)
        nr = nornir(pipe.recv())
        end = time.monotonic() + 60 * asked.minutes
        while len(rounds) < asked.rounds and time.monotonic() < end:
            number, began = asked.first + len(rounds), time.monotonic()
            change(folder, number)
            pipe.send(number)
            pipe.recv()
            rounds.append(look(pipe, audit(nr, folder, number), began))
            one = rounds[-1]
            print(
                f"round {number:5} {one.memory:7.1f} MB {one.files:4} files {one.threads:3} threads {one.sessions:3} sessions "
                f"{one.server_files:4} files of the routers {one.verdict:12} {one.seconds:6.2f} s",
                flush=True,
            )
    print(words(rounds))
    problems = grown(rounds)
    for line in problems:
        print(f"GROWTH: {line}")
    if asked.write:
        page = ROOT / "docs/performance.md"
        head, _begin, rest = page.read_text("utf-8").partition(BEGIN)
        page.write_text(f"{head}{BEGIN}\n\n{words(rounds)}\n\n{END}{rest.partition(END)[2]}", "utf-8")
    return int(bool(problems))


if __name__ == "__main__":
    sys.exit(main())
