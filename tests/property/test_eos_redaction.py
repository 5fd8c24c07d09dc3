"""What a bundle keeps of an EOS configuration means what the whole meant: replay reads placeholders and reaches the same model."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from manrs_conformance.evidence.redact import Scrubber, redact, secret_values
from manrs_conformance.model.router import Router
from manrs_conformance.model.snapshot import Snapshot
from manrs_conformance.platforms import load

CASES = Path(__file__).parents[1] / "unit" / "platforms" / "eos"
TEXTS = {one.parent.name: one.read_text(encoding="utf-8") for one in sorted(CASES.glob("*/running.conf"))}
WORDS = ["zz", "7", "in", "permit", "no", "192.0.2.9", "any", "route-map", "interface", "193.0.0.0/24", "ip", "seq", "neighbor"]


def redacted(text: str) -> tuple[Router, Router]:
    """The router of a text, and that of its redacted form."""
    router = load("eos").parse(text, {})
    snapshot = Snapshot("r1", "eos", text)
    scrubber = Scrubber(secret_values({"r1": snapshot}, {"r1": router}))
    kept = "\n".join(redact(snapshot, router, scrubber).lines)
    return router, load("eos").parse(kept, {})


def meaning(router: Router) -> dict[str, object]:
    """All that checks read, in an order of its own; texts of unread lines and unread lines of one place aside."""
    plain = replace(router, unread=(), line_states="", secrets=(), incomplete_because="")
    out = {name: getattr(plain, name) for name in Router.__dataclass_fields__ if name != "policies"}
    out["policies"] = dict(sorted(router.policies.items()))
    out["unread"] = sorted({(one.line, one.state, str(one.taints)) for one in router.unread})
    return out


def same(text: str) -> None:
    """Both readings agree."""
    before, after = redacted(text)
    left, right = meaning(before), meaning(after)
    for name, value in left.items():
        assert value == right[name], name


@pytest.mark.parametrize("name", sorted(TEXTS))
def test_every_case(name: str) -> None:
    """The configurations of the tests."""
    same(TEXTS[name])


@given(st.sampled_from(sorted(TEXTS)), st.data())
@settings(max_examples=60, deadline=None)
def test_with_lines_that_are_not_understood(name: str, data: st.DataObject) -> None:
    """Configurations with damaged statements."""
    lines = TEXTS[name].splitlines()
    # A word that becomes a secret is scrubbed wherever it stands: such lines stay as they are.
    guarded = {one.line for one in load("eos").parse(TEXTS[name], {}).secrets}
    for _ in range(data.draw(st.integers(1, 6))):
        at = data.draw(st.integers(0, len(lines) - 1))
        words = lines[at].split(" ")
        if (
            at + 1 in guarded
            or not lines[at].strip()
            or lines[at].lstrip().startswith(("!", "banner", "comment", "code", "action"))
        ):
            continue
        words[data.draw(st.integers(0, len(words) - 1))] = data.draw(st.sampled_from(WORDS))
        lines[at] = " ".join(words)
    same("\n".join(lines))
