"""All sources of a run together, and the shipped bogon registry."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from manrs_conformance import checks
from manrs_conformance.errors import InputError
from manrs_conformance.model.intent import Intent
from manrs_conformance.model.result import Met, Status
from manrs_conformance.requirements import norm as norms
from manrs_conformance.requirements.evaluate import evaluate
from manrs_conformance.sources.bogons import load_bogons
from manrs_conformance.sources.intent import load_intent
from manrs_conformance.sources.reference import load

AS_OF = "2026-11-24T06:00:00Z"
DUMP = "# retrieved-at: {made}\n\nas-set: AS-CUST\nmembers: AS64501\n\nroute: 203.0.113.0/24\norigin: AS64501\n"


def intent(**sources: Any) -> Intent:
    return load_intent(
        {
            "organisation": {"name": "Example"},
            "asns": [64500],
            "prefixes": [],
            "neighbours": [
                {"select": {"asn": 64501}, "relationship": "customer", "as_set": "AS-CUST"},
                {"select": {"asn": 64502}, "relationship": "customer"},
                {"select": {"asn": 64503}, "relationship": "customer", "prefixes": []},
                {"select": {"asn": 64504}, "relationship": "peer"},
            ],
            "sources": sources,
        }
    )


def directory(path: Path, made: str = "2026-11-24T05:00:00Z") -> Path:
    path.joinpath("irr.rpsl").write_text(DUMP.format(made=made), encoding="utf-8")
    roas = [{"asn": 64502, "prefix": "2001:db8::/32", "maxLength": 48}]
    path.joinpath("vrps.json").write_text(json.dumps({"metadata": {"generatedTime": made}, "roas": roas}), encoding="utf-8")
    return path


def test_directory(tmp_path: Path) -> None:
    reference = load(directory(tmp_path), AS_OF, intent=intent())
    assert sorted(reference.authorised) == ["AS-CUST", "AS64502"]
    assert [one.problem for one in reference.authorised.values()] == [None, None]
    assert [one.source for one in reference.provenance] == ["bogons", "vrps", "irr"]
    assert set(reference.raw) == {one.sha256 for one in reference.provenance}
    assert load(tmp_path, AS_OF, intent=intent()) == reference


def test_intent_sources_are_the_same_interface(tmp_path: Path) -> None:
    directory(tmp_path)
    given = intent(vrps={"file": "vrps.json"}, irr={"file": "irr.rpsl"}, authorised={"policy": "irr"})
    reference = load(given.sources, AS_OF, intent=given, base=tmp_path)
    assert reference.authorised["AS-CUST"].problem is None
    assert "no prefix is authorised" in (reference.authorised["AS64502"].problem or "")


def test_stale_sources_taint_what_depends_on_them(tmp_path: Path) -> None:
    reference = load(directory(tmp_path, "2026-11-20T05:00:00Z"), AS_OF, intent=intent())
    assert "hours old" in (reference.problem("vrps") or "") and "hours old" in (reference.problem("irr") or "")
    assert all(one.problem for one in reference.authorised.values())


def test_a_stale_registry_alone_taints_too(tmp_path: Path) -> None:
    directory(tmp_path).joinpath("irr.rpsl").write_text(DUMP.format(made="2026-11-20T05:00:00Z"), encoding="utf-8")
    reference = load(tmp_path, AS_OF, intent=intent())
    assert reference.problem("vrps") is None
    assert "hours old" in (reference.authorised["AS-CUST"].problem or "")


def test_unreachable_servers_are_a_problem(tmp_path: Path) -> None:
    given = intent(irr={"servers": ["127.0.0.1:1"]})
    reference = load(given.sources, AS_OF, intent=given, base=tmp_path)
    assert reference.problem("irr")
    assert all(one.problem for one in reference.authorised.values())
    assert reference.vrps is None


def test_no_source_is_not_an_empty_one(tmp_path: Path) -> None:
    reference = load(tmp_path, AS_OF, intent=intent())
    assert reference.vrps is None and reference.authorised == {}


def test_wrong_calls(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="not a directory"):
        load(tmp_path / "none", AS_OF)
    with pytest.raises(InputError, match="not a time"):
        load(tmp_path, "yesterday")
    (tmp_path / "bogons.json").write_text('{"prefixes": [], "asns": [], "transit_free": [], "dated": "x"}', encoding="utf-8")
    with pytest.raises(InputError, match="empty"):
        load(tmp_path, AS_OF)


def test_shipped_bogons() -> None:
    bogons = load_bogons(as_of=AS_OF).value
    assert bogons is not None
    assert (0x0A000000, 8, 8, 32, True, 0) in bogons.v4
    assert (0x3FFF << 112, 20, 20, 128, True, 0) in bogons.v6 and (0x5F00 << 112, 16, 16, 128, True, 0) in bogons.v6
    assert (64512, 65534) in bogons.asns and (0, 0) in bogons.asns
    assert len(bogons.v4) == 15 and 1299 in bogons.transit_free


def test_the_lab_has_a_verdict_on_every_requirement_that_public_data_decides() -> None:
    """Its recorded documents do not go stale, and agree with its intent."""
    file = Path(__file__).parents[3] / "inventory" / "lab" / "manrs.yml"
    lab = load_intent(file)
    recorded = {**lab.sources, "irr": {"file": "sources/irr.json", "max_age_hours": "87600"}}
    reference = load(recorded, "2030-01-01T00:00:00Z", intent=lab, base=file.parent)
    assert [one.problem for one in reference.provenance] == [None] * len(reference.provenance)
    found = checks.run_all({}, {}, lab, reference)
    assert [(one.check, one.subject, one.message) for one in found if one.status is not Status.PASS] == []
    results = {
        one.requirement: one.verdict for one in evaluate(found, lab, norms.load("manrs-netops-2.5.2"), "2026-11-25T00:00:00Z")
    }
    assert {results[one] for one in results if one.startswith(("A4I", "A4R")) and one != "A4R.N2"} == {Met.MET}
    assert {results[one] for one in ("A1.J4", "A1.J5", "A2.N3", "A2.J1", "A2.O1", "A3.N1", "A3.N2", "A3.D1", "A3.D3", "A3.D4")} == {
        Met.MET
    }
    undecided = {one for one in results if results[one] is Met.INCONCLUSIVE}
    assert {one for one in undecided if not one.startswith(("A1.N", "A1.O", "A2.N"))} == {"G.J1"}
