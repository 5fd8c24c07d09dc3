"""Each folder is a configuration and the model it must give; `python test_junos_cases.py` writes the models anew for review."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from manrs_conformance.model_json import model_json, model_text
from manrs_conformance.platforms import load

CASES = sorted(path.parent for path in Path(__file__).parent.glob("*/running.conf"))


def model(case: Path) -> dict[str, object]:
    """The model of a case."""
    text = (case / "running.conf").read_text(encoding="utf-8")
    return model_json(load("junos").parse(text, {}), text)


@pytest.mark.parametrize("case", CASES, ids=lambda one: one.name)
def test_model(case: Path) -> None:
    """The model of every case is the reviewed one, and every line is accounted for."""
    found = model(case)
    assert json.loads(json.dumps(found)) == json.loads((case / "model.json").read_text(encoding="utf-8"))
    cover = found["coverage"]
    assert isinstance(cover, dict)
    assert cover["lines"] == sum(count for name, count in cover.items() if name != "lines")


@pytest.mark.parametrize("case", CASES, ids=lambda one: one.name)
def test_text_names_every_session_and_unread_line(case: Path) -> None:
    """What people read shows each session and all that was not understood."""
    text = (case / "running.conf").read_text(encoding="utf-8")
    router = load("junos").parse(text, {})
    shown = model_text(router, text)
    assert all(one.neighbor in shown for one in router.sessions)
    assert all(f"line {one.line}: " in shown for one in router.unread)


if __name__ == "__main__":
    for each in CASES:
        (each / "model.json").write_text(json.dumps(model(each), indent=1) + "\n", encoding="utf-8")
