"""The agent's state machine with fake vtysh, nft and frr-reload: every end is unchanged, confirmed, or reverted."""

from __future__ import annotations

import json
import os
import runpy
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from napalm_frr import agent

SOURCE = Path(agent.__file__)
BASE = "hostname r1\nrouter bgp 64500\n neighbor 192.0.2.1 remote-as 64501\nexit\nend\n"
CANDIDATE = """ip prefix-list NEW seq 5 permit 192.0.2.0/24
!manrs-sysctl net.ipv4.conf.eth0.rp_filter = 1
!manrs-nft
table inet manrs {
}
!manrs-nft-end
"""
VTYSH = """#!/bin/sh
cd "$MANRS_FAKE"
case "$*" in
  "-c show running-config") cat running ;;
  "-c write memory") cp running etc/frr.conf ;;
  "-C -f "*) if grep -q nonsense "$3"; then echo "line 1: % Unknown command: nonsense"; exit 2; fi ;;
  "-f "*) if grep -q slow "$2"; then sh -c "sleep 3; echo late >> running"; fi
          if grep -q explode "$2"; then echo broken; exit 1; fi
          grep -v '^end$' running > new; cat "$2" >> new; echo end >> new; mv new running ;;
esac
"""
NFT = """#!/bin/sh
cd "$MANRS_FAKE"
case "$*" in
  "list tables") [ -s nft ] && echo "table inet manrs"; exit 0 ;;
  "-s list table inet manrs") cat nft ;;
  "-f -") sed -e 1,2d > nft ;;
esac
"""
RELOAD = """#!/bin/sh
for last; do :; done
cp "$last" "$MANRS_FAKE/running"
"""


class Fake:
    """A router made of files."""

    def __init__(self, base: Path) -> None:
        self.base = base
        for folder in ("bin", "etc", "run", "state", "proc/sys/net/ipv4/conf/eth0", "proc/sys/net/ipv4/conf/all"):
            (base / folder).mkdir(parents=True)
        for name in ("eth0", "all"):
            (base / f"proc/sys/net/ipv4/conf/{name}/rp_filter").write_text("0\n")
        (base / "running").write_text(BASE)
        (base / "etc/frr.conf").write_text(BASE)
        (base / "nft").write_text("")
        for name, text in (("vtysh", VTYSH), ("nft", NFT), ("reload", RELOAD)):
            (base / "bin" / name).write_text(text)
            (base / "bin" / name).chmod(0o755)
        self.env = {
            **{name: value for name, value in os.environ.items() if name != "SUDO_UID"},
            "MANRS_FAKE": str(base),
            "MANRS_STATE": str(base / "state"),
            "MANRS_FRR_ETC": str(base / "etc"),
            "MANRS_FRR_RUN": str(base / "run"),
            "MANRS_PROC": str(base / "proc"),
            "MANRS_SYSCTL_FILE": str(base / "sysctl.conf"),
            "MANRS_FRR_RELOAD": str(base / "bin/reload"),
            "MANRS_PATH": f"{base / 'bin'}:/usr/bin:/bin",
        }

    def __call__(self, *argv: str, stdin: str = "", kill: str = "") -> dict[str, Any]:
        env = {**self.env, **({"MANRS_KILL_AT": kill} if kill else {})}
        done = subprocess.run(
            [sys.executable, str(SOURCE), *argv], input=stdin, capture_output=True, text=True, env=env, check=False
        )
        return dict(json.loads(done.stdout)) if done.stdout else {"killed": done.returncode}

    def all(self) -> tuple[str, ...]:
        names = ("running", "etc/frr.conf", "nft", "proc/sys/net/ipv4/conf/eth0/rp_filter")
        return tuple((self.base / name).read_text() for name in names)

    def wait(self, wanted: tuple[str, ...]) -> None:
        end = time.monotonic() + 10
        while self.all() != wanted and time.monotonic() < end:
            time.sleep(0.1)
        assert self.all() == wanted


@pytest.fixture
def router(tmp_path: Path) -> Fake:
    return Fake(tmp_path)


def test_confirm_saves_and_rollback_restores_everything(router: Fake) -> None:
    before = router.all()
    assert router("stage", "merge", stdin=CANDIDATE)["ok"] and router("check")["ok"]
    assert router("commit", "--revert-in", "60", "change 1")["pending"]
    running, startup, nft, rp_filter = router.all()
    assert "NEW" in running and startup == before[1] and "table inet manrs" in nft and rp_filter == "1\n"
    assert router("status")["seconds_left"] > 50 and router("stage", "merge", stdin=CANDIDATE)["kind"] == "busy"
    assert router("confirm")["ok"] and "NEW" in router.all()[1]
    assert (router.base / "sysctl.conf").read_text() == "net.ipv4.conf.eth0.rp_filter = 1\n"
    assert router("rollback")["ok"] and router.all() == before and not (router.base / "sysctl.conf").exists()
    assert router("rollback")["kind"] == "none"


def test_the_timer_takes_back_what_nobody_confirms(router: Fake) -> None:
    before = router.all()
    router("stage", "merge", stdin=CANDIDATE)
    assert router("commit", "--revert-in", "1")["ok"] and router.all() != before
    router.wait(before)
    time.sleep(0.3)
    assert router("status")["phase"] == "idle" and router("confirm")["kind"] == "none"


def test_an_untimed_commit_is_confirmed_at_once(router: Fake) -> None:
    router("stage", "merge", stdin=CANDIDATE)
    assert router("commit", "--revert-in", "0") | {"id": ""} == {"ok": True, "id": "", "pending": False}
    assert "NEW" in router.all()[1] and router("status")["phase"] == "confirmed"


@pytest.mark.parametrize("step", ["staged", "committing", "pending", "reverting", "confirming"])
def test_a_kill_at_any_step_is_harmless(router: Fake, step: str) -> None:
    before = router.all()
    assert ("killed" in router("stage", "merge", stdin=CANDIDATE, kill=step)) == (step == "staged")
    if step in {"committing", "pending"}:
        assert "killed" in router("commit", "--revert-in", "1", kill=step)
    elif step != "staged":
        router("commit", "--revert-in", "2")
        assert "killed" in router("rollback" if step == "reverting" else "confirm", kill=step)
    time.sleep(2.2)
    router("recover")
    if step == "confirming":
        assert router("status")["phase"] == "confirmed" and "NEW" in router.all()[1]
    else:
        router.wait(before)


def test_a_reboot_with_a_pending_commit_comes_back_old(router: Fake) -> None:
    before = router.all()
    router("stage", "merge", stdin=CANDIDATE)
    router("commit", "--revert-in", "600")
    path = router.base / "state/state.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), "boot": "another"}))
    assert router("boot")["ok"] and router.all() == before
    assert router("status")["last"]["because"].startswith("the router was restarted")


def test_a_refused_apply_is_taken_back_at_once(router: Fake) -> None:
    before = router.all()
    router("stage", "merge", stdin="explode\n")
    answer = router("commit", "--revert-in", "60")
    assert answer["kind"] == "rejected" and "taken back" in answer["error"] and router.all() == before


def test_foreign_changes_are_noticed(router: Fake) -> None:
    router("stage", "merge", stdin=CANDIDATE)
    (router.base / "running").write_text(BASE.replace("64501", "64502"))
    assert router("commit", "--revert-in", "60")["kind"] == "changed"


@pytest.mark.parametrize(
    "bad",
    [
        "!manrs-sysctl net.ipv4.ip_forward = 1\n",
        "!manrs-sysctl net.ipv4.conf.../../x.rp_filter = 1\n",
        "!manrs-nft\nflush ruleset\n!manrs-nft-end\n",
        "!manrs-nft\ntable inet manrs {\n}\ntable inet filter {\n}\n!manrs-nft-end\n",
        '!manrs-nft\ntable inet manrs {\n include "/etc/shadow"\n}\n!manrs-nft-end\n',
        "!manrs-nft\ntable inet manrs {\n",
        "!manrs-other\n",
    ],
)
def test_only_what_is_owned_can_be_named(router: Fake, bad: str) -> None:
    assert router("stage", "merge", stdin=bad)["kind"] == "rejected"


def test_dry_run_and_usage(router: Fake) -> None:
    router("stage", "merge", stdin="nonsense\n")
    assert "Unknown command" in router("check")["error"] and router("commit", "--revert-in", "9")["kind"] == "rejected"
    assert router("stage", "replace", stdin="!manrs-sysctl net.ipv4.conf.eth0.rp_filter = 1\n")["kind"] == "rejected"
    assert router("frobnicate")["kind"] == "usage" and router("_box", "x", "merge")["ok"] is False
    shutil.rmtree(router.base / "state")
    assert router("status") == {"ok": True, "phase": "idle", "id": None, "pending": False, "seconds_left": None, "last": None}


@given(
    st.lists(st.sampled_from(["router bgp 64500", " neighbor 192.0.2.1 shutdown", "exit", "!", "ip prefix-list A seq 5 deny any"]))
)
def test_split_keeps_frr_lines_in_order(lines: list[str]) -> None:
    text = "\n".join([*lines, "!manrs-sysctl net.ipv4.conf.eth0.rp_filter = 2"])
    frr, sysctls, nft = agent.split(text)
    assert frr.split() == " ".join(lines).split() and sysctls == {"eth0": "2"} and nft is None


def test_two_changes_at_once_never_touch_each_other(router: Fake) -> None:
    before = router.all()
    first = router("stage", "merge", stdin=CANDIDATE)["id"]
    second = router("stage", "merge", stdin=CANDIDATE.replace("NEW", "OTHER"))["id"]
    assert not (router.base / "state" / first).exists()
    for verb in (("check",), ("diff",), ("commit", "--revert-in", "60")):
        assert router(verb[0], "--id", first, *verb[1:])["kind"] == "other"
    assert router("discard", "--id", first)["kind"] == "other" and router.all() == before
    assert router("commit", "--id", second, "--revert-in", "60")["pending"]
    for verb in ("confirm", "rollback"):
        assert router(verb, "--id", first)["kind"] == "other"
    assert "OTHER" in router.all()[0] and router("status")["pending"]
    assert router("confirm", "--id", second)["ok"]
    assert router("rollback", "--id", first)["kind"] == "other" and "OTHER" in router.all()[1]
    assert router("rollback", "--id", second)["ok"] and router.all() == before


def test_the_deadline_ends_a_commit_that_is_still_being_made_with_all_it_started(router: Fake) -> None:
    before = router.all()
    router("stage", "merge", stdin="! slow\n" + CANDIDATE)
    began = time.monotonic()
    assert router("commit", "--revert-in", "1") == {"killed": -9}
    assert time.monotonic() - began < 2.5
    router.wait(before)
    time.sleep(3)
    assert router.all() == before and router("status")["phase"] == "idle"


def test_a_killed_agent_leaves_nothing_running_that_changes_the_router(router: Fake) -> None:
    before = router.all()
    router("stage", "merge", stdin="! slow\n" + CANDIDATE)
    one = subprocess.Popen([sys.executable, str(SOURCE), "commit", "--revert-in", "1"], env=router.env, stdout=subprocess.DEVNULL)
    while json.loads((router.base / "state/state.json").read_text())["phase"] != "committing":
        time.sleep(0.02)
    time.sleep(0.4)
    one.kill()
    one.wait()
    router.wait(before)
    time.sleep(3)
    assert router.all() == before


def test_a_timer_that_does_not_start_leaves_nothing_changed_and_nothing_pending(
    router: Fake, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = router.all()
    router("stage", "merge", stdin=CANDIDATE)
    script = SOURCE.read_text().replace("read, ready = os.pipe()", "raise OSError(11, 'no more processes')")
    broken = router.base / "broken.py"
    broken.write_text(script)
    done = subprocess.run(
        [sys.executable, str(broken), "commit", "--revert-in", "60"], capture_output=True, text=True, env=router.env, check=False
    )
    assert "nothing was changed" in json.loads(done.stdout)["error"]
    assert router.all() == before and router("status")["phase"] == "staged" and router("commit", "--revert-in", "60")["ok"]
    router("rollback")


def test_startup_that_cannot_be_written_is_no_confirmation(router: Fake) -> None:
    before = router.all()
    router("stage", "merge", stdin=CANDIDATE)
    router("commit", "--revert-in", "60")
    # The file cannot be replaced (a folder stands where the new one is written), and FRR's own way writes nothing either.
    script = SOURCE.read_text().replace('write(FRR / "frr.conf", quick(running()))', "raise OSError(28, 'No space left on device')")
    broken = router.base / "broken.py"
    broken.write_text(script)
    (router.base / "bin/vtysh").write_text(VTYSH.replace("cp running etc/frr.conf", "exit 0"))
    done = subprocess.run([sys.executable, str(broken), "confirm"], capture_output=True, text=True, env=router.env, check=False)
    assert "could not be written" in json.loads(done.stdout)["error"]
    assert router("rollback")["ok"] and router.all() == before


def test_one_file_for_each_daemon_is_refused(router: Fake) -> None:
    (router.base / "etc/vtysh.conf").write_text("no service integrated-vtysh-config\n")
    assert "integrated" in router("stage", "merge", stdin=CANDIDATE)["error"]


@pytest.mark.parametrize("place", ["0::/user.slice/user-1000.slice/session-3.scope", "0::/system.slice/ssh.service"])
def test_the_timer_leaves_the_login_session(router: Fake, place: str) -> None:
    (router.base / "proc/self").mkdir()
    (router.base / "proc/self/cgroup").write_text(place + "\n")
    (router.base / "cgroup").mkdir()
    router.env["MANRS_CGROUP"] = str(router.base / "cgroup")
    router("stage", "merge", stdin=CANDIDATE)
    router("commit", "--revert-in", "60")
    assert (router.base / "cgroup/cgroup.procs").exists() == ("user.slice" in place)
    router("rollback")


def test_a_disk_that_fills_up_does_not_stop_the_rollback(router: Fake) -> None:
    before = router.all()
    full = "    if (Path(ENV['MANRS_FAKE']) / 'full').exists():\n        raise OSError(28, 'No space left on device')\n"
    start = "    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)\n    temporary"
    script = SOURCE.read_text()
    assert script.count(start) == 1
    filling = router.base / "filling.py"
    filling.write_text(script.replace(start, full + start))
    router("stage", "merge", stdin=CANDIDATE)
    subprocess.run(
        [sys.executable, str(filling), "commit", "--revert-in", "1"], env=router.env, stdout=subprocess.DEVNULL, check=True
    )
    assert router.all() != before
    (router.base / "full").touch()
    router.wait(before)
    (router.base / "full").unlink()
    end = time.monotonic() + 10
    while json.loads((router.base / "state/state.json").read_text())["phase"] != "idle" and time.monotonic() < end:
        time.sleep(0.1)
    assert router("status")["phase"] == "idle" and router.all() == before


def test_a_large_candidate_is_loaded_ahead_of_its_timer_and_taken_back_by_name(router: Fake) -> None:
    before = router.all()
    lists = "".join(f"ip prefix-list BIG{n} seq 5 permit 60.{n >> 8}.{n & 255}.0/24\n" for n in range(3000))
    change = (
        f"{lists}route-map BIG permit 1\n match ip address prefix-list BIG0\n!\nrouter bgp 64500\n bgp log-neighbor-changes\nexit\n"
    )
    staged = router("stage", "merge", stdin=change)
    assert staged["load_seconds"] == 60 + change.count("\n") // 200
    assert router("commit", "--revert-in", "60")["pending"]
    folder = router.base / "state" / staged["id"]
    assert (folder / "first").read_text().count("\n") == 3002
    assert (folder / "rest").read_text() == "!\nrouter bgp 64500\n bgp log-neighbor-changes\nexit\n"
    assert 50 < router("status")["seconds_left"] <= 60, "the time to load does not count"
    assert router("confirm")["ok"] and "BIG2999" in router.all()[1]
    router("rollback")
    back = (folder / "back").read_text().splitlines()
    assert back[:5] == ["router bgp 64500", "  no bgp log-neighbor-changes", "exit", "no route-map BIG", "no ip prefix-list BIG0"]
    assert len(back) == 3004
    router.wait(before)


def test_definitions_are_loaded_in_portions_that_begin_with_one() -> None:
    space = runpy.run_path(str(SOURCE))
    lists = "".join(f"ip prefix-list BIG{n} seq 5 permit 60.{n >> 8}.{n & 255}.0/24\n" for n in range(29_999))
    entries = "".join(f"route-map BIG permit {n}\n match ip address prefix-list BIG{n}\n!\n" for n in range(1, 10_001))
    found = space["portions"](lists + entries)
    assert "".join(found) == lists + entries
    assert [one.count("\n") for one in found] == [20_000, 20_001, 19_998]
    assert all(space["DEFINES"].match(one) for one in found)
    assert space["portions"]("route-map A permit 1\n") == ["route-map A permit 1\n"]


def test_a_name_that_is_referred_to_already_is_not_loaded_ahead() -> None:
    space = runpy.run_path(str(SOURCE))
    lists = "".join(f"ip prefix-list BIG{n} seq 5 permit 60.{n >> 8}.{n & 255}.0/24\n" for n in range(3000))
    first, rest = space["ahead"](lists, "router bgp 64500\n neighbor 192.0.2.1 prefix-list BIG2 in\n")
    assert (first.count("\n"), rest.count("\n")) == (2, 2998)


def test_a_large_start_up_configuration_is_written_without_exit_after_entries_of_maps() -> None:
    space = runpy.run_path(str(SOURCE))
    small = "interface eth0\n ip address 192.0.2.1/24\nexit\n!\nroute-map A permit 10\n match tag 1\nexit\n!\nroute-map A permit 20\nexit\n!\nrpki\nexit\n"
    assert space["quick"](small) == small
    lists = "".join(f"ip prefix-list BIG{n} seq 5 permit 60.{n >> 8}.{n & 255}.0/24\n" for n in range(3000))
    found = space["quick"](lists + small)
    assert found.count("exit\n") == 2 and space["canonical"](found) == space["canonical"](lists + small)
