# GNU General Public License v3.0+ (see https://www.gnu.org/licenses/gpl-3.0.txt)
"""Read one router and judge it; the configuration stays in the run directory, never in host variables."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import ClassVar

from ..plugin_utils._action import ManrsAction
from ..plugin_utils.manrs_conformance import api, collect
from ..plugin_utils.manrs_conformance.collect.connection import scrub
from ..plugin_utils.manrs_conformance.errors import CollectionError, UsageError
from ..plugin_utils.manrs_conformance.model.snapshot import Snapshot


class ActionModule(ManrsAction):
    """`routesec.manrs.audit`."""

    SPEC: ClassVar[dict] = {
        "intent": {"type": "path", "required": True},
        "run_dir": {"type": "path", "required": True},
        "waivers": {"type": "path"},
        "sources": {"type": "path"},
        "as_of": {"type": "str"},
        "platform": {"type": "str"},
        "config": {"type": "path"},
        "judge": {"type": "bool", "default": True},
        "fail_on": {"type": "str", "choices": ["never", "fail", "inconclusive"], "default": "never"},
    }

    def work(self, args, task_vars):
        """Collect, save the snapshot, judge; a non-conformant router is a result, not a failure, unless `fail_on` asks."""
        host, folder = self.host(task_vars), Path(args["run_dir"]) / "devices"
        (folder / f"{collect.safe_name(host)}.snapshot.json").unlink(missing_ok=True)
        platform = self.platform(args, task_vars)
        if not args["judge"] and args["fail_on"] != "never":
            raise UsageError("`fail_on` asks for a verdict, and `judge: false` for none: choose one")
        inputs = self._inputs(args) if args["judge"] else None
        if args["config"]:
            snapshot = api.renamed(api.saved([Path(args["config"])], platform)[0], host)
        else:
            connect, verified, secrets = self.opener(args, task_vars)
            try:
                with self.session(connect) as driver:
                    snapshot = api.collect_device(host, platform, driver, verified=verified)
            except Exception as error:
                message = scrub(_first(error), secrets)
                collect.save(Snapshot(host=host, platform=platform, config="", collected_at=collect.now(), error=message), folder)
                if isinstance(error, CollectionError):
                    raise CollectionError(message) from None
                raise CollectionError(f"{host}: could not be reached or read: {message}") from None
        path = collect.save(snapshot, folder)
        result = {"changed": False, "snapshot": str(path), "digest": hashlib.sha256(path.read_bytes()).hexdigest()}
        if inputs is None:
            return result
        done = api.audit_inputs([snapshot], inputs, expected=[host], alone=True)
        report = done.report
        result |= {
            "verdict": report.verdict,
            "counts": api.counts(report.findings),
            "actions": _by_action(report.findings),
            "findings": [api.brief(one) for one in report.findings if one.status in ("fail", "inconclusive", "error")],
        }
        wanted = {"never": (), "fail": ("fail",), "inconclusive": ("fail", "inconclusive")}[args["fail_on"]]
        if report.verdict in wanted:
            result.update(failed=True, msg=f"{host}: the audit is {report.verdict}")
        return result

    def _inputs(self, args):
        """What the router is judged by; a mistake in it is told before any router is asked."""
        return api.Inputs.read(Path(args["intent"]), _path(args["waivers"]), _path(args["sources"]), args["as_of"] or collect.now())


def _by_action(findings):
    """Number of results by MANRS action and status; what belongs to no action counts under `-`."""
    action = {one.id: one.action for one in api.checks.catalogue()}
    out = {}
    for one in findings:
        counts = out.setdefault(action.get(one.check, "-"), {})
        counts[str(one.status)] = counts.get(str(one.status), 0) + 1
    return out


def _path(text):
    return Path(text) if text else None


def _first(error):
    return (str(error).strip().splitlines() or [type(error).__name__])[0][:300]
