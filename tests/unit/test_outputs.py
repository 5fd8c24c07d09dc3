"""What the command says and how it ends when something cannot be written, or a word of the line means nothing."""

from __future__ import annotations

import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from manrs_conformance import api, cli

AUDIT = Path(__file__).parent / "platforms" / "ios" / "audit"
EDGE = AUDIT / "careful" / "edge1.ios.cfg"


@pytest.fixture(autouse=True)
def _own_signals() -> Iterator[None]:
    """The command takes SIGTERM for Ctrl-C; the tests after these do not."""
    before = signal.getsignal(signal.SIGTERM)
    yield
    signal.signal(signal.SIGTERM, before)


def ended(monkeypatch: pytest.MonkeyPatch, *words: object) -> int:
    """The exit code of the command for these words."""
    monkeypatch.setattr(sys, "argv", ["manrs", *map(str, words)])
    with pytest.raises(SystemExit) as found:
        cli.main()
    assert isinstance(found.value.code, int)
    return found.value.code


def gate(monkeypatch: pytest.MonkeyPatch, *words: object) -> int:
    """The gate on a change of nothing."""
    return ended(monkeypatch, "gate", "--base", EDGE, "--candidate", EDGE, "--intent", AUDIT / "manrs.yml", *words)


@pytest.mark.parametrize("option", ["--sarif", "--junit", "--gitlab", "--markdown"])
def test_a_file_that_cannot_be_written_is_one_message_and_no_result(
    option: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for place in (tmp_path / "missing" / "out", tmp_path):
        assert gate(monkeypatch, option, place) == 3
        told = capsys.readouterr()
        assert told.out == ""
        assert told.err.count("\n") == 1
        assert f"{place}: could not be written" in told.err
    assert list(tmp_path.iterdir()) == []


def test_files_are_whole_and_links_are_followed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    link = tmp_path / "link"
    link.symlink_to(tmp_path / "target")
    assert gate(monkeypatch, "--junit", link, "--sarif", tmp_path / "plain") == 0
    assert link.is_symlink()
    assert (tmp_path / "target").read_bytes().startswith(b"<?xml")
    assert {one.name for one in tmp_path.iterdir()} == {"link", "target", "plain"}


def test_a_ticket_without_words_breaks_no_glass(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    assert gate(monkeypatch, "--break-glass", " ") == 3
    assert "ticket" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("option", "word"),
    [
        ("--as-path", "43215 x"),
        ("--as-path", "4294967296"),
        ("--as-path", "{43215,x}"),
        ("--community", "customer"),
        ("--community", "70000:1"),
        ("--community", "1:2:4294967296"),
    ],
)
def test_a_route_that_cannot_be_is_not_explained(
    option: str, word: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    plain = ("explain", EDGE, "--platform", "ios", "--neighbor", "45.15.0.1", "--prefix", "8.8.8.0/24")
    assert ended(monkeypatch, *plain, option, word) == 3
    told = capsys.readouterr()
    assert told.out == ""
    assert word.rsplit(maxsplit=1)[-1].strip("{}").rpartition(",")[2] in told.err


def test_sets_and_every_kind_of_community_are_explained(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    plain = ("explain", EDGE, "--platform", "ios", "--neighbor", "45.15.0.1", "--prefix", "8.8.8.0/24")
    words = (
        "--as-path",
        "43215 {15169,43216}",
        "--community",
        "43210:9",
        "--community",
        "4200000000:1:2",
        "--community",
        "rt:192.0.2.1:5",
    )
    assert ended(monkeypatch, *plain, *words) == 0
    assert "43215 {15169,43216}" in capsys.readouterr().out


def test_a_defect_is_no_finding(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def broken(*_words: object) -> None:
        raise RuntimeError("a defect")

    monkeypatch.setattr(api, "parse", broken)
    assert ended(monkeypatch, "model", EDGE, "--platform", "ios") == 3
    assert "internal error" in capsys.readouterr().err


def test_a_declaration_for_no_requirement_is_not_passed_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    intent = tmp_path / "manrs.yml"
    told = "declarations:\n  A1.J99: {statement: filters are generated, updated: 2026-01-01, by: NOC}\n"
    intent.write_text((AUDIT / "manrs.yml").read_text(encoding="utf-8") + told, encoding="utf-8")
    assert ended(monkeypatch, "audit", EDGE, "--intent", intent) == 3
    assert "A1.J99" in capsys.readouterr().err


def test_an_empty_folder_of_sources_is_said_to_be_empty(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert ended(monkeypatch, "sources", "show", tmp_path) == 3
    assert "holds no sources" in capsys.readouterr().err
