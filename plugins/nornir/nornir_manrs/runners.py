"""Runners: on the workers of a Dask cluster, or with threads here; both end within seconds when they are stopped, and say what was assessed.

In Nornir's configuration: `runner: {plugin: manrs_dask, options: {address: "tcp://10.0.0.5:8786"}}`, or `manrs_threads` with `num_workers`.
"""

from __future__ import annotations

import contextlib
import signal
import threading
import uuid
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, as_completed, wait
from typing import Any, NoReturn

from manrs_conformance import api
from manrs_conformance.collect import limits
from manrs_conformance.errors import Interrupted
from nornir.core.inventory import Host
from nornir.core.task import AggregatedResult, MultiResult, Result, Task
from nornir.plugins.runners import SerialRunner

from . import errand

SHOWN = 5
GRACE = 10.0
"""Seconds that the threads of a stopped run have to close their sessions."""


class DaskRunner:
    """Runs a task on the workers of a Dask cluster, each of which opens its own connections to routers.

    Arguments:
        address: of the scheduler
        reads_only: names of tasks, beside those of this package, that change nothing. They are tried again when their worker is lost, three times
            in all; any other task is begun at most once, and a host whose worker was lost is then a failed host

    The workers need this package in the same version; a task may only return plain values. Login data travel to the workers: use TLS
    between them. UsageError where Dask is not installed, no scheduler answers, or another version runs on a worker.
    """

    def __init__(self, address: str, reads_only: Sequence[str] = ()) -> None:
        """Nothing is connected yet."""
        self._cluster = api.Cluster(address)
        self._reads_only = tuple(reads_only)

    def run(self, task: Task, hosts: list[Host]) -> AggregatedResult:
        """The results of all hosts; Interrupted when the run is stopped by Ctrl-C or SIGTERM."""
        if task.name == "close_connections_task":  # `Nornir.close_connections`: the workers closed theirs
            return SerialRunner().run(task, hosts)
        reads, run = _reads(task, self._reads_only), uuid.uuid4().hex
        tasks = {host.name: task.copy() for host in hosts}
        by_name = {host.name: host for host in hosts}
        found: dict[str, MultiResult] = {}

        def job(name: str, number: int) -> tuple[Any, ...]:
            if number == 1:
                tasks[name].host = by_name[name]
                task.processors.task_instance_started(tasks[name], by_name[name])
            return errand.work, errand.Errand.of(run, task, by_name[name], reads)

        with self._cluster.client() as client, stoppable():
            answers = self._cluster.each(client, run, list(by_name), job, **({} if reads else {"tries": 1}))
            try:
                with contextlib.closing(answers):
                    for name, answer in answers:
                        found[name] = tasks[name].results = self._results(task, by_name[name], answer, reads)
                        _tell(tasks[name], by_name[name])
            except KeyboardInterrupt:
                with contextlib.suppress(Exception):
                    client.run(errand.stop, run)
                raise _interrupted(task, hosts, found, reads) from None
            self._tidy(client, run, () if reads else tuple(by_name))
        return _ordered(task, hosts, found)

    def _results(self, task: Task, host: Host, answer: bytes | api.Lost | None, reads: bool) -> MultiResult:
        if isinstance(answer, bytes):
            return errand.unpacked(answer, host)
        because = answer.because if isinstance(answer, api.Lost) else "it was begun, and is not done twice"
        what = "not assessed" if reads else "what it did to the router is not known"
        error = errand.WorkerError(f"the worker that was at this host was lost; {what} ({because})")
        results = MultiResult(task.name)
        results.append(Result(host, result=str(error), failed=True, exception=error, lost=True))
        results[0].name = task.name  # type: ignore[assignment]
        return results

    def _tidy(self, client: Any, run: str, names: Sequence[str]) -> None:
        """Leave nothing of a run behind on scheduler and workers."""
        with contextlib.suppress(Exception):
            from distributed import Event

            for name in names:
                Event(errand.mark(run, name), client=client).clear()
            client.run(errand.forget, run)


class ThreadedRunner:
    """Runs a task with threads like Nornir's own runner of that name, which goes on through all hosts that wait when it is stopped.

    Arguments:
        num_workers: threads
        reads_only: names of tasks, beside those of this package, that change nothing and may be cut off
    """

    def __init__(self, num_workers: int = 20, reads_only: Sequence[str] = ()) -> None:
        """No thread is started yet."""
        self.num_workers = num_workers
        self._reads_only = tuple(reads_only)

    def run(self, task: Task, hosts: list[Host]) -> AggregatedResult:
        """The results of all hosts; Interrupted when the run is stopped by Ctrl-C or SIGTERM."""
        reads, stop = _reads(task, self._reads_only), threading.Event()
        found: dict[str, MultiResult] = {}
        pool = ThreadPoolExecutor(self.num_workers)
        try:
            with stoppable():
                futures: dict[Future[MultiResult], Host] = {
                    pool.submit(_here, task.copy(), host, stop if reads else threading.Event()): host for host in hosts
                }
                try:
                    for future in as_completed(futures):
                        found[futures[future].name] = future.result()
                except KeyboardInterrupt:
                    stop.set()
                    pool.shutdown(wait=False, cancel_futures=True)
                    # A task that changes a router is not cut off: it ends by itself.
                    wait([one for one in futures if not one.cancelled()], timeout=GRACE if reads else None)
                    for host in hosts:
                        errand.close(host)
                    found |= {host.name: one.result() for one, host in futures.items() if one.done() and not one.cancelled()}
                    raise _interrupted(task, hosts, found, reads) from None
        finally:
            pool.shutdown(wait=False, cancel_futures=True)
        return _ordered(task, hosts, found)


def _here(task: Task, host: Host, stop: threading.Event) -> MultiResult:
    with limits.until(stop):
        return task.start(host)


def _reads(task: Task, names: Sequence[str]) -> bool:
    return bool(getattr(task.task, "reads_only", False)) or task.name in names or getattr(task.task, "__name__", "") in names


def _tell(task: Task, host: Host) -> None:
    """Let the processors know what a worker did, subtasks first, in the order in which it did them."""
    for one in task.results[1:]:
        part = Task(_elsewhere, task.nornir, task.global_dry_run, task.processors, str(one.name), parent_task=task)
        part.host = host
        part.results = one if isinstance(one, MultiResult) else MultiResult(str(one.name))
        if not isinstance(one, MultiResult):
            part.results.append(one)
        task.processors.subtask_instance_started(part, host)
        task.processors.subtask_instance_completed(part, host, part.results)
    task.processors.task_instance_completed(task, host, task.results)


def _elsewhere(_task: Task) -> NoReturn:
    raise RuntimeError("this task ran on a worker")


def _ordered(task: Task, hosts: Sequence[Host], found: dict[str, MultiResult]) -> AggregatedResult:
    return AggregatedResult(task.name, **{host.name: found[host.name] for host in hosts if host.name in found})


def _interrupted(task: Task, hosts: Sequence[Host], found: dict[str, MultiResult], reads: bool) -> Interrupted:
    """What to say of a stopped run; processors learn that it is over."""
    task.processors.task_completed(task, _ordered(task, hosts, found))
    good = [host.name for host in hosts if host.name in found and not found[host.name].failed]
    left = sorted({host.name for host in hosts} - set(good))
    some = ", ".join(left[:SHOWN]) + (f" and {len(left) - SHOWN} more" if len(left) > SHOWN else "")
    word = "assessed" if reads else "done"
    return Interrupted(f"interrupted: {len(good)} of {len(hosts)} routers were {word}; not {word}: {some or 'none'}")


@contextlib.contextmanager
def stoppable() -> Iterator[None]:
    """SIGTERM ends the work like Ctrl-C, where the program has not said otherwise."""
    usual = threading.current_thread() is threading.main_thread() and signal.getsignal(signal.SIGTERM) is signal.SIG_DFL
    if usual:
        signal.signal(signal.SIGTERM, _stopped)
    try:
        yield
    finally:
        if usual:
            signal.signal(signal.SIGTERM, signal.SIG_DFL)


def _stopped(_number: int, _frame: object) -> NoReturn:
    raise KeyboardInterrupt
