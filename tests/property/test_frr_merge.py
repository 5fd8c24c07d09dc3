"""Merging a configuration of FRR onto itself changes no meaning."""

from __future__ import annotations

from pathlib import Path

import pytest
from manrs_conformance.platforms import load_push

CASES = Path(__file__).parents[1] / "unit" / "platforms" / "frr"
TEXTS = {one.parent.name: one.read_text(encoding="utf-8") for one in sorted(CASES.glob("*/running.conf"))}
FRR = load_push("frr")


@pytest.mark.parametrize("name", TEXTS)
def test_merging_a_configuration_onto_itself_changes_no_meaning(name: str) -> None:
    """running + running means what running means."""
    text = TEXTS[name]
    before, after = FRR.parse(text, {}), FRR.parse(FRR.merge(text, text), {})
    assert sorted(
        (s.key, str(s.remote_as), s.group or "", s.shutdown, s.max_prefix or 0, s.auth) for s in before.sessions
    ) == sorted((s.key, str(s.remote_as), s.group or "", s.shutdown, s.max_prefix or 0, s.auth) for s in after.sessions)
    assert sorted((p.name, len(p.terms)) for p in before.policies.values()) == sorted(
        (p.name, len(p.terms)) for p in after.policies.values()
    )
    assert sorted((p.name, p.afi, len(p.entries)) for p in before.prefix_lists) == sorted(
        (p.name, p.afi, len(p.entries)) for p in after.prefix_lists
    )
