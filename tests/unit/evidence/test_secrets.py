"""Secrets of every platform, planted in realistic configurations: none survives in a bundle, and no result changes for it."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from manrs_conformance import api, platforms
from manrs_conformance.evidence.canary import HINTS, SHAPES
from manrs_conformance.evidence.redact import AFTER_KEYWORD, KEYWORDS, mentions
from manrs_conformance.model.snapshot import Snapshot

from .secret_lines import BEDS, planted

sys.path.insert(0, str(Path(__file__).parents[2] / "property"))
from corpus import CORPORA, mangled

TIMES = int(os.environ.get("MANRS_EXAMPLES", "1"))
"""Multiplies the damaged configurations, for a campaign."""
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


def nowhere(bundle: Path, secrets: list[str]) -> None:
    """None of the secrets stands in any file of a bundle."""
    for path in bundle.rglob("*"):
        if path.is_file() and "wheels" not in path.parts:
            data = path.read_text("utf-8", "replace")
            leaked = [one for one in secrets if one in data]
            assert not leaked, f"{path.relative_to(bundle)} shows {leaked}"


@pytest.mark.parametrize("platform", sorted(BEDS))
def test_no_planted_secret_survives_where_the_text_is_damaged(platform: str, tmp_path: Path) -> None:
    """Blocks that do not close, words and lines in wrong places: what the parser takes a line for then must not show what stands in it."""
    (tmp_path / "manrs.yml").write_text(INTENT)
    inputs = api.Inputs.read(tmp_path / "manrs.yml", None, tmp_path, "2026-10-01T00:00:00Z")
    snapshots, secrets = [], list[str]()
    for seed in range(4 * TIMES):
        text, hidden = planted(platform, seed)
        random = Random(f"planted {platform} {seed}")
        for _ in range(random.randint(1, 6)):
            text = mangled(text, CORPORA[platform], random)
        snapshots.append(Snapshot(f"edge{seed}", platform, text))
        secrets += hidden
    built = api.write_bundle(tmp_path / "bundle", api.audit_inputs(snapshots, inputs), inputs)
    nowhere(built.path, secrets)
    found = api.replay_bundle(built.path)
    assert found.differences == () and len(found.doubted) <= TIMES


@pytest.mark.parametrize("seed", [0, 3, 5])
@pytest.mark.parametrize("platform", sorted(BEDS))
def test_no_planted_secret_survives_and_results_replay(platform: str, seed: int, tmp_path: Path) -> None:
    text, secrets = planted(platform, seed)
    (tmp_path / "manrs.yml").write_text(INTENT)
    inputs = api.Inputs.read(tmp_path / "manrs.yml", None, tmp_path, "2026-10-01T00:00:00Z")
    snapshot = Snapshot("edge1", platform, text, {"show": f"as typed: password {secrets[0]}\n"})
    done = api.audit_inputs([snapshot], inputs)
    built = api.write_bundle(tmp_path / "bundle", done, inputs)
    nowhere(built.path, secrets)
    redacted = (built.path / "data/devices/edge1/config.redacted.txt").read_text()
    assert redacted.count("\n") == text.count("\n"), "line numbers are no longer true"
    assert api.replay_bundle(built.path)[0] == ()


@given(st.from_regex(AFTER_KEYWORD))
def test_a_keyword_is_never_overlooked(text: str) -> None:
    assert mentions(text, KEYWORDS)


@given(st.from_regex(SHAPES))
def test_a_shape_is_never_overlooked(text: str) -> None:
    assert mentions(text, HINTS)
