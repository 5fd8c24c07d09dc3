"""What a bundle keeps of a damaged configuration is evaluated to the same results, or is marked where it is not."""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from pathlib import Path
from random import Random

import pytest
from manrs_conformance import api, evidence, platforms
from manrs_conformance.api import bundles
from manrs_conformance.evidence.skeleton import Skeleton
from manrs_conformance.model.router import Router
from manrs_conformance.model.snapshot import Snapshot

sys.path.insert(0, str(Path(__file__).parents[2] / "property"))
from corpus import CORPORA, mangled

INTENT = """
organisation: {name: Example Net}
asns: [64500]
prefixes: [192.0.2.0/24]
neighbours:
  - {select: {asn: 64501}, relationship: customer, prefixes: [203.0.113.0/24]}
"""
AS_OF = "2026-10-01T00:00:00Z"


def built(folder: Path, texts: dict[str, tuple[str, str]]) -> Path:
    """A bundle of devices: (platform, configuration) by name."""
    folder.mkdir(exist_ok=True)
    (folder / "manrs.yml").write_text(INTENT)
    inputs = api.Inputs.read(folder / "manrs.yml", None, folder, AS_OF)
    done = api.audit_inputs([Snapshot(name, platform, text) for name, (platform, text) in texts.items()], inputs)
    return api.write_bundle(folder / "bundle", done, inputs).path


@pytest.mark.parametrize("platform", platforms.names())
def test_damaged_configurations_are_evaluated_to_the_same_bytes(platform: str, tmp_path: Path) -> None:
    corpus = CORPORA[platform]
    small = sorted(corpus.texts, key=len)[:5]
    texts = {}
    for seed in range(6):
        random = Random(f"bundle {platform} {seed}")
        texts[f"r{seed}"] = platform, mangled(random.choice(small), corpus, random)
    found = api.replay_bundle(built(tmp_path, texts))
    assert found.differences == () and found.results > 0
    assert len(found.doubted) <= 1


TEXT = "hostname r\nrouter bgp 64500\n neighbor 192.0.2.1 remote-as 64501\n{}!\nend\n"


@pytest.fixture
def marked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A bundle of two devices; what is kept of the first is read otherwise than the whole."""

    def misread(snapshot: Snapshot) -> Router:
        router = api.parse(snapshot)
        return replace(router, local_as=1) if "redacted" in snapshot.config else router

    monkeypatch.setattr(bundles, "parse", misread)
    return built(tmp_path, {"a1": ("frr", TEXT.format(" frobnicate Xy7\n")), "b1": ("frr", TEXT.format(""))})


def test_a_device_that_cannot_be_kept_is_marked_with_all_its_results(marked: Path) -> None:
    meta = json.loads((marked / "data/devices/a1/meta.json").read_text())
    assert meta["replayable"] is False and meta["replay_differs"] == ["local_as"]
    assert json.loads((marked / "data/run.json").read_text())["not_replayable"] == ["a1"]
    rows = [json.loads(line) for line in (marked / "data/results.jsonl").read_text().splitlines()]
    assert {one.get("replayable", True) for one in rows if one["device"] == "a1"} == {False}
    assert all("replayable" not in one for one in rows if one["device"] == "b1")
    assert "a1" in next(line for line in (marked / "data/REPORT.md").read_text().splitlines() if "evaluated again" in line)
    assert evidence.verify(marked, trust=evidence.Trust(None)).ok


def test_a_replay_never_judges_by_a_marked_device(marked: Path) -> None:
    found = api.replay_bundle(marked)
    assert found.differences == () and found.doubted == ("a1",)
    held = evidence.load_for_replay(marked)
    assert held.snapshots["a1"].error and held.snapshots["a1"].config == "" and held.snapshots["b1"].error is None


def test_a_result_that_became_more_certain_is_a_difference() -> None:
    def row(device: str, status: str) -> bytes:
        value = {"check": "POL-01", "device": device, "subject": "s", "family": None, "direction": None}
        return json.dumps(value | {"status": status, "message": "m"}).encode() + b"\n"

    both = row("a1", "pass") + row("b1", "inconclusive")
    assert evidence.differences(both, row("a1", "error") + row("b1", "inconclusive"), {"a1"}) == ()
    assert evidence.differences(row("b1", "pass"), row("b1", "inconclusive"), {"a1"}) == ()
    assert evidence.differences(both, row("a1", "error") + row("b1", "pass"), {"a1"})
    assert evidence.differences(row("b1", "fail"), row("b1", "pass"), {"a1"})
    assert evidence.differences(row("b1", "pass"), b"", {"a1"})
    assert evidence.differences(row("b1", "pass"), row("b1", "inconclusive"))


def test_a_mark_that_is_taken_away_is_noticed(marked: Path) -> None:
    report = evidence.verify(marked, trust=evidence.Trust(None))
    assert any("a1" in one and "raw" in one for one in report.notes)


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        (" neighbor 192.0.2.1 frobnicate CUST-IN hunter22", " neighbor 192.0.2.1 redacted-1 CUST-IN redacted-2"),
        ("password permit", "password <redacted>"),
        ("  apply Tr0ub4dor*", "  apply redacted-1*"),
        ("x { Tr0ub4dor; } /* Tr0ub4dor */", "x { redacted-1; } /* redacted-1 */"),
        ("ab(cd12)ef", "redacted-1(redacted-2)redacted-3"),
        ("! Tr0ub4dor", "! redacted-1"),
        ("permit s3cr3ts3cr3t s3cr3ts3cr3t", "permit redacted-1 redacted-1"),
    ],
)
def test_a_skeleton_keeps_what_a_parser_goes_by_and_no_other_word(text: str, kept: str) -> None:
    assert Skeleton([" neighbor 192.0.2.1 route-map CUST-IN in"], ()).line(text) == kept


def test_a_skeleton_hides_words_that_are_secrets_elsewhere() -> None:
    assert Skeleton(["permit 192.0.2.1"], {"permit", "192.0.2.1"}).line("permit 192.0.2.1 any") == "redacted-1 redacted-2 any"
