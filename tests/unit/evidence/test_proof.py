"""The files that a verdict on a requirement rests on."""

from __future__ import annotations

from typing import Any

import pytest
from manrs_conformance.evidence import proof

SOURCE = "data/sources/raw/" + "0123456789abcdef" + "f" * 48
HELD = proof.Held.of(["data/results.jsonl", "data/devices/edge1/meta.json", "data/devices/edge2/meta.json", SOURCE])
FOLDERS = {"edge1": "edge1", "edge2": "edge2", "gone": "gone"}


def files(finding: dict[str, Any] | None, stated: tuple[str, ...] = ()) -> list[str]:
    known = {} if finding is None else {"f1": finding}
    return proof.files({"requirement": "A1.N1", "phase": "ongoing", "decided_by": list(known)}, known, FOLDERS, HELD, stated)


def test_a_router_s_finding_rests_on_results_and_on_what_was_read_of_it() -> None:
    assert files({"device": "edge1", "sources": []}) == ["data/devices/edge1/meta.json", "data/results.jsonl"]


def test_a_finding_from_public_data_rests_on_the_bytes_of_its_source() -> None:
    found = files({"device": "AS64496", "sources": ["irr 0123456789abcdef", "peeringdb ffffffffffffffff"]})
    assert found == ["data/results.jsonl", SOURCE], "a source whose bytes are not held is not cited"


def test_only_files_that_are_there_are_named() -> None:
    assert files({"device": "gone", "sources": []}) == ["data/results.jsonl"]


@pytest.mark.parametrize(
    ("stated", "rests_on"),
    [(("A1.N1",), "data/attestations.json"), (("A1.N2",), "data/policy/norm.json"), ((), "data/policy/norm.json")],
)
def test_without_a_finding_it_is_the_statement_or_the_norm_itself(stated: tuple[str, ...], rests_on: str) -> None:
    assert files(None, stated) == [rests_on]
