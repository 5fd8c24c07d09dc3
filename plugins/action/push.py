# GNU General Public License v3.0+ (see https://www.gnu.org/licenses/gpl-3.0.txt)
"""Make one router conformant, so that it cannot be cut off."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

from ..plugin_utils._action import ManrsAction
from ..plugin_utils.manrs_conformance import api, collect
from ..plugin_utils.manrs_conformance.collect.connection import scrub
from ..plugin_utils.manrs_conformance.errors import ManrsError, PushError


class ActionModule(ManrsAction):
    """`routesec.manrs.push`."""

    SPEC: ClassVar[dict] = {
        "intent": {"type": "path", "required": True},
        "run_dir": {"type": "path", "required": True},
        "sources": {"type": "path"},
        "as_of": {"type": "str"},
        "platform": {"type": "str"},
        "templates": {"type": "path"},
        "expect_sha256": {"type": "str"},
        "revert_in": {"type": "int", "default": 120},
        "settle": {"type": "int", "default": 60},
        "change_id": {"type": "str", "default": ""},
        "change_windows": {"type": "list", "elements": "str", "default": []},
        "no_revert_timer": {"type": "bool", "default": False},
    }

    def work(self, args, task_vars):
        """Plan and gate in check mode; otherwise run the whole protocol."""
        host, platform = self.host(task_vars), self.platform(args, task_vars)
        sources = Path(args["sources"]) if args["sources"] else None
        inputs = api.Inputs.read(Path(args["intent"]), None, sources, args["as_of"] or collect.now())
        connect, verified, secrets = self.opener(args, task_vars)
        try:
            with self.session(connect) as driver:
                snapshot = api.collect_device(host, platform, driver, verified=verified)
            templates = Path(args["templates"]) if args["templates"] else None
            prepared = api.prepare_push(snapshot, inputs, templates, expect_sha256=args["expect_sha256"])
            result = {
                "changed": bool(prepared.text),
                "candidate": scrub(api.safe_candidate(snapshot, prepared), secrets),
                "candidate_sha256": api.candidate_digests(prepared)[0],
                "left": list(prepared.plan.left),
                "remaining": [api.brief(one) for one in prepared.remaining],
                "outcome": "unchanged" if not prepared.text else "planned",
            }
            if self._task.check_mode or not prepared.text:
                result["diff"] = {"prepared": api.safe_diff(snapshot, prepared)}
                return result
            journal = Path(args["run_dir"]) / "journal" / f"{collect.safe_name(host)}.jsonl"
            pushed = api.push_device(
                snapshot,
                prepared,
                connect,
                inputs,
                journal,
                revert_in=args["revert_in"],
                settle=args["settle"],
                change_id=args["change_id"],
                windows=args["change_windows"],
                no_revert_timer=args["no_revert_timer"],
            )
        except ManrsError:
            raise
        except Exception as error:
            message = scrub((str(error).strip().splitlines() or [type(error).__name__])[0], secrets)
            raise PushError(f"{host}: {message}") from None
        result.update(outcome=pushed.outcome, changed=pushed.changed, journal=str(journal), because=pushed.because)
        result["diff"] = {"prepared": scrub(pushed.diff, secrets)}
        result.update(saved=pushed.saved, reverts=pushed.timed)
        if not pushed.good:
            result.update(failed=True, msg=f"{host}: {pushed.outcome}: {pushed.because}")
        return result
