"""One task for one host as it travels to a worker, and what comes back: plain values, never Nornir's own objects."""

from __future__ import annotations

import copy
import pickle
import threading
from collections.abc import Callable, Mapping
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from typing import Any

from manrs_conformance.collect import limits
from nornir.core import Nornir
from nornir.core.configuration import Config
from nornir.core.inventory import Defaults, Groups, Host, Hosts, Inventory
from nornir.core.plugins.connections import ConnectionPluginRegister
from nornir.core.processor import Processors
from nornir.core.state import GlobalState
from nornir.core.task import MultiResult, Result, Task
from nornir.plugins.runners import SerialRunner

from . import keeping


class WorkerError(Exception):
    """What a task raised on a worker, in its words; `kind` is the name of its class there."""

    def __init__(self, text: str, kind: str = "") -> None:
        """`text` for the operator."""
        super().__init__(text)
        self.kind = kind


def reads_only(task: Callable[..., Any]) -> Callable[..., Any]:
    """Decorator of a task that changes nothing: where its worker or the run is lost, it may be cut off, and be done again."""
    task.reads_only = True  # type: ignore[attr-defined]
    return task


@dataclass(frozen=True)
class Errand:
    """A task with its parameters, and the host with what its groups say; connections are opened where it runs."""

    run: str
    task: Callable[..., Any]
    name: str
    params: Mapping[str, Any]
    host: Host
    config: Config
    dry_run: bool
    severity: int
    reads: bool

    @classmethod
    def of(cls, run: str, task: Task, host: Host, reads: bool) -> Errand:
        """The errand of a task that Nornir hands to a runner."""
        alone = copy.copy(host)
        alone.connections = {}
        return cls(
            run, task.task, task.name, task.params, alone, task.nornir.config, task.global_dry_run, task.severity_level, reads
        )


_stops: dict[str, threading.Event] = {}


def stop_of(run: str) -> threading.Event:
    """The event that stops what a run does in this process."""
    return _stops.setdefault(run, threading.Event())


def stop(run: str) -> None:
    """End the calls to routers that a run makes in this process, and start none."""
    stop_of(run).set()


def forget(run: str) -> None:
    """A run is over."""
    _stops.pop(run, None)


def work(one: Errand) -> bytes | None:
    """Do an errand in this process and close what it opened; None where it was begun before, on a worker that was lost, and may not be repeated."""
    if not (one.reads or _first(one)):
        return None
    ConnectionPluginRegister.auto_register()
    groups = Groups({group.name: group for group in one.host.extended_groups()})
    inventory = Inventory(Hosts({one.host.name: one.host}), groups, Defaults())
    nornir = Nornir(inventory, one.config, GlobalState(one.dry_run), runner=SerialRunner())
    task = Task(one.task, nornir, one.dry_run, Processors(), one.name, one.severity, **one.params)
    with ExitStack() as around:
        brought = around.enter_context(keeping.carried()) if one.reads else {}
        around.callback(close, one.host)
        if one.reads:
            around.enter_context(limits.until(stop_of(one.run)))
        results = task.start(one.host)
    return _packed(results, brought)


def _first(one: Errand) -> bool:
    """Whether no worker has begun with it; a scheduler sends what a lost worker was at to another one without asking."""
    from distributed import Event

    begun = Event(mark(one.run, one.host.name))
    if begun.is_set():
        return False
    begun.set()
    return True


def mark(run: str, host: str) -> str:
    """Name of the event that says that an errand was begun."""
    return f"manrs-{run}-{host}"


def close(host: Host) -> None:
    """Close every connection of a host, one that fails included."""
    for name in list(host.connections):
        with suppress(Exception):
            host.close_connection(name)
        host.connections.pop(name, None)


def _packed(results: MultiResult, brought: keeping.Carried) -> bytes:
    try:
        return pickle.dumps((_plain(results), brought))
    except Exception as error:
        why = WorkerError(f"the result of the task cannot be sent: {error}; let tasks return plain values", type(error).__name__)
        failed = MultiResult(results.name)
        failed.append(Result(None, failed=True, exception=why, result=str(why)))
        failed[0].name = results.name  # type: ignore[assignment]
        return pickle.dumps((_plain(failed), brought))


def _plain(one: MultiResult | Result) -> dict[str, Any]:
    if isinstance(one, MultiResult):
        return {"name": one.name, "results": [_plain(each) for each in one]}
    found = {key: value for key, value in vars(one).items() if key not in ("host", "exception")}
    error = one.exception
    return {"attributes": found, "error": None if error is None else (str(error), getattr(error, "kind", type(error).__name__))}


def unpacked(data: bytes, host: Host) -> MultiResult:
    """The results of an errand as a task at home would have given them; what it collected is written."""
    plain, brought = pickle.loads(data)
    keeping.unload(brought)
    return _many(plain, host)


def _many(plain: Mapping[str, Any], host: Host) -> MultiResult:
    many = MultiResult(plain["name"])
    many.extend(_many(one, host) if "results" in one else _one(one, host) for one in plain["results"])  # type: ignore[misc]
    return many


def _one(plain: Mapping[str, Any], host: Host) -> Result:
    one = Result(host)
    one.__dict__.update(plain["attributes"])
    one.exception = WorkerError(*plain["error"]) if plain["error"] else None
    return one
