"""The `manrs` command: model, explain, audit, gate and bundle, for pipelines and for one engineer at a prompt."""

from __future__ import annotations

import importlib
import json
import os
import signal
import sys
import traceback
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import click

from .. import api, collect
from ..errors import BundleError, ManrsError, UsageError
from ..model.policy import Rpki
from .fleet import assess, many
from .options import FORMAT, PLATFORM, PREVIOUS, READABLE, TAMPERED, USAGE, judged_by, needs_bundle

if TYPE_CHECKING:
    from .. import evidence

ELSEWHERE = ("bundle", "gate", "render", "sources")
"""Commands in modules of their own."""


def main() -> NoReturn:
    """Run the command; every error is one clear line and the exit code the design gives it."""
    signal.signal(signal.SIGTERM, _stopped)
    try:
        code = _main.main(standalone_mode=False)
        sys.stdout.flush()
    except click.ClickException as error:
        click.echo(f"manrs: {error.format_message()}", err=True)
        code = USAGE
    except click.Abort:
        click.echo("manrs: interrupted; nothing more was assessed", err=True)
        code = USAGE
    except BundleError as error:
        click.echo(f"manrs: {error}", err=True)
        code = TAMPERED
    except ManrsError as error:
        click.echo(f"manrs: {error}", err=True)
        code = USAGE
    except SystemExit:
        # click ends so when whoever reads the output went away.
        code = USAGE
    except OSError as error:
        click.echo(f"manrs: {error.filename or 'the output'}: {error.strerror}", err=True)
        code = USAGE
        # What the output did not take stays untaken: the interpreter would try once more, and end with a code of its own.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except Exception:
        click.echo(f"{traceback.format_exc()}manrs: internal error; nothing above is a result", err=True)
        code = USAGE
    sys.exit(code if isinstance(code, int) else 0)


def _stopped(_number: int, _frame: object) -> NoReturn:
    """SIGTERM ends the work like Ctrl-C."""
    raise KeyboardInterrupt


class _Commands(click.Group):
    """Commands of which those in other modules are loaded when they are asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """All names, sorted."""
        return sorted({*super().list_commands(ctx), *ELSEWHERE})

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of a name."""
        if cmd_name not in ELSEWHERE:
            return super().get_command(ctx, cmd_name)
        command: click.Command = getattr(importlib.import_module(f".{cmd_name}", __name__), cmd_name)
        return command


@click.group(name="manrs", cls=_Commands)
@click.version_option(package_name="routesec-manrs", message="%(prog)s %(version)s")
def _main() -> None:
    """Audit, gate and prove routing security against MANRS."""


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace")
    except OSError as error:
        raise UsageError(f"{path}: cannot be read: {error.strerror}") from None


@_main.command()
@click.argument("config", type=READABLE)
@PLATFORM
@FORMAT
def model(config: Path, platform: str, form: str) -> int:
    """Show what was understood of a configuration."""
    from .. import model_json

    text = _text(config)
    router = api.parse(api.single(config, platform, text))
    if form == "json":
        click.echo(json.dumps(model_json.model_json(router, text), indent=2, sort_keys=False))
    else:
        click.echo(model_json.model_text(router, text))
    return 0


@_main.command()
@click.argument("config", type=READABLE)
@PLATFORM
@click.option("--neighbor", required=True, help="Address of the neighbour.")
@click.option("--direction", type=click.Choice(["import", "export"]), default="import", show_default=True)
@click.option("--vrf", default="default", show_default=True, help="VRF of the session.")
@click.option("--family", default=None, help="ipv4-unicast or ipv6-unicast; taken from the prefix when absent.")
@click.option("--prefix", required=True, help="Prefix of the route.")
@click.option("--as-path", "as_path", default="", help='ASNs from left to right, such as "65001 65002".')
@click.option(
    "--community", "community", multiple=True, help="A community of the route (64500:1, 64500:1:2, rt:64500:1); may be repeated."
)
@click.option(
    "--rpki",
    type=click.Choice([one.value for one in Rpki]),
    default=Rpki.NOT_FOUND.value,
    show_default=True,
    help="Validation state of the route.",
)
@FORMAT
def explain(
    config: Path,
    platform: str,
    neighbor: str,
    direction: str,
    vrf: str,
    family: str | None,
    prefix: str,
    as_path: str,
    community: tuple[str, ...],
    rpki: str,
    form: str,
) -> int:
    """Show what a session does with one route, and the line that decides."""
    from ..analysis import explain as words

    text = _text(config)
    router = api.parse(api.single(config, platform, text))
    route = api.route(prefix, as_path, community, Rpki(rpki))
    decision = api.explain(router, text, neighbor, route, direction=direction, family=family, vrf=vrf)
    if form == "json":
        trace = [{"line": s.line, "text": s.text, "effect": s.effect} for s in decision.trace]
        click.echo(json.dumps({"verdict": decision.verdict, "trace": trace, "because": decision.because}, indent=2))
    else:
        click.echo(words.text(decision))
    return {"accept": 0, "reject": 0}.get(decision.verdict, 2)


MODE = click.option(
    "--mode",
    type=click.Choice(["full", "lite", "blocks"]),
    default=None,
    help="Configurations in the bundle: as files, excerpts only (no replay), or in blocks stored once; blocks above 50 devices, else full.",
)


@_main.command()
@click.argument("files", nargs=-1, required=True, type=READABLE)
@judged_by
@click.option("--bundle", type=click.Path(path_type=Path), default=None, help="Write an evidence bundle into this new folder.")
@click.option("--key", type=READABLE, default=None, help="SSH private key that signs the bundle.")
@PREVIOUS
@MODE
@many
@FORMAT
def audit(
    files: tuple[Path, ...],
    platform: str | None,
    devices: Path | None,
    intent_path: Path,
    waivers_path: Path | None,
    sources: Path | None,
    as_of: str | None,
    bundle: Path | None,
    key: Path | None,
    previous: Path | None,
    mode: evidence.Mode | None,
    workers: int | None,
    cache: Path | None,
    scheduler: str | None,
    form: str,
) -> int:
    """Audit saved configurations (HOST.PLATFORM.cfg) or snapshots (*.snapshot.json)."""
    needs_bundle(bundle, {"--previous": previous, "--key": key, "--mode": mode})
    snapshots = api.of_files(files, platform, api.devices(devices))
    inputs = api.Inputs.read(intent_path, waivers_path, sources, as_of or collect.now())
    done = assess(snapshots, inputs, workers=workers, cache=cache, scheduler=scheduler)
    if bundle is not None:
        built = api.write_bundle(
            bundle,
            done,
            inputs,
            key=key,
            argv=sys.argv[1:],
            previous=previous,
            scope_source="files of the command line and the intent",
            mode=mode,
        )
        click.echo(f"bundle: {built.path} root {built.root_sha256}", err=True)
    if form == "json":
        click.echo(json.dumps(api.report_json(done.report), indent=2, sort_keys=True))
    else:
        _summary(done)
    return api.exit_code(done.report)


def _summary(done: api.Assessment) -> None:
    from rich.console import Console

    from ..evidence import terminal

    Console(soft_wrap=False).print(terminal.summary(done.report))
