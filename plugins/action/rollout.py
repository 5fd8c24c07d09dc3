# GNU General Public License v3.0+ (see https://www.gnu.org/licenses/gpl-3.0.txt)
"""A change to many routers, coordinated by one task."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

from ansible.errors import AnsibleActionFail
from ansible.utils.display import Display

from ..plugin_utils._action import ManrsAction
from ..plugin_utils.manrs_conformance import api, collect


class ActionModule(ManrsAction):
    """`routesec.manrs.rollout`."""

    SPEC: ClassVar[dict] = {
        "intent": {"type": "path", "required": True},
        "run_dir": {"type": "path", "required": True},
        "hosts": {"type": "list", "elements": "str", "required": True},
        "canary": {"type": "list", "elements": "str", "default": []},
        "batches": {"type": "list", "elements": "str", "default": ["25%"]},
        "on_failure": {"type": "str", "choices": ["stop", "rollback", "continue"], "default": "stop"},
        "max_failed": {"type": "int", "default": 0},
        "workers": {"type": "int", "default": 1},
        "sources": {"type": "path"},
        "as_of": {"type": "str"},
        "templates": {"type": "path"},
        "revert_in": {"type": "int", "default": 120},
        "settle": {"type": "int", "default": 60},
        "change_id": {"type": "str", "default": ""},
        "change_windows": {"type": "list", "elements": "str", "default": []},
        "no_revert_timer": {"type": "bool", "default": False},
        "bundle": {"type": "path"},
        "key": {"type": "path"},
    }

    def work(self, args, task_vars):
        """Roll out, or go on; in check mode only the order is shown, for `routesec.manrs.push` shows what would be done."""
        plan = api.Rollout(
            tuple(args["hosts"]),
            tuple(args["canary"]),
            tuple(args["batches"]),
            on_failure=args["on_failure"],
            max_failed=args["max_failed"],
        )
        order = [list(one) for one in plan.order()]
        if self._task.check_mode:
            for number, batch in enumerate(order, 1):
                Display().display(f"batch {number}/{len(order)}: {', '.join(batch)}")
            return {"changed": False, "skipped": True, "batches": order}
        sources = Path(args["sources"]) if args["sources"] else None
        way = api.Way(
            args["revert_in"], float(args["settle"]), args["change_id"], tuple(args["change_windows"]), args["no_revert_timer"]
        )
        undertaking = api.Undertaking(
            {host: self._member(host, args, task_vars) for host in args["hosts"]},
            api.Inputs.read(Path(args["intent"]), None, sources, args["as_of"] or collect.now()),
            Path(args["run_dir"]),
            way,
            Path(args["templates"]) if args["templates"] else None,
            args["workers"],
        )
        report = api.roll_out(undertaking, plan, _say)
        hosts = {host: {"outcome": one.outcome, "because": one.because} for host, one in report.hosts.items()}
        result = {
            "changed": any(one.outcome in ("confirmed", "not-saved", "taken-back") for one in report.hosts.values()),
            "verdict": report.verdict,
            "because": report.because,
            "hosts": hosts,
            "batches": order,
        }
        if args["bundle"]:
            key = Path(args["key"]) if args["key"] else None
            result["bundle"] = api.rollout_bundle(undertaking, report, Path(args["bundle"]), key=key)
        if report.verdict != "done":
            result.update(failed=True, msg=f"the rollout is {report.verdict}: {report.because}")
        return result

    def _member(self, host, args, task_vars):
        """A router of the inventory, reached by its own variables."""
        theirs = (task_vars.get("hostvars") or {}).get(host)
        if theirs is None:
            raise AnsibleActionFail(f"{host}: no such host in the inventory")
        mine = dict(theirs) | {"inventory_hostname": host, "hostvars": task_vars["hostvars"]}
        connect, verified, secrets = self.opener(args, mine)
        return api.Member(host, self.platform(args, mine), connect, verified, tuple(secrets))


def _say(step):
    """Progress at the terminal."""
    words = f"batch {step.batch}/{step.batches}, {step.done}/{step.hosts} hosts: {step.what} {step.about}"
    Display().display(words + (f": {step.outcome}" if step.outcome else ""))
