"""A fragment from the command line to the verdict, on every platform: `gate_fragments/PLATFORM/NAME.fragment` on `running.txt` says `NAME.txt`."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner
from manrs_conformance import cli, platforms
from manrs_conformance.errors import ManrsError

FOLDER = Path(__file__).parent / "gate_fragments"
CASES = sorted(FOLDER.glob("*/*.fragment"))


def said(case: Path, folder: Path) -> str:
    """What the command prints, and how it ends; refusals without the folder's own path."""
    platform = case.parent.name
    for name in ("base", "change", "sources"):
        (folder / name).mkdir()
    (folder / "base" / f"edge1.{platform}.cfg").write_text((case.parent / "running.txt").read_text("utf-8"))
    (folder / "change" / f"edge1.{platform}.fragment").write_text(case.read_text("utf-8"))
    args = ["gate", "--base", str(folder / "base"), "--fragment", str(folder / "change"), "--intent", str(FOLDER / "manrs.yml")]
    args += ["--sources", str(folder / "sources"), "--as-of", "2026-11-25T06:00:00Z", "--markdown", str(folder / "comment.md")]
    done = CliRunner().invoke(cli._main, args, standalone_mode=False)
    if isinstance(done.exception, ManrsError):
        return f"refused: {done.exception}\n".replace(f"{folder}/", "")
    assert done.exception is None, done.exception
    assert len((folder / "comment.md").read_text().splitlines()) <= 40
    return f"{done.output}exit code {done.return_value}\n"


@pytest.mark.parametrize("case", CASES, ids=lambda one: f"{one.parent.name}-{one.stem}")
def test_what_the_gate_says_of_a_fragment(case: Path, tmp_path: Path) -> None:
    assert said(case, tmp_path) == case.with_suffix(".txt").read_text("utf-8")


def test_every_platform_lets_a_good_fragment_through_and_stops_a_bad_one() -> None:
    for platform in platforms.names():
        if hasattr(platforms.load(platform), "merge"):
            good, bad = ((FOLDER / platform / f"{name}.txt").read_text("utf-8") for name in ("good", "bad"))
            assert good.endswith("exit code 0\n")
            assert bad.endswith("exit code 1\n")
