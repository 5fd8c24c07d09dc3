# GNU General Public License v3.0+ (see https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The conformance summary people see at the end of a play."""

from __future__ import annotations

DOCUMENTATION = r"""
name: conformance
type: aggregate
short_description: Summarise MANRS conformance per host and per action at the end of a play
version_added: 0.1.0
author: routesec maintainers (@routesec)
description:
  - Prints what the tasks M(routesec.manrs.audit), M(routesec.manrs.evidence), M(routesec.manrs.gate) and M(routesec.manrs.push) found,
    one line per host and one per MANRS action of it.
  - What fails is named too, one line per check, with the route or packet that proves it and the configuration lines it passes.
  - A host that could not be assessed has a line too.
  - When an audit is stopped by Ctrl-C or SIGTERM, says which routers were and which were not assessed.
requirements:
  - Enable it with C(callbacks_enabled = routesec.manrs.conformance).
"""

import os
import signal
import threading
from functools import partial

from ansible.plugins.callback import CallbackBase

PREFIX = "routesec.manrs."
MARKS = {
    "pass": "green",
    "confirmed": "green",
    "unchanged": "green",
    "overridden": "yellow",
    "planned": "yellow",
    "inconclusive": "yellow",
    "read": "green",
    "skipped": "yellow",
}
ORDER = ("fail", "error", "inconclusive", "pass", "not_applicable")
SEVERITY = ("critical", "high", "medium", "low", "info")
MOST_LINES = 8
REQUIREMENTS = ("not_met", "inconclusive", "declared", "met", "not_applicable")


class CallbackModule(CallbackBase):
    """Collects the results of the collection's actions, prints them when the play is over."""

    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "aggregate"
    CALLBACK_NAME = "routesec.manrs.conformance"
    CALLBACK_NEEDS_ENABLED = True

    def __init__(self):
        super().__init__()
        self._rows = []
        self._expected, self._assessed, self._bundled = set(), set(), False

    def v2_playbook_on_start(self, playbook):
        """Listen to the signals that stop a run, before Ansible does what it does with them."""
        if threading.current_thread() is threading.main_thread():
            for number in (signal.SIGINT, signal.SIGTERM):
                before = signal.getsignal(number)
                if callable(before):
                    signal.signal(number, partial(self._stopped, before))

    def _stopped(self, before, number, frame):
        if self._expected and not self._bundled:
            # Not through the display: the signal may have come while it was writing.
            os.write(2, interrupted(self._expected, self._assessed).encode())
        before(number, frame)

    def v2_runner_on_ok(self, result):
        """Note a finished task."""
        self._note(result)

    def v2_runner_on_failed(self, result, ignore_errors=False):
        """Note a failed task, rescued or not."""
        self._note(result)

    def v2_runner_on_unreachable(self, result):
        """Note a router that did not answer."""
        self._note(result)

    def v2_playbook_on_play_start(self, play):
        """The play before is over."""
        self._print()
        self._hosts = [str(one) for one in play.get_variable_manager().get_vars(play=play).get("ansible_play_hosts_all", [])]

    def v2_playbook_on_task_start(self, task, is_conditional):
        """From the first reading on it is known who is expected."""
        if PREFIX + "audit" in (getattr(task, "resolved_action", ""), task.action):
            self._expected.update(self._hosts)

    def v2_playbook_on_stats(self, stats):
        """The last play is over."""
        self._print()

    def _note(self, result):
        names = [str(getattr(result._task, name, "") or "") for name in ("resolved_action", "action")]
        action = next((name.removeprefix(PREFIX) for name in names if name.startswith(PREFIX)), None)
        if action == "audit" and result._result.get("snapshot"):
            self._assessed.add(result._host.get_name())
        self._bundled = self._bundled or action == "evidence"
        if action:
            self._rows.append((result._host.get_name(), action, result._result))

    def _print(self):
        rows, self._rows = self._rows, []
        if not rows:
            return
        self._display.banner("MANRS CONFORMANCE")
        for host, action, result in rows:
            for text, state in lines(host, action, result):
                self._display.display(text, color=MARKS.get(state, "red"))
        self._display.display("")


def interrupted(expected, assessed):
    """What to say of an audit that was stopped."""
    missing = sorted(expected - assessed)
    some = ", ".join(missing[:MOST_LINES]) + (f" and {len(missing) - MOST_LINES} more" if len(missing) > MOST_LINES else "")
    return (
        f"\ninterrupted: {len(expected & assessed)} of {len(expected)} routers were assessed, no bundle was written; "
        f"not assessed: {some or 'none'}\n"
    )


def lines(host, action, result):
    """The lines of one result, each with the state that colours it."""
    state = str(result.get("verdict") or result.get("outcome") or _other(result))
    who = "fleet" if action == "evidence" else host
    because = result.get("because") or (result.get("msg") if state in ("not assessed", "skipped") else "") or ""
    yield f"{who:<28} {action:<9} {state}" + (f": {_first(because)}" if because else ""), state
    for number, counts in sorted((result.get("actions") or {}).items()):
        yield f"{'':<28} Action {number:<2} {_counts(counts, ORDER)}", _worst(counts)
    by_action = {}
    for requirement, verdict in (result.get("requirements") or {}).items():
        counts = by_action.setdefault(str(requirement).split(".", maxsplit=1)[0], {})
        counts[verdict] = counts.get(verdict, 0) + 1
    for name, counts in sorted(by_action.items()):
        yield f"{'':<28} {name:<9} {_counts(counts, REQUIREMENTS)}", _worst(counts)
    yield from _fails(result.get("findings") or [])


def _other(result):
    """The state of a result without a verdict: what was only read is judged later, with the fleet."""
    return "skipped" if result.get("skipped") else "read" if result.get("snapshot") and not result.get("failed") else "not assessed"


def _fails(findings):
    """One line per failed check, gravest first: how often, one of them in words with its witness, and the lines it rests on."""
    by_check = {}
    for one in findings:
        if one.get("status") == "fail":
            by_check.setdefault((SEVERITY.index(one["severity"]), one["check"]), []).append(one)
    for (severity, check), some in sorted(by_check.items()):
        example = max(some, key=lambda one: (bool(one.get("witness")), len(one.get("lines") or [])))
        more = f" (and {len(some) - 1} more)" if len(some) > 1 else ""
        numbers = [str(number) for number in example.get("lines") or []]
        where = ", ".join(numbers[:MOST_LINES]) + (", ..." if len(numbers) > MOST_LINES else "")
        plural = "line" if len(numbers) == 1 else "lines"
        yield (
            f"  {SEVERITY[severity]:<8} {check:<8} {example['message']}{more}" + (f" [{plural} {where}]" if numbers else ""),
            "fail",
        )


def _first(text):
    return (str(text).strip().splitlines() or [""])[0][:200]


def _counts(counts, order):
    known = [name for name in order if counts.get(name)]
    return ", ".join(f"{counts[name]} {name.replace('_', ' ')}" for name in (*known, *sorted(set(counts) - set(order))))


def _worst(counts):
    if any(counts.get(name) for name in ("fail", "error", "not_met")):
        return "fail"
    settled = any(counts.get(name) for name in ("pass", "met"))
    return "inconclusive" if counts.get("inconclusive") or not settled else "pass"
