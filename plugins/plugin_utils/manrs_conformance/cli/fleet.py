"""The options and the progress of an audit of many routers."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click

from .. import api
from ..errors import UsageError

SHOWN = 8
"""Routers from which on progress is shown."""


def many(command: Callable[..., Any]) -> Callable[..., Any]:
    """Options of a command that judges many routers."""
    for option in (
        click.option("--workers", type=click.IntRange(min=1), default=None, help="Processes; one for each core when absent."),
        click.option(
            "--cache",
            type=click.Path(file_okay=False, path_type=Path),
            default=None,
            help="Folder where results of routers are kept: what did not change is not judged again.",
        ),
        click.option(
            "--scheduler",
            default=None,
            metavar="ADDRESS",
            help="Judge on the Dask cluster behind this scheduler (tcp://HOST:PORT).",
        ),
    ):
        command = option(command)
    return command


def assess(
    snapshots: api.Snapshots, inputs: api.Inputs, *, workers: int | None, cache: Path | None, scheduler: str | None
) -> api.Assessment:
    """Audit with progress on the error output when it is a terminal; Ctrl-C ends it within seconds."""
    if scheduler is not None and (workers is not None or cache is not None):
        raise UsageError("--workers and --cache speak of this machine, --scheduler of others: choose")
    runner = api.OnDask(scheduler) if scheduler is not None else None
    kept = api.Cache.open(cache, inputs.intent_bytes, inputs.reference) if cache is not None else None
    with _bar(len(snapshots)) as tick:
        return api.audit_fleet(snapshots, inputs, workers=workers, cache=kept, runner=runner, progress=tick)


@contextmanager
def _bar(total: int) -> Iterator[Callable[[str], None]]:
    if total < SHOWN:
        yield lambda _host: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    # No thread of its own: processes are forked while the bar is shown.
    with Progress(*columns, console=Console(stderr=True), transient=True, auto_refresh=False) as bar:
        task = bar.add_task("routers", total=total)
        yield lambda _host: bar.update(task, advance=1, refresh=True)
