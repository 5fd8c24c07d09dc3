"""What the gate keeps from one side for the other changes no answer: the same changes judged by a gate that forgets before each side."""

from __future__ import annotations

import functools
import importlib
import random
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from manrs_conformance import api
from manrs_conformance.analysis import authority, origin, prefixcache
from manrs_conformance.model.snapshot import Snapshot

sys.path.insert(0, str(Path(__file__).parent))

from test_gate_property import CONFIGURATIONS, REFERENCE, intent_of, name_of

CHOSEN = random.Random(7).sample(CONFIGURATIONS, 24)
AS_OF = "2026-11-25T06:00:00Z"


def forget() -> None:
    """Empty every store of results of the analysis."""
    for store in (prefixcache._results, prefixcache._sizes, prefixcache._digests, authority._KEPT, origin._KEPT):
        store.clear()
    for name in [one for one in sys.modules if one.startswith("manrs_conformance.analysis.")]:
        for held in vars(sys.modules[name]).values():
            if isinstance(held, functools._lru_cache_wrapper):
                held.cache_clear()


def changes(text: str, seed: int) -> Iterator[str]:
    """The text without one line, twice, and with one line moved, so that the lines behind it have other numbers."""
    lines, chance = text.splitlines(keepends=True), random.Random(seed)
    for _turn in range(2):
        at = chance.randrange(len(lines))
        yield "".join(lines[:at] + lines[at + 1 :])
    yield "!\n!\n" + text


@pytest.mark.parametrize("one", CHOSEN, ids=name_of)
def test_a_gate_that_forgets_answers_the_same(one: tuple[str, Path], monkeypatch: pytest.MonkeyPatch) -> None:
    platform, path = one
    inputs = api.Inputs(intent_of(path), b"", REFERENCE, AS_OF)
    text = path.read_text("utf-8")
    at = importlib.import_module("manrs_conformance.api.gating")
    for changed in changes(text, len(text)):
        sides = [[Snapshot("edge1", platform, each)] for each in (text, changed)]
        with monkeypatch.context() as patch:
            asked: list[object] = []

            def forgetful(*args: Any, asked: list[object] = asked, usual: Any = api.audit_inputs) -> Any:
                asked.append(args)
                forget()
                return usual(*args)

            patch.setattr(at, "audit_inputs", forgetful)
            forgotten = api.gate_inputs(*sides, inputs)
            assert len(asked) == 2, "both sides were judged by the gate that forgets"
        assert api.gate_inputs(*sides, inputs) == forgotten
        assert api.gate_inputs(*sides, inputs) == forgotten, "with everything known from before"
