"""One push to one server under one fault: drawn from seed and number, played with a clock that jumps, and judged by what the router holds.

The engine's protocol and the platform's guarded session run as they are, over the stock NAPALM driver; plan and prediction are small and made here,
by the servers' own rules of merging. A trial is good when the router ends as it was, or confirmed, or takes the change back by itself, with no lock,
session, timer or checkpoint left, its start-up configuration never holding what was not confirmed, and the journal says the same.
"""

from __future__ import annotations

import random
import socket
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import napalm
from manrs_conformance import collect, platforms
from manrs_conformance.collect import connection, limits
from manrs_conformance.collect.names import platform_of
from manrs_conformance.errors import ManrsError
from manrs_conformance.model.router import Router
from manrs_conformance.push import apply, meaning
from manrs_conformance.push.back import recover
from manrs_conformance.push.journal import Journal, outcome
from manrs_conformance.push.text import statements

from . import conf, curly
from .clock import ManualClock
from .device import Faults
from .fleet import Fleet, start
from .inventory import devices
from .population import neighbors
from .sessions import DRIVERS, close, planned

WEIGHTS = {"ios": 2, "eos": 4, "nxos": 4, "nxos_ssh": 1, "iosxr": 2, "junos": 3}
"""Drivers, and how often each is drawn: a push over SSH takes ten times as long."""
CASES = tuple(WEIGHTS)
STEPS = ("checked", "loading", "comparing", "committing", "refreshing", "verifying", "confirming", "confirmed", "rolling-back")
MESSAGE_FAULTS = ("drop", "lose", "delay", "garble", "noise", "reject", "hang", "late", "killed within")
OTHER_FAULTS = ("none", "killed", "cut", "locked", "full", "bad line", "bgp lost", "management lost", "foreign change")
REVERT, PATIENCE = 120, 1.0
LIST = {
    "ios": "ip prefix-list MANRS-NEW seq 5 permit 45.13.0.0/22 le 24\nrouter bgp 43210\n address-family ipv4\n  neighbor 45.10.1.2 prefix-list MANRS-NEW in\n",
    "eos": "ip prefix-list MANRS-NEW\n   seq 5 permit 45.13.0.0/22 le 24\nrouter bgp 43210\n   neighbor 45.10.4.2 prefix-list MANRS-NEW in\n",
    "nxos": "ip prefix-list MANRS-NEW seq 5 permit 45.13.0.0/22 le 24\nrouter bgp 43210\n  neighbor 45.10.3.2\n    address-family ipv4 unicast\n"
    "      prefix-list MANRS-NEW in\n",
    "iosxr": "route-policy MANRS-NEW\n  # 1 < 2 & so on\n  if destination in CUST then\n    pass\n  else\n    drop\n  endif\nend-policy\nrouter bgp 43210\n"
    " neighbor 45.10.6.2\n  address-family ipv4 unicast\n   route-policy MANRS-NEW in\n",
    "junos": "policy-options {\n    policy-statement MANRS-NEW {\n        term all {\n            from {\n                route-filter 45.13.0.0/22 upto /24;\n"
    "            }\n            then accept;\n        }\n        term rest {\n            then reject;\n        }\n    }\n}\nprotocols {\n    bgp {\n"
    "        group CUSTOMERS {\n            neighbor 45.10.5.2 {\n                import MANRS-NEW;\n            }\n        }\n    }\n}\n",
}


SESSIONS = {
    "ios": ("bgp_summary_ipv4",),
    "eos": ("bgp_summary_ipv4",),
    "nxos": ("bgp_summary",),
    "iosxr": ("bgp_summary_ipv4",),
    "junos": ("bgp_neighbors",),
}
"""State that shows the sessions, by platform."""


class Killed(BaseException):
    """The controller dies here."""


@dataclass(frozen=True)
class Trial:
    """What is played: to which driver, which fault, at which message (counted from 0) or journalled step, how long the clock jumps."""

    case: str
    what: str
    message: int = 0
    step: str = ""
    jump: float = 0.0

    def __str__(self) -> str:
        where = f" at {self.step}" if self.step else f" at message {self.message}" if self.what in MESSAGE_FAULTS else ""
        return f"{self.case}: {self.what}{where}" + (f", clock + {self.jump:.0f} s" if self.jump else "")


@dataclass
class Row:
    """How a trial ended; `wrong` is empty when it ended well."""

    trial: Trial
    said: str = ""
    because: str = ""
    journal: str = ""
    router: str = ""
    messages: int = 0
    wrong: list[str] = field(default_factory=list)


def draw(seed: int, number: int, messages: dict[str, int], cases: tuple[str, ...] = CASES) -> Trial:
    """The trial of that number; `messages` is how many a push that goes well sends, by case."""
    rng = random.Random(f"{seed}/{number}")
    case = rng.choices(cases, [WEIGHTS[one] for one in cases])[0]
    what = rng.choice(MESSAGE_FAULTS) if rng.random() < 0.7 else rng.choice(OTHER_FAULTS)
    jump = rng.choice((0.0, 0.0, 30.0, 100.0, 190.0)) if what in ("delay", "hang", "drop", "lose") else 0.0
    jump = rng.choice((50.0, 100.0, 125.0, 190.0)) if what == "late" else jump
    step = rng.choice(STEPS) if what in ("killed", "cut") else ""
    return Trial(case, what, rng.randrange(messages[case]), step, jump)


class Fated(Journal):
    """A journal that lets a fault happen at a step."""

    def __init__(self, path: Path, at: Callable[[str], None]) -> None:
        super().__init__(path)
        self._at = at

    def write(self, step: str, note: str = "", **facts: str) -> None:
        """Write, then let it happen."""
        super().write(step, note, **facts)
        self._at(step)


class Play:
    """One trial on a server of its own."""

    def __init__(self, trial: Trial, folder: Path) -> None:
        self.trial, self.folder = trial, folder
        self.platform: Any = platforms.load(platform_of(DRIVERS[trial.case]))
        self.clock = ManualClock()
        self.router = next(one for one in devices() if one.platform == self.platform.name)
        self.router.clock = self.clock
        self.router.booted = self.clock.now() - 100_000
        self.base = self.router.running = self.router.startup = self._merged(self.router.running, "")
        self.text = LIST[self.platform.name] + (
            "bogus line\n" if trial.what == "bad line" and self.platform.name != "junos" else ""
        )
        if trial.what == "bad line" and self.platform.name == "junos":
            self.text += "protocols {\n    bogus;\n}\n"
        self.after = self._merged(self.base, LIST[self.platform.name])
        self.row = Row(trial)
        self.dead = False
        self.opened: list[Any] = []
        self._watch_saving()
        self._plan_fault()

    def _merged(self, text: str, candidate: str) -> str:
        if self.platform.name == "junos":
            return curly.merge(text, candidate, "merge") if candidate else text
        return conf.merge(text, candidate, self.platform.name)

    def _watch_saving(self) -> None:
        """The start-up configuration is written only when nothing waits for its confirmation."""
        save = self.router.save

        def watched() -> bool:
            waiting = self.router.pending is not None or "scheduler schedule name MANRS-REVERT" in self.router.running
            if waiting and statements(self.router.running) != statements(self.base):
                self.row.wrong.append("the start-up configuration was written before the confirmation")
            return save()

        self.router.save = watched  # type: ignore[method-assign]

    def _plan_fault(self) -> None:
        trial, router = self.trial, self.router
        heard = router.heard
        if trial.what in ("drop", "lose", "delay", "garble", "noise", "reject", "hang"):
            router.faults.add(trial.what, trial.message, 0.05)
        if trial.what == "killed within":
            router.faults.add("drop", trial.message)
        if trial.what == "locked":
            router.locked_by = "somebody"
        if trial.what == "full":
            router.full = True

        def happening(message: str) -> Any:
            hit = len(router.received) == trial.message
            fault = heard(message)
            if hit and trial.jump:
                self.clock.advance(trial.jump)
            if hit and trial.what == "killed within":
                self.dead = True
            return fault

        router.heard = happening  # type: ignore[method-assign]

    # -- the controller --------------------------------------------------------------------------------------------
    def _at(self, step: str) -> None:
        trial, router = self.trial, self.router
        if self.dead or (trial.what == "killed" and step == trial.step):
            self.dead = True
            for one in self.opened:
                limits.cut(one)
            raise Killed
        if trial.what == "cut" and step == trial.step:
            for one in self.opened:
                limits.cut(one)
        if trial.what == "foreign change" and step == "loading":
            router.running = self._merged(
                router.running, {"junos": "system {\n    domain-name example.org;\n}\n"}.get(router.platform, "hostname other")
            )
        if step == "refreshing" and trial.what == "bgp lost":
            router.down.update(one.address for one in neighbors(router))
        if step == "refreshing" and trial.what == "management lost":
            router.username, self._login = "nobody", router.username

    def connect(self, fleet: Fleet) -> Any:
        """A fresh guarded session."""
        if self.dead:
            raise Killed
        if self.trial.what == "management lost" and self.router.username == "nobody" and self.router.running == self.base:
            self.router.username = self._login
        case = self.trial.case
        made = planned(fleet, case, timeout=PATIENCE, username="audit")
        driver = connection.open_session(made, napalm.get_network_driver(DRIVERS[case]))
        self.opened.append(driver)
        _at_once(driver)
        try:
            return self.platform.guarded(driver)
        except Exception:
            close(driver)
            raise

    def _sleep(self, seconds: float) -> None:
        if self.dead:
            raise Killed
        self.clock.advance(seconds)

    def _hooks(self, fleet: Fleet) -> apply.Hooks:
        wanted: Router = self.platform.parse(self.after, {})

        def run(driver: Any, _commands: tuple[str, ...]) -> None:
            driver.get_facts()

        return apply.Hooks(
            connect=lambda: self.connect(fleet),
            observe=self._observe,
            judge=lambda found: meaning.differences(wanted, found),
            run=run,
            clock=self.clock.now,
            sleep=self._sleep,
        )

    def _observe(self, driver: Any) -> tuple[str, Router]:
        """Configuration and IPv4 sessions: the rest of what an audit reads would only cost time."""
        commands = self.platform.commands
        state = {key: text for key, text in commands.state.items() if key in SESSIONS[self.platform.name]}
        getters = {key: name for key, name in commands.getters.items() if name == "get_bgp_neighbors"}
        seen = collect.snapshot(self.router.name, self.platform.name, driver, state, optional=commands.optional, getters=getters)
        return seen.config, self.platform.parse(seen.config, seen.state)

    def play(self) -> Row:
        """Push, let the router come to rest, let a new controller look where the old one died, and judge."""
        with start(self.router, folder=self.folder) as fleet:
            candidate = apply.Candidate(self.router.name, self.text, self.base, self.platform.parse(self.after, {}))
            with tempfile.TemporaryDirectory() as place:
                journal = Fated(Path(place) / "journal.jsonl", self._at)
                journal.write("planned")
                self._push(candidate, fleet, journal)
                self.row.messages = len(self.router.received)
                self._rest(candidate, fleet, journal)
                self.row.journal = outcome(journal.entries())
            for one in self.opened:
                close(one)
        self._judge()
        return self.row

    def _push(self, candidate: apply.Candidate, fleet: Fleet, journal: Journal) -> None:
        try:
            done = apply.push(candidate, self._hooks(fleet), journal, revert_in=REVERT, settle=60.0)
            self.row.said, self.row.because = done.outcome + ("" if done.saved else ", not saved"), done.because
        except Killed:
            self.row.said = "killed"
        except ManrsError as error:
            self.row.said, self.row.because = "refused", str(error)
        except Exception as error:
            self.row.said, self.row.because = "refused", f"{type(error).__name__}: {error}"

    def _rest(self, candidate: apply.Candidate, fleet: Fleet, journal: Journal) -> None:
        router = self.router
        router.faults.over.set()
        router.faults = Faults()
        if self.trial.what == "locked":
            router.locked_by = None if router.locked_by == "somebody" else router.locked_by
        if self.dead:
            self.dead = False
            self.trial = Trial(self.trial.case, "none")
            for one in self.opened:
                limits.cut(one)
            self.row.because = f"recovered: {recover(candidate, self._hooks(fleet), journal)}"
        self.clock.advance(REVERT + 200)

    # -- the judge -------------------------------------------------------------------------------------------------
    def _judge(self) -> None:
        row, router = self.row, self.router
        held = statements(router.running)
        row.router = "before" if held == statements(self.base) else "after" if held == statements(self.after) else "neither"
        foreign = row.trial.what == "foreign change"
        if row.router == "neither" and not foreign:
            row.wrong.append("it holds neither the old nor the new configuration")
        if foreign and row.router != "neither":
            row.wrong.append("somebody else's change was lost")
        saved = statements(router.startup)
        if saved not in (statements(self.base), held):
            row.wrong.append("its start-up configuration is neither the old nor the running one")
        if row.router == "after" and saved != held and "not saved" not in row.said:
            row.wrong.append("the confirmed change was not saved, and nobody says so")
        left = {
            "a pending commit": router.pending, "a lock": router.locked_by, "a lock of the running store": router.held,
            "a checkpoint": router.checkpoints, "an open candidate": router.candidate,
            "a file": [name for name in router.files if row.trial.what != "killed within"], "a job of the scheduler": "MANRS-REVERT" in router.running,
        }  # fmt: skip
        row.wrong += [f"{name} is left" for name, value in left.items() if value]
        row.wrong += [f"the session {name} is left open" for name in getattr(router, "shell_open", dict)()]
        meant = {"confirmed": "after", "rolled-back": "before", "unchanged": "before", "reverting": "before"}
        for who, said in (("the journal", row.journal), ("the controller", row.said.partition(",")[0])):
            if meant.get(said, row.router) != row.router and not foreign:
                row.wrong.append(f"{who} says {said}, the router holds {row.router}")
        if row.said == "unknown" and not foreign:
            row.wrong.append("the controller does not know")


def _at_once(driver: Any) -> None:
    """No waiting for acknowledgements on the loopback: the libraries leave Nagle's algorithm on."""
    held: Any = getattr(driver, "device", None)
    for path in (("remote_conn_pre", "_transport"), ("_session", "transport"), ("_conn", "_session", "transport")):
        found = held
        for name in path:
            found = getattr(found, name, None)
        if found is not None and hasattr(found, "sock"):
            found.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)


def play(trial: Trial, folder: Path) -> Row:
    """Play one trial; the servers' files and keys lie in `folder`."""
    return Play(trial, folder).play()


def calibrate(folder: Path, cases: tuple[str, ...] = CASES) -> dict[str, int]:
    """How many messages a push that goes well sends, by case."""
    out = {}
    for case in cases:
        row = play(Trial(case, "none"), folder)
        if row.said != "confirmed" or row.wrong:
            raise AssertionError(row)
        out[case] = row.messages
    return out
