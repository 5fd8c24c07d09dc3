"""Routers judged by processes beside each other; whatever the number of processes, the results are the same.

A worker reads the text itself and sends back what is small. A process that dies (out of memory, killed) costs its router a second and a third
try in a new process; then the router counts as not assessed, and says why.
"""

from __future__ import annotations

import gc
import multiprocessing
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from typing import Any

from ...analysis.collecting import uncollected
from ...errors import ManrsError
from .cache import Cache
from .device import Judged, Rules, judge
from .packing import packed, unpacked
from .sources import Text

AHEAD = 3
"""Routers that wait for each worker: enough to keep it busy, few enough to stop soon."""
TRIES = 3
ALONE = 4
"""Routers up to which a process of one's own is not worth its start."""
Outcome = Judged | str
"""What a router comes to, or why its analysis ended without an answer."""


def workers_for(count: int, wanted: int | None = None) -> int:
    """How many processes judge that many routers: as wanted, else one for each core that this process may use."""
    if wanted is not None:
        return max(1, wanted)
    return 1 if count <= ALONE else max(1, min(len(os.sched_getaffinity(0)), count))


def run(
    texts: Sequence[Text],
    rules: Rules,
    *,
    workers: int,
    cache: Cache | None = None,
    done: Callable[[str], None] = lambda _host: None,
) -> Iterator[tuple[str, Outcome]]:
    """(host, outcome) of every router in the order in which they end; `done` is told each host."""
    if workers <= 1:
        _take(rules, cache)
        for one in texts:
            yield one.host, _opened(_work(one))
            done(one.host)
        return
    tries = dict.fromkeys((one.host for one in texts), 0)
    left = {one.host: one for one in texts}
    while left:
        # After a process died it is not known which router it was at: those under way are tried again alone.
        suspects = [one for one in left.values() if tries[one.host]]
        batch, size = (suspects[:1], 1) if suspects else (list(left.values()), workers)
        with uncollected():  # what comes back is kept: going through it again and again would grow with each router
            for host, outcome in _round(batch, rules, size, cache, tries):
                del left[host]
                yield host, outcome
                done(host)
        for host in [host for host in left if tries[host] >= TRIES]:
            del left[host]
            yield host, "its analysis ended three times without an answer (killed, or out of memory)"
            done(host)


def _round(
    texts: Sequence[Text], rules: Rules, workers: int, cache: Cache | None, tries: dict[str, int]
) -> Iterator[tuple[str, Outcome]]:
    """One pool over these routers, until all are done or a process died."""
    # A copy of this process shares the reference data with it; with threads about, their locks would be copied too.
    # Ansible's collections cannot be imported by name in a new interpreter; it forks itself all the same.
    plain = threading.active_count() == 1 or __name__.startswith("ansible_collections.")
    method = "fork" if plain else "spawn"
    pool = ProcessPoolExecutor(workers, multiprocessing.get_context(method), initializer=_start, initargs=(rules, cache))
    under_way: dict[Future[bytes | str], Text] = {}
    waiting, busy = iter(texts), True
    try:
        while True:
            while len(under_way) < workers * AHEAD and (one := next(waiting, None)) is not None:
                under_way[_sent(pool, one)] = one
            if not under_way:
                busy = False
                return
            ended, _rest = wait(under_way, return_when=FIRST_COMPLETED)
            for future in ended:
                text = under_way.pop(future)
                try:
                    outcome = _opened(future.result())
                except BrokenProcessPool:
                    under_way[future] = text
                    raise
                yield text.host, outcome
    except BrokenProcessPool:
        for text in under_way.values():
            tries[text.host] += 1
    finally:
        _end(pool, busy=busy)


def _sent(pool: ProcessPoolExecutor, text: Text) -> Future[bytes | str]:
    """Hand a router to the pool. Processes that start for it never hear Ctrl-C, not even before they could say that they do not want to."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        return pool.submit(_work, text)
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _end(pool: ProcessPoolExecutor, *, busy: bool) -> None:
    """Stop a pool; workers that are still at something are not waited for."""
    if busy:
        for one in list((pool._processes or {}).values()):
            one.terminate()
        # A worker that ended in the middle of an answer leaves half of it: its reader waits for the rest as long as anybody could write it.
        writer: Any = getattr(pool._result_queue, "_writer", None)
        if writer is not None:
            writer.close()
    pool.shutdown(wait=True, cancel_futures=True)


_rules: Rules | None = None
_cache: Cache | None = None


def _take(rules: Rules, cache: Cache | None) -> None:
    global _rules, _cache
    _rules, _cache = rules, cache


def _start(rules: Rules, cache: Cache | None) -> None:
    """Once in each process of a pool: its parent hears Ctrl-C and ends it; a parent that is gone ends it, too."""
    _take(rules, cache)
    # What came from the parent lives as long as the worker: a collection that looked through it would cost time, and its pages a copy.
    gc.freeze()
    threading.Thread(target=_with_parent, daemon=True).start()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)


def _with_parent() -> None:
    """End with the parent. Asked again and again: a process that was forked later holds open what would tell of the parent's end."""
    parent = multiprocessing.parent_process()
    while parent is not None:
        if os.getppid() != parent.pid:
            os._exit(1)
        time.sleep(0.5)


def _opened(answer: bytes | str) -> Outcome:
    return answer if isinstance(answer, str) else unpacked(answer)


def _work(text: Text) -> bytes | str:
    """Judge one router in this process; an unforeseen error costs this router only, a file that cannot be read is the operator's."""
    assert _rules is not None
    snapshot = text.read()
    if snapshot.error is not None:
        return snapshot.error
    try:
        known = _cache.get(snapshot) if _cache is not None else None
        if known is not None:
            return known
        with (
            uncollected()
        ):  # a router is a million small values, let go by their counts: looking for cycles takes a tenth of the time
            made = packed(judge(snapshot, _rules))
        if _cache is not None:
            _cache.put(snapshot, made)
        return made
    except ManrsError as error:
        return str(error)
    except Exception as error:
        return f"its analysis failed: {type(error).__name__}: {error}"
