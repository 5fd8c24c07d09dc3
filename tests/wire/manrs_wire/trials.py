"""One push to one server under one fault: drawn from seed and number, played with a clock that jumps, and judged by what the router holds.

The engine's protocol and the platform's guarded session run as they are, over the stock NAPALM driver; plan and prediction are small and made here,
by the servers' own rules of merging. A trial is good when the router ends as it was, or confirmed, or takes the change back by itself, with no lock,
session, timer or checkpoint left, its start-up configuration never holding what was not confirmed, and the journal says the same.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import napalm
from manrs_conformance import collect, platforms
from manrs_conformance.collect import connection, limits
from manrs_conformance.collect.names import platform_of
from manrs_conformance.errors import ManrsError
from manrs_conformance.model.router import Router
from manrs_conformance.platforms.nxos import session as nxos
from manrs_conformance.push import apply, meaning
from manrs_conformance.push.back import recover
from manrs_conformance.push.journal import Journal, outcome
from manrs_conformance.push.text import statements

from . import conf, curly
from .brisk import at_once, brisk
from .clock import ManualClock
from .device import Fault, Faults
from .draws import MESSAGE_FAULTS, PLANNED, Row, Trial
from .fleet import Fleet, start
from .inventory import devices
from .judge import alone, judge
from .population import neighbors
from .sessions import DRIVERS, close, planned

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


class Fated(Journal):
    """A journal that lets a fault happen at a step."""

    def __init__(self, path: Path, at: Callable[[str], None]) -> None:
        super().__init__(path)
        self._at = at

    def write(self, step: str, note: str = "", **facts: str) -> None:
        """Write, then let it happen."""
        super().write(step, note, **facts)
        self._at(step)


REFRESH = {"ios": ("clear ip bgp 45.10.1.2 soft in",), "nxos": ("clear bgp ipv4 unicast 45.10.3.2 soft in",)}
SLOW = 4
"""A controller sleeps longer than it meant to: fewer looks at a router that is waited for."""
FOREIGN = {"junos": "system {\n    domain-name example.org;\n}\n"}
AFTERWARDS = REVERT + 200
"""Seconds after which every timer has long run out."""


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
        text = LIST[self.platform.name]
        self.booted, self.after = self.base, self._merged(self.base, text)
        wrong = "protocols {\n    bogus;\n}\n" if self.platform.name == "junos" else "bogus line\n"
        self.text = text + (wrong if trial.what == "bad line" else "")
        self.row = Row(trial, met=trial.what in ("none", "bad line"))
        self.dead = self.over = self.touched = False
        self.login, self.followed = self.router.username, ""
        self.opened: list[Any] = []
        self._watch()

    def _merged(self, text: str, candidate: str) -> str:
        if self.platform.name == "junos":
            return curly.merge(text, candidate, "merge") if candidate else text
        return conf.merge(text, candidate, self.platform.name)

    def _held(self) -> tuple[str, ...]:
        """What the router runs, the timer's own job on NX-OS left out."""
        return statements(nxos.hidden(self.router.running))

    # -- the faults ------------------------------------------------------------------------------------------------
    def _watch(self) -> None:
        """Every message and every saving is seen."""
        router, trial = self.router, self.trial
        save, heard = router.save, router.heard
        if trial.what in PLANNED:
            router.faults.add(trial.what, trial.message, 0.05)

        def saving() -> bool:
            self._look()
            waiting = router.pending is not None or "scheduler schedule name MANRS-REVERT" in router.running
            if waiting and self._held() != statements(self.base):
                self.row.wrong.append("the start-up configuration was written before the confirmation")
            return save()

        def hearing(message: str) -> Fault | None:
            self._look()
            number = len(router.received)
            fault = heard(message)
            return fault if self.over else self._strike(number) or fault

        router.save, router.heard = saving, hearing  # type: ignore[method-assign]

    def _look(self) -> None:
        """Whether the change is, or was, in what the router runs."""
        self.touched = self.touched or self._held() != statements(self.base)

    def _strike(self, number: int) -> Fault | None:
        trial, router = self.trial, self.router
        if router.closed:
            return Fault("drop", number)
        if trial.what not in MESSAGE_FAULTS or number != trial.message:
            return None
        self.row.met = True
        self.dead = trial.what == "killed within"
        if trial.what == "refused":
            router.closed_until = self.clock.now() + trial.jump
        elif trial.jump:
            self.clock.advance(trial.jump)
        return Fault("drop", number) if trial.what in ("refused", "killed within") else None

    def _at(self, step: str) -> None:
        """What happens at a step, after it was journalled."""
        trial, router = self.trial, self.router
        here = not self.over and step == trial.step
        self.row.met = self.row.met or here
        if self.dead or (here and trial.what == "killed"):
            self.dead = True
            self._cut()
            raise Killed
        if here and trial.what == "cut":
            self._cut()
        if here or (not trial.step and step == "planned"):
            self._begin(trial.what)
        if step == "loading" and trial.what == "foreign change":
            self.row.met = True
            text = FOREIGN.get(router.platform, "ntp server 192.0.2.1")
            router.running, self.base = self._merged(router.running, text), self._merged(self.base, text)
            self.after = self._merged(self.base, LIST[router.platform])
        if step == "refreshing" and (trial.what == "bgp lost" or trial.step == "rolling-back"):
            self.row.met = self.row.met or not trial.step
            router.down.update(one.address for one in neighbors(router))
        if step == "refreshing" and trial.what == "management lost":
            self.row.met, router.username = True, "nobody"

    def _begin(self, what: str) -> None:
        if what == "locked":
            self.row.met, self.router.locked_by = True, self.router.locked_by or "somebody"
        if what == "full":
            self.row.met = self.router.full = True

    def _cut(self) -> None:
        for one in self.opened:
            limits.cut(one)

    # -- the controller --------------------------------------------------------------------------------------------
    def connect(self, fleet: Fleet) -> Any:
        """A fresh guarded session."""
        if self.dead:
            raise Killed
        if self.router.username == "nobody" and self._held() == statements(self.base):
            self.router.username = self.login
        case = self.trial.case
        made = planned(fleet, case, timeout=PATIENCE, username=self.login)
        driver = connection.open_session(made, napalm.get_network_driver(DRIVERS[case]))
        self.opened.append(driver)
        at_once(driver)
        try:
            return self.platform.guarded(driver)
        except Exception:
            close(driver)
            raise

    def _sleep(self, seconds: float) -> None:
        if self.dead:
            raise Killed
        self._look()
        self.clock.advance(seconds * SLOW)

    def _hooks(self, fleet: Fleet) -> apply.Hooks:
        wanted: Router = self.platform.parse(self.after, {})

        return apply.Hooks(
            connect=lambda: self.connect(fleet),
            observe=self._observe,
            judge=lambda found: meaning.differences(wanted, found),
            run=self.platform.operate,
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
        with brisk(), start(self.router, folder=self.folder) as fleet:
            candidate = apply.Candidate(
                self.router.name, self.text, self.base, self.platform.parse(self.after, {}), REFRESH.get(self.platform.name, ())
            )
            with tempfile.TemporaryDirectory() as place:
                journal = Fated(Path(place) / "journal.jsonl", self._at)
                self._push(candidate, fleet, journal)
                self.row.messages = len(self.router.received)
                self._rest(candidate, fleet, journal)
                self.row.journal = outcome(journal.entries())
            for one in self.opened:
                close(one)
        judge(self)
        return self.row

    def _push(self, candidate: apply.Candidate, fleet: Fleet, journal: Journal) -> None:
        try:
            journal.write("planned")
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
        self._look()
        self.over = True
        router.faults.over.set()
        router.faults, router.closed_until = Faults(), 0.0
        router.locked_by = None if router.locked_by == "somebody" else router.locked_by
        if self.dead or (self.trial.what == "refused" and "not saved" in self.row.said):
            self.dead = False
            self._cut()
            if self.trial.absent:
                self.clock.advance(AFTERWARDS)
                alone(self, outcome(journal.entries()))
            try:
                self.followed = recover(candidate, self._hooks(fleet), journal)
            except ManrsError as error:
                self.row.wrong.append(f"whoever follows is lost: {error}")
            self.row.because += f"recovered: {self.followed}"
        self._look()
        self.clock.advance(AFTERWARDS)


def play(trial: Trial, folder: Path) -> Row:
    """Play one trial; the servers' files and keys lie in `folder`."""
    return Play(trial, folder).play()


def calibrate(folder: Path, case: str) -> int:
    """How many messages a push that goes well sends; AssertionError when it does not."""
    row = play(Trial(case, "none"), folder)
    if not row.messages:  # a busy machine reset the session before its first message
        row = play(Trial(case, "none"), folder)
    if row.said != "confirmed" or row.wrong:
        raise AssertionError(row)
    return row.messages
