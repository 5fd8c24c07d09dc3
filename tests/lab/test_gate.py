"""What the gate says of a change is what happens: a route it names as newly accepted is refused by the router before the change and held after it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import wire
from manrs_conformance import api, collect
from manrs_conformance.model.policy import Rpki
from manrs_conformance.platforms import load_merge
from manrs_lab import Lab, topology
from push_trials import held, leftovers
from test_push import connect, snapshot

ROOT = Path(__file__).resolve().parents[2]
EDGE = "edge2"
CHANGES = {
    "a customer's list grows": (
        "ip prefix-list STUB43218-V4 seq 50 permit 45.77.0.0/22 le 24",
        "no ip prefix-list STUB43218-V4 seq 50 permit 45.77.0.0/22 le 24",
    ),
    "the same for IPv6": (
        "ipv6 prefix-list STUB43218-V6 seq 50 permit 2a10:7700::/32",
        "no ipv6 prefix-list STUB43218-V6 seq 50 permit 2a10:7700::/32",
    ),
    "transit behind a peer": (
        "no bgp as-path access-list TRANSIT-FREE seq 5 permit _43215_",
        "bgp as-path access-list TRANSIT-FREE seq 5 permit _43215_",
    ),
    "a term that does not refuse any more": (
        "route-map PEER43214-IN4 deny 90\n no match as-path TRANSIT-FREE\n match as-path LONG-PATHS\nexit",
        "route-map PEER43214-IN4 deny 90\n no match as-path LONG-PATHS\n match as-path TRANSIT-FREE\nexit",
    ),
}


@pytest.fixture(scope="module")
def inputs() -> api.Inputs:
    return api.Inputs.read(ROOT / "inventory/lab/manrs.yml", None, None, collect.now())


@pytest.fixture
def pusher(lab: Lab) -> Iterator[Any]:
    """A session of the account that may change the router."""
    driver = connect(lab, EDGE, "push")
    yield driver
    driver.close()


def until(holds: Callable[[], bool], seconds: float = 12) -> bool:
    end = time.monotonic() + seconds
    while not (found := holds()) and time.monotonic() < end:
        time.sleep(0.2)
    return found


def shown(report: Any, kind: str) -> list[wire.Shown]:
    """Routes of the difference that a neighbour of the router can announce."""
    nodes = {one.node_address: one.node for one in topology.sessions(EDGE)}
    out = []
    for change in report.changes:
        node = nodes.get(change.session.split("/")[1])
        for one in getattr(change, kind) if change.direction == "import" and node in ("cust", "stub2", "peer") else ():
            route = one.route
            if (
                route.rpki is not Rpki.INVALID
                and not (route.large or route.extended)
                and all(isinstance(h, int) for h in route.as_path)
            ):
                path = tuple(hop for hop in route.as_path if isinstance(hop, int))
                out.append(wire.Shown("gate", "import", node, route.prefix, path, tuple(sorted(route.communities)), False))
    return out


def apply(lab: Lab, lines: str) -> None:
    lab.edge(EDGE).configure(*lines.splitlines())
    lab.edge(EDGE).soft_clear("in")


@pytest.mark.parametrize("name", CHANGES)
def test_named_routes_pass_after_the_change_and_not_before(
    lab: Lab, inputs: api.Inputs, pusher: Any, tmp_path: Path, name: str
) -> None:
    there, back = CHANGES[name]
    file = tmp_path / f"{EDGE}.frr.fragment"
    file.write_text(there + "\n")
    before = held(lab, EDGE)
    report = api.gate_on_device(EDGE, "frr", pusher, file, inputs)
    assert held(lab, EDGE) == before, "the candidate was dropped"
    assert leftovers(lab, EDGE) == []
    found = snapshot(lab, EDGE)
    told = api.gate_fragment(found, file, inputs)
    assert [(c.session, c.direction, dict(c.prefixes)) for c in told.changes] == [
        (c.session, c.direction, dict(c.prefixes)) for c in report.changes
    ], "the engine's merge means what the router itself shows"
    routes = shown(report, "newly_accepted")
    assert routes, api.gate_text(report)
    try:
        for one in routes:
            lab.announce(one.node, one.prefix, list(one.path), communities=one.communities)
        time.sleep(1.5)
        assert [one for one, inside in wire.held(lab, EDGE, routes).items() if inside] == [], "refused before"
        apply(lab, there)
        assert until(lambda: all(wire.held(lab, EDGE, routes).values())), wire.held(lab, EDGE, routes)
        now = snapshot(lab, EDGE)
        merged = replace(now, config=load_merge("frr").merge(found.config, there))
        after = api.gate_inputs([merged], [now], inputs)[0]
        assert (after.changes, after.doubts, after.blocking) == ((), (), ()), (
            "the merged text means what the router shows after the change"
        )
        file.write_text(back + "\n")
        lost = shown(api.gate_fragment(now, file, inputs), "newly_rejected")
        assert {(one.node, one.prefix) for one in lost} & {(one.node, one.prefix) for one in routes}
        apply(lab, back)
        assert until(lambda: not any(wire.held(lab, EDGE, routes).values())), "refused again"
    finally:
        apply(lab, back)
        for one in routes:
            wire.restore(lab, one.node, one.prefix)
    assert held(lab, EDGE).running == before.running


def test_an_account_for_audits_cannot_stage(lab: Lab, inputs: api.Inputs, tmp_path: Path) -> None:
    file = tmp_path / f"{EDGE}.frr.fragment"
    file.write_text(CHANGES["a customer's list grows"][0] + "\n")
    before = held(lab, EDGE)
    driver = connect(lab, EDGE, "audit")
    try:
        with pytest.raises(Exception, match=r"(?i)refuse|sudo|allow|permi|could not"):
            api.gate_on_device(EDGE, "frr", driver, file, inputs)
    finally:
        driver.close()
    assert held(lab, EDGE) == before
