"""The audit of a fleet: routers one by one, then what only all of them together can tell."""

from __future__ import annotations

import contextlib
import functools
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence

from ... import checks
from ...analysis.collecting import uncollected
from ...errors import Interrupted
from ...model.router import Router
from ..assess import Assessment, Inputs, conclude
from . import pool
from .cache import Cache
from .device import Judged, Rules, thin, whole
from .sources import Snapshots

WHOLE = 8
"""Routers whose policies are held at a time when ways through the network must be followed."""
Runner = Callable[[Snapshots, Sequence[str], Rules], Iterator[tuple[str, pool.Outcome]]]
"""Where routers are judged: gives (host, outcome) for each of the hosts, in any order."""


def audit_fleet(
    snapshots: Snapshots,
    inputs: Inputs,
    *,
    expected: Sequence[str] = (),
    excluded: Mapping[str, str] | None = None,
    workers: int | None = None,
    cache: Cache | None = None,
    runner: Runner | None = None,
    progress: Callable[[str], None] = lambda _host: None,
) -> Assessment:
    """Audit the routers with several processes (or where `runner` says); the routers of the result are outlines (`model.outline`).

    `progress` is told each host that is done. Interrupted says what was and what was not assessed when the work is stopped.
    """
    with _apart(snapshots, workers, runner):
        return _audited(snapshots, inputs, expected, excluded, workers, cache, runner, progress)


def _audited(
    snapshots: Snapshots,
    inputs: Inputs,
    expected: Sequence[str],
    excluded: Mapping[str, str] | None,
    workers: int | None,
    cache: Cache | None,
    runner: Runner | None,
    progress: Callable[[str], None],
) -> Assessment:
    rules = Rules(inputs.intent, inputs.reference)
    hosts = list(snapshots)
    errors: dict[str, str] = {}
    judged: dict[str, Judged] = {}
    try:
        # Closed here and not when it is forgotten: what is under way must end with the run.
        with contextlib.closing(_outcomes(snapshots, hosts, rules, workers, cache, runner)) as outcomes:
            for host, outcome in outcomes:
                if isinstance(outcome, Judged):
                    judged[host] = outcome
                else:
                    errors[host] = outcome
                progress(host)
    except KeyboardInterrupt:
        missing = sorted(set(hosts) - judged.keys() - errors.keys())
        raise Interrupted(
            f"interrupted: {len(judged)} of {len(snapshots)} routers were assessed, nothing was written; "
            f"not assessed: {_some(missing)}"
        ) from None
    with uncollected():
        return _together(snapshots, rules, judged, inputs, expected, excluded, errors)


def _together(
    snapshots: Snapshots,
    rules: Rules,
    judged: Mapping[str, Judged],
    inputs: Inputs,
    expected: Sequence[str],
    excluded: Mapping[str, str] | None,
    errors: Mapping[str, str],
) -> Assessment:
    """What the routers came to, and what only all of them tell."""
    load = functools.lru_cache(maxsize=WHOLE)(lambda host: whole(snapshots[host], rules))
    members = {host: thin(judged[host], rules, functools.partial(load, host)) for host in sorted(judged)}
    found = [one for host in members for one in judged[host].findings]
    found += checks.run_fleet(members, inputs.intent, inputs.reference)
    routers: dict[str, Router] = {host: judged[host].router for host in members}
    return conclude(checks.finished(found), snapshots, routers, inputs, expected=expected, excluded=excluded, errors=errors)


def _apart(snapshots: Snapshots, workers: int | None, runner: Runner | None) -> contextlib.AbstractContextManager[None]:
    """Routers that other processes judge arrive as values without cycles: nothing is looked for among them while they come in."""
    alone = runner is None and pool.workers_for(len(snapshots), workers) < 2
    return contextlib.nullcontext() if alone else uncollected(kept=True)


def _outcomes(
    snapshots: Snapshots,
    hosts: Sequence[str],
    rules: Rules,
    workers: int | None,
    cache: Cache | None,
    runner: Runner | None,
) -> Generator[tuple[str, pool.Outcome], None, None]:
    if runner is not None:
        yield from runner(snapshots, hosts, rules)
        return
    texts = snapshots.texts()
    yield from pool.run(texts, rules, workers=pool.workers_for(len(texts), workers), cache=cache)


def _some(names: Sequence[str]) -> str:
    return ", ".join(names[:5]) + (f" and {len(names) - 5} more" if len(names) > 5 else "") if names else "none"
