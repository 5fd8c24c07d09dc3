"""The trials of a push that CI runs, in two lanes: controllers that are killed (edge1), connections that break (edge2)."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path

from manrs_conformance.push.journal import Journal
from manrs_lab import Lab, topology
from push_controller import Job
from push_trials import STEPS, Trials

AT_ONCE, TIMER = 5, 18
"""Seconds of the revert timer: where it is to run out, and where the verification has to fit in."""
BLOCK_SSH = """!manrs-nft
table inet manrs {
  chain input {
    type filter hook input priority 0; policy accept;
    tcp dport 22 drop
  }
}
!manrs-nft-end
"""


@dataclass(frozen=True, slots=True)
class Row:
    """One trial: how the controller ended, at which step, what the router held when it was at rest, and after how many seconds."""

    name: str
    controller: str
    because: str
    last_step: str
    router: str
    seconds: float
    allowed: frozenset[str]
    sessions: bool
    """Whether every BGP session was established at the end."""


@dataclass(frozen=True, slots=True)
class Trial:
    """A job with what may come out, and what is mended when its controller has ended."""

    name: str
    job: Job
    allowed: frozenset[str] = frozenset({"before"})
    mend: Callable[[], None] | None = None


def kills(one: Trials) -> Iterator[Trial]:
    """SIGKILL at every journalled step, and in the middle of the commit and of the confirmation."""
    for step in STEPS:
        timer = AT_ONCE if step in ("refreshing", "verifying") else TIMER
        yield Trial(
            f"kill at {step}",
            replace(one.job, step=step, revert_in=timer),
            frozenset({"confirmed" if step == "confirmed" else "before"}),
        )
    yield Trial("kill within committing", replace(one.job, step="committing", delay=0.15, revert_in=AT_ONCE))
    either = frozenset({"before", "confirmed"})
    yield Trial("kill within confirming", replace(one.job, step="confirming", delay=0.1, revert_in=TIMER), either)
    for step in ("rolling-back", "rolled-back"):
        yield Trial(f"kill at {step}", replace(one.with_lines(lost_session(one)), step=step, revert_in=AT_ONCE + 2, settle=1))


def cuts(one: Trials) -> Iterator[Trial]:
    """The SSH session lost at every step that holds one, the management link cut, and changes that break a session themselves."""
    for step in ("loading", "comparing", "committing", "refreshing", "verifying", "confirming"):
        yield Trial(f"session cut at {step}", replace(one.job, step=step, fate=one.cut_session(), revert_in=TIMER))
    for step in ("committing", "verifying"):
        job = replace(one.job, step=step, fate=one.cut_link(), revert_in=AT_ONCE)
        yield Trial(f"link cut at {step}", job, mend=one.mend_link)
    yield Trial("change drops a BGP session", replace(one.with_lines(lost_session(one)), revert_in=TIMER, settle=1))
    yield Trial("change drops management", replace(one.with_table(BLOCK_SSH), revert_in=AT_ONCE + 2))


def lost_session(one: Trials) -> str:
    """Candidate lines that take the BGP session with the stub customer down."""
    address = next(s.node_address for s in topology.sessions(one.edge) if s.node.startswith("stub"))
    return f"router bgp {topology.OWN_ASN}\n neighbor {address} password CANARY-wrong-3f7a\nexit\n"


def play(one: Trials, trial: Trial) -> Row:
    """Run one trial to the rest of the router; a confirmed change is taken back for the next."""
    began = time.monotonic()
    said = one.run_and_mend(trial.job, trial.mend) if trial.mend else one.run(trial.job)
    router = one.settle(trial.job.revert_in + 25)
    seconds = time.monotonic() - began
    last = Journal(trial.job.journal).entries()[-1].step
    if router == "confirmed":
        one.reset()
    up = one.sessions_up()
    return Row(trial.name, said["outcome"], said["because"], last, router, round(seconds, 1), trial.allowed, up)


def both(lab: Lab, folder: Path) -> list[Row]:
    """All trials, the two lanes side by side."""

    def lane(one: Trials, make: Callable[[Trials], Iterator[Trial]]) -> list[Row]:
        try:
            return [play(one, trial) for trial in make(one)]
        finally:
            one.close()

    ready = [Trials(lab, folder / edge, edge) for edge in topology.EDGES]
    with ThreadPoolExecutor(2) as pool:
        lanes = [pool.submit(lane, *some) for some in zip(ready, (kills, cuts), strict=True)]
        return [row for one in lanes for row in one.result()]
