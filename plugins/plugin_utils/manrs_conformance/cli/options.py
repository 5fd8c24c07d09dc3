"""What the parts of the command share."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import click

from ..errors import UsageError
from ..platforms import names

READABLE = click.Path(exists=True, path_type=Path)
USAGE, TAMPERED = 3, 4
"""Exit codes of the design: usage or internal error, bundle verification failed."""
PLATFORMS = ", ".join(names())
PLATFORM = click.option("--platform", required=True, help=f"Platform of the configuration: {PLATFORMS}.")
INTENT = click.option("--intent", "intent_path", type=READABLE, required=True, help="What you declare of your network (manrs.yml).")
FORMAT = click.option("--format", "form", type=click.Choice(["json", "text"]), default="text", show_default=True)
PREVIOUS = click.option(
    "--previous",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    default=None,
    help="The bundle before this one, to be followed by --bundle.",
)


def judged_by(command: Callable[..., Any]) -> Callable[..., Any]:
    """The options of what judges configurations: which files, by what, as of when."""
    for option in (
        click.option("--platform", default=None, help=f"Platform of every file, when names do not tell it: {PLATFORMS}."),
        click.option("--devices", type=READABLE, default=None, help="YAML file: file name -> {host, platform}."),
        INTENT,
        click.option(
            "--waivers", "waivers_path", type=READABLE, default=None, help="Fails that are accepted for a while (waivers.yml)."
        ),
        click.option("--sources", type=READABLE, default=None, help="Folder with saved reference data."),
        click.option("--as-of", "as_of", default=None, help="Judge as of this time (RFC 3339 UTC); now when absent."),
    ):
        command = option(command)
    return command


def write(path: Path, content: bytes) -> None:
    """Put a whole file there or none; UsageError when that fails. A link, and what is no plain file (a pipe, a terminal), is written to."""
    part = path.with_name(f".{path.name}.part")
    try:
        if path.is_symlink() or (path.exists() and not path.is_file()):
            path.write_bytes(content)
            return
        part.write_bytes(content)
        part.replace(path)
    except OSError as error:
        part.unlink(missing_ok=True)
        raise UsageError(f"{path}: could not be written: {error.strerror}") from None


def folder(path: Path) -> None:
    """Make a folder to write into; UsageError when that fails."""
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(f"{path}: could not be made: {error.strerror}") from None


def needs_bundle(bundle: Path | None, given: Mapping[str, object]) -> None:
    """UsageError when an option of the bundle was given without one: it would silently do nothing."""
    idle = [name for name, value in given.items() if value is not None]
    if idle and bundle is None:
        raise UsageError(f"{' and '.join(idle)} only shape the bundle: give --bundle too")
