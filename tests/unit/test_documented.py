"""What the documentation shows can be typed: commands, their options, and variables by the names that the code knows."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from manrs_conformance import cli

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
BLOCK = re.compile(r"^ *```[a-z]*\n(.*?)^ *```", re.MULTILINE | re.DOTALL)
VARIABLE = re.compile(r"\bmanrs_[a-z0-9_]*[a-z0-9]\b")


def shown() -> Iterator[tuple[str, str]]:
    """(page, command) of every `manrs …` in a block, lines that go on joined; without what a pipe or a redirection makes of its output."""
    for page in PAGES:
        for block in BLOCK.findall(page.read_text("utf-8")):
            for line in block.replace("\\\n", " ").splitlines():
                if re.match(r" *\$? *manrs ", line):
                    yield page.name, re.split(r"\s[|>;#]|\s{3,}", line.strip().removeprefix("$ "))[0]


SHOWN = sorted(set(shown()))


def test_commands_are_shown() -> None:
    assert len(SHOWN) > 20


@pytest.mark.parametrize(("page", "line"), SHOWN)
def test_a_command_that_is_shown_can_be_typed(page: str, line: str) -> None:
    command: click.Command | None = cli._main
    words = shlex.split(line)[1:]
    while isinstance(command, click.Group):
        command = command.get_command(click.Context(command), words.pop(0))
    assert command is not None, page
    known = {name for one in command.params for name in (*one.opts, *one.secondary_opts)}
    assert {one.partition("=")[0] for one in words if one.startswith("--")} <= known | {"--help"}, page


def test_variables_that_are_shown_are_read() -> None:
    code = "".join(
        path.read_text("utf-8")
        for folder in ("plugins", "playbooks", "roles")
        for path in sorted((ROOT / folder).rglob("*"))
        if path.suffix in (".py", ".yml", ".j2")
    )
    for page in PAGES:
        assert {one for one in VARIABLE.findall(page.read_text("utf-8")) if not re.search(rf"\b{one}\b", code)} == set(), page.name
