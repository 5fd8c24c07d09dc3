"""The main job on real routers: what the audit says is what happens, before and after a push; runs last, since it changes edge1."""

from __future__ import annotations

import contextlib
import re
import time
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest
import wire
from faces import counters, intent, playbook
from manrs_conformance import api, collect
from manrs_conformance.errors import ManrsError
from manrs_conformance.model.result import Finding, Packet, Status
from manrs_lab import Lab, topology
from napalm import get_network_driver
from push_trials import held

ROOT = Path(__file__).resolve().parents[2]
CHECKS = {"ASP-01", "ASP-03", "BOG-01", "BOG-02", "BOG-05", "COM-01", "CUS-01", "CUS-02", "CUS-03", "CUS-05", "CUS-06", "CUS-07"}
CHECKS |= {"CUS-08", "DEF-01", "EXP-01", "EXP-02", "EXP-03", "EXP-04", "LEN-01", "LEN-02", "LEN-03", "OWN-01", "ROV-02"}
"""Findings on edge1 whose witnesses are announced: all that have one, but for EXP-05 (see wire.py)."""
SPOOFERS = {"stub0": "stub1", "lan0": "srv1", "rtr0": "rtr"}
"""Who stands behind the interfaces that source validation is pushed to."""
LEGITIMATE = {
    "stub1": ("45.13.0.1", "2a10:1300::1"),
    "srv1": ("45.10.1.10", "2a10:1000:1::10"),
    "rtr": ("45.10.15.14", "2a10:1000:ffff:3::2"),
}
FLOWS = (
    ("prov", "45.15.0.1", "45.11.0.1", "cust"),
    ("prov", "2a10:1500::1", "2a10:1100::1", "cust"),
    ("prov", "45.15.0.1", "45.13.0.1", "stub1"),
    ("stub1", "45.13.0.1", "45.14.0.1", "peer"),
    ("stub1", "2a10:1300::1", "2a10:1400::1", "peer"),
    ("cust", "45.11.0.1", "45.15.0.1", "prov"),
)
"""Honest traffic through edge1 that follows routes of BGP: node, source, target, and where it comes out."""
MOST_LOST = 0
"""Packets of a flow that a push may lose: a reference is switched at once, and bgpd keeps a route that the new policies accept, too."""

BORDER = {"198.18.0.1": False, "2001:2::1": False, "45.11.0.1": True, "2a10:1200::1": True}
"""Sources of packets from a customer to the provider, and whether they may leave."""


def eventually(holds: Callable[[], bool], timeout: float = 15) -> bool:
    """Whether the condition comes true in time."""
    until = time.monotonic() + timeout
    while not holds():
        if time.monotonic() > until:
            return False
        time.sleep(0.2)
    return True


def connect(lab: Lab, edge: str, user: str):
    driver = get_network_driver("frr")(
        lab.edge(edge).address,
        user,
        "",
        timeout=30,
        optional_args={
            "key_file": str(lab.key(user)),
            "use_keys": True,
            "ssh_strict": True,
            "system_host_keys": False,
            "alt_host_keys": True,
            "alt_key_file": str(lab.known_hosts()),
            "vtysh_path": "sudo -n /usr/bin/vtysh",
        },
    )
    driver.open()
    return driver


def snapshot(lab: Lab, edge: str, user: str = "audit"):
    driver = connect(lab, edge, user)
    try:
        return api.collect_device(edge, "frr", driver, verified=True)
    finally:
        driver.close()


def passes(lab: Lab, node: str, source: str) -> bool:
    """Whether a packet with that source gets from a node through edge1, to the server or (from the server) to the peer's link."""
    version = 6 if ":" in source else 4
    if node == "srv1":
        return lab.passes(node, source, edge="edge1", target=topology.link_of("edge1", "stub1").host(version, "node"), at="stub1")
    return lab.passes(node, source, edge="edge1")


@pytest.fixture(scope="module")
def inputs(lab: Lab) -> api.Inputs:
    return api.Inputs.read(intent(lab), None, None, collect.now())


def test_the_audit_of_both_edges_replays_from_its_signed_bundle(lab: Lab, inputs: api.Inputs, tmp_path: Path) -> None:
    before = lab.edge("edge1").vtysh("show running-config")
    done = api.audit_inputs([snapshot(lab, "edge1"), snapshot(lab, "edge2")], inputs)
    assert lab.edge("edge1").vtysh("show running-config") == before, "an audit never writes"
    failed = {(f.device, f.check) for f in done.report.findings if f.status is Status.FAIL}
    assert {("edge1", check) for check in CHECKS} <= failed
    # EXP-02 speaks of both routers: edge1 lets its neighbours set the customer tag, and edge2 sends on what carries it.
    assert {check for device, check in failed if device == "edge2"} & CHECKS <= {"EXP-02"}
    api.write_bundle(tmp_path / "bundle", done, inputs)
    assert api.verify_bundle(tmp_path / "bundle", None).ok
    differences, lines, _ = api.replay_bundle(tmp_path / "bundle")
    assert differences == ()
    assert lines > 300
    for path in (tmp_path / "bundle").rglob("*"):
        assert not path.is_file() or b"CANARY" not in path.read_bytes(), path


def test_an_asymmetric_route_leaves_an_interface_without_strict_validation(lab: Lab, inputs: api.Inputs) -> None:
    def planned() -> tuple[set[str], list[str]]:
        plan = api.prepare_push(snapshot(lab, "edge1", "push"), inputs).plan
        return {one.interface for one in plan.sources}, [one for one in plan.left if one.startswith("interface stub0")]

    away = "45.13.1.0/24"
    lab.announce("peer", away, [topology.ASNS["peer"], topology.ASNS["stub1"]])
    try:
        assert eventually(lambda: away in lab.edge("edge1").prefixes(4))
        interfaces, left = planned()
        assert "stub0" not in interfaces and {"lan0", "rtr0"} <= interfaces
        assert any(f"45.13.0.0/22 is routed elsewhere now, by {away}" in one for one in left), left
    finally:
        lab.withdraw("peer", away)
    assert eventually(lambda: away not in lab.edge("edge1").prefixes(4))
    assert set(SPOOFERS) <= planned()[0], "without it the validation is planned; the push below shows that honest packets pass"


def test_a_push_makes_true_what_the_audit_asked_for(lab: Lab, inputs: api.Inputs, tmp_path: Path) -> None:
    found = snapshot(lab, "edge1", "push")
    report = api.audit_inputs([found], inputs, alone=True).report
    shown = wire.witnesses(report.findings)
    assert {one.check for one in shown} == CHECKS
    assert len(shown) > 100
    plays = wire.rounds(shown)
    for number, some in enumerate(plays, 1):
        there = wire.play(lab, some, number, expected=True)
        assert [one for (one, edge), held in there.items() if edge == "edge1" and not held] == [], "edge1 takes every witness"
        assert [one for (one, edge), held in there.items() if edge == "edge2" and held] == [], "edge2 passes, and refuses them"
    spoofs = _spoofs(report.findings)
    assert {(SPOOFERS[one.interface], ":" in one.source) for one in spoofs} == {(n, v6) for n in LEGITIMATE for v6 in (True, False)}
    for packet in spoofs:
        assert passes(lab, SPOOFERS[packet.interface], packet.source), packet
    _legitimate_traffic(lab)
    established = {one for one, state in lab.edge("edge1").sessions().items() if state == "Established"}

    found = snapshot(lab, "edge1", "push")
    prepared = api.prepare_push(found, inputs)
    kept, began = _resets(lab), time.monotonic()
    with contextlib.ExitStack() as running:
        streams = [running.enter_context(lab.stream(*flow, edge="edge1")) for flow in FLOWS]
        done = api.push_device(
            found, prepared, lambda: connect(lab, "edge1", "push"), inputs, tmp_path / "journal.jsonl", revert_in=180, settle=90
        )
    assert done.outcome == "confirmed", done.because
    assert _resets(lab) == kept, "no session of either edge was reset"
    young = {key: up for key, up in _uptimes(lab).items() if up < time.monotonic() - began}
    assert not young, f"sessions that came up while it was pushed: {young}"
    sent, lost = (sum(len(found) for found in some) for some in zip(*((one.sent, one.lost) for one in streams), strict=True))
    print(f"{len(streams)} flows, {sent} packets, {lost} lost, {len(kept)} sessions, {time.monotonic() - began:.1f} s")
    for stream in streams:
        assert len(stream.sent) > 200, "the stream covers the whole push"
        assert len(stream.lost) <= MOST_LOST, f"{stream.name}: {len(stream.lost)} of {len(stream.sent)} packets lost"
    assert "CANARY" not in (tmp_path / "journal.jsonl").read_text() + done.diff

    for number, some in enumerate(plays, len(plays) + 1):
        there = wire.play(lab, some, number, expected=False)
        assert [key for key, held in there.items() if held] == [], "nobody takes any witness any more"
    for packet in spoofs:
        assert not passes(lab, SPOOFERS[packet.interface], packet.source), packet
    _legitimate_traffic(lab)
    assert eventually(lambda: "45.14.0.0/20" not in lab.received("prov", "edge1")), "the leak is closed"
    assert established <= {one for one, state in lab.edge("edge1").sessions().items() if state == "Established"}


def _resets(lab: Lab) -> dict[str, tuple[int, int]]:
    """How often every session was established and dropped."""
    return {key: (established, dropped) for key, (_, established, dropped, _) in counters(lab).items()}


def _uptimes(lab: Lab) -> dict[str, float]:
    """Seconds since every established session came up."""
    out = {}
    for name, edge in lab.edges.items():
        for peer, one in edge.vtysh_json("show bgp neighbors json")[0].items():
            if one.get("bgpState") == "Established":
                out[f"{name} {peer}"] = one["bgpTimerUpMsec"] / 1000
    return out


def _spoofs(findings: Iterable[Finding]) -> list[Packet]:
    """The packets that prove the source validation findings which a push mends."""
    found = [one for one in findings if one.check in ("SAV-01", "SAV-02") and one.status is Status.FAIL]
    return [one.witnesses[0].packet for one in found if one.witnesses and one.witnesses[0].packet]


def _legitimate_traffic(lab: Lab) -> None:
    """What the neighbours may announce is held, what is ours and our customers' is sent on, and honest packets pass."""
    for node in ("cust", "stub1", "peer", "prov"):
        for prefix, path in topology.ANNOUNCED[node]:
            if not prefix.endswith("/0") and not prefix.startswith(("45.202.", "45.203.", "2a10:2002:", "2a10:2003:")):
                one = wire.Shown("", "import", node, prefix, path, (), False)
                assert eventually(lambda w=one: wire.held(lab, "edge1", [w])[w]), f"{prefix} of {node} is legitimate"
    for target in ("prov", "peer"):
        for prefix in ("45.10.0.0/20", "45.11.0.0/20", "2a10:1000::/32", "2a10:1100::/32"):
            assert eventually(lambda t=target, p=prefix: p in lab.received(t, "edge1")), f"{prefix} is to be sent to {target}"
    for node, sources in LEGITIMATE.items():
        for source in sources:
            assert passes(lab, node, source), f"{source} of {node} is legitimate"


def test_a_border_filter_that_the_operator_loads_by_hand_is_read_and_holds(lab: Lab, inputs: api.Inputs) -> None:
    def judged() -> set[tuple[str, str | None, str]]:
        found = api.audit_inputs([snapshot(lab, "edge1")], inputs, alone=True).report.findings
        return {(one.subject, one.family, one.status.value) for one in found if one.check == "SAV-08"}

    border = {(f"interface {name}", family) for name in ("peer0", "prov0", "ixp0") for family in ("ipv4", "ipv6")}
    ways = {source: topology.link_of("edge1", "prov").host(6 if ":" in source else 4, "node") for source in BORDER}
    assert judged() == {(*one, "fail") for one in border}
    assert all(lab.passes("cust", source, edge="edge1", target=target, at="prov") for source, target in ways.items())
    lab.edge("edge1").filter_border()
    assert judged() == {(*one, "pass") for one in border}
    for source, target in ways.items():
        assert lab.passes("cust", source, edge="edge1", target=target, at="prov") is BORDER[source], source


def test_a_second_push_changes_nothing(lab: Lab, tmp_path: Path) -> None:
    before, moved = held(lab, "edge1"), counters(lab)
    done = playbook(lab, tmp_path, "push", ("edge1",), "push")
    assert done.returncode == 0, done.stdout
    assert re.search(r"edge1 +: ok=\d+ +changed=0 .* failed=0", done.stdout)
    assert not list(tmp_path.rglob("*.jsonl")), "no journal, for nothing was begun"
    assert held(lab, "edge1") == before
    assert counters(lab) == moved
    assert "CANARY" not in done.stdout + done.stderr


def test_a_wrong_key_is_one_clear_message(lab: Lab, tmp_path: Path) -> None:
    driver = get_network_driver("frr")(lab.edge("edge1").address, "audit", "wrong", optional_args={"ssh_strict": False})
    with pytest.raises(Exception, match="audit@") as told:
        driver.open()
    assert "wrong" not in str(told.value).replace("wrong user", "").replace("wrong password", "")
    assert not isinstance(told.value, ManrsError) or str(told.value)
