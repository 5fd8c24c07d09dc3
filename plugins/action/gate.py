# GNU General Public License v3.0+ (see https://www.gnu.org/licenses/gpl-3.0.txt)
"""Judge a change before it reaches a router."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

from ..plugin_utils._action import ManrsAction
from ..plugin_utils.manrs_conformance import api, collect


class ActionModule(ManrsAction):
    """`routesec.manrs.gate`."""

    SPEC: ClassVar[dict] = {
        "base": {"type": "path", "required": True},
        "candidate": {"type": "path", "required": True},
        "intent": {"type": "path", "required": True},
        "waivers": {"type": "path"},
        "sources": {"type": "path"},
        "as_of": {"type": "str"},
        "platform": {"type": "str"},
        "strict": {"type": "bool", "default": False},
        "break_glass": {"type": "str"},
    }

    def work(self, args, task_vars):
        """Fail unless the change passes; nothing is ever written."""
        inputs = api.Inputs.read(
            Path(args["intent"]),
            Path(args["waivers"]) if args["waivers"] else None,
            Path(args["sources"]) if args["sources"] else None,
            args["as_of"] or collect.now(),
        )
        before = api.saved([Path(args["base"])], args["platform"])
        after = api.saved([Path(args["candidate"])], args["platform"])
        report, _done = api.gate_inputs(before, after, inputs, strict=args["strict"], ticket=args["break_glass"])
        text = api.gate_text(report)
        result = {
            "changed": False,
            "verdict": report.verdict,
            "new": [api.brief(one) for one in report.new],
            "unsure": [api.brief(one) for one in report.unsure],
            "fixed": [api.brief(one) for one in report.fixed],
            "blocking": list(report.blocking),
            "text": text,
        }
        if report.verdict not in ("pass", "overridden"):
            result.update(failed=True, msg=f"the gate says {report.verdict}:\n{text}")
        return result
