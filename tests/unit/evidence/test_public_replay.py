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
    differences, count, _ = api.replay_bundle(tmp_path / "bundle")
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


def test_three_monthly_bundles_below_the_share_are_a_lapse(tmp_path: Path) -> None:
    """Every bundle follows the one before; the last one says from all three that suspension is possible, and on which files that rests."""
    before: Path | None = None
    verdicts = []
    for month in ("09", "10", "11"):
        folder = Path(shutil.copytree(WORLD, tmp_path / f"world-{month}"))
        for file in folder.iterdir():
            text = file.read_text(encoding="utf-8").replace("2026-11-24", f"2026-{month}-24")
            file.write_text(
                text.replace("AS64500", "AS64499") if file.name in ("irr.json", "vrps.json") else text, encoding="utf-8"
            )
        vrps = json.loads((folder / "vrps.json").read_text())
        vrps["roas"] = [one | {"asn": 64499} if one["asn"] == 64500 else one for one in vrps["roas"]]
        (folder / "vrps.json").write_text(json.dumps(vrps))
        (folder / "edge1.frr.cfg").write_text(CONFIG, encoding="utf-8")
        inputs = api.Inputs.read(folder / "manrs.yml", None, folder, f"2026-{month}-24T06:00:00Z")
        done = api.audit_inputs(api.saved([folder / "edge1.frr.cfg"], None), inputs)
        api.write_bundle(tmp_path / month, done, inputs, previous=before)
        before = tmp_path / month
        rows = json.loads((before / "data" / "requirements.json").read_text())["requirements"]
        found = {one["requirement"]: one for one in rows}
        assert found["A4I.O1"]["verdict"] == found["A4R.O1"]["verdict"] == "not_met", found["A4I.O1"]["because"]
        verdicts.append((found["A4.X1"]["verdict"], found["A4.X1"]["because"]))
        assert api.replay_bundle(before)[0] == ()
        assert api.verify_bundle(before, None).ok
    assert [one[0] for one in verdicts] == ["inconclusive", "inconclusive", "not_met"]
    assert "2026-07, 2026-08" in verdicts[0][1] and "2026-08" in verdicts[1][1]
    assert "(2026-09-24, 2026-10-24, 2026-11-24): suspension is possible" in verdicts[2][1]
    assert "data/history.json" in found["A4.X1"]["evidence"] and "data/results.jsonl" in found["A4.X1"]["evidence"]
    history = json.loads((tmp_path / "11" / "data" / "history.json").read_text())
    assert [one["as_of"][:10] for one in history] == ["2026-09-24", "2026-10-24"] and all(one["root"] for one in history)
