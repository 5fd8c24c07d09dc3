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
from collections.abc import Iterator, Sequence
from typing import Any

from ...errors import ManrsError, UsageError
from ...evidence import tool
from ...model.snapshot import Snapshot
from .device import Rules, judge
from .pool import AHEAD, TRIES, Outcome
from .sources import Snapshots

TIMEOUT = 30
"""Seconds within which the scheduler must answer."""


class OnDask:
    """A place where routers are judged (see `run.Runner`): the cluster behind a scheduler such as `tcp://10.0.0.5:8786`."""

    def __init__(self, address: str) -> None:
        """`address` of the scheduler; UsageError when Dask is not installed."""
        try:
            import distributed
        except ImportError:
            raise UsageError("--scheduler needs the package distributed: pip install 'routesec-manrs[dask]'") from None
        self._distributed: Any = distributed
        self.address = address

    def __call__(self, snapshots: Snapshots, hosts: Sequence[str], rules: Rules) -> Iterator[tuple[str, Outcome]]:
        """(host, outcome) of every router; ManrsError when the cluster cannot be used or goes away."""
        try:
            client = self._distributed.Client(self.address, timeout=TIMEOUT, set_as_default=False)
        except (OSError, ValueError) as error:
            raise UsageError(f"{self.address}: no Dask scheduler answers: {error}") from None
        with contextlib.closing(client):
            self._same_engine(client)
            yield from self._outcomes(client, snapshots, hosts, rules)

    def _same_engine(self, client: Any) -> None:
        found = client.run(_engine)
        if not found:
            raise UsageError(f"{self.address}: the scheduler has no workers")
        other = sorted(address for address, digest in found.items() if digest != tool.engine_digest())
        if other:
            raise UsageError(
                f"{self.address}: another version of routesec-manrs runs on {', '.join(other[:5])}; results would not be these"
            )

    def _outcomes(self, client: Any, snapshots: Snapshots, hosts: Sequence[str], rules: Rules) -> Iterator[tuple[str, Outcome]]:
        data = pickle.dumps((rules.intent, rules.reference), pickle.HIGHEST_PROTOCOL)
        name = hashlib.sha256(data).hexdigest()
        run = uuid.uuid4().hex
        waiting, tries = list(reversed(hosts)), dict.fromkeys(hosts, 0)
        shared = _sent(client, data)
        ahead = AHEAD * max(1, sum(client.nthreads().values()))
        under_way: dict[Any, str] = {}
        done = self._distributed.as_completed(loop=client.loop)
        try:
            while waiting or under_way:
                while waiting and len(under_way) < ahead:
                    host = waiting.pop()
                    tries[host] += 1
                    future = client.submit(
                        _work,
                        name,
                        shared,
                        snapshots[host],
                        key=f"manrs-{run}-{host}-{tries[host]}",
                        pure=False,
                        retries=TRIES,
                    )
                    under_way[future] = host
                    done.add(future)
                future = next(done)
                host = under_way.pop(future)
                outcome = self._outcome(future)
                if outcome is not None:
                    yield host, outcome
                elif tries[host] < TRIES:
                    # Its worker was lost, perhaps with the reference data: both are sent anew.
                    shared = _sent(client, data)
                    waiting.append(host)
                else:
                    yield host, f"its analysis ended without an answer: {_why(future)}"
        except OSError as error:
            raise ManrsError(f"{self.address}: the Dask cluster went away while routers were judged: {error}") from None
        finally:
            with contextlib.suppress(Exception):
                client.cancel(list(under_way))

    def _outcome(self, future: Any) -> Outcome | None:
        """What came of a router; None when it was lost on the way."""
        if future.status != "finished":
            return None
        try:
            found: Outcome = future.result()
        except self._distributed.CancelledError:
            return None
        return found


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
    return tool.engine_digest()


_known: dict[str, Rules] = {}
_lock = threading.Lock()


def _work(name: str, data: bytes, snapshot: Snapshot) -> Outcome:
    """Judge one router on a worker; what it is judged by is read once for each run."""
    with _lock:  # the engine keeps what it worked out in tables of the process: one router at a time
        if name not in _known:
            _known.clear()
            _known[name] = Rules(*pickle.loads(data))
        if snapshot.error is not None:
            return snapshot.error
        try:
            return judge(snapshot, _known[name])
        except Exception as error:
            return f"its analysis failed: {type(error).__name__}: {error}"
