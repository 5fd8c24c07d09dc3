# GNU General Public License v3.0+ (see https://www.gnu.org/licenses/gpl-3.0.txt)
"""Judge a change before it reaches a router."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

from ..plugin_utils._action import ManrsAction
from ..plugin_utils.manrs_conformance import api, collect
from ..plugin_utils.manrs_conformance.collect.connection import scrub
from ..plugin_utils.manrs_conformance.errors import ManrsError, PushError, UsageError


class ActionModule(ManrsAction):
    """`routesec.manrs.gate`."""

    SPEC: ClassVar[dict] = {
        "base": {"type": "path"},
        "on_device": {"type": "str", "choices": ["merge", "replace"]},
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
        """Fail unless the change passes; nothing is ever brought into force."""
        if args["on_device"]:
            return self._on_device(args, task_vars)
        if not args["base"]:
            raise UsageError("base: give the configurations before the change, or ask the router itself with on_device")
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
        return _answer(gated.report)

    def _on_device(self, args, task_vars):
        """Stage one file on the router of this host, judge what the router then shows, and drop it; in check mode nothing is staged."""
        files = [one for one in (args["candidate"], *args["fragments"]) if one]
        if len(files) != 1 or bool(args["candidate"]) != (args["on_device"] == "replace"):
            raise UsageError(
                "on_device takes one file: candidate to replace the configuration, or one of fragments to merge into it"
            )
        if args["base"] or args["sources_before"] or args["merged"]:
            raise UsageError("on_device compares with what the router runs: base, sources_before and merged have no meaning")
        if self._task.check_mode:
            return {"changed": False, "skipped": True, "msg": "in check mode nothing is staged on a router"}
        host, platform = self.host(task_vars), self.platform(args, task_vars)
        waivers, sources = (Path(args[name]) if args[name] else None for name in ("waivers", "sources"))
        inputs = api.Inputs.read(Path(args["intent"]), waivers, sources, args["as_of"] or collect.now())
        connect, verified, secrets = self.opener(args, task_vars)
        how = {"mode": args["on_device"], "verified": verified, "strict": args["strict"], "ticket": args["break_glass"]}
        try:
            with self.session(connect) as driver:
                return _answer(api.gate_on_device(host, platform, driver, Path(files[0]), inputs, **how))
        except ManrsError as error:
            raise type(error)(scrub(str(error), secrets)) from None
        except Exception as error:
            message = scrub((str(error).strip().splitlines() or [type(error).__name__])[0], secrets)
            raise PushError(f"{host}: {message}") from None


def _answer(report):
    """What the task registers; it fails unless the change passes."""
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
