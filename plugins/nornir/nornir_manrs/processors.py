"""Processors: everything of a run in one bundle, and its progress at a terminal."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Literal

from manrs_conformance import api, collect
from manrs_conformance.collect import names
from manrs_conformance.collect.connection import scrub
from manrs_conformance.errors import UsageError
from manrs_conformance.model.snapshot import Snapshot
from nornir.core.inventory import Host
from nornir.core.task import AggregatedResult, MultiResult, Task
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

from . import sessions

MESSAGE = 300


class Quiet:
    """A processor that does nothing; the others override what they need."""

    def task_started(self, task: Task) -> None:
        """Called once, before any host."""

    def task_completed(self, task: Task, result: AggregatedResult) -> None:
        """Called once, after every host."""

    def task_instance_started(self, task: Task, host: Host) -> None:
        """Called before a host."""

    def task_instance_completed(self, task: Task, host: Host, result: MultiResult) -> None:
        """Called after a host."""

    def subtask_instance_started(self, task: Task, host: Host) -> None:
        """Called before a subtask of a host."""

    def subtask_instance_completed(self, task: Task, host: Host, result: MultiResult) -> None:
        """Called after a subtask of a host."""


class EvidenceProcessor(Quiet):
    """Collects what `manrs_audit` found on every host, failed ones too, and writes one bundle.

    `hosts` is the expected population, such as `nr.inventory.hosts`: Nornir leaves failed hosts silently out of later runs, the bundle does not.
    """

    def __init__(self, hosts: Iterable[str]) -> None:
        """Nothing is assessed yet."""
        self.expected = tuple(sorted(str(one) for one in hosts))
        self._lock = threading.Lock()
        self._snapshots: dict[str, Path] = {}
        self._failed: dict[str, Snapshot] = {}

    @property
    def failed(self) -> dict[str, str]:
        """Hosts that could not be assessed, with the reason."""
        with self._lock:
            return {host: one.error or "" for host, one in sorted(self._failed.items())}

    def task_instance_completed(self, task: Task, host: Host, result: MultiResult) -> None:
        """Note the outcome of one host."""
        self._note(host, result)

    def subtask_instance_completed(self, task: Task, host: Host, result: MultiResult) -> None:
        """Note the outcome of one host when `manrs_audit` ran inside another task."""
        self._note(host, result)

    def _note(self, host: Host, result: MultiResult) -> None:
        name = str(host.name)
        paths = [Path(path) for one in result if (path := getattr(one, "snapshot", None))]
        with self._lock:
            if paths:
                self._snapshots[name] = paths[-1]
                self._failed.pop(name, None)
            elif result.failed and (_lost(result) or not (name in self._snapshots and self._snapshots[name].exists())):
                self._snapshots.pop(name, None)
                error = Snapshot(
                    host=name,
                    platform=names.platform_of(host.platform or ""),
                    config="",
                    collected_at=collect.now(),
                    error=_reason(host, result),
                )
                self._failed[name] = error

    def bundle(
        self,
        directory: str | Path,
        intent: str | Path,
        *,
        excluded: Mapping[str, str] | None = None,
        waivers: str | Path | None = None,
        sources: str | Path | None = None,
        as_of: str | None = None,
        key: str | Path | None = None,
        previous: str | Path | None = None,
        mode: Literal["full", "lite", "blocks"] | None = None,
        workers: int | None = None,
        cache: str | Path | None = None,
        scheduler: str | None = None,
    ) -> dict[str, Any]:
        """Judge the fleet and write the bundle to a new directory; returns verdict, scope, counts, summary, path and root.

        `previous` is the bundle that the new one follows, `mode` how it holds configurations. `workers` processes judge the routers (one
        for each core when absent); what `cache`, a folder, holds of an unchanged router is not worked out again. With `scheduler` the workers of
        a Dask cluster judge instead.

        UsageError when no host was expected; InputError and BundleError name their file.
        """
        if not self.expected:
            raise UsageError("no host was expected, so nothing was assessed; this proves no conformance")
        inputs = api.Inputs.read(
            Path(intent), Path(waivers) if waivers else None, Path(sources) if sources else None, as_of or collect.now()
        )
        with self._lock:
            failed = [one for host, one in self._failed.items() if host not in self._snapshots]
            snapshots = api.of_run(self._snapshots.values(), failed)
        kept = api.Cache.open(Path(cache), inputs.intent_bytes, inputs.reference) if cache else None
        done = api.audit_fleet(
            snapshots,
            inputs,
            expected=self.expected,
            excluded=excluded,
            workers=workers,
            cache=kept,
            runner=api.OnDask(scheduler) if scheduler else None,
        )
        built = api.write_bundle(
            Path(directory),
            done,
            inputs,
            key=Path(key) if key else None,
            argv=["nornir"],
            previous=Path(previous) if previous else None,
            mode=mode,
            scope_source="Nornir inventory",
        )
        report = done.report
        return {
            "verdict": report.verdict,
            "exit_code": api.exit_code(report),
            "scope": {one.name: one.status for one in report.scope},
            "counts": api.counts(report.findings),
            "requirements": {one.requirement: str(one.verdict) for one in report.requirements},
            "summary": api.summary_text(report),
            "bundle": str(built.path),
            "root": built.root_sha256,
        }


class ProgressBar(Quiet):
    """One bar per task at a terminal: hosts done of all hosts, and how many failed."""

    def __init__(self, total: int, console: Console | None = None) -> None:
        """`total` is the number of hosts that the task runs on."""
        columns = (
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            TextColumn("{task.fields[bad]}"),
        )
        self._progress = Progress(*columns, console=console or Console(stderr=True))
        self._total = total
        self._lock = threading.Lock()
        self._bar: TaskID | None = None
        self._bad = 0

    def task_started(self, task: Task) -> None:
        """Show the bar."""
        self._bad = 0
        self._bar = self._progress.add_task(task.name or "task", total=self._total, bad="")
        self._progress.start()

    def task_instance_completed(self, task: Task, host: Host, result: MultiResult) -> None:
        """Move the bar by one host."""
        with self._lock:
            self._bad += bool(result.failed)
            if self._bar is not None:
                self._progress.update(self._bar, advance=1, bad=f"{self._bad} failed" if self._bad else "")

    def task_completed(self, task: Task, result: AggregatedResult) -> None:
        """Leave the bar as it ended."""
        self._progress.stop()


def _lost(result: MultiResult) -> bool:
    """Whether the worker was lost: what lies in the run directory is then of an earlier run."""
    return any(getattr(one, "lost", False) for one in result)


def _reason(host: Host, result: MultiResult) -> str:
    """Why a host failed, in one line, without its password."""
    error = next((one.exception for one in reversed(result) if one.exception is not None), None)
    text = str(error).strip() if error is not None else "the task failed"
    first = (text.splitlines() or [type(error).__name__])[0] or type(error).__name__
    return scrub(first, sessions.secrets(host))[:MESSAGE]
