"""The misconfigured edges of `rendering/` and their way through plan, rendering, merge and gate."""

from __future__ import annotations

import functools
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from manrs_conformance import api
from manrs_conformance.model.intent import Intent
from manrs_conformance.model.plan import ExportPlan, ImportPlan, SessionPlan
from manrs_conformance.model.policy import Attachment
from manrs_conformance.model.reference import Authorised, Reference
from manrs_conformance.model.snapshot import Snapshot
from manrs_conformance.push import device

HERE = Path(__file__).parent / "rendering"
NAMES = ("eos", "ios", "iosxr", "junos", "nxos")
CUSTOMERS = Authorised(
    v4=((0x2D0B0000, 20, 20, 24, True, 0), (0x2D0C0000, 22, 22, 22, True, 0), (0x2D0C0800, 24, 24, 24, True, 0)),
    v6=((0x2A101100 << 96, 32, 32, 48, True, 0), (0x2A101200 << 96, 32, 32, 32, True, 0)),
    origins=(43211, 43212),
)


@functools.cache
def given() -> tuple[Intent, Reference]:
    read = api.Inputs.read(HERE / "manrs.yml", None, None, "2026-11-25T06:00:00Z")
    return read.intent, replace(read.reference, authorised={"AS43211:AS-CUSTOMERS": CUSTOMERS})


@functools.cache
def prepared(name: str, text: str | None = None) -> device.Prepared:
    intent, reference = given()
    running = (HERE / f"{name}.cfg").read_text() if text is None else text
    return device.prepare(Snapshot("edge", name, running, {}), intent, reference)


def sides(done: device.Prepared) -> Iterator[tuple[SessionPlan, ImportPlan | ExportPlan, Attachment]]:
    """Every planned side of a session, and what stands there after the change."""
    for one in done.plan.sessions:
        found = done.predicted.session(one.neighbor, one.family, one.vrf)
        assert found is not None
        for plan, attachment in ((one.inbound, found.inbound), (one.outbound, found.outbound)):
            if plan is not None:
                yield one, plan, attachment
