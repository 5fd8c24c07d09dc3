"""A push takes only the candidate that the gate judged, when it is told which one that was."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest
from click.testing import CliRunner
from manrs_conformance import api, cli
from manrs_conformance.errors import BundleError, InputError, PushError
from manrs_conformance.model.snapshot import Snapshot

SELFTEST = Path(api.__file__).parents[1] / "data" / "selftest"
BAD = Snapshot("edge1", "frr", (SELFTEST / "bad.frr.cfg").read_text())


@pytest.fixture
def inputs(tmp_path: Path) -> api.Inputs:
    (tmp_path / "sources").mkdir()
    return api.Inputs.read(SELFTEST / "manrs.yml", None, tmp_path / "sources", "2026-11-25T06:00:00Z")


def gated(tmp_path: Path, text: str, *more: str) -> Path:
    """The JSON of `manrs gate` for a fragment."""
    (tmp_path / "base").mkdir(exist_ok=True)
    (tmp_path / "base" / "edge1.frr.cfg").write_text(BAD.config)
    (tmp_path / "edge1.frr.fragment").write_text(text)
    args = ["gate", "--base", str(tmp_path / "base"), "--fragment", str(tmp_path / "edge1.frr.fragment"), "--format", "json"]
    args += ["--intent", str(SELFTEST / "manrs.yml"), "--sources", str(tmp_path / "sources"), *more]
    done = CliRunner().invoke(cli._main, args, standalone_mode=False)
    assert done.exception is None, done.exception
    (tmp_path / "gate.json").write_text(done.stdout)
    return tmp_path / "gate.json"


def test_the_judged_candidate_is_taken_and_every_other_refused(tmp_path: Path, inputs: api.Inputs) -> None:
    rendered = api.prepare_push(BAD, inputs)
    assert rendered.text
    for text in (rendered.text, rendered.merged):
        digest = hashlib.sha256(text.encode()).hexdigest()
        assert api.prepare_push(BAD, inputs, expect_sha256=digest).text == rendered.text
        assert api.prepare_push(BAD, inputs, expect_sha256=digest.upper()).text == rendered.text
    with pytest.raises(PushError, match="not the one that the gate judged"):
        api.prepare_push(BAD, inputs, expect_sha256="0" * 64)


def test_the_answer_of_the_gate_stands_for_its_digest(tmp_path: Path, inputs: api.Inputs) -> None:
    rendered = api.prepare_push(BAD, inputs)
    answer = gated(tmp_path, rendered.text, "--bundle", str(tmp_path / "bundle"))
    for path in (answer, tmp_path / "bundle"):
        assert api.prepare_push(BAD, inputs, expect_sha256=str(path)).text == rendered.text
    (tmp_path / "bundle" / "data" / "gate.json").write_text(json.dumps({"verdict": "pass", "candidate": {}}))
    with pytest.raises(BundleError):
        api.prepare_push(BAD, inputs, expect_sha256=str(tmp_path / "bundle"))
    other = gated(tmp_path, rendered.text + "!\n")
    with pytest.raises(PushError, match="not the one that the gate judged"):
        api.prepare_push(BAD, inputs, expect_sha256=str(other))
    blocked = gated(tmp_path, "router bgp 64496\n neighbor 203.0.113.99 remote-as 64999\n")
    with pytest.raises(PushError, match="gate's verdict in"):
        api.prepare_push(BAD, inputs, expect_sha256=str(blocked))
    blocked.write_text("{}")
    with pytest.raises(InputError, match="expected a SHA-256"):
        api.prepare_push(BAD, inputs, expect_sha256=str(blocked))
    blocked.write_text('{"verdict": "pass", "candidate": {"edge9": "0"}}')
    with pytest.raises(InputError, match="judged no candidate of edge1"):
        api.prepare_push(BAD, inputs, expect_sha256=str(blocked))
