"""No face takes an option and then forgets it: every one is read by the code behind it."""

from __future__ import annotations

import ast
import inspect
import textwrap
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import click
import pytest
from manrs_conformance import cli
from nornir_manrs import processors, rollout, tasks

PLUGINS = Path(__file__).parents[2] / "plugins"
FACES: tuple[Callable[..., Any], ...] = (
    tasks.manrs_audit,
    tasks.manrs_gate,
    tasks.manrs_push,
    rollout.manrs_rollout,
    processors.EvidenceProcessor.bundle,
)


def commands(group: click.Group, name: str) -> Iterator[tuple[str, Callable[..., Any]]]:
    """Every command below a group, by the words that call it."""
    context = click.Context(group)
    for word in group.list_commands(context):
        one = group.get_command(context, word)
        assert one is not None
        if isinstance(one, click.Group):
            yield from commands(one, f"{name} {word}")
        elif one.callback is not None:
            yield f"{name} {word}", one.callback


def forgotten(function: Callable[..., Any]) -> set[str]:
    """Parameters of a function that its body never reads."""
    tree = ast.parse(textwrap.dedent(inspect.getsource(function)))
    read = {one.id for one in ast.walk(tree) if isinstance(one, ast.Name) and isinstance(one.ctx, ast.Load)}
    return set(inspect.signature(function).parameters) - read - {"self"}


@pytest.mark.parametrize(
    ("name", "callback"), sorted(commands(cli._main, "manrs")), ids=lambda one: str(one) if isinstance(one, str) else ""
)
def test_every_option_of_a_command_is_read(name: str, callback: Callable[..., Any]) -> None:
    assert forgotten(callback) == set(), name


@pytest.mark.parametrize("function", FACES)
def test_every_argument_of_a_nornir_task_is_read(function: Callable[..., Any]) -> None:
    assert forgotten(function) == set()


@pytest.mark.parametrize("name", ["audit", "evidence", "gate", "push", "rollout"])
def test_every_option_of_an_action_is_read(name: str) -> None:
    text = (PLUGINS / f"action/{name}.py").read_text()
    spec = next(
        one.value for one in ast.walk(ast.parse(text)) if isinstance(one, ast.AnnAssign) and ast.unparse(one.target) == "SPEC"
    )
    assert spec is not None
    behind = text + (PLUGINS / "plugin_utils/_action.py").read_text()
    options = ast.literal_eval(spec)
    assert (
        options and {one for one in options if not any(f"args{how}" in behind for how in (f'["{one}"]', f'.get("{one}"'))} == set()
    )
