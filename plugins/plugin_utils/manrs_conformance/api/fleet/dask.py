"""Routers judged on a Dask cluster: the same work as on one machine, sent to workers elsewhere.

The workers need this package in the version of the controller, and nothing else: texts and reference data come from here. A worker that is lost
costs its routers another try on another one; each router is counted once, by its name.
"""

from __future__ import annotations

import contextlib
import hashlib
import pickle
import threading
import time
import uuid
from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from ...errors import ManrsError, UsageError
from ...model.snapshot import Snapshot
from .device import Rules, judge
from .packing import packed, unpacked
from .pool import AHEAD, TRIES, Outcome
from .sources import Snapshots

TIMEOUT = 30
"""Seconds within which the scheduler must answer."""
Job = Callable[[str, int], tuple[Any, ...]]
"""Function and arguments for a name, at the n-th try of it."""


@dataclass(frozen=True, slots=True)
class Lost:
    """Why no worker gave an answer."""

    because: str


class Cluster:
    """The workers behind a Dask scheduler such as `tcp://10.0.0.5:8786`; they must run this very engine."""

    def __init__(self, address: str) -> None:
        """`address` of the scheduler; UsageError when Dask is not installed."""
        try:
            import distributed
        except ImportError:
            raise UsageError("a Dask scheduler needs the package distributed: pip install 'routesec-manrs[dask]'") from None
        self._distributed: Any = distributed
        self.address = address

    @contextlib.contextmanager
    def client(self) -> Iterator[Any]:
        """A client of the cluster; UsageError when it cannot be used."""
        try:
            client = self._distributed.Client(self.address, timeout=TIMEOUT, set_as_default=False)
        except (OSError, ValueError) as error:
            raise UsageError(f"{self.address}: no Dask scheduler answers: {error}") from None
        with contextlib.closing(client):
            self._same_engine(client)
            yield client

    def _same_engine(self, client: Any) -> None:
        found, own = client.run(_engine), _engine()
        if not found:
            raise UsageError(f"{self.address}: the scheduler has no workers")
        other = sorted(address for address, digest in found.items() if digest != own)
        if other:
            raise UsageError(
                f"{self.address}: another version of routesec-manrs runs on {', '.join(other[:5])}; results would not be these"
            )

    def each(
        self, client: Any, run: str, names: Sequence[str], job: Job, *, tries: int = TRIES
    ) -> Generator[tuple[str, Any], None, None]:
        """(name, answer) of every job in the order in which they end, `Lost` for one that ended without an answer at each try.

        ManrsError when the cluster goes away; what is not done when the iterator is closed is cancelled.
        """
        waiting, tried = list(reversed(names)), dict.fromkeys(names, 0)
        ahead = AHEAD * max(1, sum(client.nthreads().values()))
        under_way: dict[Any, str] = {}
        done = self._distributed.as_completed(loop=client.loop)
        try:
            while waiting or under_way:
                while waiting and len(under_way) < ahead:
                    name = waiting.pop()
                    tried[name] += 1
                    key = f"manrs-{run}-{name}-{tried[name]}"
                    future = client.submit(*job(name, tried[name]), key=key, pure=False, retries=tries - 1)
                    under_way[future] = name
                    done.add(future)
                future = next(done)
                name = under_way.pop(future)
                answer = self._answer(future)
                if not isinstance(answer, Lost) or tried[name] >= tries:
                    yield name, answer
                else:
                    waiting.append(name)
        except OSError as error:
            raise ManrsError(f"{self.address}: the Dask cluster went away during the work: {error}") from None
        finally:
            with contextlib.suppress(Exception):
                client.cancel(list(under_way))

    def _answer(self, future: Any) -> Any:
        if future.status != "finished":
            return Lost(_why(future))
        try:
            return future.result()
        except self._distributed.CancelledError as error:
            return Lost(f"CancelledError: {error}")


class OnDask:
    """A place where routers are judged (see `run.Runner`): the cluster behind a scheduler."""

    def __init__(self, address: str) -> None:
        """`address` of the scheduler; UsageError when Dask is not installed."""
        self._cluster = Cluster(address)

    def __call__(self, snapshots: Snapshots, hosts: Sequence[str], rules: Rules) -> Iterator[tuple[str, Outcome]]:
        """(host, outcome) of every router; ManrsError when the cluster cannot be used or goes away."""
        with self._cluster.client() as client:
            data = pickle.dumps((rules.intent, rules.reference), pickle.HIGHEST_PROTOCOL)
            name = hashlib.sha256(data).hexdigest()
            shared = [_sent(client, data)]

            def job(host: str, number: int) -> tuple[Any, ...]:
                if number > 1:  # its worker was lost, perhaps with the reference data: both are sent anew
                    shared[0] = _sent(client, data)
                return _work, name, shared[0], snapshots[host]

            with contextlib.closing(self._cluster.each(client, uuid.uuid4().hex, hosts, job)) as answers:
                for host, answer in answers:
                    if isinstance(answer, Lost):
                        yield host, f"its analysis ended without an answer: {answer.because}"
                    else:
                        yield host, unpacked(answer) if isinstance(answer, bytes) else answer


def _sent(client: Any, data: bytes) -> Any:
    """The reference data on every worker; a worker that goes away at that moment is no reason to give up."""
    for left in range(TRIES, 0, -1):
        try:
            return client.scatter(data, broadcast=True)
        except OSError:
            if left == 1:
                raise
            time.sleep(1)
    raise AssertionError


def _why(future: Any) -> str:
    with contextlib.suppress(Exception):
        error = future.exception(timeout=TIMEOUT)
        return f"{type(error).__name__}: {str(error).splitlines()[0] if str(error) else ''}".strip()
    return str(future.status)


def _engine() -> str:
    """Digest of the engine where this runs."""
    from ...evidence import tool  # not before: an audit without a cluster starts without what writes bundles

    return tool.engine_digest()


_known: dict[str, Rules] = {}
_lock = threading.Lock()


def _work(name: str, data: bytes, snapshot: Snapshot) -> bytes | str:
    """Judge one router on a worker; what it is judged by is read once for each run."""
    with _lock:  # the engine keeps what it worked out in tables of the process: one router at a time
        if name not in _known:
            _known.clear()
            _known[name] = Rules(*pickle.loads(data))
        if snapshot.error is not None:
            return snapshot.error
        try:
            return packed(judge(snapshot, _known[name]))
        except Exception as error:
            return f"its analysis failed: {type(error).__name__}: {error}"
