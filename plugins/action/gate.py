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
        "candidate": {"type": "path"},
        "fragments": {"type": "list", "elements": "path", "default": []},
        "merged": {"type": "path"},
        "intent": {"type": "path", "required": True},
        "waivers": {"type": "path"},
        "sources": {"type": "path"},
        "sources_before": {"type": "path"},
        "as_of": {"type": "str"},
        "platform": {"type": "str"},
        "strict": {"type": "bool", "default": False},
        "break_glass": {"type": "str"},
    }

    def work(self, args, task_vars):
        """Fail unless the change passes; nothing is ever written."""
        gated = api.gate_files(
            Path(args["base"]),
            Path(args["candidate"]) if args["candidate"] else None,
            intent=Path(args["intent"]),
            waivers=Path(args["waivers"]) if args["waivers"] else None,
            sources=Path(args["sources"]) if args["sources"] else None,
            as_of=args["as_of"] or collect.now(),
            platform=args["platform"],
            strict=args["strict"],
            ticket=args["break_glass"],
            fragments=[Path(one) for one in args["fragments"]],
            sources_before=Path(args["sources_before"]) if args["sources_before"] else None,
            merged=Path(args["merged"]) if args["merged"] else None,
        )
        report = gated.report
        text = api.gate_text(report)
        result = {
            "changed": False,
            "verdict": report.verdict,
            "new": [api.brief(one) for one in report.new],
            "unsure": [api.brief(one) for one in report.unsure],
            "fixed": [api.brief(one) for one in report.fixed],
            "blocking": list(report.blocking),
            "rules": list(report.rules),
            "candidate": dict(report.candidate),
            "candidate_sha256": report.candidate_sha256,
            "text": text,
        }
        if report.verdict not in ("pass", "overridden"):
            result.update(failed=True, msg=f"the gate says {report.verdict}:\n{text}")
        return result
