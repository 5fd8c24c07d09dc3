"""Secrets of every platform, planted in realistic configurations: none survives in a bundle, and no result changes for it."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from manrs_conformance import api, platforms
from manrs_conformance.evidence.canary import HINTS, SHAPES
from manrs_conformance.evidence.redact import AFTER_KEYWORD, KEYWORDS, mentions
from manrs_conformance.model.snapshot import Snapshot

from .secret_lines import BEDS, planted

INTENT = """
organisation: {name: Example Net}
asns: [64500]
prefixes: [192.0.2.0/24]
neighbours:
  - {select: {asn: 64501}, relationship: customer, prefixes: [203.0.113.0/24]}
"""


def test_there_are_a_hundred_lines_and_every_platform_has_some() -> None:
    everything = [one for platform in BEDS for one in planted(platform)[1]]
    assert len(set(everything)) == len(everything) >= 100
    assert set(BEDS) == set(platforms.names())


@pytest.mark.parametrize("seed", [0, 3, 5])
@pytest.mark.parametrize("platform", sorted(BEDS))
def test_no_planted_secret_survives_and_results_replay(platform: str, seed: int, tmp_path: Path) -> None:
    text, secrets = planted(platform, seed)
    (tmp_path / "manrs.yml").write_text(INTENT)
    inputs = api.Inputs.read(tmp_path / "manrs.yml", None, tmp_path, "2026-10-01T00:00:00Z")
    snapshot = Snapshot("edge1", platform, text, {"show": f"as typed: password {secrets[0]}\n"})
    done = api.audit_inputs([snapshot], inputs)
    built = api.write_bundle(tmp_path / "bundle", done, inputs)
    for path in built.path.rglob("*"):
        if path.is_file() and "wheels" not in path.parts:
            data = path.read_text("utf-8", "replace")
            leaked = [one for one in secrets if one in data]
            assert not leaked, f"{path.relative_to(built.path)} shows {leaked}"
    redacted = (built.path / "data/devices/edge1/config.redacted.txt").read_text()
    assert redacted.count("\n") == text.count("\n"), "line numbers are no longer true"
    assert api.replay_bundle(built.path)[0] == ()


@given(st.from_regex(AFTER_KEYWORD))
def test_a_keyword_is_never_overlooked(text: str) -> None:
    assert mentions(text, KEYWORDS)


@given(st.from_regex(SHAPES))
def test_a_shape_is_never_overlooked(text: str) -> None:
    assert mentions(text, HINTS)
