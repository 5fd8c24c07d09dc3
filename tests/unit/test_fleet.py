"""A fleet judged by several processes: equal results whatever their number, nothing lost when one dies, nothing judged twice for nothing."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest
from manrs_conformance import api, collect
from manrs_conformance.api.fleet import device, packing, pool
from manrs_conformance.api.fleet.sources import Text
from manrs_conformance.errors import InputError, UsageError
from manrs_conformance.model.result import Status
from manrs_conformance.model.snapshot import Snapshot

ROOT = Path(__file__).resolve().parents[2]
INCIDENTS = ROOT / "tests/unit/incidents"
AS_OF = "2026-11-20T00:00:00Z"
INTENT = """organisation: {name: Example}
asns: [3333]
prefixes: [193.0.0.0/21]
tagging: {customer: '3333:100'}
neighbours:
  - {select: {asn: 1299}, relationship: provider}
  - {select: {asn: 25152}, relationship: peer}
  - {select: {asn: 12654}, relationship: customer, prefixes: [84.205.64.0/24], stub: true}
"""
ROUTER = """frr version 8.4.4
hostname {name}
interface lo
 ip address 193.0.0.{number}/32
exit
router bgp 3333
 neighbor 185.1.{number}.6 remote-as 1299
 neighbor 185.1.{number}.2 remote-as 25152
 neighbor 185.1.{number}.9 remote-as 12654
{mesh} address-family ipv4 unicast
  neighbor 185.1.{number}.6 route-map IN in
  neighbor 185.1.{number}.6 route-map OUT out
  neighbor 185.1.{number}.2 route-map {peer} in
  neighbor 185.1.{number}.2 route-map OUT out
  neighbor 185.1.{number}.9 prefix-list CUST in
 exit-address-family
exit
ip prefix-list CUST seq 5 permit 84.205.64.0/24
ip prefix-list OWN seq 5 permit 193.0.0.0/21
bgp community-list standard TAG seq 5 permit 3333:100
route-map IN permit 10
 set comm-list TAG delete
exit
route-map LOOSE permit 10
exit
route-map OUT permit 10
 match community TAG
exit
route-map OUT permit 20
 match ip address prefix-list OWN
exit
end
"""
COUNT = 9


def router(number: int, peer: str = "IN") -> str:
    """A router of a full mesh with the first nine."""
    mesh = "".join(f" neighbor 193.0.0.{other} remote-as 3333\n" for other in range(1, COUNT + 1) if other != number)
    return ROUTER.format(name=f"r{number}", number=number % 250, mesh=mesh, peer=peer)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Nine routers, one of which lets its peer set the customer tag; the intent knows a tenth."""
    (tmp_path / "manrs.yml").write_text(
        INTENT + f"devices: [{', '.join(f'r{n}' for n in range(1, COUNT + 2))}]\n", encoding="utf-8"
    )
    configs = tmp_path / "configs"
    configs.mkdir()
    for number in range(1, COUNT + 1):
        (configs / f"r{number}.frr.cfg").write_text(router(number, "LOOSE" if number == 4 else "IN"), encoding="utf-8")
    return tmp_path


def inputs(folder: Path) -> api.Inputs:
    return api.Inputs.read(folder / "manrs.yml", None, None, AS_OF)


def written(done: api.Assessment) -> str:
    return json.dumps(api.report_json(done.report), sort_keys=True)


def test_any_number_of_workers_says_the_same_as_one_look_at_everything(folder: Path) -> None:
    whole = api.audit_inputs(api.saved([folder / "configs"], None), inputs(folder))
    leaks = [one for one in whole.report.findings if one.check == "EXP-02" and one.status.value == "fail"]
    assert len(leaks) > COUNT, "the loose import of r4 leaks on its own router and over the others"
    assert {one.witnesses[0].trace[0].text for one in leaks} != {""}
    for workers in (1, 2, 5):
        found = api.audit_fleet(api.of_files([folder / "configs"], None), inputs(folder), workers=workers)
        assert written(found) == written(whole), workers


def test_bundles_are_equal_whatever_the_number_of_workers(folder: Path) -> None:
    roots = set()
    for workers in (1, 3):
        given = inputs(folder)
        done = api.audit_fleet(api.of_files([folder / "configs"], None), given, workers=workers)
        built = api.write_bundle(
            folder / f"bundle{workers}", done, given, run_id="00000000-0000-4000-8000-000000000001", commitment_key=b"k" * 32
        )
        roots.add((folder / f"bundle{workers}/data/results.jsonl").read_bytes())
        assert api.verify_bundle(built.path, None).ok
        assert api.replay_bundle(built.path)[0] == ()
    assert len(roots) == 1


@pytest.mark.parametrize("some", (0, 1, None))
def test_what_a_router_came_to_is_the_same_after_its_way(some: int | None, folder: Path) -> None:
    inputs = api.Inputs.read(folder / "manrs.yml", None, None, AS_OF)
    judged = device.judge(api.of_files([folder / "configs"], None)["r1"], device.Rules(inputs.intent, inputs.reference))
    assert {one.status for one in judged.findings} >= {Status.PASS, Status.FAIL}
    judged = replace(judged, findings=judged.findings[:some])
    assert packing.unpacked(packing.packed(judged)) == judged


def test_a_router_that_cannot_be_read_is_an_error_of_its_own(folder: Path) -> None:
    failed = Snapshot("r2", "frr", "", collected_at=AS_OF, error="no answer within 60 s")
    texts = [one for one in api.of_files([folder / "configs"], None).texts() if one.host != "r2"]
    done = api.audit_fleet(api.Snapshots([*texts, Text("r2", held=failed)]), inputs(folder), workers=2)
    scope = {one.name: (one.status, one.reason) for one in done.report.scope}
    assert scope["r2"] == ("unreachable", "no answer within 60 s")
    assert scope["r10"][0] == "unreachable", "expected, and nothing of it"
    assert scope["r1"][0] == "assessed"


@pytest.mark.parametrize("workers", [1, 2])
def test_a_file_that_cannot_be_read_is_an_error_of_the_call(workers: int, folder: Path) -> None:
    given = api.of_files([folder / "configs"], None)
    (folder / "configs" / "r3.frr.cfg").unlink()
    with pytest.raises(InputError, match=r"r3\.frr\.cfg: cannot be read"):
        api.audit_fleet(given, inputs(folder), workers=workers)


def test_two_of_one_name_are_refused(folder: Path) -> None:
    with pytest.raises(InputError, match="r1"):
        api.of_files([folder / "configs", folder / "configs" / "r1.frr.cfg"], None)


def test_saved_snapshots_are_read_like_configurations(folder: Path) -> None:
    for one in api.saved([folder / "configs"], None):
        collect.save(one, folder / "devices")
    found = api.audit_fleet(api.of_files([folder / "devices"], None), inputs(folder))
    assert len(found.routers) == COUNT


class Deadly:
    """Judges like the engine, but the process dies at some routers: each time, or once."""

    def __init__(self, always: set[str], once: set[str], marks: Path) -> None:
        self.always, self.once, self.marks = always, once, marks
        self.judge = device.judge

    def __call__(self, snapshot: Snapshot, rules: device.Rules) -> device.Judged:
        if snapshot.host in self.always:
            os.kill(os.getpid(), signal.SIGKILL)
        mark = self.marks / snapshot.host
        if snapshot.host in self.once and not mark.exists():
            mark.touch()
            os.kill(os.getpid(), signal.SIGKILL)
        return self.judge(snapshot, rules)


def test_a_process_that_dies_costs_its_router_a_new_try_and_no_other_anything(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Workers are copies of this process, whatever threads other tests have left in it: a new interpreter would not have what is patched here.
    monkeypatch.setattr("threading.active_count", lambda: 1)
    whole = api.audit_fleet(api.of_files([folder / "configs"], None), inputs(folder), workers=1)
    monkeypatch.setattr(pool, "judge", Deadly(set(), {"r2", "r7"}, folder))
    assert written(api.audit_fleet(api.of_files([folder / "configs"], None), inputs(folder), workers=3)) == written(whole)
    monkeypatch.setattr(pool, "judge", Deadly({"r5"}, set(), folder))
    done = api.audit_fleet(api.of_files([folder / "configs"], None), inputs(folder), workers=3)
    scope = {one.name: (one.status, one.reason) for one in done.report.scope}
    assert "three times" in scope["r5"][1]
    assert [one for one, (status, _why) in scope.items() if status == "unreachable"] == ["r10", "r5"]


def test_an_unchanged_router_is_not_judged_again(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    given = inputs(folder)
    cache = api.Cache.open(folder / "cache", given.intent_bytes, given.reference)
    first = api.audit_fleet(api.of_files([folder / "configs"], None), given, workers=2, cache=cache)
    asked: list[str] = []
    plain = device.judge
    monkeypatch.setattr(pool, "judge", lambda one, rules: (asked.append(one.host), plain(one, rules))[1])
    again = api.audit_fleet(api.of_files([folder / "configs"], None), given, workers=1, cache=cache)
    assert (asked, written(again)) == ([], written(first))
    changed = folder / "configs" / "r6.frr.cfg"
    changed.write_text(changed.read_text().replace("permit 84.205.64.0/24", "permit 0.0.0.0/0 le 32"), encoding="utf-8")
    third = api.audit_fleet(api.of_files([folder / "configs"], None), given, workers=1, cache=cache)
    assert asked == ["r6"]
    assert written(third) == written(api.audit_fleet(api.of_files([folder / "configs"], None), given, workers=1))
    asked.clear()
    (folder / "configs" / "r7.frr.state").mkdir()
    (folder / "configs" / "r7.frr.state" / "clock.txt").write_text("2026-11-20T00:00:00Z", encoding="utf-8")
    api.audit_fleet(api.of_files([folder / "configs"], None), given, workers=1, cache=cache)
    assert asked == ["r7"], "what the router said of its state is part of what was read"
    (folder / "configs" / "r7.frr.cfg").rename(folder / "configs" / "s7.frr.cfg")
    (folder / "configs" / "r7.frr.state").rename(folder / "configs" / "s7.frr.state")
    api.audit_fleet(api.of_files([folder / "configs"], None), given, workers=1, cache=cache)
    assert asked == ["r7", "s7"], "results carry the name of their router"
    other = given.intent_bytes.replace(b"stub: true", b"stub: false")
    assert api.Cache.open(folder / "cache", other, given.reference).run != cache.run


def test_a_cache_that_others_can_write_to_is_refused(folder: Path) -> None:
    given = inputs(folder)
    (folder / "open").mkdir()
    (folder / "open").chmod(0o777)
    with pytest.raises(UsageError, match="writable by you alone"):
        api.Cache.open(folder / "open", given.intent_bytes, given.reference)


def test_dask_says_the_same_also_when_workers_are_killed(folder: Path) -> None:
    whole = api.audit_fleet(api.of_files([folder / "configs"], None), inputs(folder), workers=1)
    # In a process of its own: the threads of a cluster stay, and would be there for all tests that follow.
    script = Path(__file__).with_name("fleet_on_dask.py")
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "plugins/plugin_utils")}
    done = subprocess.run(
        [sys.executable, str(script), str(folder), AS_OF], env=environment, capture_output=True, text=True, check=False, timeout=120
    )
    assert done.returncode == 0, done.stderr[-2000:]
    plain, killed, stopped = [one for one in done.stdout.splitlines() if one.startswith(("{", "["))]
    assert plain == written(whole)
    assert killed == written(whole), "nothing is lost, nothing counted twice"
    seconds, code, said, left = json.loads(stopped)
    assert (seconds < 10, code, left) == (True, 3, 0), stopped
    assert (
        "of 600 routers were assessed, nothing was written; not assessed: s" in " ".join(said.split()) and "Traceback" not in said
    ), said


def test_a_scheduler_that_does_not_answer_is_told(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    command = ["-m", "manrs_conformance.cli", "audit", str(folder / "configs"), "--intent", str(folder / "manrs.yml")]
    code = "import sys, manrs_conformance.api.fleet.dask as at; at.TIMEOUT = 1; sys.argv = sys.argv[1:]; from manrs_conformance.cli import main; main()"
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "plugins/plugin_utils")}
    done = subprocess.run(
        [sys.executable, "-c", code, "manrs", *command[2:], "--scheduler", "tcp://127.0.0.1:9"],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert (done.returncode, "no Dask scheduler answers" in done.stderr, done.stdout) == (3, True, "")


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_stopped_within_seconds_it_says_what_was_not_assessed(how: signal.Signals, folder: Path) -> None:
    for number in range(10, 400):
        (folder / "configs" / f"r{number}.frr.cfg").write_text(router(number), encoding="utf-8")
    command = [
        sys.executable,
        "-m",
        "manrs_conformance.cli",
        "audit",
        str(folder / "configs"),
        "--intent",
        str(folder / "manrs.yml"),
    ]
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "plugins/plugin_utils")}
    bundle = folder / "bundle"
    running = subprocess.Popen(
        [*command, "--workers", "2", "--bundle", str(bundle)],
        env=environment,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    ready = time.monotonic() + 60
    while len(states(running.pid)) < 3 and time.monotonic() < ready:
        time.sleep(0.05)
    time.sleep(0.5)
    began = time.monotonic()
    os.killpg(running.pid, how) if how is signal.SIGINT else running.send_signal(how)
    _out, err = running.communicate(timeout=20)
    assert time.monotonic() - began < 10
    if how is signal.SIGKILL:
        while states(running.pid) and time.monotonic() < began + 10:
            time.sleep(0.05)
        assert states(running.pid) == [], "no worker outlives the one that it works for"
        return
    assert running.returncode == 3
    assert "interrupted" in err and "not assessed: " in err and "Traceback" not in err
    assert not bundle.exists()
    assert [one for one in states(running.pid) if not one.startswith("Z")] == [], "no worker is left"


def states(session: int) -> list[str]:
    """The states of the processes of a session."""
    found = subprocess.run(["ps", "-o", "stat=", "-s", str(session)], capture_output=True, text=True, check=False)
    return found.stdout.split()
