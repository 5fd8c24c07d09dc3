"""A registry that stops answering in the middle of a run: what it said counts, the rest is unknown, and the bundle replays the same."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
import yaml
from manrs_conformance import api
from manrs_conformance.model.result import Status
from manrs_conformance.sources.irr import RecordedRegistry

from .test_irr import irrd

WORLD = Path(__file__).parents[1] / "checks" / "public" / "world"
CONFIG = "hostname edge1\nrouter bgp 64500\n neighbor 192.0.2.2 remote-as 64502\nend\n"
BUSY = {"maut-num,AS64500": b"F too busy\n"}


def assessed(folder: Path, servers: list[str]) -> tuple[api.Assessment, api.Inputs]:
    data = yaml.safe_load((folder / "manrs.yml").read_text(encoding="utf-8"))
    data["sources"] = {"irr": {"servers": servers, "irr_sources": ["RIPE", "RADB"]}, "vrps": {"file": "vrps.json"}}
    data["sources"] |= {"ripestat": {"file": "ripestat.json"}}
    (folder / "manrs.yml").write_text(yaml.safe_dump(data), encoding="utf-8")
    (folder / "edge1.frr.cfg").write_text(CONFIG, encoding="utf-8")
    inputs = api.Inputs.read(folder / "manrs.yml", None, None, "2026-11-24T06:00:00Z")
    return api.audit_inputs(api.saved([folder / "edge1.frr.cfg"], None), inputs), inputs


@pytest.mark.parametrize("broken", [BUSY, {}, None], ids=["in the middle", "not at all", "nobody listens"])
def test_a_live_registry_replays(tmp_path: Path, broken: dict[str, bytes] | None) -> None:
    world = Path(shutil.copytree(WORLD, tmp_path / "world"))
    said = RecordedRegistry.read((WORLD / "irr.json").read_bytes()).answers
    answers = {key.replace("RIPE::", "").replace("RADB::", ""): text for key, text in said.items() if text}
    with irrd(answers, [], broken) as port:
        done, inputs = assessed(world, [f"127.0.0.1:{port if broken is not None else 1}"])
    api.write_bundle(tmp_path / "bundle", done, inputs)
    assert api.replay_bundle(tmp_path / "bundle")[0] == ()
    registry = [one for one in done.report.findings if one.check.startswith("IRR-") and one.check not in ("IRR-06", "IRR-07")]
    states = {one.status for one in registry}
    assert registry and states == ({Status.PASS} if broken == {} else {Status.INCONCLUSIVE}), registry
    if broken == BUSY:
        assert any("too busy" in one.because for one in registry)
