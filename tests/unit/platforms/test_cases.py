"""Each folder PLATFORM/CASE is a configuration and the model it must give.

A case is `running.conf`, with the live output of each key of the platform's commands in `KEY.state` where it matters, and `model.json`.
`python test_cases.py [PLATFORM/CASE...]` writes models anew for review.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest
from manrs_conformance.evidence.redact import secret_values
from manrs_conformance.model.snapshot import Snapshot
from manrs_conformance.model_json import model_json, model_text
from manrs_conformance.platforms import load, names

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))
from invariants import accounted, reread, same_meaning  # noqa: E402

LONG = ("eos", "iosxr")
"""Platforms with ten cases of three hundred lines."""
LESS = {"ios/unread"}
"""Cases where a line that was read is doubted later: its redacted text leaves out of lists and places what the line gave."""

CASES = {f"{one.parents[1].name}/{one.parent.name}": one.parent for one in sorted(HERE.glob("*/*/running.conf"))}


def read(name: str) -> tuple[str, str, dict[str, str]]:
    """Platform, configuration and live outputs of a case."""
    case = CASES[name]
    state = {one.stem: one.read_text(encoding="utf-8") for one in case.glob("*.state")}
    return name.partition("/")[0], (case / "running.conf").read_text(encoding="utf-8"), state


def model(name: str) -> object:
    """The model of a case, as JSON gives it back."""
    platform, text, state = read(name)
    return json.loads(json.dumps(model_json(load(platform).parse(text, state), text)))


@pytest.mark.parametrize("name", CASES)
def test_model(name: str) -> None:
    """The model of every case is the reviewed one."""
    assert model(name) == json.loads((CASES[name] / "model.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", CASES)
def test_every_line_is_accounted_for(name: str) -> None:
    """Each line is in one state, and the counts of the model add up to the lines of the text."""
    platform, text, state = read(name)
    cover = model_json(accounted(platform, text, state), text)["coverage"]
    assert cover["lines"] == sum(count for state, count in cover.items() if state != "lines") == len(text.splitlines())


@pytest.mark.parametrize("name", CASES)
def test_text_names_every_session_and_unread_line(name: str) -> None:
    """What people read shows each session and all that was not understood."""
    platform, text, state = read(name)
    router = load(platform).parse(text, state)
    shown = model_text(router, text)
    assert all(one.neighbor in shown for one in router.sessions)
    assert all(f"line {one.line}: " in shown for one in router.unread)


@pytest.mark.parametrize("name", CASES)
def test_the_redacted_text_means_the_same(name: str) -> None:
    """What a bundle keeps of a configuration is read back as the same model, with the same lines in doubt, and holds no secret."""
    platform, text, state = read(name)
    router, again, kept = reread(platform, text, state)
    values = secret_values({"a": Snapshot("a", platform, text)}, {"a": router})
    assert not any(value in kept for value in values if len(value) > 7)
    if name not in LESS:
        same_meaning(router, again)
        assert again.incomplete_because == router.incomplete_because
    assert {(one.line, one.state, one.taints) for one in again.unread} == {
        (one.line, one.state, one.taints) for one in router.unread
    }
    accounted(platform, kept)
    if platform != "iosxr":
        assert again.line_states == router.line_states


@pytest.mark.parametrize("platform", names())
def test_every_platform_has_cases(platform: str) -> None:
    """A platform is proven by configurations, of real size where vendors' fixtures are written by hand."""
    sizes = [len(read(name)[1].splitlines()) for name in CASES if name.startswith(f"{platform}/")]
    assert sizes
    assert platform not in LONG or sum(size >= 300 for size in sizes) >= 10


if __name__ == "__main__":
    for each in sys.argv[1:] or CASES:
        (CASES[each] / "model.json").write_text(json.dumps(model(each), indent=1) + "\n", encoding="utf-8")
