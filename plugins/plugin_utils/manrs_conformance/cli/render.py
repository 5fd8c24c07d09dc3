"""`manrs render`: the missing configuration as text, for people who bring it onto the router themselves."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from .. import api, collect
from ..errors import ManrsError, UsageError
from ..model.snapshot import Snapshot
from .options import FORMAT, READABLE, folder, judged_by, write

REFUSED = 1


@click.command()
@click.argument("files", nargs=-1, required=True, type=READABLE)
@judged_by
@click.option(
    "--templates",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    default=None,
    help="Folder with OS/plan.j2 of your own; they replace the shipped ones.",
)
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    default=None,
    help="Write HOST.PLATFORM.fragment files into this folder instead of showing them.",
)
@click.option(
    "--removal",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    default=None,
    help="Render what takes all of it away again; the folder holds each configuration of before the first push, by the same name.",
)
@FORMAT
def render(
    files: tuple[Path, ...],
    platform: str | None,
    devices: Path | None,
    intent_path: Path,
    waivers_path: Path | None,
    sources: Path | None,
    as_of: str | None,
    templates: Path | None,
    out: Path | None,
    removal: Path | None,
    form: str,
) -> int:
    """Render the configuration that saved ones (HOST.PLATFORM.cfg) or snapshots (*.snapshot.json) miss; no router is needed or touched.

    Each candidate was merged onto its configuration and gated in the model first. What was left, and why, is said beside it.
    """
    inputs = api.Inputs.read(intent_path, waivers_path, sources, as_of or collect.now())
    known = api.devices(devices)
    was = api.of_files([removal], platform, known) if removal is not None else None
    found = api.of_files(files, platform, known)
    if not found:
        raise UsageError(f"no saved configuration and no snapshot: {', '.join(map(str, files))}")
    made = [_device(one, inputs, templates) if was is None else _removal(one, was) for one in found.values()]
    if out is not None:
        folder(out)
        for one in made:
            if one.get("candidate"):
                write(out / f"{one['device']}.{one['platform']}.fragment", one["candidate"].encode())
    if form == "json":
        click.echo(json.dumps(made, indent=2, sort_keys=True))
    else:
        for one in made:
            _show(one, shown=out is None)
    return REFUSED if any("refused" in one for one in made) else 0


def _device(one: Snapshot, inputs: api.Inputs, templates: Path | None) -> dict[str, Any]:
    own = templates / one.platform if templates is not None and (templates / one.platform).is_dir() else templates
    try:
        return api.render_json(api.prepare_push(one, inputs, own))
    except ManrsError as error:
        return {"device": one.host, "platform": one.platform, "refused": str(error)}


def _removal(one: Snapshot, was: Mapping[str, Snapshot]) -> dict[str, Any]:
    if one.host not in was:
        raise UsageError(f"{one.host}: its configuration of before is not in the folder of --removal")
    try:
        return api.removal_json(one, was[one.host])
    except ManrsError as error:
        return {"device": one.host, "platform": one.platform, "refused": str(error)}


def _show(one: Mapping[str, Any], *, shown: bool) -> None:
    """The candidate on the output, all that is said of it beside."""
    if "refused" in one:
        click.echo(f"{one['device']}: nothing is rendered: {one['refused']}", err=True)
        return
    if shown and one["candidate"]:
        click.echo(one["candidate"], nl=False)
    lines = one["candidate"].count("\n")
    click.echo(f"{one['device']}: {f'{lines} lines' if lines else 'nothing is missing that can be rendered'}", err=True)
    for reason in one["left"]:
        click.echo(f"  left: {reason}", err=True)
    for finding in one["remaining"]:
        click.echo(f"  remains: {finding['check']} {finding['message']}", err=True)
