"""Pushes from configurations that rendering was not written for, judged route by route and line by line (tests/adversary).

Each named edge once broke a promise: the text says which.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from adversary import judge, population

ONCE_BROKEN: dict[str, tuple[Any, ...]] = {
    "a name of the operator begins like an owned one": ("nxos", 40),
    "its unused map was taken away as ours": ("nxos", 43),
    "loose source validation and a packet filter that stands come back": ("ios", 0, "unit/platforms/ios/access"),
    "a limit of a template hides behind an owned one": ("ios", 1),
    "a session states what its group states": ("ios", 10),
    "no family stands in the process, one in a VRF definition": ("ios", 50, "unit/platforms/ios/rtbh"),
    "a limit that discards came back as one that stops": ("iosxr", 12),
    "a member of a group takes a limit away": ("eos", 9),
    "a reference to a policy that does not exist": ("eos", 15),
    "a push had to open a family": ("eos", 30),
    "a private ASN is agreed": ("frr", 6),
    "nothing to write for a map that is attached": ("frr", 3, "unit/platforms/frr/groups"),
    "a loose check comes from a configuration group": ("junos", 4, "unit/platforms/junos/groups"),
}


@pytest.mark.parametrize("why", ONCE_BROKEN, ids=lambda why: why.replace(" ", "-"))
def test_what_once_was_broken_holds(why: str) -> None:
    system, seed, *name = ONCE_BROKEN[why]
    edge = population.named(system, name[0]) if name else population.edge(seed, system)
    found = judge.play(edge, seed, 25)
    assert found.end == "planned", found.said
    assert found.faults == []
    assert found.counts["restored"] == 1
