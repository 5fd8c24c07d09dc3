"""`manrs sources`: fetch, show, compare and score public reference data."""

from __future__ import annotations

from pathlib import Path

import click
from rich.console import Console

from .. import api, collect
from ..errors import UsageError
from .options import INTENT, READABLE


@click.group()
def sources() -> None:
    """Fetch, show and compare public reference data: registries, ROAs, contacts, route collectors."""


@sources.command()
@click.option("--intent", "intent_path", type=READABLE, required=True, help="manrs.yml: what is asked about, and where.")
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), required=True, help="Folder to write, for --sources.")
@click.option("--only", multiple=True, metavar="SOURCE", help="Ask only this source; may be given several times.")
@click.option(
    "--cache",
    type=click.Path(file_okay=False, path_type=Path),
    default=None,
    help="Folder of copies; the user's cache when absent.",
)
@click.option("--offline", is_flag=True, help="Ask nobody: use copies within their age.")
@click.option("--refresh", is_flag=True, help="Ask even where a copy is young enough; use it when the source fails.")
@click.option("--as-of", "as_of", default=None, help="Judge ages as of this time (RFC 3339 UTC); now when absent.")
def fetch(
    intent_path: Path, out: Path, only: tuple[str, ...], cache: Path | None, offline: bool, refresh: bool, as_of: str | None
) -> int:
    """Ask every source and write a folder; exit code 2 when one failed."""
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("asking", total=None)
        fetched = api.fetch_sources(
            intent_path,
            out,
            as_of=as_of or collect.now(),
            only=only,
            cache=cache,
            offline=offline,
            refresh=refresh,
            progress=lambda url: bar.update(task, advance=1, description=url[:60]),
        )
    for one in fetched.provenance:
        click.echo(f"{one.source:12} {'FAILED' if one.problem else 'ok':6} {one.problem or one.note or one.location}")
    click.echo(f"{len(fetched.files)} files in {out}, {fetched.requests} requests")
    return 2 if fetched.problems else 0


@sources.command("show")
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
def show_sources(folder: Path) -> int:
    """Show what a folder of sources holds, and what failed when it was fetched."""
    held = api.held_sources(folder)
    if not held:
        raise UsageError(f"{folder}: holds no sources")
    for one in held:
        state = one.problem or one.note or "ok"
        click.echo(f"{one.source:12} {one.file or '-':22} {one.size:>10} {one.sha256[:16] or '-':16} {one.made or '-':20} {state}")
    return 0


@sources.command("diff")
@click.argument("old", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.argument("new", type=click.Path(exists=True, file_okay=False, path_type=Path))
@INTENT
@click.option("--as-of", "as_of", default=None, help="Judge both as of this time (RFC 3339 UTC); now when absent.")
def diff_sources(old: Path, new: Path, intent_path: Path, as_of: str | None) -> int:
    """Show what two folders of sources say differently of the operator."""
    for line in api.source_changes(old, new, intent_path, as_of or collect.now()):
        click.echo(line)
    return 0


@sources.command("authorised")
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@INTENT
@click.option("--as-of", "as_of", default=None, help="Judge as of this time (RFC 3339 UTC); now when absent.")
def authorised_sources(folder: Path, intent_path: Path, as_of: str | None) -> int:
    """Show what each customer may announce by a folder of sources and the intent, and why."""
    for line in api.authorised_ranges(folder, intent_path, as_of or collect.now()):
        click.echo(line)
    return 0


@sources.command("score")
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@INTENT
@click.option("--as-of", "as_of", default=None, help="Judge as of this time (RFC 3339 UTC); now when absent.")
def score_sources(folder: Path, intent_path: Path, as_of: str | None) -> int:
    """Show the figures of the MANRS Observatory with the list behind each, to compare with a published score."""
    for one in api.observatory_figures(folder, intent_path, as_of or collect.now()):
        score = "no score" if one.score is None else f"{one.score:.0f} %"
        mark = "" if one.certain or one.score is None else " (uncertain)"
        click.echo(f"AS{one.asn} {one.metric:7} {score}{mark}: {one.because}")
        for item in one.items:
            click.echo(f"    {item}")
    return 0
