# GNU General Public License v3.0+ (see https://www.gnu.org/licenses/gpl-3.0.txt)
"""Judge the whole fleet of a run once, and write the signed bundle."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

from ..plugin_utils._action import ManrsAction
from ..plugin_utils.manrs_conformance import api, collect


class ActionModule(ManrsAction):
    """`routesec.manrs.evidence`."""

    SPEC: ClassVar[dict] = {
        "intent": {"type": "path", "required": True},
        "run_dir": {"type": "path", "required": True},
        "bundle": {"type": "path", "required": True},
        "expected": {"type": "list", "elements": "str", "required": True},
        "excluded": {"type": "dict", "default": {}},
        "waivers": {"type": "path"},
        "sources": {"type": "path"},
        "as_of": {"type": "str"},
        "key": {"type": "path"},
        "previous": {"type": "path"},
        "mode": {"type": "str", "choices": ["full", "lite", "blocks"]},
        "workers": {"type": "int"},
        "cache": {"type": "path"},
        "scheduler": {"type": "str"},
        "fail_on": {"type": "str", "choices": ["never", "fail", "inconclusive"], "default": "never"},
    }

    def work(self, args, task_vars):
        """Fleet analysis over the saved snapshots; expected hosts = assessed + excluded + failed, or it says so."""
        if self._task.check_mode:
            return {"changed": False, "skipped": True, "msg": "check mode: no bundle is written"}
        inputs = api.Inputs.read(
            Path(args["intent"]),
            Path(args["waivers"]) if args["waivers"] else None,
            Path(args["sources"]) if args["sources"] else None,
            args["as_of"] or collect.now(),
        )
        run_dir = Path(args["run_dir"])
        # Slices of a job have a folder each; a router that two of them read is refused, not counted twice.
        found = [one for pattern in ("devices", "slice-*/devices") for one in sorted(run_dir.glob(f"{pattern}/*.snapshot.json"))]
        snapshots = api.of_run(found)
        cache = api.Cache.open(Path(args["cache"]), inputs.intent_bytes, inputs.reference) if args["cache"] else None
        done = api.audit_fleet(
            snapshots,
            inputs,
            expected=args["expected"],
            excluded=args["excluded"],
            workers=args["workers"],
            cache=cache,
            runner=api.OnDask(args["scheduler"]) if args["scheduler"] else None,
        )
        built = api.write_bundle(
            Path(args["bundle"]),
            done,
            inputs,
            key=Path(args["key"]) if args["key"] else None,
            argv=["playbook"],
            previous=Path(args["previous"]) if args["previous"] else None,
            mode=args["mode"],
            scope_source="Ansible inventory " + ", ".join(task_vars.get("ansible_inventory_sources") or ["(not named)"]),
        )
        report = done.report
        fleet = {one.id for one in api.checks.catalogue() if one.scope == "fleet"}
        result = {
            "changed": True,
            "bundle": str(built.path),
            "root": built.root_sha256,
            "verdict": report.verdict,
            "exit_code": api.exit_code(report),
            "scope": {one.name: one.status for one in report.scope},
            "counts": api.counts(report.findings),
            "summary": api.summary_text(report),
            "findings": [
                api.brief(one) for one in report.findings if one.status in ("fail", "inconclusive", "error") and one.check in fleet
            ],
            "requirements": {one.requirement: str(one.verdict) for one in report.requirements},
        }
        wanted = {"never": (), "fail": ("fail",), "inconclusive": ("fail", "inconclusive")}[args["fail_on"]]
        if report.verdict in wanted:
            result.update(failed=True, msg=f"the audit is {report.verdict}; the bundle was written")
        return result
