"""The shipped norm as data."""

from __future__ import annotations

import json
from typing import Any

import pytest
from manrs_conformance.errors import InputError, UsageError
from manrs_conformance.requirements import norm as norms

NORM = norms.load("manrs-netops-2.5.2")


def test_all_44_requirements_are_there() -> None:
    assert len(NORM.requirements) == 44
    assert {one.group for one in NORM.requirements} == {"G", "A1", "A2", "A3", "A4", "A4I", "A4R"}


def test_what_decides_action_1() -> None:
    deciding = {check for one in NORM.requirements if one.action == "A1" and one.kind == "compulsory" for check in one.decides}
    assert deciding == {f"{name}-0{n}" for name in ("POL", "CUS") for n in (1, 2, 3)} | {
        "EXP-01",
        "EXP-02",
        "EXP-06",
        "RIS-01",
        "RIS-02",
    }


def test_advice_on_urpf_never_decides() -> None:
    deciding = {check for one in NORM.requirements for check in one.decides}
    assert not deciding & {"SAV-03", "SAV-04"}


def test_action_2_is_recommended() -> None:
    assert {one.kind for one in NORM.requirements if one.action == "A2"} == {"recommended"}


def test_an_unknown_norm_names_the_known_ones() -> None:
    with pytest.raises(UsageError, match="known: manrs-netops"):
        norms.load("../secrets")


ROW: dict[str, Any] = {
    "id": "A1.N1", "action": "A1", "kind": "compulsory", "phase": "norm", "title": "x",
    "methods": ["router"], "decides": ["POL-01"], "supports": [], "missing": "",
}  # fmt: skip


@pytest.mark.parametrize(
    ("rows", "part"),
    [
        ([ROW, ROW], "given twice"),
        ([{**ROW, "action": "A9"}], "not listed"),
        ([{**ROW, "supports": ["POL-01"]}], "both decides and supports"),
        ([{**ROW, "percent": 90, "decides": []}], "exactly one"),
        ([{**ROW, "kind": "optional"}], "kind"),
        ([], "requirements"),
    ],
)
def test_a_norm_that_contradicts_itself_is_refused(rows: list[dict[str, Any]], part: str) -> None:
    content = {"id": "x", "name": "x", "version": "1", "dated": "x", "actions": [{"id": "A1", "title": "x", "kind": "compulsory"}]}
    with pytest.raises(InputError, match=part):
        norms.parse(json.dumps({**content, "requirements": rows}).encode(), "x.json")


def test_not_json() -> None:
    with pytest.raises(InputError, match="not JSON"):
        norms.parse(b"{", "x.json")
