"""The main job on real routers: what the audit says is what happens, before and after a push; runs last, since it changes edge1."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import pytest
from manrs_conformance import api, collect
from manrs_conformance.errors import ManrsError
from manrs_conformance.model.result import Status
from manrs_lab import Lab, topology
from napalm import get_network_driver

ROOT = Path(__file__).resolve().parents[2]
BAD_ROUTES = [
    ("cust", "45.200.0.0/16", [43211], "CUS-01"),
    ("cust", "2a10:2000::/32", [43211], "CUS-01"),
    ("stub1", "45.201.0.0/16", [43213], "CUS-01"),
    ("peer", "192.0.2.0/24", [43214], "BOG-01"),
    ("peer", "2001:db8:1::/48", [43214], "BOG-02"),
    ("peer", "45.210.0.0/16", [43214, 64512], "BOG-05"),
    ("prov", "45.211.0.0/25", [43215], "LEN-01"),
    ("prov", "2a10:3000::/56", [43215], "LEN-02"),
    ("prov", "45.10.8.0/24", [43215], "OWN-01"),
    ("peer", "45.202.0.0/16", [43214], "ROV-02"),
    ("peer", "0.0.0.0/0", [43214], "DEF-01"),
]


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


def heard(lab: Lab, node: str, prefix: str) -> bool:
    mine = {s.node_address for s in topology.sessions("edge1") if s.node == node}
    return any(r.prefix == prefix and r.peer in mine for r in lab.edge("edge1").routes(6 if ":" in prefix else 4))


@pytest.fixture(scope="module")
def inputs() -> api.Inputs:
    return api.Inputs.read(ROOT / "inventory/lab/manrs.yml", None, None, collect.now())


def test_the_audit_of_both_edges_replays_from_its_signed_bundle(lab: Lab, inputs: api.Inputs, tmp_path: Path) -> None:
    before = lab.edge("edge1").vtysh("show running-config")
    done = api.audit_inputs([snapshot(lab, "edge1"), snapshot(lab, "edge2")], inputs)
    assert lab.edge("edge1").vtysh("show running-config") == before, "an audit never writes"
    failed = {(f.device, f.check) for f in done.report.findings if f.status is Status.FAIL}
    assert {("edge1", check) for _, _, _, check in BAD_ROUTES} <= failed
    assert not {check for device, check in failed if device == "edge2"} & {check for _, _, _, check in BAD_ROUTES}
    api.write_bundle(tmp_path / "bundle", done, inputs)
    assert api.verify_bundle(tmp_path / "bundle", None).ok
    differences, lines = api.replay_bundle(tmp_path / "bundle")
    assert differences == ()
    assert lines > 300
    for path in (tmp_path / "bundle").rglob("*"):
        assert not path.is_file() or b"CANARY" not in path.read_bytes(), path


def test_a_push_makes_true_what_the_audit_asked_for(lab: Lab, inputs: api.Inputs, tmp_path: Path) -> None:
    for node, prefix, path, _ in BAD_ROUTES:
        lab.announce(node, prefix, path)
    for node, prefix, _, check in BAD_ROUTES:
        assert eventually(lambda n=node, p=prefix: heard(lab, n, p)), f"{check}: edge1 takes {prefix} from {node}"
    for spoofed in ("198.51.100.7", "2001:db8::7"):
        assert lab.passes("stub1", spoofed, edge="edge1")
    established = {one for one, state in lab.edge("edge1").sessions().items() if state == "Established"}
    found = snapshot(lab, "edge1", "push")
    prepared = api.prepare_push(found, inputs)
    assert prepared.report.verdict == "pass"
    done = api.push_device(
        found, prepared, lambda: connect(lab, "edge1", "push"), inputs, tmp_path / "journal.jsonl", revert_in=180, settle=60
    )
    assert done.outcome == "confirmed", done.because
    for node, prefix, _, check in BAD_ROUTES:
        assert eventually(lambda n=node, p=prefix: not heard(lab, n, p)), f"{check}: edge1 refuses {prefix} from {node}"
    for node, prefix in (("cust", "45.11.0.0/20"), ("cust", "45.12.0.0/22"), ("stub1", "45.13.0.0/22"), ("peer", "45.14.0.0/20")):
        assert heard(lab, node, prefix), f"{prefix} of {node} is legitimate"
    assert eventually(lambda: "45.14.0.0/20" not in lab.received("prov", "edge1")), "the leak is closed"
    assert "45.11.0.0/20" in lab.received("prov", "edge1")
    for spoofed in ("198.51.100.7", "2001:db8::7"):
        assert not lab.passes("stub1", spoofed, edge="edge1")
    for legitimate in ("45.13.0.1", "2a10:1300::1"):
        assert lab.passes("stub1", legitimate, edge="edge1")
    assert established <= {one for one, state in lab.edge("edge1").sessions().items() if state == "Established"}


def test_a_second_push_has_nothing_to_do(lab: Lab, inputs: api.Inputs) -> None:
    assert api.prepare_push(snapshot(lab, "edge1", "push"), inputs).text == ""


def test_a_wrong_key_is_one_clear_message(lab: Lab, tmp_path: Path) -> None:
    driver = get_network_driver("frr")(lab.edge("edge1").address, "audit", "wrong", optional_args={"ssh_strict": False})
    with pytest.raises(Exception, match="audit@") as told:
        driver.open()
    assert "wrong" not in str(told.value).replace("wrong user", "").replace("wrong password", "")
    assert not isinstance(told.value, ManrsError) or str(told.value)
