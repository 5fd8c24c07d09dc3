"""Each folder is a configuration and the model it must give; `python test_iosxr_cases.py` writes the models anew for review."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from manrs_conformance.evidence.redact import Scrubber, redact, secret_values
from manrs_conformance.model.snapshot import Snapshot
from manrs_conformance.model_json import model_json, model_text
from manrs_conformance.platforms import load

CASES = sorted(path.parent for path in Path(__file__).parent.glob("*/running.conf"))


def model(case: Path) -> dict[str, object]:
    """The model of a case."""
    text = (case / "running.conf").read_text(encoding="utf-8")
    return model_json(load("iosxr").parse(text, {}), text)


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
    router = load("iosxr").parse(text, {})
    shown = model_text(router, text)
    assert all(one.neighbor in shown for one in router.sessions)
    assert all(f"line {one.line}: " in shown for one in router.unread)


def test_there_are_ten_cases_of_three_hundred_lines() -> None:
    """Enough text to meet every construct."""
    sizes = [len((case / "running.conf").read_text(encoding="utf-8").splitlines()) for case in CASES]
    assert sum(size >= 300 for size in sizes) >= 10


@pytest.mark.parametrize("case", CASES, ids=lambda one: one.name)
def test_the_redacted_text_means_the_same(case: Path) -> None:
    """What a bundle keeps of a configuration is read back as the same model, with the same lines in doubt, and holds no secret."""
    text = (case / "running.conf").read_text(encoding="utf-8")
    router = load("iosxr").parse(text, {})
    snapshot = Snapshot("a", "iosxr", text)
    values = secret_values({"a": snapshot}, {"a": router})
    kept = "\n".join(redact(snapshot, router, Scrubber(values)).lines)
    again = load("iosxr").parse(kept, {})
    assert not any(value in kept for value in values if len(value) > 7)
    assert {(one.line, one.state, one.taints) for one in again.unread} == {
        (one.line, one.state, one.taints) for one in router.unread
    }
    assert (again.complete, again.incomplete_because) == (router.complete, router.incomplete_because)
    first, second = model_json(router, text), model_json(again, kept)
    for name in ("sessions", "interfaces", "policies", "lists", "rpki", "undefined"):
        assert second[name] == first[name]


if __name__ == "__main__":
    for each in CASES:
        (each / "model.json").write_text(json.dumps(model(each), indent=1) + "\n", encoding="utf-8")
