"""The lab does what its README says: sessions, injections, origin validation, packets, secrets, and nothing left behind."""

from __future__ import annotations

import json
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml
from manrs_lab import Lab, LabError, system, topology
from manrs_lab.lab import STATE_ROOT
from manrs_lab.system import start_time

INVENTORY = Path(__file__).resolve().parents[2] / "inventory" / "lab"


def eventually(holds: Callable[[], bool], timeout: float = 10) -> bool:
    """Whether the condition comes true in time."""
    until = time.monotonic() + timeout
    while not holds():
        if time.monotonic() > until:
            return False
        time.sleep(0.1)
    return True


def test_every_session_is_established_in_both_families(lab: Lab) -> None:
    for edge in lab.edges.values():
        states = edge.sessions()
        assert set(states) == edge.expected_sessions()
        assert set(states.values()) == {"Established"}
        assert {":" in address for address in states} == {True, False}


def test_edge2_validates_origins_and_edge1_accepts_invalid(lab: Lab) -> None:
    states = {r.prefix: r.rpki for r in lab.edge("edge1").routes(4)}
    assert states["45.200.0.0/16"] == "valid"
    assert states["45.201.0.0/16"] == "not found"
    assert states["45.202.0.0/16"] == states["45.203.128.0/20"] == "invalid"
    assert {r.rpki for r in lab.edge("edge2").routes(4)} == {"valid", "not found"}
    assert {"2a10:2002::/32", "2a10:2003:8000::/40"} <= lab.edge("edge1").prefixes(6)
    assert not {"2a10:2002::/32", "2a10:2003:8000::/40"} & lab.edge("edge2").prefixes(6)


@pytest.mark.parametrize(
    ("node", "prefix", "path"),
    [
        ("cust", "45.200.0.0/16", [43211]),
        ("cust", "2a10:2000::/32", [43211]),
        ("peer", "192.0.2.0/24", [43214]),
        ("peer", "2001:db8:1::/48", [43214]),
        ("peer", "45.210.0.0/16", [43214, 64512]),
        ("prov", "45.211.0.0/25", [43215]),
        ("prov", "45.10.8.0/24", [43215]),
        ("member", "0.0.0.0/0", [43217]),
    ],
)
def test_what_edge1_takes_edge2_refuses(lab: Lab, node: str, prefix: str, path: list[int]) -> None:
    family = 6 if ":" in prefix else 4
    mine = {name: {s.node_address for s in topology.sessions(name) if s.node in (node, "rs")} for name in topology.EDGES}
    if node == "member":
        for found in mine.values():
            found |= {"45.16.0.20", "2a10:1600::20"}

    def heard(edge: str) -> bool:
        return any(r.prefix == prefix and r.peer in mine[edge] for r in lab.edge(edge).routes(family))

    lab.announce(node, prefix, path)
    try:
        assert eventually(lambda: heard("edge1")), "edge1 takes anything"
        assert not heard("edge2")
    finally:
        lab.withdraw(node, prefix)
        if prefix in {p for p, _ in topology.ANNOUNCED.get(node, ())}:
            lab.announce(node, prefix, path)
    assert eventually(lambda: not heard("edge1"))


def test_edge1_leaks_to_its_provider_and_edge2_does_not(lab: Lab) -> None:
    own_and_customers = {topology.OWN_PREFIXES[0], "45.11.0.0/20", "45.12.0.0/22", "45.13.0.0/22", "45.18.0.0/22"}
    assert eventually(lambda: "45.14.0.0/20" in lab.received("prov", "edge1"))
    assert {p for p in lab.received("prov", "edge2") if ":" not in p} == own_and_customers
    assert {p for p in lab.received("peer", "edge2") if ":" not in p} == own_and_customers
    assert "2a10:1400::/32" in lab.received("prov", "edge1")
    assert "2a10:1400::/32" not in lab.received("prov", "edge2")
    assert "45.10.0.0/20" in lab.received("rs", "edge2")
    assert lab.received("member", "rs")["45.10.0.0/20"]["as_path"] == [43210], "the route server is transparent"


def test_tags_of_the_as_are_scrubbed_and_set(lab: Lab) -> None:
    lab.announce("prov", "45.212.0.0/16", communities=["43210:1001", "43215:7"], large=["43210:1:1"])
    try:
        assert eventually(lambda: any(r.prefix == "45.212.0.0/16" and r.peer == "45.15.15.6" for r in lab.edge("edge2").routes(4)))
        route = next(r for r in lab.edge("edge2").routes(4) if r.prefix == "45.212.0.0/16" and r.peer == "45.15.15.6")
        assert set(route.communities) == {"43210:1003", "43215:7"}
        assert "45.212.0.0/16" not in lab.received("peer", "edge2")
    finally:
        lab.withdraw("prov", "45.212.0.0/16")


def test_a_vrp_change_reaches_the_router(lab: Lab) -> None:
    before = lab.vrps()
    lab.set_vrps([*before, ("45.201.0.0/16", 16, 43399)])
    try:
        assert eventually(lambda: not any(r.prefix == "45.201.0.0/16" for r in lab.edge("edge2").routes(4)))
    finally:
        lab.set_vrps(before)

    def back() -> bool:
        lab.edge("edge2").soft_clear()
        time.sleep(0.3)
        return "45.201.0.0/16" in lab.edge("edge2").prefixes(4)

    assert eventually(back, 15)


@pytest.mark.parametrize(("legit", "spoofed"), [(4, "45.200.0.1"), (6, "2a10:2000::1")])
def test_spoofed_packets_pass_edge1_and_not_edge2(lab: Lab, legit: int, spoofed: str) -> None:
    assert lab.passes("stub1", "45.13.0.1" if legit == 4 else "2a10:1300::1", edge="edge1")
    assert lab.passes("stub1", spoofed, edge="edge1")
    assert lab.passes("stub2", "45.18.0.1" if legit == 4 else "2a10:1800::1", edge="edge2")
    assert not lab.passes("stub2", spoofed, edge="edge2")
    assert lab.passes("cust", "45.12.0.1" if legit == 4 else "2a10:1200::1", edge="edge2")
    assert not lab.passes("cust", spoofed, edge="edge2")
    assert lab.passes("prov", spoofed, edge="edge2"), "a routed source is legitimate from the provider"
    assert not lab.passes("prov", "45.10.2.99" if legit == 4 else "2a10:1000:2::99", edge="edge2"), "our own is not"


def test_a_cut_link_and_a_killed_daemon_come_back(lab: Lab) -> None:
    edge = lab.edge("edge2")
    lab.cut("edge2", "stub0")
    assert eventually(lambda: edge.sessions()["45.10.15.26"] != "Established")
    lab.mend("edge2", "stub0")
    edge.kill("bgpd")
    edge.restart("bgpd")
    lab.wait_converged()


def _ssh(lab: Lab, user: str, command: str) -> subprocess.CompletedProcess[str]:
    options = ["-o", f"UserKnownHostsFile={lab.known_hosts()}", "-o", "BatchMode=yes", "-o", "StrictHostKeyChecking=yes"]
    target = f"{user}@{lab.edge('edge1').address}"
    return subprocess.run(
        ["ssh", "-F", "none", *options, "-i", str(lab.key(user)), target, command],
        check=False,
        capture_output=True,
        text=True,
        timeout=20,
    )


def test_the_audit_login_reads_and_cannot_write(lab: Lab) -> None:
    shown = _ssh(lab, "audit", "sudo -n /usr/bin/vtysh -c 'show running-config'")
    assert "router bgp 43210" in shown.stdout, shown.stderr
    assert json.loads(_ssh(lab, "audit", "sudo -n nft -j list ruleset").stdout)["nftables"]
    assert "rp_filter" in _ssh(lab, "audit", "sysctl -a -r '\\.rp_filter$'").stdout
    for attempt in (
        "sudo -n /usr/bin/vtysh -c 'configure terminal'",
        "sudo -n /usr/bin/vtysh -c 'show version' -c 'configure terminal'",
        "sudo -n nft flush ruleset",
        "sudo -n /usr/local/sbin/manrs-frr-agent rollback",
        "vtysh -c 'show version'",
    ):
        assert _ssh(lab, "audit", attempt).returncode != 0, attempt
    status = _ssh(lab, "push", "sudo -n /usr/local/sbin/manrs-frr-agent status")
    assert json.loads(status.stdout.strip().splitlines()[-1])["ok"], status.stderr


def test_the_inventories_agree_with_the_plan() -> None:
    hosts = yaml.safe_load((INVENTORY / "hosts.yml").read_text())["all"]["children"]["edges"]["hosts"]
    nornir = yaml.safe_load((INVENTORY / "nornir" / "hosts.yml").read_text())
    fixed = Lab("lab")
    fixed._use(1)
    assert (
        {name: h["ansible_host"] for name, h in hosts.items()}
        == {name: h["hostname"] for name, h in nornir.items()}
        == {name: e.address for name, e in fixed.edges.items()}
    )
    roas = json.loads((INVENTORY / "vrps.json").read_text())["roas"]
    assert [(r["prefix"], r["maxLength"], int(r["asn"][2:])) for r in roas] == list(topology.VRPS)
    group = yaml.safe_load((INVENTORY / "group_vars" / "edges.yml").read_text())["napalm_optional_args"]
    extras = yaml.safe_load((INVENTORY / "nornir" / "groups.yml").read_text())["edges"]["connection_options"]["napalm"]["extras"]
    assert {**group, "key_file": group["key_file"].replace("{{ lab_login }}", "audit")} == extras["optional_args"]


def test_a_missing_program_is_named_with_its_package(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(system.PACKAGES, "/nowhere/daemon", "some-package")
    with pytest.raises(LabError, match=r"apt-get install .*some-package"):
        Lab("none").up()


def test_down_leaves_nothing_even_after_a_crash() -> None:
    crashed = Lab("crash")
    crashed.up(converge=False)
    pids = dict(crashed.state.pids)
    namespaces = [f"mrcrash-{node}" for node in topology.NODES]
    inside = [pid for name in namespaces for pid in system.namespace_pids(name)]
    assert len(inside) > len(topology.EDGES) * 4
    # Another process, which knows only the id, as after a crash of the first; twice, for it is idempotent.
    for _ in range(2):
        Lab("crash").down()
    assert not any(start_time(pid) == started for pid, started in pids.values())
    assert not [pid for pid in inside if start_time(pid) is not None]
    assert not list(Path("/run/netns").glob("mrcrash-*"))
    assert not list(Path("/sys/class/net").glob("mrcrashm*"))
    assert not (STATE_ROOT / "crash").exists()
    assert "manrs-lab/crash" not in Path("/proc/self/mountinfo").read_text()
