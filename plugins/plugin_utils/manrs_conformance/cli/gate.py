"""`manrs gate`: is a change safe?"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import click

from .. import api, collect
from ..errors import UsageError
from .options import FORMAT, PREVIOUS, READABLE, judged_by, needs_bundle, write


@click.command()
@click.option(
    "--base", required=True, help="File or folder before the change, or git:REV for the candidate's folder at that revision."
)
@click.option("--candidate", default=None, type=READABLE, help="File or folder with whole configurations after the change.")
@click.option(
    "--fragment",
    "fragments",
    multiple=True,
    type=READABLE,
    help="File HOST.PLATFORM.fragment, or folder of such files, that is loaded onto the base's configuration of HOST; may be repeated.",
)
@click.option(
    "--merged",
    type=click.Path(file_okay=False, path_type=Path),
    default=None,
    help="Write the configurations after the fragments into this folder; annotations that are not on a fragment's own line stand there.",
)
@judged_by
@click.option(
    "--sources-before",
    type=READABLE,
    default=None,
    help="Folder with what the sources said before: an as-set that gained a network or a ROA that was lost is then part of the change.",
)
@click.option("--strict", is_flag=True, help="Judge everything, not only what the change brings.")
@click.option(
    "--sarif", type=click.Path(path_type=Path), default=None, help="Write SARIF 2.1.0 with places in the candidate's files."
)
@click.option("--junit", type=click.Path(path_type=Path), default=None, help="Write JUnit XML.")
@click.option("--gitlab", type=click.Path(path_type=Path), default=None, help="Write a GitLab code quality report.")
@click.option(
    "--markdown", type=click.Path(path_type=Path), default=None, help="Write a comment for the merge request, 40 lines at most."
)
@click.option(
    "--bundle", type=click.Path(path_type=Path), default=None, help="Write an evidence bundle of the gate into this new folder."
)
@click.option("--key", type=READABLE, default=None, help="SSH private key that signs the bundle.")
@PREVIOUS
@click.option("--break-glass", "ticket", default=None, metavar="TICKET", help="Let a blocked change through, as overridden.")
@FORMAT
def gate(
    base: str,
    candidate: Path | None,
    fragments: tuple[Path, ...],
    merged: Path | None,
    platform: str | None,
    devices: Path | None,
    intent_path: Path,
    waivers_path: Path | None,
    sources: Path | None,
    sources_before: Path | None,
    as_of: str | None,
    strict: bool,
    sarif: Path | None,
    junit: Path | None,
    gitlab: Path | None,
    markdown: Path | None,
    bundle: Path | None,
    key: Path | None,
    previous: Path | None,
    ticket: str | None,
    form: str,
) -> int:
    """Compare two sets of configurations: does the change make routing less safe?

    Intent and waivers are read from the base side: a file `waivers.yml` in the base folder is taken when --waivers is not given, and
    what the candidate folder changes in them is reported, never used. Whole configurations (--candidate) and fragments (--fragment) may
    be given together, for different devices; with fragments alone every other device of the base stays as it is.
    """
    if ticket is not None and not ticket.strip():
        raise UsageError("--break-glass takes the ticket under which the change goes out")
    if merged is not None and not fragments:
        raise UsageError("--merged writes what fragments lead to: give --fragment too")
    needs_bundle(bundle, {"--previous": previous, "--key": key})
    with api.base_side(base, candidate, [intent_path, waivers_path]) as (before, (intent, waivers)):
        gated = api.gate_files(
            before,
            candidate,
            intent=intent or intent_path,
            waivers=waivers,
            sources=sources,
            as_of=as_of or collect.now(),
            platform=platform,
            devices=api.devices(devices),
            strict=strict,
            ticket=ticket,
            fragments=fragments,
            merged=merged,
            sources_before=sources_before,
        )
    report = gated.report
    for path, name in ((sarif, "results.sarif"), (junit, "junit.xml"), (gitlab, "gl-code-quality-report.json")):
        if path is not None:
            write(path, api.gate_export(gated, name))
    if markdown is not None:
        write(markdown, api.gate_markdown(report).encode())
    if bundle is not None:
        built = api.gate_bundle(gated, bundle, key, sys.argv[1:], previous)
        click.echo(f"bundle: {built.path} root {built.root_sha256}", err=True)
    click.echo(json.dumps(api.gate_json(report), indent=2, sort_keys=True) if form == "json" else api.gate_text(report))
    return {"pass": 0, "overridden": 0, "fail": 1}.get(report.verdict, 2)
