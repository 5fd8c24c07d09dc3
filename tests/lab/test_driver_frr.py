"""The FRR driver against a real FRR over real SSH: what it reads, and that a change ends unchanged, confirmed, or reverted."""

from __future__ import annotations

import json
import os
import shutil
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

if os.geteuid() != 0 or not Path("/usr/lib/frr/bgpd").exists() or not shutil.which("sshd"):
    raise RuntimeError("needs root, FRR (apt: frr) and sshd (apt: openssh-server)")

from driver_router import PASSWORD, Router
from napalm import get_network_driver
from napalm.base.exceptions import CommitError, ConnectAuthError, ConnectionException, MergeConfigException

MERGE = """ip prefix-list NEW seq 5 permit 31.9.0.0/16
router bgp 3356
 address-family ipv4 unicast
  neighbor 31.2.0.2 maximum-prefix 200
 exit-address-family
exit
!manrs-sysctl net.ipv4.conf.c0.rp_filter = 1
!manrs-nft
table inet manrs {
  chain source_validation {
    type filter hook prerouting priority -300; policy accept;
    iifname { "c0" } meta nfproto ipv6 fib saddr . iif oif missing counter drop
  }
}
!manrs-nft-end
"""


@pytest.fixture(scope="module")
def router(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Router]:
    with Router(tmp_path_factory.mktemp("frr")) as one:
        yield one


def connect(router: Router, user: str = "pusher", password: str = PASSWORD, **more: Any) -> Any:
    options = {
        "port": router.port,
        "alt_host_keys": True,
        "alt_key_file": str(router.known_hosts),
        "system_host_keys": False,
        **more,
    }
    one = get_network_driver("frr")(router.address, user, password, 20, options)
    one.open()
    return one


@pytest.fixture
def device(router: Router) -> Iterator[Any]:
    one = connect(router)
    yield one
    one.close()


def test_reads(router: Router, device: Any) -> None:
    facts = device.get_facts()
    assert (facts["os_version"], facts["hostname"], facts["vendor"]) == ("8.4.4", "edge1", "FRRouting")
    assert (
        device.get_interfaces_ip()["c0"] == {"ipv4": {"31.2.0.1": {"prefix_length": 24}}}
        or "ipv6" in device.get_interfaces_ip()["c0"]
    )
    peers = device.get_bgp_neighbors()["global"]["peers"]
    assert peers["31.2.0.2"]["remote_as"] == 7018 and not peers["31.2.0.2"]["is_up"]
    assert device.get_bgp_config()["_"]["neighbors"]["31.2.0.2"]["prefix_limit"]["inet"]["unicast"]["limit"] == 100
    assert device.get_bgp_config()["_"]["neighbors"]["31.2.0.2"]["import_policy"] == "CUST"
    assert "31.2.0.3" in device.get_bgp_config()["CUSTS"]["neighbors"]
    config = device.get_config()
    assert "neighbor 31.2.0.2 password s3cretmd5" in config["running"] and "router bgp 3356" in config["startup"]
    assert "s3cretmd5" not in "".join(device.get_config(sanitized=True).values())
    assert "!manrs-sysctl net.ipv4.conf.c0.rp_filter = 0" in device.get_config(retrieve="running", full=True)["running"]
    assert "31.2.0.0/24" in device.get_route_to("31.2.0.0/24")
    assert device.is_alive() == {"is_alive": True}
    assert "FRRouting 8.4.4" in device.cli(["show version"])["show version"]
    assert device.ping("31.2.0.1", count=1)["success"]["packet_loss"] == 0


def test_key_audit_account_and_vtysh_shell_only_read(router: Router) -> None:
    audit = connect(router, "auditor", "", key_file=str(router.key))
    found = audit.collect(
        {"v": "vtysh -c 'show version'", "nft": "nft -j list ruleset", "s": "sysctl -a -r \\.rp_filter$", "x": "nft list tables"}
    )
    assert (
        "FRRouting" in found["v"]
        and "nftables" in json.loads(found["nft"])
        and "conf.c0.rp_filter" in found["s"]
        and "x" not in found
    )
    with pytest.raises(MergeConfigException, match="sudo"):
        audit.load_merge_candidate(config=MERGE)
    audit.close()
    vty = connect(router, "vty")
    assert "router bgp 3356" in vty.get_config(retrieve="running")["running"]
    assert set(vty.collect({"v": "vtysh -c 'show version'", "nft": "nft -j list ruleset"})) == {"v"}
    vty.close()


def test_wrong_password_and_unknown_host_key_are_told_without_the_secret(router: Router, tmp_path: Path) -> None:
    with pytest.raises(ConnectAuthError, match="refused the password") as caught:
        connect(router, password="wrong-Secret")
    assert "wrong-Secret" not in str(caught.value)
    (tmp_path / "known").write_text("")
    with pytest.raises(ConnectionException, match="host key"):
        connect(router, alt_key_file=str(tmp_path / "known"))


def test_dry_run_refuses_a_bogus_candidate(router: Router, device: Any) -> None:
    before = router.state()
    for bad in (
        "router bgp 3356\n nonsense here\n",
        "!manrs-sysctl kernel.panic = 1\n",
        "!manrs-nft\nflush ruleset\n!manrs-nft-end\n",
    ):
        with pytest.raises(MergeConfigException):
            device.load_merge_candidate(config=bad)
    with pytest.raises(CommitError):
        device.commit_config()
    assert router.state() == before


def test_compare_is_exact_and_changes_nothing(router: Router, device: Any) -> None:
    before = router.state()
    device.load_merge_candidate(config=MERGE)
    diff = device.compare_config()
    assert {line for line in diff.splitlines() if line[:1] in "+-" and line[:3] not in {"+++", "---"}} >= {
        "-  neighbor 31.2.0.2 maximum-prefix 100",
        "+  neighbor 31.2.0.2 maximum-prefix 200",
        "+ip prefix-list NEW seq 5 permit 31.9.0.0/16",
        "-!manrs-sysctl net.ipv4.conf.c0.rp_filter = 0",
        "+!manrs-sysctl net.ipv4.conf.c0.rp_filter = 1",
        "+table inet manrs {",
    }
    assert "approximate" not in diff
    device.discard_config()
    assert device.compare_config() == "" and router.state() == before


def test_unconfirmed_commit_reverts_after_the_session_is_lost(router: Router) -> None:
    before = router.state()
    one = connect(router)
    one.load_merge_candidate(config=MERGE)
    one.commit_config(message="change 1", revert_in=4)
    assert one.has_pending_commit()
    running, startup, rp_filter, table = router.state()
    assert "maximum-prefix 200" in running and startup == before[1] and rp_filter == "1" and "fib saddr" in table
    with pytest.raises(MergeConfigException, match="already pending"):
        connect(router).load_merge_candidate(config=MERGE)
    one._session._connection.remote_conn_pre.get_transport().sock.close()  # the line is cut
    wait_for(router, before)
    again = connect(router)
    assert not again.has_pending_commit()
    with pytest.raises(CommitError, match="not confirmed in time"):
        again.confirm_commit()
    again.close()


def wait_for(router: Router, wanted: tuple[str, str, str, str], seconds: float = 20) -> None:
    end = time.monotonic() + seconds
    while router.state() != wanted and time.monotonic() < end:
        time.sleep(0.3)
    assert router.state() == wanted


def test_confirm_keeps_and_rollback_takes_back(router: Router, device: Any) -> None:
    before = router.state()
    device.load_merge_candidate(config=MERGE)
    device.commit_config(revert_in=60)
    device.confirm_commit()
    assert not device.has_pending_commit()
    running, startup, rp_filter, _ = router.state()
    assert "maximum-prefix 200" in running and "maximum-prefix 200" in startup and rp_filter == "1"
    assert "c0.rp_filter = 1" in (router.base / "etc/sysctl.d/90-manrs.conf").read_text()
    device.rollback()
    assert router.state() == before and not (router.base / "etc/sysctl.d/90-manrs.conf").exists()


def test_replace_leaves_startup_until_confirmed(router: Router, device: Any) -> None:
    before = router.state()
    target = device.get_config(retrieve="running")["running"].replace("31.0.0.0/16 le 24", "31.0.0.0/17 le 24")
    device.load_replace_candidate(config=target)
    assert "+ip prefix-list CUST seq 5 permit 31.0.0.0/17 le 24" in device.compare_config()
    device.commit_config(revert_in=60)
    assert "31.0.0.0/17" in router.state()[0] and router.state()[1] == before[1]
    device.rollback()
    assert router.state() == before


def test_foreign_change_between_load_and_commit_or_confirm_is_noticed(router: Router, device: Any) -> None:
    before = router.state()
    device.load_merge_candidate(config=MERGE)
    router.inside("vtysh", "-c", "configure terminal", "-c", "ip prefix-list OTHER seq 5 permit 31.8.0.0/16")
    with pytest.raises(CommitError, match="changed since the candidate"):
        device.commit_config(revert_in=60)
    router.inside("vtysh", "-c", "configure terminal", "-c", "no ip prefix-list OTHER")
    device.commit_config(revert_in=60) if device._loaded else None
    router.inside("vtysh", "-c", "configure terminal", "-c", "ip prefix-list OTHER seq 5 permit 31.8.0.0/16")
    with pytest.raises(CommitError, match="changed by somebody else"):
        device.confirm_commit()
    device.rollback()
    assert router.state() == before


@pytest.mark.parametrize("step", ["staged", "committing", "pending", "reverting", "confirming"])
def test_kill_at_every_journalled_step(router: Router, step: str) -> None:
    before = router.state()
    agent = "/usr/local/sbin/manrs-frr-agent"
    killed = {"MANRS_KILL_AT": step}
    router.inside(agent, "stage", "merge", stdin=MERGE, env=killed if step == "staged" else None)
    if step in {"committing", "pending"}:
        router.inside(agent, "commit", "--revert-in", "2", env=killed)
    elif step != "staged":
        router.inside(agent, "commit", "--revert-in", "3")
        router.inside(agent, "rollback" if step == "reverting" else "confirm", env=killed)
    time.sleep(3.5)
    state = json.loads(router.inside(agent, "status"))
    if step == "confirming":
        assert state["phase"] == "confirmed" and "maximum-prefix 200" in router.state()[1]
        assert json.loads(router.inside(agent, "rollback"))["ok"]
    elif step == "staged":
        assert json.loads(router.inside(agent, "discard"))["ok"]
    wait_for(router, before)
    assert not json.loads(router.inside(agent, "status"))["pending"]
