"""What an audit loads before it begins, and what the door of the engine gives."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from manrs_conformance import api

ROOT = Path(__file__).resolve().parents[2]
LATER = (
    "cryptography",
    "jinja2",
    "rich",
    "numpy",
    "manrs_conformance.evidence",
    "manrs_conformance.gate",
    "manrs_conformance.push",
)
PROGRAM = f"import sys; from manrs_conformance import cli; print([one for one in {LATER!r} if one in sys.modules])"


def test_an_audit_starts_without_what_only_other_commands_need() -> None:
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "plugins/plugin_utils")}
    done = subprocess.run([sys.executable, "-c", PROGRAM], env=environment, capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


@pytest.mark.parametrize("name", api.__all__)
def test_every_name_of_the_door_is_there(name: str) -> None:
    assert getattr(api, name) is not None


def test_a_name_that_is_not_there_is_an_error() -> None:
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        api.nothing  # type: ignore[attr-defined]  # noqa: B018
