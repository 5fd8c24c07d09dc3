"""A customer with very many prefixes: what it may announce, and the push of its filter onto an edge."""

from __future__ import annotations

import random
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from unittest import mock

from faces import intent
from manrs_conformance import api, collect
from manrs_conformance.model.plan import Plan
from manrs_conformance.model.policy import PrefixEntry
from manrs_conformance.model.snapshot import Snapshot
from manrs_conformance.push import device, plan
from manrs_conformance.push.journal import Entry, Journal
from manrs_conformance.push.protocol import Pushed
from manrs_lab import Lab, topology
from push_controller import Login

SET = "AS43211:AS-ALL"
FIRST, LAST = 60 << 16, 160 << 16
"""The /24 that are drawn from, as numbers without their last eight bits."""


@dataclass(frozen=True, slots=True)
class Large:
    """A planned push of a filter with many entries, and which /24 are in it and which of their neighbours are not."""

    snapshot: Snapshot
    prepared: device.Prepared
    inputs: api.Inputs
    login: Login
    inside: Sequence[str]
    outside: Sequence[str]


def prefixes(count: int, seed: int = 64500) -> list[int]:
    """Distinct /24, as numbers without their last eight bits."""
    return sorted(random.Random(seed).sample(range(FIRST, LAST), count))


def written(number: int) -> str:
    """A /24 in words."""
    return f"{number >> 16}.{number >> 8 & 255}.{number & 255}.0/24"


def prepare(lab: Lab, count: int, edge: str = "edge1") -> Large:
    """Plan the sessions with the customer `cust` alone, whose as-set holds `count` prefixes more than it does."""
    some = prefixes(count)
    snapshot, prepared, inputs, login = planned(lab, tuple((one << 8, 24, 24, 24, True, 0) for one in some), edge)
    there = set(some)
    outside = [written(one + 1) for one in some if one + 1 not in there]
    return Large(snapshot, prepared, inputs, login, [written(one) for one in some], outside)


def planned(lab: Lab, more: tuple[PrefixEntry, ...], edge: str = "edge1") -> tuple[Snapshot, device.Prepared, api.Inputs, Login]:
    """The change for `cust` alone, whose as-set holds `more` than it does."""
    addresses = {one.node_address for one in topology.sessions(edge) if one.node == "cust"}
    login = Login(lab.edge(edge).address, "push", str(lab.key("push")), str(lab.known_hosts()), timeout=30)
    inputs = api.Inputs.read(intent(lab), None, None, collect.now())
    known = inputs.reference.authorised[SET]
    entries = (*known.v4, *more)
    reference = replace(
        inputs.reference, authorised={**inputs.reference.authorised, SET: replace(known, v4=tuple(sorted(entries)))}
    )
    inputs = replace(inputs, reference=reference)
    driver = login.open()
    try:
        snapshot = api.collect_device(edge, "frr", driver, verified=True)
    finally:
        driver.close()

    def make(*given: Any) -> Plan:
        whole = plan.make(*given)
        mine = tuple(replace(one, max_prefix=None) for one in whole.sessions if one.neighbor in addresses)
        return replace(whole, sessions=mine, sources=(), requires_policy=False)

    with mock.patch.object(device, "plan", SimpleNamespace(make=make)):
        prepared = api.prepare_push(snapshot, inputs)
    return snapshot, prepared, inputs, login


def push_customer(lab: Lab, journal: Path, more: tuple[PrefixEntry, ...]) -> Pushed:
    """Plan and push the change for `cust` alone."""
    snapshot, prepared, inputs, login = planned(lab, more)
    return api.push_device(snapshot, prepared, login.open, inputs, journal, revert_in=60, settle=40)


def push(one: Large, journal: Path, revert_in: int = 120) -> Pushed:
    """Bring it onto the router by the whole protocol."""
    return api.push_device(one.snapshot, one.prepared, one.login.open, one.inputs, journal, revert_in=revert_in, settle=90)


def steps(journal: Path) -> list[Entry]:
    """What the journal says."""
    return Journal(journal).entries()


def between(steps: Sequence[tuple[str, str]], one: str, other: str) -> float:
    """Seconds from one step to another, as the journal tells (whole seconds)."""
    at = {step: datetime.fromisoformat(when) for when, step in steps}
    return (at[other] - at[one]).total_seconds()


def memory(lab: Lab, edge: str = "edge1") -> int:
    """Memory of the router's bgpd and zebra in MB."""
    held = 0
    for name in ("bgpd", "zebra"):
        pid = lab.edge(edge).shell("cat", f"/run/frr/{name}.pid").strip()
        held += int(re.search(r"VmRSS:\s+(\d+)", Path(f"/proc/{pid}/status").read_text())[1])  # type: ignore[index]
    return held // 1024
