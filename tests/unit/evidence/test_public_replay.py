"""A bundle with every public source in it replays byte for byte, whatever state its sources were in."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from manrs_conformance import api
from manrs_conformance.sources.reference import FILES, WEB

WORLD = Path(__file__).parents[1] / "checks" / "public" / "world"
CONFIG = "hostname edge1\nrouter bgp 64500\n neighbor 192.0.2.1 remote-as 64501\nend\n"


def bundle(folder: Path, out: Path) -> api.Assessment:
    (folder / "edge1.frr.cfg").write_text(CONFIG, encoding="utf-8")
    inputs = api.Inputs.read(folder / "manrs.yml", None, folder, "2026-11-24T06:00:00Z")
    done = api.audit_inputs(api.saved([folder / "edge1.frr.cfg"], None), inputs)
    api.write_bundle(out, done, inputs, run_id="b9d2e1a0-0000-4000-8000-000000000000", commitment_key=b"k" * 32)
    return done


@pytest.fixture
def world(tmp_path: Path) -> Path:
    return Path(shutil.copytree(WORLD, tmp_path / "world"))


def test_every_source_is_in_the_bundle_and_replays(world: Path, tmp_path: Path) -> None:
    done = bundle(world, tmp_path / "bundle")
    index = json.loads((tmp_path / "bundle" / "data" / "sources" / "index.json").read_text(encoding="utf-8"))
    assert {one["source"] for one in index} == set(FILES)
    assert all(one["file"] for one in index)
    differences, count = api.replay_bundle(tmp_path / "bundle")
    assert differences == () and count == len(done.report.findings)
    verdicts = {one.requirement: one.verdict.value for one in done.report.requirements}
    met = ["A1.J4", "A1.J5", "A2.N3", "A2.J1", "A2.O1", "A3.N1", "A3.N2", "A3.D1", "A3.D3", "A3.D4"]
    met += ["A4I.N1", "A4I.N2", "A4I.N3", "A4I.J1", "A4I.O1", "A4R.N1", "A4R.J1", "A4R.O1"]
    assert {one: verdicts[one] for one in met} == dict.fromkeys(met, "met")


@pytest.mark.parametrize("source", ["vrps", "irr", "fullbogons_v4", *WEB])
@pytest.mark.parametrize("how", ["stale", "damaged", "empty", "failed"])
def test_a_bad_source_replays_as_bad(world: Path, tmp_path: Path, source: str, how: str) -> None:
    path = world / FILES[source][0]
    if how == "stale":
        text = path.read_text(encoding="utf-8").replace("2026-11-24T05:00:00Z", "2026-11-20T05:00:00Z")
        text = text.replace("1795492800", "1795060800")
        path.write_text(text, encoding="utf-8")
    elif how == "damaged":
        path.write_bytes(path.read_bytes()[:-40])
    elif how == "empty":
        path.write_bytes(b"")
    else:
        path.unlink()
        row = {
            "source": source,
            "location": "https://source.example.net/",
            "problem": "https://source.example.net/: the server says 503",
        }
        (world / "index.json").write_text(json.dumps([row]), encoding="utf-8")
    done = bundle(world, tmp_path / "bundle")
    assert done.reference.problem(source)
    assert api.replay_bundle(tmp_path / "bundle")[0] == ()
