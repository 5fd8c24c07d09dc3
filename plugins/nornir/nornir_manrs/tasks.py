"""Tasks for one host: audit it, gate a change to it, push to it."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from manrs_conformance import api, collect
from manrs_conformance.errors import UsageError
from nornir.core.task import Result, Task

from . import keeping, sessions
from .errand import reads_only


@reads_only
def manrs_audit(
    task: Task,
    intent: str | Path,
    run_dir: str | Path,
    *,
    waivers: str | Path | None = None,
    sources: str | Path | None = None,
    as_of: str | None = None,
    judge: bool = True,
) -> Result:
    """Read the router over its NAPALM connection and judge it; sends only read commands of the platform's allow-list.

    Arguments:
        intent: the intent file, `manrs.yml`
        run_dir: directory of the run; what was collected is saved in its folder `devices`
        waivers: file with waivers
        sources: folder with saved reference data; without it the sources that the intent names are asked
        as_of: judge as of this time, RFC 3339 UTC; now when absent
        judge: False only reads: a large fleet is judged once, by ``EvidenceProcessor.bundle``, and intent and sources need not be where the task runs

    Returns:
        Result object with the following attributes set:
          * result (``dict``): verdict, counts and findings; without ``judge`` none of them
          * conformant (``bool``): whether the verdict is a pass; None without ``judge``
          * verdict (``str``): pass, fail or inconclusive; read without ``judge``
          * snapshot (``str``): path of what was collected
    """
    host = task.host.name
    path = keeping.path_of(run_dir, host)
    keeping.forget(path)
    inputs = _inputs(intent, waivers, sources, as_of) if judge else None
    platform = sessions.platform(task)
    driver, verified = sessions.session(task)
    snapshot = api.collect_device(host, platform, driver, verified=verified)
    keeping.keep(snapshot, path)
    if inputs is None:
        return Result(host=task.host, result={}, conformant=None, verdict="read", snapshot=str(path))
    report = api.audit_inputs([snapshot], inputs, expected=[host], alone=True).report
    result = {
        "verdict": report.verdict,
        "counts": api.counts(report.findings),
        "findings": [api.brief(one) for one in report.findings if one.status in ("fail", "inconclusive", "error")],
    }
    return Result(
        host=task.host,
        result=result,
        conformant=report.verdict == "pass",
        verdict=report.verdict,
        snapshot=str(path),
        severity_level=logging.INFO if report.verdict == "pass" else logging.WARNING,
    )


def manrs_gate(
    task: Task,
    intent: str | Path,
    candidate: str | Path | None = None,
    *,
    fragment: str | Path | None = None,
    on_device: bool = False,
    base: str | Path | None = None,
    waivers: str | Path | None = None,
    sources: str | Path | None = None,
    as_of: str | None = None,
    strict: bool = False,
    ticket: str | None = None,
) -> Result:
    """Judge a change to the host before it reaches the router; nothing is written.

    Arguments:
        candidate: file with the whole configuration after the change
        fragment: file with a fragment that would be loaded onto the configuration before it, instead of a candidate
        on_device: stage the file on the router, judge what the router then shows, and drop it; needs an account that may change it
        base: file with the configuration before it; the running one is read when absent
        strict: judge everything, not only what the change brings
        ticket: lets a blocked change through, as overridden

    Returns:
        Result object with the following attributes set:
          * result (``str``): the verdict in words
          * verdict (``str``): pass, fail, inconclusive or overridden
          * candidate_sha256 (``str``): SHA-256 of what the router would be given, for ``manrs_push(expect_sha256=...)``
          * failed (``bool``): whether the change must not go on
    """
    if (candidate is None) == (fragment is None):
        raise UsageError("give a candidate or a fragment, one of the two")
    if on_device and base is not None:
        raise UsageError("on_device compares with what the router runs: a base has no meaning")
    inputs = _inputs(intent, waivers, sources, as_of)
    host, platform = task.host.name, sessions.platform(task)
    if on_device:
        driver, verified = sessions.session(task)
        mode = "replace" if fragment is None else "merge"
        how: dict[str, Any] = {"mode": mode, "verified": verified, "strict": strict, "ticket": ticket}
        report = api.gate_on_device(host, platform, driver, Path(str(candidate or fragment)), inputs, **how)
        return _gated(task, report)
    if base is not None:
        before = api.renamed(api.saved([Path(base)], platform)[0], host)
    else:
        driver, verified = sessions.session(task)
        before = api.collect_device(host, platform, driver, verified=verified)
    if candidate is not None:
        after = api.renamed(api.saved([Path(candidate)], platform)[0], host)
        report, _done = api.gate_inputs([before], [after], inputs, strict=strict, ticket=ticket)
    else:
        report = api.gate_fragment(before, Path(str(fragment)), inputs, strict=strict, ticket=ticket)
    return _gated(task, report)


def _gated(task: Task, report: Any) -> Result:
    return Result(
        host=task.host,
        result=api.gate_text(report),
        verdict=report.verdict,
        candidate_sha256=report.candidate[task.host.name],
        failed=report.verdict not in ("pass", "overridden"),
    )


def manrs_push(
    task: Task,
    intent: str | Path,
    run_dir: str | Path,
    *,
    sources: str | Path | None = None,
    as_of: str | None = None,
    templates: str | Path | None = None,
    expect_sha256: str | Path | None = None,
    revert_in: int = 120,
    settle: int = 60,
    change_id: str = "",
    change_windows: Sequence[str] = (),
    no_revert_timer: bool = False,
    dry_run: bool | None = None,
) -> Result:
    """Make the router conformant with a change that reverts by itself unless it was verified and confirmed.

    Arguments:
        expect_sha256: digest of the candidate that a gate judged, or the gate's JSON or bundle; another candidate is refused
        dry_run: plan, gate and show the difference only
        revert_in: seconds after which the router restores its configuration unless the change was confirmed
        settle: seconds to wait at most until the sessions have settled
        change_id: identifier of the change, for the journal
        change_windows: when a push may happen, beside those of the intent
        no_revert_timer: push also to a router that cannot take the change back by itself

    Returns:
        Result object with the following attributes set:
          * changed (``bool``): whether the router is or, in a dry run, would be changed
          * diff (``str``): the change
          * result (``str``): how it ended
          * saved (``bool``): whether the start-up configuration holds the change, too
          * reverts (``bool``): whether a timer on the router stood behind the change
    """
    host, platform = task.host.name, sessions.platform(task)
    inputs = _inputs(intent, None, sources, as_of)
    connect, verified = sessions.opener(task), sessions.verified(task)
    driver = connect()
    try:
        snapshot = api.collect_device(host, platform, driver, verified=verified)
    finally:
        driver.close()
    expected = str(expect_sha256) if expect_sha256 is not None else None
    prepared = api.prepare_push(snapshot, inputs, Path(templates) if templates else None, expect_sha256=expected)
    left = list(prepared.plan.left)
    if not prepared.text or task.is_dry_run(dry_run):
        outcome = "planned" if prepared.text else "unchanged"
        diff = api.safe_diff(snapshot, prepared) if prepared.text else ""
        return Result(host=task.host, result=outcome, outcome=outcome, changed=bool(prepared.text), diff=diff, left=left)
    journal = Path(run_dir) / "journal" / f"{collect.safe_name(host)}.jsonl"
    done = api.push_device(
        snapshot,
        prepared,
        connect,
        inputs,
        journal,
        revert_in=revert_in,
        settle=settle,
        change_id=change_id,
        windows=change_windows,
        no_revert_timer=no_revert_timer,
    )
    return Result(
        host=task.host,
        result=f"{done.outcome}: {done.because}" if done.because else done.outcome,
        outcome=done.outcome,
        changed=done.changed,
        diff=done.diff,
        left=left,
        journal=str(journal),
        saved=done.saved,
        reverts=done.timed,
        failed=not done.good,
    )


def _inputs(intent: str | Path, waivers: str | Path | None, sources: str | Path | None, as_of: str | None) -> api.Inputs:
    return api.Inputs.read(
        Path(intent), Path(waivers) if waivers else None, Path(sources) if sources else None, as_of or collect.now()
    )
