"""A change to many routers: canaries first, then batches, a look at the whole between them; one failure stops it, or takes everything back.

Pure order and decisions: how one router is pushed to, looked at, taken back and looked after is given by hooks. All of it is on record, so that
a rollout whose controller died goes on with the same plan: one that was under change is looked at first, and pushed to again only if it holds
its old configuration.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass, field
from typing import Literal

from ..errors import InputError, UsageError
from .ledger import Ledger, fingerprint

GOOD = frozenset({"confirmed", "unchanged"})
TOUCHED = frozenset({"confirmed", "not-saved"})
"""How a host can end that holds the change."""


@dataclass(frozen=True, slots=True)
class Rollout:
    """The plan: every host, those to begin with (one after the other), and the sizes of the batches after them, as numbers or percentages of all
    hosts; the last size goes on. `on_failure` stops and leaves what is confirmed, stops and takes everything back, or goes on while no more than
    `max_failed` hosts have failed."""

    hosts: tuple[str, ...]
    canary: tuple[str, ...] = ()
    batches: tuple[str, ...] = ("25%",)
    on_failure: Literal["stop", "rollback", "continue"] = "stop"
    max_failed: int = 0

    def order(self) -> tuple[tuple[str, ...], ...]:
        """The batches, in order; UsageError names a canary or a size that is wrong."""
        strange = [one for one in self.canary if one not in self.hosts]
        if strange or len(set(self.hosts)) != len(self.hosts) or not self.hosts:
            raise UsageError(
                f"a rollout needs hosts, each once, and its canaries among them: {', '.join(strange) or 'none or one twice'}"
            )
        sizes = [_size(one, len(self.hosts)) for one in self.batches or ("100%",)]
        out: list[tuple[str, ...]] = [(one,) for one in dict.fromkeys(self.canary)]
        rest = [one for one in self.hosts if one not in self.canary]
        while rest:
            size = sizes.pop(0) if len(sizes) > 1 else sizes[0]
            out.append(tuple(rest[:size]))
            del rest[:size]
        return tuple(out)


def _size(text: str, all_hosts: int) -> int:
    digits = text.strip().removesuffix("%")
    if not digits.isdecimal() or int(digits) < 1:
        raise UsageError(f"batch size {text!r}: write a number of hosts or a percentage")
    return max(1, all_hosts * int(digits) // 100) if text.strip().endswith("%") else int(digits)


@dataclass(frozen=True, slots=True)
class Ended:
    """How one router ended: an outcome of `apply.Pushed`, `not-saved`, `refused`, `taken-back`, `not-taken-back` or `skipped`, and why."""

    outcome: str
    because: str = ""


def one_by_one(call: Callable[[str], None], hosts: Sequence[str]) -> None:
    """Each host after the other."""
    for host in hosts:
        call(host)


@dataclass(frozen=True, slots=True)
class Hooks:
    """What is done to routers. `push`, `recover` (after a crash, whatever was under way) and `take_back` (also where it is done already) work on one; `healthy` says what is wrong with those that hold
    the change, before the next batch; `each` runs a call for several hosts and may do so at once; `say` is told of every step."""

    push: Callable[[str], Ended]
    recover: Callable[[str], Ended]
    take_back: Callable[[str], Ended]
    healthy: Callable[[tuple[str, ...]], tuple[str, ...]] = lambda _hosts: ()
    each: Callable[[Callable[[str], None], Sequence[str]], None] = one_by_one
    say: Callable[[Progress], None] = lambda _progress: None


@dataclass(frozen=True, slots=True)
class Progress:
    """Where a rollout stands: the batch, what happens to whom, and how many hosts are done."""

    batch: int
    batches: int
    done: int
    hosts: int
    what: str
    about: str
    outcome: str = ""


@dataclass(frozen=True, slots=True)
class Report:
    """How a rollout ended: `done`, `stopped` (some hosts hold the change), `rolled-back` (none does), or `mixed` where taking back failed."""

    verdict: str
    hosts: dict[str, Ended]
    because: str = ""


@dataclass
class _State:
    """What is known so far, read from the ledger and kept with it."""

    ends: dict[str, Ended] = field(default_factory=dict)
    open: dict[str, str] = field(default_factory=dict)
    """Hosts under change when the controller ended, and what was being done to them."""
    gated: set[str] = field(default_factory=set)
    stopped: str = ""
    ended: bool = False


def roll_out(rollout: Rollout, hooks: Hooks, ledger: Ledger) -> Report:
    """Carry a rollout out, or on. InputError when the ledger is of another plan, UsageError when it has ended."""
    order = rollout.order()
    state = _read(rollout, ledger)
    teller = _Teller(hooks, order, state)
    for host in sorted(state.open):
        teller("looking after", host)
        ended = hooks.recover(host)
        if state.open[host] == "pushing" and ended.outcome not in ("rolled-back", "unchanged"):
            _note(ledger, state, host, ended)
        teller("looked after", host, ended.outcome)
    _judge(rollout, ledger, state)
    for number, batch in enumerate(order):
        teller.batch = number
        if not state.stopped:
            _batch(rollout, hooks, ledger, state, teller, number, batch)
    if state.stopped and rollout.on_failure == "rollback":
        _take_back(hooks, ledger, state, teller, order)
    for host in rollout.hosts:
        state.ends.setdefault(host, Ended("skipped", state.stopped))
    report = Report(_verdict(state), dict(sorted(state.ends.items())), state.stopped)
    ledger.write("ended", outcome=report.verdict, because=report.because)
    return report


def _read(rollout: Rollout, ledger: Ledger) -> _State:
    state, events = _State(), ledger.events()
    mine = fingerprint(asdict(rollout))
    if not events:
        ledger.write("begun", outcome=mine)
        return state
    if events[0].event != "begun" or events[0].outcome != mine:
        raise InputError(
            f"{ledger.path}: this is the record of another rollout: give its hosts and batches, or a new run directory"
        )
    for one in events:
        if one.event in ("pushing", "taking-back"):
            state.open[one.about] = one.event
        elif one.event in ("pushed", "taken-back"):
            state.open.pop(one.about, None)
            state.ends[one.about] = Ended(one.outcome, one.because)
        elif one.event == "gated" and one.outcome == "healthy":
            state.gated.add(one.about)
        elif one.event == "stopping":
            state.stopped = one.because
        elif one.event == "ended":
            raise UsageError(f"{ledger.path}: this rollout has ended ({one.outcome}): begin another in a new run directory")
    return state


def _batch(
    rollout: Rollout, hooks: Hooks, ledger: Ledger, state: _State, tell: _Teller, number: int, batch: tuple[str, ...]
) -> None:
    def one(host: str) -> None:
        if state.stopped:
            return
        ledger.write("pushing", host)
        tell("pushing", host)
        ended = hooks.push(host)
        _note(ledger, state, host, ended)
        tell("pushed", host, ended.outcome)
        _judge(rollout, ledger, state)

    hooks.each(one, [host for host in batch if host not in state.ends])
    if state.stopped or str(number) in state.gated:
        return
    hold = tuple(sorted(host for host, ended in state.ends.items() if ended.outcome in GOOD))
    ledger.write("gating", str(number))
    tell("gating", f"{len(hold)} hosts")
    problems = hooks.healthy(hold)
    if problems:
        _stop(ledger, state, f"after batch {number + 1}: " + "; ".join(problems[:5]))
    else:
        ledger.write("gated", str(number), "healthy")


def _note(ledger: Ledger, state: _State, host: str, ended: Ended) -> None:
    event = "taken-back" if ended.outcome in ("taken-back", "not-taken-back") else "pushed"
    ledger.write(event, host, ended.outcome, ended.because)
    state.ends[host] = ended
    state.open.pop(host, None)


def _judge(rollout: Rollout, ledger: Ledger, state: _State) -> None:
    """Stop when more hosts have failed than may."""
    failed = sorted(host for host, ended in state.ends.items() if ended.outcome not in GOOD)
    allowed = rollout.max_failed if rollout.on_failure == "continue" else 0
    if len(failed) > allowed and not state.stopped:
        _stop(ledger, state, f"{failed[-1] if len(failed) == 1 else ', '.join(failed)} failed: {state.ends[failed[-1]].because}")


def _stop(ledger: Ledger, state: _State, because: str) -> None:
    state.stopped = because
    ledger.write("stopping", because=because)


def _take_back(hooks: Hooks, ledger: Ledger, state: _State, tell: _Teller, order: Iterable[tuple[str, ...]]) -> None:
    """The last router first; one that cannot be taken back does not keep the others from it."""
    hosts = [host for batch in order for host in batch]
    for host in reversed(hosts):
        if state.ends.get(host, Ended("")).outcome in TOUCHED:
            ledger.write("taking-back", host)
            tell("taking back", host)
            ended = hooks.take_back(host)
            _note(ledger, state, host, ended)
            tell("taken back", host, ended.outcome)


def _verdict(state: _State) -> str:
    outcomes = {ended.outcome for ended in state.ends.values()}
    if not state.stopped:
        return "done"
    if outcomes & {"not-taken-back", "unknown", "reverting"}:
        return "mixed"
    return "rolled-back" if not outcomes & TOUCHED else "stopped"


class _Teller:
    """Tells of the steps, with where the rollout stands."""

    def __init__(self, hooks: Hooks, order: tuple[tuple[str, ...], ...], state: _State) -> None:
        self.hooks, self.order, self.state, self.batch = hooks, order, state, 0

    def __call__(self, what: str, about: str, outcome: str = "") -> None:
        hosts = sum(len(one) for one in self.order)
        self.hooks.say(Progress(self.batch + 1, len(self.order), len(self.state.ends), hosts, what, about, outcome))
