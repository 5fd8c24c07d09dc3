"""The faults of the campaign on the lab, drawn from seed and number alone; odd numbers are played on edge1, even ones on edge2."""

from __future__ import annotations

import random
from dataclasses import dataclass, replace

from manrs_conformance.push.journal import Journal, outcome
from push_cases import BLOCK_SSH, lost_session
from push_controller import Job
from push_relay import KINDS
from push_trials import STEPS, Trials

STEP_FAULTS = ("killed", "session cut", "link cut", "agent killed", "locked", "full")
OTHER_FAULTS = ("bad line", "bgp lost", "management lost")
FAULTS = (*KINDS, *STEP_FAULTS, *OTHER_FAULTS)
STATE = "/var/lib/manrs"
SMALL = f"""set -e
for place in {STATE} /etc/frr; do
  [ -e $place/.small ] && continue
  rm -rf /run/kept; cp -a $place /run/kept; mount -t tmpfs -o size=4m none $place
  cp -a /run/kept/. $place; chmod --reference=/run/kept $place; chown --reference=/run/kept $place; touch $place/.small
done"""
LARGE = f"""set -e
for place in {STATE} /etc/frr; do
  [ -e $place/.small ] || continue
  rm -rf /run/kept $place/.small; cp -a $place /run/kept; umount $place
  find $place -mindepth 1 -delete; cp -a /run/kept/. $place
done
rm -rf /run/kept"""
"""State and configuration move into file systems that can be filled, and back."""
FILL = f"for place in {STATE} /etc/frr; do dd if=/dev/zero of=$place/fill bs=4k 2>/dev/null; done; true"
MEANT = {"confirmed": "confirmed", "rolled-back": "before", "unchanged": "before", "reverting": "before", "refused": "before"}


@dataclass(frozen=True, slots=True)
class Fault:
    """What happens: at a message of the controller (a share of all that a push sends), or at a journalled step and some seconds after it."""

    what: str
    share: float
    step: str
    delay: float
    seconds: float
    revert_in: int

    def __str__(self) -> str:
        if self.what in KINDS:
            where = f" at {self.share:.0%} of the messages" + (f", {self.seconds} s" if self.seconds else "")
        else:
            where = f" at {self.step} + {self.delay} s" if self.step else ""
        return f"frr: {self.what}{where}, timer {self.revert_in} s"


def draw(seed: int, number: int) -> Fault:
    """The fault of that number."""
    rng = random.Random(f"{seed}/frr/{number}")
    what = rng.choice(rng.choices((KINDS, STEP_FAULTS, OTHER_FAULTS), (45, 45, 10))[0])
    share, delay = rng.random(), round(rng.choice((0.0, rng.uniform(0.01, 1.5))), 2)
    step = rng.choice(STEPS if what == "killed" else STEPS[2:9]) if what in STEP_FAULTS else ""
    seconds = round(rng.uniform(0.5, 8.0), 1) if what in ("delay", "hang", "refused", "locked") else 0.0
    late = what in ("killed", "link cut", "hang", "management lost")
    return Fault(what, share, step, delay, seconds, rng.choice((4, 8) if late else (8, 20)))


def job(one: Trials, fault: Fault) -> Job:
    """The push with its fate; what strikes messages is planned in the relay."""
    inside = tuple(one.lab.edge(one.edge).enter())
    made = one.job
    if fault.what == "bgp lost":
        made = one.with_lines(lost_session(one))
    if fault.what == "management lost":
        made = one.with_table(BLOCK_SSH)
    if fault.what == "bad line":
        made = replace(made, prepared=replace(made.prepared, text="no such command here\n" + made.prepared.text))
    fates: dict[str, tuple[str, ...]] = {
        "session cut": one.cut_session(),
        "link cut": one.cut_link(),
        "agent killed": one.kill_agent(),
        "locked": ("sh", "-c", f'exec "$@" flock {STATE}/lock sleep {fault.seconds} >/dev/null 2>&1 &', "sh", *inside),
        "full": (*inside, "sh", "-c", FILL),
    }
    settle = 1.0 if fault.what == "bgp lost" else 30.0
    return replace(
        made, step=fault.step, fate=fates.get(fault.what, ()), delay=fault.delay, revert_in=fault.revert_in, settle=settle
    )


def mend(one: Trials, fault: Fault) -> None:
    """Take away what the fault left: the link, the space."""
    if fault.what == "link cut":
        one.mend_link()
    if fault.what == "full":
        one.lab.edge(one.edge).shell("rm", "-f", f"{STATE}/fill", "/etc/frr/fill")


def wrong(one: Trials, fault: Fault, said: str, router: str, journal: str, up: bool) -> list[str]:
    """What is wrong with the end of a trial: the router at rest, or who says what it holds."""
    found = [] if router in ("before", "confirmed") else [router]
    for who, word in (("the journal", journal), ("the controller", said)):
        if MEANT.get(word, router) != router:
            found.append(f"{who} says {word}, the router: {router}")
    if said not in ("killed", "unknown") and journal == "unknown":
        found.append("the journal does not know")
    return found + ([] if up else ["a BGP session is down"]) + (["the controller does not know"] if said == "unknown" else [])


def ended(one: Trials, router: str, before: str) -> str:
    """`unchanged`, `confirmed`, `rolled-back` by the controller, or `reverted` by the router itself."""
    last = one.status().get("last") or {}
    if router != "before" or last.get("id", "") == before:
        return router if router != "before" else "unchanged"
    return "rolled-back" if last["because"] == "taken back on request" else "reverted"


def journal_of(made: Job) -> str:
    """What the journal says the router holds."""
    return outcome(Journal(made.journal).entries())
