"""What a trial of the fault campaign is: a driver, a fault, and where it strikes, drawn from seed and number alone."""

from __future__ import annotations

import random
from dataclasses import dataclass, field

CASES = ("ios", "eos", "nxos", "nxos_ssh", "iosxr", "junos")
STEPS = ("checked", "loading", "comparing", "committing", "refreshing", "verifying", "confirming", "confirmed", "rolling-back")
PLANNED = ("drop", "lose", "delay", "garble", "noise", "reject", "hang")
"""Faults of one message that the servers know by themselves."""
MESSAGE_FAULTS = (*PLANNED, "late", "refused", "killed within")
STEP_FAULTS = ("killed", "cut", "locked", "full")
OTHER_FAULTS = ("bad line", "bgp lost", "management lost", "foreign change")
FAULTS = (*MESSAGE_FAULTS, *STEP_FAULTS, *OTHER_FAULTS)
"""`drop`, `lose`, `delay`, `garble`, `noise`, `reject`, `hang`: see `device.Fault`; `late` moves the clock while a message is under way;
`refused` cuts every session at a message and takes no new one for a while; `killed within` is a controller that dies while it waits for an
answer, `killed` one that dies at a step; `cut` ends its sessions there; `locked` and `full` begin there."""


@dataclass(frozen=True)
class Trial:
    """What is played: to which driver, which fault, at which message (counted from 0) or journalled step, how long the clock jumps (`refused`:
    how long nobody is let in), and whether a killed controller is only followed by another one when the timer has long run out."""

    case: str
    what: str
    message: int = 0
    step: str = ""
    jump: float = 0.0
    absent: bool = False

    def __str__(self) -> str:
        where = f" at {self.step}" if self.step else f" at message {self.message}" if self.what in MESSAGE_FAULTS else ""
        jump = f", {'for' if self.what == 'refused' else 'clock +'} {self.jump:.0f} s" if self.jump else ""
        return f"{self.case}: {self.what}{where}{jump}" + (", nobody follows" if self.absent else "")


@dataclass
class Row:
    """How a trial ended; `wrong` is empty when it ended well. `met`: whether the fault struck. `end`: `unchanged`, `confirmed`, `rolled-back` by
    the controller or whoever followed it, or `reverted` by the router's own timer."""

    trial: Trial
    said: str = ""
    because: str = ""
    journal: str = ""
    router: str = ""
    end: str = ""
    messages: int = 0
    met: bool = False
    wrong: list[str] = field(default_factory=list)


def draw(seed: int, number: int, case: str, messages: int) -> Trial:
    """The trial of that number; `messages` is how many a push that goes well sends."""
    rng = random.Random(f"{seed}/{case}/{number}")
    kind = rng.choices((MESSAGE_FAULTS, STEP_FAULTS, OTHER_FAULTS), (60, 28, 12))[0]
    return _filled(rng, case, rng.choice(kind), messages)


def each(seed: int, case: str, messages: int) -> list[Trial]:
    """One trial of every fault. The last messages are left to the campaign: a client that finds its prompt sooner sends some fewer."""
    return [_filled(random.Random(f"{seed}/{case}/{what}"), case, what, messages - 4) for what in FAULTS]


def _filled(rng: random.Random, case: str, what: str, messages: int) -> Trial:
    jumps = {"late": (50.0, 100.0, 125.0, 190.0), "refused": (20.0, 60.0, 130.0, 190.0)}
    if what in ("delay", "hang", "drop", "lose"):
        jumps[what] = (0.0, 0.0, 30.0, 100.0, 190.0)
    jump = rng.choice(jumps.get(what, (0.0,)))
    step = rng.choice(("", *STEPS[:7]) if what in ("locked", "full") else STEPS) if what in STEP_FAULTS else ""
    absent = what.startswith("killed") and rng.random() < 0.5
    return Trial(case, what, rng.randrange(messages) if what in MESSAGE_FAULTS else 0, step, jump, absent)
