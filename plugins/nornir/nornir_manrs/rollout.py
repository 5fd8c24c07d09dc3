"""A change to every host of an inventory: canaries, batches, a look at the whole between them, and one bundle."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal

from manrs_conformance import api, collect
from manrs_conformance.push.fleet import Progress as Step
from nornir.core import Nornir
from nornir.core.inventory import Host
from nornir.core.processor import Processors
from nornir.core.task import Result, Task
from rich.console import Console
from rich.text import Text

from . import sessions


def manrs_rollout(
    nr: Nornir,
    intent: str | Path,
    run_dir: str | Path,
    *,
    canary: Sequence[str] = (),
    batches: Sequence[str | int] = ("25%",),
    on_failure: Literal["stop", "rollback", "continue"] = "stop",
    max_failed: int = 0,
    sources: str | Path | None = None,
    as_of: str | None = None,
    templates: str | Path | None = None,
    revert_in: int = 120,
    settle: int = 60,
    change_id: str = "",
    change_windows: Sequence[str] = (),
    no_revert_timer: bool = False,
    workers: int = 1,
    bundle: str | Path | None = None,
    key: str | Path | None = None,
    console: Console | None = None,
) -> dict[str, Any]:
    """Push to the hosts of `nr` in order; called again with the same run directory, an unfinished rollout goes on.

    Arguments:
        canary: hosts to begin with, one after the other
        batches: sizes of the batches after them, hosts or percentages of all; the last size goes on
        on_failure: stop and leave what is confirmed, stop and take everything back, or go on while at most `max_failed` hosts have failed
        no_revert_timer: push also to routers that cannot take a change back by themselves
        workers: how many hosts of a batch are worked on at once
        bundle: new folder for one evidence bundle of before, change and after
        console: where progress is shown; the terminal's error output when absent

    Returns verdict (`done`, `stopped`, `rolled-back`, `mixed`), because, hosts with outcome and reason, and bundle where one was asked for.
    UsageError for a plan that cannot be, InputError where the run directory holds another rollout.
    """
    inputs = api.Inputs.read(Path(intent), None, Path(sources) if sources else None, as_of or collect.now())
    undertaking = api.Undertaking(
        {name: _member(nr, host) for name, host in nr.inventory.hosts.items()},
        inputs,
        Path(run_dir),
        api.Way(revert_in, float(settle), change_id, tuple(change_windows), no_revert_timer),
        Path(templates) if templates else None,
        workers,
    )
    plan = api.Rollout(
        tuple(nr.inventory.hosts), tuple(canary), tuple(str(one) for one in batches), on_failure=on_failure, max_failed=max_failed
    )
    report = api.roll_out(undertaking, plan, _teller(console or Console(stderr=True)))
    out: dict[str, Any] = {
        "verdict": report.verdict,
        "because": report.because,
        "hosts": {host: {"outcome": one.outcome, "because": one.because} for host, one in report.hosts.items()},
    }
    if bundle is not None:
        out["bundle"] = api.rollout_bundle(undertaking, report, Path(bundle), key=Path(key) if key else None)
    return out


def _member(nr: Nornir, host: Host) -> api.Member:
    task = Task(_nothing, nr, False, Processors())
    task.host = host
    return api.Member(host.name, sessions.platform(task), sessions.opener(task), sessions.verified(task), sessions.secrets(host))


def _nothing(task: Task) -> Result:
    return Result(host=task.host)


def _teller(console: Console) -> Any:
    def say(step: Step) -> None:
        words = f"batch {step.batch}/{step.batches}, {step.done}/{step.hosts} hosts: {step.what} {step.about}"
        colour = "" if not step.outcome else "green" if step.outcome in ("confirmed", "unchanged", "taken-back") else "bold red"
        console.print(Text(words + (f": {step.outcome}" if step.outcome else ""), style=colour))

    return say
